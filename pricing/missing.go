package pricing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A NoRateError says that a book has no price for what is billed in a region.
type NoRateError struct {
	Book, Region, Key string
	why               string
}

func (e *NoRateError) Error() string { return e.why }

// An UnknownUseError says that what is billed is used, and how much of it is unknown.
type UnknownUseError struct{ why string }

func (e *UnknownUseError) Error() string { return e.why }

// Unknowable says whether an error is that a price, or what is used, is unknown, and not
// that something is wrong.
func Unknowable(err error) bool {
	_, use := errors.AsType[*UnknownUseError](err)
	return use || len(Lacks(err)) > 0
}

// A Lack is what has no price in one region.
type Lack struct {
	Region string
	Keys   []string // of the price book, sorted; none: all of them
}

// Lacks gathers every price that an error says is missing, region by region.
func Lacks(err error) []Lack {
	keys := map[string][]string{}
	for _, e := range noRates(err) {
		keys[e.Region] = append(keys[e.Region], e.Key)
	}
	var all []Lack
	for _, region := range slices.Sorted(maps.Keys(keys)) {
		slices.Sort(keys[region])
		all = append(all, Lack{region, slices.Compact(keys[region])})
	}
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

// unlisted are what no list has that "tollgate prices update" reads.
var unlisted = slices.Concat(calledBill, []Dimension{
	CloudFrontOrigin, CloudFrontPlans, CloudFrontFunctions, CloudFrontInvalidations, EdgeRequests, EdgeDuration,
	LambdaWebRequests, LambdaWebCPU, LambdaWebMemory, LambdaWebTransfer,
	NATHours, NATData, ZoneData,
})

// Listed says whether AWS's price lists, as this program reads them, have a key
// of the price book in the regions that they are for.
func Listed(key string) bool {
	return !keyOf(unlisted, key)
}

// Remedy says how to get the prices that are missing: by the command that reads
// AWS's price lists where those have them, else by rates that the file states.
func Remedy(lacks []Lack) string {
	var regions, keys []string
	for _, l := range lacks {
		r, _ := RegionNamed(l.Region)
		listed := func(key string) bool { return r.Billing != "" && Listed(key) }
		if len(l.Keys) == 0 && r.Billing != "" || slices.ContainsFunc(l.Keys, listed) {
			regions = append(regions, "--region "+l.Region)
		}
		keys = append(keys, slices.DeleteFunc(slices.Clone(l.Keys), listed)...)
	}
	var ways []string
	if len(regions) > 0 {
		ways = append(ways, fmt.Sprintf("get them with \"tollgate prices update %s\" and use them with --prices prices.yaml", strings.Join(regions, " ")))
	}
	if len(keys) > 0 {
		slices.Sort(keys)
		ways = append(ways, fmt.Sprintf("AWS's public price lists lack some: state those in US dollars per unit, as rates: {%s: …} at the top of a workload or under pricing in a scenario, or in a file for --prices (tollgate schema prices)", strings.Join(slices.Compact(keys), ": …, ")))
	}
	return strings.Join(ways, "; ")
}
