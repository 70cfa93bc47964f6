package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

// bookFlags say which prices a verb uses.
type bookFlags struct {
	files []string
	free  string
}

func (b *bookFlags) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&b.files, "prices", nil, "`file` with rates in place of the program's own (see tollgate schema prices; may be repeated)")
}

func (b *bookFlags) freeTierFlag(c *cobra.Command) {
	c.Flags().StringVar(&b.free, "free-tier", "none", "free `allowances` to subtract: none, always (without an end) or legacy (first year of accounts created before 15 July 2025)")
	_ = c.RegisterFlagCompletionFunc("free-tier", cobra.FixedCompletions([]string{"none", "always", "legacy"}, cobra.ShellCompDirectiveNoFileComp))
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
	switch tier := pricing.FreeTier(b.free); tier {
	case "", pricing.NoFreeTier:
		return book, nil
	case pricing.AlwaysFree, pricing.LegacyFree:
		return book.Granting(tier), nil
	}
	return nil, usage(fmt.Errorf("--free-tier %s: say none, always or legacy", b.free))
}

// readBook reads a price book of the user.
func readBook(file string) (*pricing.Book, error) {
	data, err := readLimited(file)
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
