package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/pricing/statement"
)

// apis prints what the flags ask about a workload with several APIs.
func (b *priceFlags) apis(c *cobra.Command, book *pricing.Book, w *pricing.Workload) error {
	switch {
	case b.api != "":
		next, one, err := book.One(w, b.api)
		if err != nil {
			return usage(fmt.Errorf("--api: %w", err))
		}
		return b.comparison(c, next, one.Workload)
	case b.plot != "" || b.charts != "":
		return usage(errors.New("--map is of one API: name it with --api"))
	case b.worst && len(b.doors) > 0, !b.compare && len(b.doors) > 0:
		return usage(errors.New("--door is for --compare where a workload has several APIs: the front door of each is in the file"))
	case b.worst:
		return b.worstMonth(c, book, w)
	case b.compare:
		return b.compareAPIs(c, book, w)
	}
	bill, err := book.BillAPIs(w)
	if err != nil {
		return err
	}
	if b.json {
		return printJSON(c, bill)
	}
	title := escape.Text(w.Name)
	if days := w.Hours.Div(pricing.Whole(24)); days.Sign() > 0 && days.Cmp(pricing.Whole(28)) < 0 {
		title += fmt.Sprintf(" (a month of %s h)", pricing.Figure(w.Hours))
	}
	return statement.Bill(c.OutOrStdout(), title, bill, b.explain)
}

// compareAPIs ranks the front doors of each API.
func (b *priceFlags) compareAPIs(c *cobra.Command, book *pricing.Book, w *pricing.Workload) error {
	doors, err := b.asked()
	if err != nil {
		return err
	}
	all, err := book.CompareAPIs(w, doors...)
	if err != nil {
		return err
	}
	if b.json {
		return printJSON(c, all)
	}
	return statement.APIs(c.OutOrStdout(), all, b.explain)
}
