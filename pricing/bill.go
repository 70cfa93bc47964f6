package pricing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Line is one priced dimension.
type Line struct {
	Dimension  string   `json:"dimension"`
	Title      string   `json:"title"`
	Unit       Unit     `json:"unit"`
	Quantity   Quantity `json:"quantity"`
	Cost       Money    `json:"usd"`
	Basis      Basis    `json:"basis"`
	Derivation string   `json:"derivation"` // from traffic to quantity to dollars
	Source     string   `json:"source"`     // of the rate: price book entry with its date
	Unverified bool     `json:"unverified,omitempty"`
	Parts      []Part   `json:"parts,omitempty"`   // by function, where there are several
	Unknown    bool     `json:"unknown,omitempty"` // the price of some of it, if not of all: the cost is that of the rest
}

// A Bill is what one month at one door costs.
type Bill struct {
	Region   string    `json:"region"`
	Book     string    `json:"book"`      // name and date of the price book
	FreeTier FreeTier  `json:"free_tier"` // the allowances that were subtracted
	Month    Money     `json:"month_usd"` // the sum of the lines
	*Bounds            // of the month; nil: there were too few blocks, or nothing varied
	Lines    []Line    `json:"lines"`
	APIs     []APIBill `json:"apis,omitempty"`     // of a workload with several: each with its part of the lines
	Unknown  []string  `json:"unknown,omitempty"`  // dimensions whose price is not known in full: the month costs at least this
	Warnings []string  `json:"warnings,omitempty"` // what the bill leaves out or could not know
}

// Price makes the bill of a month's usage in a region. Every dimension may be
// there once: tiers are of the month's total. A price that is unknown is an error.
func (b *Book) Price(region string, u Usage) (Bill, error) {
	bill, lacks, err := b.priceKnown(region, u)
	if err := errors.Join(err, lacks); err != nil {
		return Bill{}, err
	}
	return bill, nil
}

// priceKnown makes the bill of what has a price; lacks are the prices that are unknown.
func (b *Book) priceKnown(region string, u Usage) (_ Bill, lacks, err error) {
	u = b.withOthers(u)
	bill := Bill{Region: region, Book: b.String(), FreeTier: b.free, Lines: []Line{}}
	var errs, unknown []error
	var unpriced []string
	seen, free := make(map[string]bool, len(u)), pools{}
	for _, used := range u {
		if why := used.Reading.Unknown; why != "" {
			_, lack := b.Rate(region, used.Dimension.Key(used.Reading.Variant))
			unknown = append(unknown, lack)
			if !slices.ContainsFunc(errs, func(err error) bool { return err.Error() == why }) {
				errs = append(errs, &UnknownUseError{why})
			}
			continue
		}
		line, err := b.line(region, used, free)
		if len(Lacks(err)) > 0 {
			if used.Dimension.Called {
				unpriced = append(unpriced, line.Dimension)
			} else {
				unknown = append(unknown, err)
			}
			bill.Unknown = append(bill.Unknown, line.Dimension)
			err = nil
		}
		if err == nil && seen[line.Dimension] {
			err = fmt.Errorf("%s is in the usage twice: a month has one total", line.Dimension)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		seen[line.Dimension] = true
		bill.Month = bill.Month.Add(line.Cost)
		bill.Lines = append(bill.Lines, line)
	}
	bill.Warnings = warnings(bill.Lines, u)
	if len(unpriced) > 0 {
		bill.Warnings = append(bill.Warnings, fmt.Sprintf("no price of %s in %s is known, so that the bill lacks it: state it under pricing: {rates: …}", strings.Join(unpriced, ", "), region))
	}
	return bill, errors.Join(unknown...), errors.Join(errs...)
}

// line prices one dimension. A line comes with the error that its price is unknown,
// too: it has what is known.
func (b *Book) line(region string, u Used, free pools) (Line, error) {
	key := u.Dimension.Key(u.Reading.Variant)
	if u.Reading.Quantity.Sign() < 0 {
		return Line{}, fmt.Errorf("%s: %s %s in a month: a quantity must not be negative", key, u.Reading.Quantity, u.Dimension.Unit)
	}
	rate, err := b.rateFor(region, key, u.Reading.Quantity, free)
	if err != nil && len(rate.Tiers) == 0 {
		if u.Reading.Quantity.Sign() == 0 {
			err = nil // costs nothing at any price
		}
		return Line{
			Dimension: key, Title: u.Dimension.title(u.Reading.Variant), Unit: u.Dimension.Unit, Quantity: u.Reading.Quantity,
			Basis: u.Reading.Basis, Derivation: u.Reading.Derivation, Source: "none: " + b.String() + " has no price", Unknown: err != nil,
		}, err
	}
	used := free[rate.pool]
	line := Line{
		Unknown:    err != nil,
		Dimension:  key,
		Title:      u.Dimension.title(u.Reading.Variant),
		Unit:       u.Dimension.Unit,
		Quantity:   u.Reading.Quantity,
		Cost:       free.cost(rate, u.Reading.Quantity),
		Basis:      weakest(u.Reading.Basis, rate.basis()),
		Derivation: u.Reading.Derivation + "; " + rate.explain(u.Reading.Quantity, used),
		Source:     rate.source(),
		Unverified: rate.unverified(rate.charged(u.Reading.Quantity, used)),
	}
	line.costs(u.Reading.Parts)
	return line, err
}

// warnings says what the lines leave out or rest on, each thing once.
func warnings(lines []Line, u Usage) (ws []string) {
	var unverified []string
	for _, l := range lines {
		if l.Unverified {
			unverified = append(unverified, l.Title)
		}
	}
	if len(unverified) > 0 {
		ws = append(ws, "unverified price of "+strings.Join(unverified, ", ")+": check it before you rely on it")
	}
	for _, used := range u {
		if c := used.Reading.Caveat; c != "" && !slices.Contains(ws, c) {
			ws = append(ws, c)
		}
	}
	return ws
}
