package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tollgate",
		Short: "Measure and price API front doors of AWS",
		Long: `Tollgate drives load at API front doors of AWS (API Gateway REST and HTTP APIs,
Lambda function URLs, Application Load Balancers), reads what CloudWatch saw,
and prices a month of it, side by side.

Without an AWS account, begin with the lab, which runs on this machine:

  tollgate run front-doors

Every flag can also be set by an environment variable: --max-cost is
TOLLGATE_MAX_COST. A flag wins over its variable, the variable over the
scenario file.`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: flagsFromEnvironment,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
	})
	root.AddCommand(
		newRun(), newPlan(), newValidate(), newSchema(), newInit(),
		newLab(), newObserve(), newPrice(), newPrices(), newReport(), newCompare(), newCheck(), newHistory(), newCalibrate(), newVersion(),
	)
	return root
}

// args checks the number of arguments, and names them when it is wrong.
func args(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if len(given) < least || (most >= 0 && len(given) > most) {
			return usage(fmt.Errorf("usage: %s", c.UseLine()))
		}
		return nil
	}
}

// flagsFromEnvironment gives each flag that was not typed the value of its
// environment variable, if there is one.
func flagsFromEnvironment(c *cobra.Command, _ []string) (err error) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name := "TOLLGATE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed || err != nil {
			return
		}
		if e := c.Flags().Set(f.Name, value); e != nil {
			err = usage(fmt.Errorf("%s=%s: %w", name, value, e))
		}
	})
	return err
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "tollgate", version())
			return err
		},
	}
}

// version is the module's version, or the commit for a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "commit " + s.Value[:12]
		}
	}
	if v := info.Main.Version; v != "" {
		return v
	}
	return "unknown"
}
