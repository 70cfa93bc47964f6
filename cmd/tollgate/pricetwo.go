package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/statement"
)

// two prints how the bills of two workloads differ.
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
	for i, file := range given {
		w, err := readWorkload(c, file)
		if err != nil {
			return err
		}
		if sides[i], err = book.Bills(w, doors); err != nil {
			if lacks := pricing.Lacks(err); len(lacks) > 0 {
				err = fmt.Errorf("%w: %s", err, pricing.Remedy(lacks))
			}
			return fmt.Errorf("%s: %w", file, err)
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
