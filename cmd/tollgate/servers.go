package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/scenarios"
	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// serverFlags put a web server of the user's own behind front doors of the lab.
type serverFlags struct {
	function string
	behind   []string
}

// serverHelp is what run and plan say of them.
const serverHelp = `A web server on this machine, in any language and without Lambda code, can stand behind
front doors of the lab. With its address, --behind all measures the server itself and then
the same request behind each kind of front door, in interleaved blocks: what each would
add. With a scenario, --function has the server answer at the targets whose url is "lab",
in place of the sample application. The lab itself takes about a tenth of a
millisecond to reach the server, and several tenths on a busy machine.`

func (f *serverFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.function, "function", "", "of a scenario: address of a web server on this machine that answers behind the lab's front doors, such as `http://127.0.0.1:8000`")
	behindFlag(c, &f.behind)
}

// behindFlag is the flag of every command that takes an address.
func behindFlag(c *cobra.Command, behind *[]string) {
	c.Flags().StringSliceVar(behind, "behind", nil, "of an address on this machine: measure it also behind these front doors of the lab: all, or `kinds` such as rest-api,alb")
	_ = c.RegisterFlagCompletionFunc("behind", cobra.FixedCompletions(append([]string{sources.AllKinds}, sources.FrontDoors()...), cobra.ShellCompDirectiveNoFileComp))
}

// check refuses a --function that no target would ask.
func (f *serverFlags) check(s *scenarios.Scenario) error {
	if f.function != "" && !slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return t.Lab }) {
		return usage(fmt.Errorf("--function %s: the scenario has no target at the lab, such as {kind: http-api, url: lab}", f.function))
	}
	return nil
}
