package report

import (
	"fmt"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// A Door is one target as a report shows it.
type Door struct {
	results.TargetDoc
	Index int // in the run; chooses its colour
}

// response and service are the door's percentiles of good responses.
func (d Door) response() results.Percentiles { return d.Latency[results.Response.String()] }
func (d Door) service() results.Percentiles  { return d.Latency[results.Service.String()] }

// errors prints how many of the door's requests failed, and their share.
func (d Door) errors() string { return errorText(d.Figures) }

func errorText(f results.Figures) string {
	if f.Requests == 0 {
		return none
	}
	return fmt.Sprintf("%s (%s)", count(f.Failed), share(f.ErrorShare))
}

// priced says whether the door has a bill with anything on it: an origin has
// none, which is not a price of nothing.
func (d Door) priced() bool { return d.Bill != nil && len(d.Bill.Lines) > 0 }

// month prints the bill's sum, with its interval where it has one.
func (d Door) month() string {
	if !d.priced() {
		return none
	}
	b := d.bounds()
	if b == nil {
		return dollars(d.Bill.Month)
	}
	return dollars(d.Bill.Month) + " (" + dollars(b.Low) + "–" + strings.TrimPrefix(dollars(b.High), "$") + ")"
}

// cent is the least that a bill's interval must be wider than to be worth room.
var cent = pricing.Money(pricing.Ratio(1, 100))

// bounds are the interval of the bill's sum; nil where it has none, or one of no
// more than a cent.
func (d Door) bounds() *pricing.Bounds {
	if !d.priced() || d.Bill.Bounds == nil || d.Bill.High.Sub(d.Bill.Low).Cmp(cent) <= 0 {
		return nil
	}
	return d.Bill.Bounds
}

// ruledOut says whether the door lacks what the scenario requires.
func (d Door) ruledOut() bool { return len(d.Lacks) > 0 }

// longest prints the slowest good response.
func longest(p results.Percentiles) string {
	if p.N == 0 {
		return none
	}
	return digits(p.Max)
}

// thin says whether a percentile of the columns that reports show is missing
// because the sample is too small for it.
func thin(p results.Percentiles) bool {
	return p.P50 == nil || p.P90 == nil || p.P99 == nil
}

// measured prints what a threshold found, like the sentence that says why the
// run failed: three digits need not show on which side of the limit it is.
func measured(t results.ThresholdResult) string {
	if t.Measured == nil {
		return "nothing"
	}
	return normalize(t.Amount())
}
