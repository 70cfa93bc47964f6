package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
)

// loadScenario reads a scenario file, or one of the library by its name.
// Whatever is wrong with it is the user's to mend: exit code 2.
func loadScenario(c *cobra.Command, name string) (*scenarios.Scenario, error) {
	return readScenario(c, name, scenarios.Overrides{})
}

// readScenario does so with values of the file replaced.
func readScenario(c *cobra.Command, name string, o scenarios.Overrides) (*scenarios.Scenario, error) {
	var file string
	var data []byte
	var err error
	if document.IsStdin(name) {
		file, data, err = readInput(c.InOrStdin(), name)
	} else {
		file, data, err = scenarios.Find(name)
	}
	if err != nil {
		return nil, usage(err)
	}
	s, err := scenarios.ParseOverridden(file, data, o, os.LookupEnv, engines.All.Names()...)
	if err != nil {
		return nil, usage(err)
	}
	note(c, s.Notes)
	return s, nil
}

// choose keeps only the named targets, in the scenario's order.
func choose(s *scenarios.Scenario, names []string) error {
	if len(names) == 0 {
		return nil
	}
	have := s.TargetNames()
	for _, name := range names {
		if !slices.Contains(have, name) {
			return usage(fmt.Errorf("--target %s: the scenario has no such target; it has %s", name, strings.Join(have, ", ")))
		}
	}
	s.KeepTargets(names)
	return nil
}

// libraryHelp is the part of a help text that names the scenarios that ship.
func libraryHelp() string {
	text, line := "\nSCENARIOS OF THE LIBRARY\n", " "
	for _, name := range scenarios.Library() {
		if len(line)+len(name) > 78 {
			text, line = text+line+"\n", " "
		}
		line += " " + name
	}
	return text + line
}
