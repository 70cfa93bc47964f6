package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/scenarios"
)

// completes gives every command the completion of what its usage names: scenarios,
// run directories, and the targets of a scenario.
func completes(c *cobra.Command) {
	for _, sub := range c.Commands() {
		completes(sub)
	}
	scenario, run := strings.Contains(c.Use, "SCENARIO"), strings.Contains(c.Use, "RUN")
	if c.ValidArgsFunction == nil && (scenario || run) {
		c.ValidArgsFunction = func(c *cobra.Command, _ []string, typed string) (all []string, _ cobra.ShellCompDirective) {
			if scenario {
				all = scenarios.Library()
			}
			if run {
				all = append(all, runDirs(c)...)
			}
			return all, cobra.ShellCompDirectiveDefault
		}
	}
	complete := func(flag string, f cobra.CompletionFunc) {
		if c.Flags().Lookup(flag) != nil {
			_ = c.RegisterFlagCompletionFunc(flag, f) // the flag is there, and has no other
		}
	}
	complete("scenario", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return scenarios.Library(), cobra.ShellCompDirectiveDefault
	})
	complete("target", func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return targetNames(args), cobra.ShellCompDirectiveNoFileComp
	})
}

// runDirs are latest and the run directories in the folder that the command reads or
// writes, the newest first.
func runDirs(c *cobra.Command) (all []string) {
	folder := runsFolder()
	if f := c.Flags().Lookup("runs"); f != nil {
		folder = f.Value.String()
	}
	for _, name := range runsIn(folder) {
		if all == nil {
			all = append(all, "latest")
		}
		all = append(all, filepath.Join(folder, name))
	}
	return all
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// targetNames are the targets of the scenario on the command line, which is read
// without its environment.
func targetNames(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	file, data, err := scenarios.Find(args[0])
	if err != nil {
		return nil
	}
	s, err := scenarios.ParseRecorded(file, data)
	if err != nil {
		return nil
	}
	return s.TargetNames()
}
