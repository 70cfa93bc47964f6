package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/scenarios/session"
)

// asFlags are the flags of price that take a run as a workload.
type asFlags struct {
	as       string
	target   string
	memory   string
	region   string
	requests string
}

func (f *asFlags) flags(c *cobra.Command) {
	doors := doorNames()
	c.Flags().StringVar(&f.as, "as", "", "of a run: bill what was measured as if it were behind this front `door`")
	c.Flags().StringVar(&f.target, "target", "", "of a run with --compare, --as or --worst: only this `target`")
	c.Flags().StringVar(&f.memory, "memory", "", "of a run with --compare, --as or --worst: the function's `memory`, such as 512MB")
	c.Flags().StringVar(&f.region, "region", "", "of a run with --compare, --as or --worst: the `region` whose prices hold (default: the scenario's)")
	c.Flags().StringVar(&f.requests, "requests", "", "of a run with --compare, --as or --worst: the requests of the `month`, such as 10M (default: the scenario's)")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(doors, cobra.ShellCompDirectiveNoFileComp))
}

// asWorkload says whether a run is to be priced as a workload.
func (b *priceFlags) asWorkload() bool {
	return b.as != "" || b.compare || b.plot != "" || b.worst || b.limit != ""
}

// any says whether one of the flags is given.
func (f *asFlags) any() bool {
	return f.as != "" || f.target != "" || f.memory != "" || f.region != "" || f.requests != ""
}

// unused refuses the flags where a workload file is priced.
func (f *asFlags) unused() error {
	if f.any() {
		return usage(errors.New("--as, --target, --memory, --region and --requests are for a recorded run; a workload file states these, and --door names one front door"))
	}
	return nil
}

// runWorkloads prices what a run measured at its targets as workloads.
func (b *priceFlags) runWorkloads(c *cobra.Command, dir string) error {
	if b.as != "" {
		b.doors, b.by = append(b.doors, b.as), "--as"
	}
	if err := errors.Join(b.workloadFlags.sorted(c), b.worstFlags.sorted(c, &b.workloadFlags)); err != nil {
		return err
	}
	all, err := b.measured(c, dir)
	if err != nil {
		return err
	}
	if b.json && len(all) > 1 {
		return usage(fmt.Errorf("%s has %d targets, and JSON has one result: name one with --target", dir, len(all)))
	}
	for _, one := range all {
		if !b.json {
			fmt.Fprintf(c.OutOrStdout(), "target %s\n", one.Target)
		}
		if one.Unbilled != "" {
			fmt.Fprintf(c.OutOrStdout(), "no bill: %s\n\n", one.Unbilled)
			continue
		}
		if err := b.priced(c, one.Book, one.Workload); err != nil {
			return err
		}
	}
	return nil
}

// measured are the workloads of a run's targets.
func (b *priceFlags) measured(c *cobra.Command, dir string) ([]session.TargetWorkload, error) {
	book, err := b.book()
	if err != nil {
		return nil, err
	}
	cfg := live(book)
	if b.scenario != "" {
		if cfg.Scenario, err = loadScenario(c, b.scenario); err != nil {
			return nil, err
		}
	}
	requests, err := b.month()
	if err != nil {
		return nil, err
	}
	all, err := session.Workloads(dir, b.target, requests, cfg)
	if err != nil {
		return nil, failure(err)
	}
	for _, one := range all {
		if one.Unbilled != "" {
			continue
		}
		if err := b.state(dir, one); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// month is the number of requests of --requests; 0: the scenario's.
func (f *asFlags) month() (int64, error) {
	if f.requests == "" {
		return 0, nil
	}
	n, err := document.Parse(f.requests, document.Count)
	if err != nil || !n.IsInt() || !n.Num().IsInt64() || n.Sign() <= 0 {
		return 0, usage(fmt.Errorf("--requests: %q is not a number of requests such as 10M", f.requests))
	}
	return n.Num().Int64(), nil
}

// state gives a workload what the flags say of it.
func (f *asFlags) state(dir string, one session.TargetWorkload) error {
	w := one.Workload
	w.Region = cmp.Or(f.region, w.Region)
	switch {
	case w.Region == "":
		return usage(fmt.Errorf("%s: target %q is in no region of AWS: name the one whose prices hold with --region us-east-1, or under pricing", dir, one.Target))
	case !slices.Contains(one.Book.Regions(), w.Region):
		return usage(fmt.Errorf("%s: region: %w", dir, noPrices(one.Book, w.Region)))
	case f.memory == "":
		return nil
	}
	mb, err := document.Parse(f.memory, document.Megabytes)
	if err != nil || !mb.IsInt() || mb.Cmp(big.NewRat(128, 1)) < 0 || mb.Cmp(big.NewRat(10240, 1)) > 0 {
		return usage(fmt.Errorf("--memory: %q is not the memory of a function: from 128MB to 10240MB", f.memory))
	}
	w.Function.MemoryMB = mb.Num().Int64()
	return nil
}

// runSide are the bills of a run's targets, each at its own front door or that of --as.
func (b *priceFlags) runSide(c *cobra.Command, dir string) (side pricing.Priced, err error) {
	all, err := b.measured(c, dir)
	if err != nil {
		return side, err
	}
	for _, one := range all {
		if one.Unbilled != "" {
			return side, fmt.Errorf("%s: target %q: %s", dir, one.Target, one.Unbilled)
		}
		name := cmp.Or(b.as, one.Door)
		if name == "" {
			return side, usage(fmt.Errorf("%s: target %q is an origin, without a front door: bill it as if it were behind one with --as", dir, one.Target))
		}
		door, err := pricing.DoorNamed(name)
		if err != nil {
			return side, usage(fmt.Errorf("--as: %w", err))
		}
		p, err := one.Book.Bills(one.Workload, []pricing.Door{door})
		if err != nil {
			return side, fmt.Errorf("%s: %w", dir, err)
		}
		p.Bills[0].Name = one.Target
		p.Bills = append(side.Bills, p.Bills...)
		side = p
	}
	side.Name = filepath.Base(filepath.Clean(dir))
	return side, nil
}

// priced prints what the flags ask about one workload.
func (b *priceFlags) priced(c *cobra.Command, book *pricing.Book, w *pricing.Workload) error {
	switch {
	case len(w.APIs) > 0:
		return b.apis(c, book, w)
	case b.api != "":
		return usage(fmt.Errorf("--api %s: the workload is that of one API: it has no section apis", b.api))
	case b.compare:
		return b.comparison(c, book, w)
	case b.worst:
		return b.worstMonth(c, book, w)
	}
	return b.bills(c, book, w)
}
