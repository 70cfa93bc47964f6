package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tollgate/pricing/document"
)

// envPrefix begins the variables that this program reads.
const envPrefix = "TOLLGATE_"

// flagsFromEnvironment gives each flag that was not typed the value of its
// environment variable, if there is one. A variable that no flag and no limit is
// named like is an error: a limit that is misspelled would limit nothing.
func flagsFromEnvironment(c *cobra.Command, _ []string) error {
	var errs []error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name := variableOf(f)
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed || f.Name == "help" || f.Name == "version" {
			return
		}
		if e := c.Flags().Set(f.Name, value); e != nil {
			if f.Value.Type() == "bool" {
				e = errors.New("say true or false")
			}
			errs = append(errs, fmt.Errorf("%s=%s: %w", name, value, e))
		}
	})
	return usage(errors.Join(append(errs, unknownVariables(variables(c.Root()), os.Environ())...)...))
}

// variableOf is the environment variable of a flag.
func variableOf(f *pflag.Flag) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// variables are all that mean something to any command.
func variables(root *cobra.Command) []string {
	names := []string{envAllow, envMaxRate, envPrefix + "HELP", envPrefix + "VERSION"}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { names = append(names, variableOf(f)) })
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	slices.Sort(names)
	return slices.Compact(names)
}

// unknownVariables reports those of the environment that mean nothing. Case
// matters, save where the system itself takes no notice of it: elsewhere
// TOLLGATE_allow would be read by nothing.
func unknownVariables(known, environ []string) (errs []error) {
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		upper := strings.ToUpper(name)
		if !strings.HasPrefix(upper, envPrefix) {
			continue
		}
		if !slices.Contains(known, upper) || upper != name && runtime.GOOS != "windows" {
			errs = append(errs, fmt.Errorf("%s is set, and tollgate has no such variable%s", name, document.DidYouMean(upper, known)))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}
