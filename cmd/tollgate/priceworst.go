package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/pricing/statement"
)

// worstFlags are the flags of price about the worst month.
type worstFlags struct {
	worst  bool
	attack string
	limit  string
}

func (f *worstFlags) flags(c *cobra.Command) {
	c.Flags().BoolVar(&f.worst, "worst", false, "of a workload: the most that a month can cost under an attack, with the layers that it states under protection")
	c.Flags().StringVar(&f.attack, "attack", fmt.Sprintf("%d/s", pricing.DefaultAttack), "with --worst: the `rate` of the attack, all month")
	c.Flags().StringVar(&f.limit, "cap", "", "with --worst: which rate, burst, quota and concurrency hold the month at so many `dollars`")
}

// sorted sees to it that the flags go together.
func (f *worstFlags) sorted(c *cobra.Command, p *workloadFlags) error {
	f.worst = f.worst || f.limit != ""
	switch {
	case !f.worst && c.Flags().Changed("attack"):
		return usage(errors.New("--attack is for --worst"))
	case f.worst && p.compare:
		return usage(errors.New("--worst prints the worst month at every front door, and --compare the stated one: choose one of them"))
	}
	return nil
}

// worstMonth prints the worst month of a workload.
func (b *priceFlags) worstMonth(c *cobra.Command, book *pricing.Book, w *pricing.Workload) error {
	rate, err := document.ParseRate(b.attack)
	if err != nil || rate.IsZero() {
		return usage(fmt.Errorf("--attack: %q is not a rate: write requests per second, such as 50000/s", b.attack))
	}
	var limit *pricing.Money
	if b.limit != "" {
		m, err := pricing.ParseMoney(b.limit)
		if err != nil || m.Cmp(pricing.Money{}) <= 0 {
			return usage(fmt.Errorf("--cap: %q is not an amount of dollars such as 500", b.limit))
		}
		limit = &m
	}
	all, err := b.worstOf(book, w, pricing.RatePerSecond(rate), limit)
	if err != nil {
		return err
	}
	if b.json {
		return printJSON(c, all)
	}
	return statement.Worst(c.OutOrStdout(), all, b.explain)
}

// worstOf are the worst months at front doors or, of several APIs, at theirs.
func (b *priceFlags) worstOf(book *pricing.Book, w *pricing.Workload, attack pricing.Quantity, limit *pricing.Money) (*pricing.Worsts, error) {
	if len(w.APIs) > 0 {
		return book.WorstOfAPIs(w, attack, limit)
	}
	doors, err := b.asked()
	if err != nil {
		return nil, err
	}
	if len(doors) == 0 {
		doors = pricing.Doors
	}
	return book.Worst(w, doors, attack, limit)
}
