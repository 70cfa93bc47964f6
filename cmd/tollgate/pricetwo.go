package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/statement"
)

// two prints how the bills of two workloads or runs differ.
func (b *priceFlags) two(c *cobra.Command, given []string) error {
	if b.worst || b.limit != "" || b.compare || b.plot != "" || b.explain || b.from != "" || b.scenario != "" {
		return usage(errors.New("--compare, --worst, --map, --explain, --profile-from-cloudwatch and --scenario are for one workload or run, and two are given"))
	}
	doors, err := b.asked()
	if err != nil {
		return err
	}
	if len(doors) == 0 {
		doors = pricing.Doors
	}
	book, err := b.book()
	if err != nil {
		return err
	}
	var sides [2]pricing.Priced
	for i, name := range given {
		if sides[i], err = b.side(c, book, doors, name); err != nil {
			return err
		}
	}
	d := pricing.Differ(sides[0], sides[1])
	switch {
	case b.json:
		return printJSON(c, d)
	case b.markdown:
		return statement.DifferenceMarkdown(c.OutOrStdout(), d)
	}
	return statement.Difference(c.OutOrStdout(), d)
}

// side are the bills of a workload file at front doors, or those of a run's targets.
func (b *priceFlags) side(c *cobra.Command, book *pricing.Book, doors []pricing.Door, name string) (pricing.Priced, error) {
	if at, err := os.Stat(name); err == nil && at.IsDir() {
		return b.runSide(c, name)
	}
	w, err := readWorkload(c, name)
	if err != nil {
		return pricing.Priced{}, err
	}
	var p pricing.Priced
	if len(w.APIs) > 0 {
		p, err = book.BillsOfAPIs(w)
	} else {
		p, err = book.Bills(w, doors)
	}
	if err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}
