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
}

// A Bill is what one month at one door costs.
type Bill struct {
	Region   string   `json:"region"`
	Book     string   `json:"book"`      // name and date of the price book
	FreeTier FreeTier `json:"free_tier"` // the allowances that were subtracted
	Month    Money    `json:"month_usd"` // the sum of the lines
	*Bounds           // of the month; nil: nothing varied
	Lines    []Line   `json:"lines"`
	Warnings []string `json:"warnings,omitempty"` // what the bill leaves out or could not know
}

// Price makes the bill of a month's usage in a region. Every dimension may be
// there once: tiers are of the month's total.
func (b *Book) Price(region string, u Usage) (Bill, error) {
	bill := Bill{Region: region, Book: b.String(), FreeTier: b.free, Lines: []Line{}}
	var errs []error
	seen, free := make(map[string]bool, len(u)), pools{}
	for _, used := range u {
		line, err := b.line(region, used, free)
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
	if err := errors.Join(errs...); err != nil {
		return Bill{}, err
	}
	bill.Warnings = warnings(bill.Lines, u)
	return bill, nil
}

func (b *Book) line(region string, u Used, free pools) (Line, error) {
	key := u.Dimension.Key(u.Reading.Variant)
	rate, err := b.Rate(region, key)
	if err != nil {
		return Line{}, err
	}
	if u.Reading.Quantity.Sign() < 0 {
		return Line{}, fmt.Errorf("%s: %s %s in a month: a quantity must not be negative", key, u.Reading.Quantity, u.Dimension.Unit)
	}
	used := free[rate.pool]
	return Line{
		Dimension:  key,
		Title:      u.Dimension.title(u.Reading.Variant),
		Unit:       u.Dimension.Unit,
		Quantity:   u.Reading.Quantity,
		Cost:       free.cost(rate, u.Reading.Quantity),
		Basis:      weakest(u.Reading.Basis, rate.basis()),
		Derivation: u.Reading.Derivation + "; " + rate.explain(u.Reading.Quantity, used),
		Source:     rate.source(),
		Unverified: rate.unverified(),
	}, nil
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
