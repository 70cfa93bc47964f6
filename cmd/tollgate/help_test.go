package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// TestEveryVerbExplainsItself walks all verbs: each says what it does, how it
// exits and what its flags take, in lines that fit a terminal.
func TestEveryVerbExplainsItself(t *testing.T) {
	const widest = 90
	verbs := 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() && !slices.Contains([]string{"help", "completion"}, sub.Name()) {
				walk(sub)
			}
		}
		if c.HasSubCommands() && c.HasParent() && !strings.Contains(c.Long, "EXIT STATUS") || c.Name() == "version" {
			return // it only holds others, or says one line
		}
		verbs++
		if !strings.Contains(c.Long, "EXIT STATUS") {
			t.Errorf("%s does not say how it exits", c.CommandPath())
		}
		for line := range strings.Lines(c.Long) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > widest {
				t.Errorf("%s: a line of %d characters: %s", c.CommandPath(), n, line)
			}
		}
		if usages := c.LocalFlags().FlagUsages(); strings.Contains(usages, "stringArray") || strings.Contains(usages, " string ") {
			t.Errorf("%s: a flag does not say what it takes:\n%s", c.CommandPath(), usages)
		}
	}
	walk(newRoot())
	if verbs < 20 {
		t.Errorf("%d verbs were looked at", verbs)
	}
}
