package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/calibration"
	"tollgate/scenarios/load/engines"
	"tollgate/targets"
)

func newCalibrate() *cobra.Command {
	var engine string
	var asJSON bool
	c := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure the highest rate that this machine drives on schedule",
		Long: fmt.Sprintf(`Calibrate starts a server on loopback, in a process of its own, and finds the
highest constant rate at which each load engine takes requests up within a
millisecond of when they are due, at the 99th percentile. It tries no more than
%s requests a second and takes no longer than %v. Other work on the machine
makes the result too low. TOLLGATE_MAX_RATE and the user's configuration limit the
rates that are tried (see tollgate run --help).

The result is kept in the user's cache folder, in tollgate/calibration.json.
From then on plan, validate and run warn of stages that ask for more. The server
shares the machine: against a target elsewhere more may be possible.

EXIT STATUS
  0  measured and kept
  1  could not measure
  2  wrong use
  97 a limit on the rate is below all that is tried`, pricing.Count(calibration.MaxRate), calibration.MaxTime),
		Example: `  tollgate calibrate
  tollgate calibrate --engine wire --json`,
		Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return calibrate(c, engine, asJSON) },
	}
	c.Flags().StringVar(&engine, "engine", "", "only this `engine`: "+engineNames)
	_ = c.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions(engines.All.Names(), cobra.ShellCompDirectiveNoFileComp))
	c.Flags().BoolVar(&asJSON, "json", false, "print what was measured as JSON")
	c.AddCommand(newSink())
	return c
}

// newSink is what calibrate drives load at.
func newSink() *cobra.Command {
	return &cobra.Command{
		Use:    "sink",
		Short:  "Answer requests on loopback, until standard input ends",
		Hidden: true,
		Args:   args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return calibration.Serve(c.Context(), c.InOrStdin(), bytesOut(c))
		},
	}
}

func calibrate(c *cobra.Command, engine string, asJSON bool) error {
	measuredEngines, err := calibrated(engine)
	if err != nil {
		return usage(err)
	}
	most, err := mostCalibrated()
	if err != nil {
		return err
	}
	file, err := calibration.File()
	if err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find this program to start it again: %w", err)
	}
	fmt.Fprintf(c.ErrOrStderr(), "measuring, for up to %v\n", calibration.MaxTime)
	found, err := calibration.Measure(c.Context(), exe, []string{"calibrate", "sink"}, measuredEngines, most)
	if c.Context().Err() != nil {
		return coded{exitInterrupted, fmt.Errorf("interrupted before everything was measured; nothing was kept")}
	}
	if err != nil {
		return err
	}
	found.Tool = version()
	measured := *found
	measured.Engines = maps.Clone(found.Engines) // Write adds what is known of others
	if err := found.Write(file); err != nil {
		return fmt.Errorf("cannot keep what was measured: %w", err)
	}
	if asJSON {
		return printJSON(c, measured)
	}
	for _, name := range measuredEngines {
		fmt.Fprintf(c.OutOrStdout(), "%s\t%s\n", name, heldText(measured.Engines[name]))
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s, %d processors; kept in %s\n", measured.Machine.CPU, measured.Machine.CPUs, file)
	return err
}

// mostCalibrated is the highest rate that may be tried here.
func mostCalibrated() (int64, error) {
	all, err := limits()
	if err != nil {
		return 0, err
	}
	most := int64(calibration.MaxRate)
	for _, l := range all {
		if l.MaxRate.IsZero() {
			continue
		}
		if most = min(most, int64(l.MaxRate.PerSecond())); most < calibration.MinRate {
			return 0, coded{exitBudget, fmt.Errorf("calibrate tries %s requests a second and more, on loopback, and %s allows %v: nothing was sent", pricing.Count(calibration.MinRate), l.Rated, l.MaxRate)}
		}
	}
	return most, nil
}

// calibrated are the engines to measure: the named one, or all that send load on
// this system.
func calibrated(engine string) ([]string, error) {
	drives := func(name string) error {
		_, err := engines.All.Choose(scenarios.Engine{Use: name}, make([]targets.Target, 1))
		return err
	}
	if engine != "" {
		if err := drives(engine); err != nil {
			return nil, fmt.Errorf("--engine %s: %w", engine, err)
		}
		return []string{engine}, nil
	}
	sending := slices.DeleteFunc(slices.Clone(engines.All), func(k load.Kind) bool { return k.Offline || drives(k.Name) != nil })
	return sending.Names(), nil
}

func heldText(h calibration.Held) string {
	switch {
	case h.Rate == 0:
		return "held no rate with a lag below 1 ms: the machine is busy with something else, or too slow; measure again when it is idle"
	case h.AtLeast:
		return fmt.Sprintf("holds at least %s/s, lag p99 %.3f ms", pricing.Count(h.Rate), h.LagP99)
	default:
		return fmt.Sprintf("holds %s/s, lag p99 %.3f ms", pricing.Count(h.Rate), h.LagP99)
	}
}

// known returns what was calibrated on this machine, nil if nothing was. It warns of a
// file that cannot be read.
func known(c *cobra.Command) *calibration.Calibration {
	file, err := calibration.File()
	if err != nil {
		return nil // there is nowhere to keep it: not a word's worth
	}
	found, err := calibration.Read(file, calibration.ThisMachine())
	if err != nil {
		warn(c, []error{err})
	}
	return found
}

// advise suggests to calibrate an engine.
func advise(c *cobra.Command, k *calibration.Calibration, p *scenarios.Plan) {
	for _, engine := range calibration.Engines(p) {
		if !k.Knows(engine) {
			fmt.Fprintf(c.ErrOrStderr(), "note: engine %s is not calibrated on this machine; run tollgate calibrate once to know which rates it can drive\n", engine)
		}
	}
}
