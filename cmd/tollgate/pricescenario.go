package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/pricing/statement"
	"tollgate/scenarios"
	"tollgate/scenarios/probes"
)

// isScenario says whether a file is a scenario; one that cannot be read is not, and
// the reader of workloads reports why.
func isScenario(file string) bool {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return false // a pipe can be read only once
	}
	data, err := document.ReadFile(file, nil, document.Small.Bytes)
	return err == nil && scenarios.IsScenario(file, data)
}

// scenarioFile prints what the month that a scenario states costs at each of its front
// doors, as far as that is known before a run.
func (b *priceFlags) scenarioFile(c *cobra.Command, file string) error {
	if b.compare || len(b.doors) > 0 || b.plot != "" || b.from != "" {
		return usage(fmt.Errorf("%s is a scenario, and --compare, --door, --map and --profile-from-cloudwatch are for workload files: tollgate init --workload writes one", file))
	}
	s, err := loadScenario(c, file)
	if err != nil {
		return err
	}
	if !s.Pricing.HasMonth() {
		return usage(fmt.Errorf("%s states no month to price: add pricing: {requests_per_month: 10M}", file))
	}
	p, _, err := probes.NewPlan(s, false)
	if err != nil {
		return usage(fmt.Errorf("%s: %w", file, err))
	}
	book, err := b.book()
	if err != nil {
		return err
	}
	all := map[string]pricing.Bill{}
	for i, t := range s.Targets {
		if len(t.Door().Billed) == 0 {
			fmt.Fprintf(c.ErrOrStderr(), "note: target %q has no bill: kind %s is no front door of AWS\n", t.Name, t.Kind.Name)
			continue
		}
		bill, err := p.MonthBill(i, book)
		if err != nil {
			return fmt.Errorf("target %q: %w", t.Name, err)
		}
		all[t.Name] = bill
		if b.json {
			continue
		}
		if err := statement.Bill(c.OutOrStdout(), t.Name, bill, b.explain); err != nil {
			return err
		}
	}
	switch {
	case len(all) == 0:
		return usage(errors.New("none of the scenario's targets is a front door that is billed"))
	case b.json:
		return printJSON(c, all)
	}
	return nil
}
