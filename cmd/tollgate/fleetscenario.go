package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/sources"
)

// placeholder stands for a variable that is not set on this machine and is on the members'.
const placeholder = "unset"

// read reads a fleet's scenario, and returns the names of the environment variables that it
// refers to. Where only members need them, those that are not set here may be missing.
func (f *fleetFlags) read(c *cobra.Command, name string, members bool) (*scenarios.Scenario, []string, error) {
	switch {
	case document.IsStdin(name):
		return nil, nil, usage(errors.New("a fleet reads its scenario from a file or the library, and not from standard input"))
	case sources.IsAddress(name) && !exists(name):
		return nil, nil, usage(fmt.Errorf("a fleet runs a scenario: tollgate init FILE --url %s makes one of an address", name))
	}
	file, data, err := scenarios.Find(name)
	if err != nil {
		return nil, nil, usage(err)
	}
	names, _ := referred(data)
	s, err := scenarios.ParseOverridden(file, data, f.run.overrides(), os.LookupEnv, engines.All.Names()...)
	if missing := unset(names); err != nil && len(missing) > 0 && (!members || !f.local()) {
		elsewhere := func(name string) (string, bool) {
			if value, set := os.LookupEnv(name); set {
				return value, true
			}
			return placeholder, true
		}
		if loose, e := scenarios.ParseOverridden(file, data, f.run.overrides(), elsewhere, engines.All.Names()...); e == nil {
			s, err = loose, nil
		}
	}
	if err != nil {
		return nil, nil, usage(err)
	}
	note(c, s.Notes)
	if without := f.without(names); members && len(without) > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "note: members have no value of ${env:%s}: the scenario takes it from their environment, which --secret sets\n", strings.Join(without, "}, ${env:"))
	}
	return s, names, nil
}

// without are the environment variables that no --secret gives to members. Processes of this
// machine have its environment. Of Kubernetes a Secret may have any key.
func (f *fleetFlags) without(names []string) []string {
	if f.local() || f.on == "kubernetes" && len(f.secrets) > 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(f.secrets, func(s string) bool { return strings.HasPrefix(s, name+"=") })
	})
}

func unset(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, set := os.LookupEnv(name)
		return set
	})
}

// referred are the environment variables and the files that a scenario takes values from.
func referred(data []byte) (variables, files []string) {
	remember := func(all *[]string) func(string) {
		return func(name string) {
			if !slices.Contains(*all, name) {
				*all = append(*all, name)
			}
		}
	}
	variable, file := remember(&variables), remember(&files)
	document.Open("", data, document.Options{
		Places: true,
		Env:    func(name string) (string, bool) { variable(name); return placeholder, true },
		Files:  func(name string) (string, error) { file(name); return placeholder, nil },
	})
	slices.Sort(variables)
	return variables, files
}
