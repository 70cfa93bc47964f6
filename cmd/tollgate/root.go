package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tollgate",
		Short: "Measure and price API front doors of AWS",
		Long: `Tollgate drives load at API front doors of AWS (API Gateway REST, HTTP and
WebSocket APIs, Lambda function URLs, Application Load Balancers, CloudFront and Lambda
Web Functions), reads what CloudWatch saw, and prices a month of it, side by side.

Without an AWS account, begin with the lab, which runs on this machine:

  tollgate run front-doors

Then write a scenario of your own with tollgate init.

Every flag can also be set by an environment variable: --max-cost is
TOLLGATE_MAX_COST. A flag wins over its variable, the variable over the
scenario file. TOLLGATE_ALLOW and TOLLGATE_MAX_RATE limit every run and have no
flag (see tollgate run --help).

HELP TOPICS (tollgate help TOPIC)
` + topicsHelp() + `
EXIT STATUS
  0    done
  1    could not do the job
  2    wrong flags or invalid input
  95   a comparison is inconclusive (only where --fail-on asks for a decision)
  96   the run is invalid: the load generator, not the target, set the result
  97   refused or stopped: what the run may cost, or a limit that it would exceed
  98   a regression
  99   the run failed: a threshold, an abort rule, or not one success
  105  interrupted; partial results are kept`,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: flagsFromEnvironment,
	}
	root.SetVersionTemplate(versionText())
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newRun(), newPlan(), newValidate(), newSchema(), newInit(), newImport(), newWhatif(),
		newLab(), newObserve(), newPrice(), newPrices(), newReport(), newMerge(), newCompare(), newAB(), newBisect(), newCheck(), newHistory(), newCalibrate(), newDoctor(), newStack(), newFleet(), newVersion(), newManpages(),
	)
	root.SetHelpCommand(newHelp())
	completes(root)
	for _, c := range append(root.Commands(), root) {
		if c.HasSubCommands() && !c.Runnable() {
			group(c)
		}
	}
	return root
}

// group makes a command that only holds others: by itself it prints its help, and an
// unknown word is an error.
func group(c *cobra.Command) {
	c.SuggestionsMinimumDistance = 2
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.Args = func(c *cobra.Command, given []string) error {
		if len(given) == 0 {
			return nil
		}
		hint := ""
		if near := c.SuggestionsFor(given[0]); len(near) > 0 {
			hint = fmt.Sprintf("; did you mean %s?", strings.Join(near, " or "))
		}
		var names []string
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name())
			}
		}
		return usage(fmt.Errorf("%s has no command %q%s (there are %s)", c.CommandPath(), given[0], hint, strings.Join(names, ", ")))
	}
}

// args checks the number of arguments, and names them when it is wrong.
func args(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if len(given) < least || (most >= 0 && len(given) > most) {
			return usage(fmt.Errorf("usage: %s; see %s --help", c.UseLine(), c.CommandPath()))
		}
		return nil
	}
}
