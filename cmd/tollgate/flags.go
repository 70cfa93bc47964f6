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

// choices adds a flag that takes some of a few words, separated by commas. The first of
// them means none, and stands alone.
func choices(c *cobra.Command, into *[]string, name, standard, usage string, words ...string) {
	*into = []string{standard}
	c.Flags().Var(&someOf{into, words}, name, usage)
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// A someOf is the value of such a flag.
type someOf struct {
	into  *[]string
	words []string
}

func (s *someOf) String() string { return strings.Join(*s.into, ",") }
func (s *someOf) Type() string   { return "strings" }

func (s *someOf) Set(list string) error {
	var chosen []string
	for word := range strings.SplitSeq(list, ",") {
		word = strings.TrimSpace(word)
		if err := (&oneOf{&word, s.words}).Set(word); err != nil {
			return err
		}
		chosen = append(chosen, word)
	}
	if len(chosen) > 1 && slices.Contains(chosen, s.words[0]) {
		return errors.New(s.words[0] + " stands alone")
	}
	*s.into = chosen
	return nil
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
