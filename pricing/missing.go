package pricing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A NoRateError says that a book has no price for what is billed in a region.
type NoRateError struct {
	Book, Region, Key string
	why               string
}

func (e *NoRateError) Error() string { return e.why }

// A Lack is what has no price in one region.
type Lack struct {
	Region string
	Keys   []string // of the price book, sorted
}

// Lacks gathers every price that an error says is missing, region by region.
func Lacks(err error) []Lack {
	var all []Lack
	for _, e := range noRates(err) {
		i := slices.IndexFunc(all, func(l Lack) bool { return l.Region == e.Region })
		if i < 0 {
			i, all = len(all), append(all, Lack{Region: e.Region})
		}
		if !slices.Contains(all[i].Keys, e.Key) {
			all[i].Keys = append(all[i].Keys, e.Key)
		}
	}
	for _, l := range all {
		slices.Sort(l.Keys)
	}
	slices.SortFunc(all, func(a, b Lack) int { return cmp.Compare(a.Region, b.Region) })
	return all
}

// noRates walks a tree of wrapped and joined errors.
func noRates(err error) (all []*NoRateError) {
	switch e := err.(type) {
	case nil:
	case *NoRateError:
		all = append(all, e)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, noRates(inner)...)
		}
	case interface{ Unwrap() error }:
		all = noRates(e.Unwrap())
	}
	return all
}

// String names what has no price: "lambda.requests in eu-north-1 (Europe
// (Stockholm))".
func (l Lack) String() string {
	in := l.Region
	if r, known := RegionNamed(l.Region); known {
		in += ", " + r.Title
	}
	return strings.Join(l.Keys, ", ") + " (" + in + ")"
}

// Remedy says how to get the prices that are missing: the command that reads
// AWS's price lists for the regions which those lists have, and rates stated in
// the scenario for the others.
func Remedy(lacks []Lack) string {
	var listed, unlisted []string
	for _, l := range lacks {
		if r, _ := RegionNamed(l.Region); r.Billing != "" {
			listed = append(listed, "--region "+l.Region)
		} else {
			unlisted = append(unlisted, l.Keys...)
		}
	}
	var ways []string
	if len(listed) > 0 {
		ways = append(ways, fmt.Sprintf("get them with \"tollgate prices update --bulk %s --write prices.yaml\" and use them with --prices prices.yaml", strings.Join(listed, " ")))
	}
	if len(unlisted) > 0 {
		slices.Sort(unlisted)
		ways = append(ways, fmt.Sprintf("state them in the scenario, in US dollars for one unit (pricing: {rates: {%s: …}})", strings.Join(slices.Compact(unlisted), ": …, ")))
	}
	return strings.Join(ways, "; ")
}
