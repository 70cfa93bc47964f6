package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/cmd/tollgate/help"
	"tollgate/pricing/document"
	"tollgate/pricing/escape"
)

// newHelp explains a command as --help does, or a topic by its page. A word that is
// neither is an error. Lab is both: the page has more for a reader, and ends with the way
// to the flags.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND...|TOPIC]",
		Short: "Help about any command, and pages on topics",
		Long: `Help explains a command, as --help does, or prints a page on a topic, for the width of
the terminal. The pages are Markdown files in the repository (cmd/tollgate/help).

HELP TOPICS
` + topicsHelp() + `
EXIT STATUS
  0  printed
  2  there is no such command or topic`,
		Example: `  tollgate help scenarios
  tollgate help prices update`,
		ValidArgsFunction: completeHelp,
		RunE: func(c *cobra.Command, given []string) error {
			if len(given) == 1 {
				if topic, ok := help.Find(given[0]); ok {
					return printTopic(c, topic)
				}
			}
			about, rest, err := c.Root().Find(given)
			if err == nil && len(rest) > 0 && about.HasSubCommands() {
				err = about.Args(about, rest)
			}
			if err != nil {
				return usage(nearTopic(given[0], err))
			}
			return about.Help()
		},
	}
}

// nearTopic adds to the error of an unknown word which topic may have been meant.
func nearTopic(name string, err error) error {
	var names []string
	for _, t := range help.Topics() {
		names = append(names, t.Name)
	}
	if hint := document.DidYouMean(name, names); hint != "" {
		return fmt.Errorf("there is no command or topic %q%s (tollgate help lists both)", name, hint)
	}
	return err
}

func printTopic(c *cobra.Command, topic help.Topic) error {
	w := c.OutOrStdout()
	if err := topic.Print(escape.Raw(w), help.Terminal{Width: columns(w), Color: isTerminal(w) && os.Getenv("NO_COLOR") == ""}); err != nil {
		return err
	}
	if verb, _, err := c.Root().Find([]string{topic.Name}); err == nil && verb.HasParent() {
		_, err = fmt.Fprintf(w, "\nFlags: %s --help\n", verb.CommandPath())
		return err
	}
	return nil
}

// topicsHelp is a line for each topic.
func topicsHelp() string {
	var b strings.Builder
	for _, t := range help.Topics() {
		fmt.Fprintf(&b, "  %-16s %s\n", t.Name, t.About)
	}
	return b.String()
}

// completeHelp completes commands, then those below them, and topics.
func completeHelp(c *cobra.Command, typed []string, _ string) (all []string, _ cobra.ShellCompDirective) {
	about, rest, err := c.Root().Find(typed)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, sub := range about.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, cobra.CompletionWithDesc(sub.Name(), sub.Short))
		}
	}
	if len(typed) == 0 {
		for _, t := range help.Topics() {
			all = append(all, cobra.CompletionWithDesc(t.Name, t.About))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}
