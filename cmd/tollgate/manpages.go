package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newManpages writes the man pages of a release. It is a verb, since only this program
// knows its own verbs, and writes roff itself: the library's generator brings a Markdown
// parser of half a megabyte, and breaks texts that are laid out already.
func newManpages() *cobra.Command {
	return &cobra.Command{
		Use:    "manpages FOLDER",
		Short:  "Write the man pages of all commands",
		Hidden: true,
		Args:   args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			if err := os.MkdirAll(given[0], 0o750); err != nil {
				return err
			}
			return writePages(c.Root(), given[0])
		},
	}
}

// writePages writes the page of a command, and of those below it.
func writePages(c *cobra.Command, folder string) error {
	if c.Hidden {
		return nil
	}
	if err := os.WriteFile(filepath.Join(folder, pageName(c)+".1"), []byte(manPage(c)), 0o600); err != nil {
		return err
	}
	for _, sub := range c.Commands() {
		if err := writePages(sub, folder); err != nil {
			return err
		}
	}
	return nil
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is a command's page in roff. Long texts are laid out for a terminal, so they
// stand as they are.
func manPage(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"tollgate %s\" \"Tollgate\"\n", strings.ToUpper(roff(pageName(c))), roff(version()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(c)), roff(c.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n%s\n", roff(c.UseLine()))
	if c.Long != "" {
		b.WriteString(".SH DESCRIPTION\n" + laidOut(c.Long))
	}
	if c.Example != "" {
		b.WriteString(".SH EXAMPLES\n" + laidOut(c.Example))
	}
	var flags strings.Builder
	c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			flags.WriteString(flagOf(f))
		}
	})
	if flags.Len() > 0 {
		b.WriteString(".SH OPTIONS\n" + flags.String())
	}
	if also := seeAlso(c); also != nil {
		fmt.Fprintf(&b, ".SH SEE ALSO\n%s\n", strings.Join(also, ",\n"))
	}
	return b.String()
}

// flagOf is a flag with its value and what it does.
func flagOf(f *pflag.Flag) string {
	name, does := pflag.UnquoteUsage(f)
	text := "--" + f.Name
	if f.Shorthand != "" {
		text = "-" + f.Shorthand + ", " + text
	}
	text = "\\fB" + roff(text) + "\\fR"
	if name != "" {
		text += " \\fI" + roff(name) + "\\fR"
	}
	switch f.DefValue {
	case "", "false", "0", "[]":
	default:
		does += fmt.Sprintf(" (default %s)", f.DefValue)
	}
	return ".TP\n" + text + "\n" + roff(does) + "\n"
}

// seeAlso are the commands above and below a command.
func seeAlso(c *cobra.Command) (all []string) {
	if c.HasParent() {
		all = append(all, "\\fB"+roff(pageName(c.Parent()))+"\\fR(1)")
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, "\\fB"+roff(pageName(sub))+"\\fR(1)")
		}
	}
	return all
}

// laidOut is a text whose lines stay as they are.
func laidOut(text string) string { return ".nf\n" + roff(strings.Trim(text, "\n")) + "\n.fi\n" }

// escapes are for what roff does not take literally within a line.
var escapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// roff escapes a text: also what is not ASCII, which some readers do not take, and lines that begin with a control character.
func roff(text string) string {
	var ascii strings.Builder
	for _, r := range escapes.Replace(text) {
		if r > unicode.MaxASCII {
			fmt.Fprintf(&ascii, `\[u%04X]`, r)
			continue
		}
		ascii.WriteRune(r)
	}
	lines := strings.Split(ascii.String(), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
