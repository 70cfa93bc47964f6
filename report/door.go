package report

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// A Door is one target as a report shows it.
type Door struct {
	results.TargetDoc
	Index int // in the run; chooses its color
}

// response and service are the door's percentiles of good responses.
func (d Door) response() results.Percentiles { return d.Latency[results.Response.String()] }
func (d Door) service() results.Percentiles  { return d.Latency[results.Service.String()] }

// errorText prints how many requests failed, and their share.
func errorText(f results.Figures) string {
	if f.Requests == 0 || !f.Known(results.LackOutcomes) {
		return none
	}
	return fmt.Sprintf("%s (%s)", count(f.Failed), share(f.ErrorShare))
}

// rateText prints a rate of requests, where it is known when they were sent.
func rateText(f results.Figures, rate float64) string {
	if !f.Known(results.LackTimes) {
		return none
	}
	return perSecond(rate)
}

// rateCells are rates and errors as numbers; nil for what is not known.
func rateCells(f results.Figures) []any {
	cells := []any{f.Rate, f.Goodput, f.Failed, f.ErrorShare}
	if !f.Known(results.LackTimes) {
		cells[0], cells[1] = nil, nil
	}
	if !f.Known(results.LackOutcomes) {
		cells[2], cells[3] = nil, nil
	}
	return cells
}

// priced says whether the bill has any lines: an origin has none, and is not free of charge.
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

// bounds are the interval of the bill's sum; nil without one wider than a cent.
func (d Door) bounds() *pricing.Bounds {
	if !d.priced() || d.Bill.Bounds == nil || d.Bill.High.Sub(d.Bill.Low).Cmp(cent) <= 0 {
		return nil
	}
	return d.Bill.Bounds
}

// kind is the door's kind, marked if it was a model, or is experimental.
func (d Door) kind() string {
	var marks []string
	if d.Lab || d.Local {
		marks = append(marks, "model")
	}
	if priced, err := pricing.DoorNamed(d.Kind); err == nil && priced.Experimental != "" {
		marks = append(marks, "experimental")
	}
	if len(marks) == 0 {
		return clipped(d.Kind, nameWidth)
	}
	return clipped(d.Kind, nameWidth) + " (" + strings.Join(marks, ", ") + ")"
}

func (d Door) ruledOut() bool { return len(d.Lacks) > 0 }

func longest(p results.Percentiles) string {
	if p.N == 0 {
		return none
	}
	return digits(p.Max)
}

// thin says whether a percentile that reports show is missing for lack of requests.
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

// An outcomeRow is one outcome's count at one door, with its own latencies.
type outcomeRow struct {
	Title    string
	Codes    string // the status codes of the failures in it, where the title is of several: ": 404, 405"
	Count    int64
	Share    float64
	Response results.Percentiles
}

func outcomeRows(d Door) []outcomeRow {
	var rows []outcomeRow
	for o := range results.NumOutcomes {
		if out := d.Outcomes[o.String()]; out.Count > 0 {
			rows = append(rows, outcomeRow{
				outcomeTitle(o), codes(o, d), out.Count, float64(out.Count) / float64(max(1, d.Requests)), out.Latency[results.Response.String()],
			})
		}
	}
	return rows
}

// codes lists the status codes of an outcome that has several, for its title: ": 404, 405".
func codes(o results.Outcome, doors ...Door) string {
	var all []int
	for _, d := range doors {
		for _, f := range d.Failures {
			client := f.Status >= 400 && f.Status < 500 && f.Status != http.StatusTooManyRequests
			if o == results.ClientError && client || o == results.ServerError && f.Status >= 500 {
				all = append(all, f.Status)
			}
		}
	}
	slices.Sort(all)
	text := ""
	for i, code := range slices.Compact(all) {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		text += sep + strconv.Itoa(code)
	}
	return text
}

// outcomeTitle is an outcome in a reader's words.
func outcomeTitle(o results.Outcome) string {
	return map[results.Outcome]string{
		results.OK: "good", results.Throttled: "429 throttled", results.ClientError: "other 4xx", results.ServerError: "5xx",
		results.Unexpected: "unexpected response", results.TimedOut: "timeout", results.Broken: "broken connection",
		results.OwnFault: "error of the load generator",
	}[o]
}
