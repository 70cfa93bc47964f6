package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choice adds a flag that takes one of a few words, and completes them.
func choice(c *cobra.Command, into *string, name, standard, usage string, words ...string) {
	*into = standard
	c.Flags().Var(&oneOf{into, words}, name, usage)
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// A oneOf is the value of such a flag.
type oneOf struct {
	into  *string
	words []string
}

func (o *oneOf) String() string { return *o.into }
func (o *oneOf) Type() string   { return "string" }

func (o *oneOf) Set(word string) error {
	if !slices.Contains(o.words, word) {
		last := len(o.words) - 1
		return errors.New("use " + strings.Join(o.words[:last], ", ") + " or " + o.words[last])
	}
	*o.into = word
	return nil
}
