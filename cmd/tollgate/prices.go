package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/pricing/statement"
)

func newPrices() *cobra.Command {
	c := &cobra.Command{
		Use:   "prices",
		Short: "Show, compare and update price books",
		Long: `Price books are dated. For each region they list every rate with its tiers, its
source, and the date of the source; rates that could not be verified are marked. Rates
of your own, such as negotiated discounts, replace those of the program's book with
--prices FILE (see tollgate schema prices).`,
	}
	c.AddCommand(newPricesShow(), newPricesDiff(), newPricesUpdate())
	return c
}

func newPricesShow() *cobra.Command {
	var flags bookFlags
	var region string
	var json, sources bool
	c := &cobra.Command{
		Use:   "show [FILTER]",
		Short: "Print the price book",
		Long: `Show prints the newest price book of this program: without --region the first price
of every rate, a column for each region; with --region every tier, free allowance and
date. FILTER keeps the rates whose name contains it. With --json it prints a file that
--prices accepts.

EXIT STATUS
  0  printed
  2  wrong flags, an unknown region, or nothing matches FILTER`,
		Example: `  tollgate prices show --region eu-central-1 lambda --sources
  tollgate prices show --region eu-central-1 --json > ours.json`,
		Args: args(0, 1),
		RunE: func(c *cobra.Command, given []string) error {
			book, err := flags.book()
			if err != nil {
				return err
			}
			if region != "" {
				if book, err = oneRegion(book, region); err != nil {
					return err
				}
			}
			filter := strings.Join(given, "")
			switch {
			case json:
				out, err := book.JSON()
				if err != nil {
					return err
				}
				_, err = bytesOut(c).Write(out)
				return err
			case region != "":
				return usage(statement.Region(c.OutOrStdout(), book, region, filter, sources))
			}
			return usage(statement.Book(c.OutOrStdout(), book, filter))
		},
	}
	flags.flags(c)
	c.Flags().StringVar(&region, "region", "", "only this `region`, with every tier")
	c.Flags().BoolVar(&json, "json", false, "print the book as JSON (see tollgate schema prices)")
	c.Flags().BoolVar(&sources, "sources", false, "with --region: print where each price was read")
	return c
}

// oneRegion returns the book with one region alone.
func oneRegion(b *pricing.Book, region string) (*pricing.Book, error) {
	if err := pricing.CheckRegion(region); err != nil {
		return nil, usage(fmt.Errorf("--region %s %w", region, err))
	}
	only := b.Only(region)
	if len(only.Keys(region)) == 0 {
		return nil, usage(fmt.Errorf("--region: %w", noPrices(b, region)))
	}
	return only, nil
}

// noPrices says that a book has no prices of a region at all, and how to get some.
func noPrices(b *pricing.Book, region string) error {
	way := "write them into a file for --prices (tollgate schema prices)"
	if r, known := pricing.RegionNamed(region); known && r.Billing != "" {
		way = pricing.Remedy([]pricing.Lack{{Region: region}})
	}
	return fmt.Errorf("the price book %s has no prices of %s; it has %s: %s", b, region, strings.Join(b.Regions(), ", "), way)
}

func newPricesDiff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff BOOK BOOK",
		Short: "Print which rates differ between two price books",
		Long: `Diff compares two price books: each is the date of a book of this program, or a
file. They are compared in the regions that both have, and the others are named. Only
prices and free allowances count, not sources and dates. Rates that are gone, or of which
a price changes by more than 2 times, are marked.

EXIT STATUS
  0  compared, whether or not they differ
  2  a book cannot be read`,
		Example: "  tollgate prices diff 2026-11-22 ours.json",
		Args:    args(2, 2),
		RunE: func(c *cobra.Command, given []string) error {
			before, err := namedBook(given[0])
			if err != nil {
				return err
			}
			after, err := namedBook(given[1])
			if err != nil {
				return err
			}
			return statement.Changes(c.OutOrStdout(), statement.Side{Name: given[0], Book: before}, statement.Side{Name: given[1], Book: after})
		},
	}
}

// bookFlags say which prices a verb uses.
type bookFlags struct {
	files []string
	free  string
}

func (b *bookFlags) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&b.files, "prices", nil, "`file` with rates in place of the program's own (see tollgate schema prices; may be repeated)")
}

func (b *bookFlags) freeTierFlag(c *cobra.Command) {
	choice(c, &b.free, "free-tier", "none", "free `allowances` to subtract: none, always (without an end) or legacy (first year of accounts created before 15 July 2025)", "none", "always", "legacy")
}

// book returns the newest book, with the files' rates over it.
func (b *bookFlags) book() (*pricing.Book, error) {
	book, err := books.Latest()
	if err != nil {
		return nil, err
	}
	for _, file := range b.files {
		over, err := readBook(file)
		if err != nil {
			return nil, err
		}
		book = book.Overlay(over)
	}
	if tier := pricing.FreeTier(b.free); tier == pricing.AlwaysFree || tier == pricing.LegacyFree {
		book = book.Granting(tier)
	}
	return book, nil
}

// readBook reads a price book of the user.
func readBook(file string) (*pricing.Book, error) {
	_, data, err := readInput(nil, file)
	if err != nil {
		return nil, usage(err)
	}
	book, err := pricing.ReadBook(file, data)
	return book, usage(err)
}

// namedBook returns the embedded book of a date, or the book in a file.
func namedBook(name string) (*pricing.Book, error) {
	dates, err := books.Dates()
	if err != nil {
		return nil, err
	}
	if slices.Contains(dates, name) {
		return books.Dated(name)
	}
	if _, err := os.Stat(name); os.IsNotExist(err) {
		return nil, usage(fmt.Errorf("there is no price book of the date %s and no such file; the dates are %v", name, dates))
	}
	return readBook(name)
}
