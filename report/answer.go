package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/compare"
)

// level is how close two figures of one run may be before the report does not
// rank them: blocks of one run differ by about as much on a quiet network.
const level = 0.05

// answer is the conclusion of the run in plain words: which target is fastest,
// which is cheapest, and how far to trust that.
func answer(r *Report) []string {
	switch {
	case len(r.Doors) == 0:
		return []string{"The scenario has no targets, so there is nothing to compare."}
	case r.probed():
		var out []string
		for _, f := range r.Run.Findings {
			out = append(out, fmt.Sprintf("%s at %s: %s", f.Title, f.Target, f.Conclusion))
		}
		return out
	case requests(r.Doors) == 0 && untested(r.Document):
		return []string{"The trial before the load failed, so no load was sent and there is nothing to compare."}
	case requests(r.Doors) == 0:
		return []string{"No request ended before the run did, so there is nothing to compare."}
	}
	var out []string
	if r.Verdict == results.Invalid {
		out = append(out, "The measurement is invalid and decides nothing; the following figures are for orientation only.")
	}
	if len(r.UnequalLoads()) > 0 {
		out = append(out, "Targets received different loads, which may explain how they differ.")
	}
	out = append(out, lacking(r.Doors),
		r.speed("At the median (p50)", compare.P50, func(p results.Percentiles) *float64 { return p.P50 }),
		r.speed("At the 99th percentile (p99)", compare.P99, func(p results.Percentiles) *float64 { return p.P99 }),
		early(r.Doors), r.posting(), silent(r.Doors, r.onlyPosts), r.cheapest(), failing(r.Doors), trustIn(r.Document))
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// probed says whether the run was probes and nothing else.
func (r *Report) probed() bool { return len(r.Run.Findings) > 0 && requests(r.Doors) == 0 }

func requests(doors []Door) (n int64) {
	for _, d := range doors {
		n += d.Requests
	}
	return n
}

// ranked is a target with the figure it is ranked by.
type ranked struct {
	door  Door
	value float64
}

func rank(doors []Door, value func(Door) (float64, bool)) []ranked {
	var rs []ranked
	for _, d := range doors {
		if v, ok := value(d); ok && !d.ruledOut() {
			rs = append(rs, ranked{d, v})
		}
	}
	slices.SortStableFunc(rs, func(a, b ranked) int { return cmp.Compare(a.value, b.value) })
	return rs
}

// speed says which target is fastest at one percentile of response time, unless
// the comparison over the run's blocks does not distinguish it from the slowest.
func (r *Report) speed(where string, metric compare.Metric, of func(results.Percentiles) *float64) string {
	rs := rank(r.Doors, func(d Door) (float64, bool) {
		if v := of(d.response()); v != nil {
			return *v, true
		}
		return 0, false
	})
	if len(rs) == 0 {
		if !slices.ContainsFunc(r.Doors, func(d Door) bool { return !d.ruledOut() && d.response().N > 0 }) {
			return "" // lacking and silent name them
		}
		return where + ", no target has enough responses for a figure."
	}
	first, last := rs[0], rs[len(rs)-1]
	fastest, slowest := digits(first.value), digits(last.value)
	faster, tested := distinguishes(r.Comparison, metric, first.door.Name, last.door.Name)
	switch {
	case len(rs) == 1:
		return fmt.Sprintf("%s, %s answers within %s ms.", where, first.door.Name, fastest)
	case fastest == slowest:
		return fmt.Sprintf("%s, all answer within %s ms.", where, fastest)
	case last.value <= first.value*(1+level) && !(tested && faster):
		return fmt.Sprintf("%s, all answer within %s to %s ms, which is too close for one run to rank them.", where, fastest, slowest)
	case tested && !faster:
		return fmt.Sprintf("%s, response times range from %s ms (%s) to %s ms (%s); the comparison over blocks does not confirm a difference.",
			where, fastest, first.door.Name, slowest, last.door.Name)
	}
	best := r.unranked(metric, rs)
	leading := best[0] + " is fastest"
	if len(best) > 1 {
		leading = listed(best) + " are fastest, within 5% of each other,"
	}
	return fmt.Sprintf("%s, %s at %s ms of response time; %s is slowest at %s ms, %s ms more.", where, leading, fastest, last.door.Name, slowest, digits(last.value-first.value))
}

// distinguishes says whether a comparison finds the first of two targets better
// than the last, by how each compares with the base. If it does not have the
// metric, the figures decide.
func distinguishes(c *compare.Comparison, metric compare.Metric, first, last string) (better, tested bool) {
	if c == nil {
		return false, false
	}
	standing := map[string]int{}
	for i := range c.Pairs {
		if e := c.Pairs[i].Effect(metric); e != nil {
			tested = true
			standing[c.Pairs[i].Base] = 0
			if at, ok := map[compare.Verdict]int{compare.Better: -1, compare.Equivalent: 0, compare.Worse: 1}[e.Verdict]; ok {
				standing[c.Pairs[i].Head] = at
			}
		}
	}
	best, knowsBest := standing[first]
	worst, knowsWorst := standing[last]
	return knowsBest && knowsWorst && best < worst, tested
}

// cheapest says which target is cheapest for the month that the bills are made for.
func (r *Report) cheapest() string {
	rs := rank(r.Doors, func(d Door) (float64, bool) {
		if !d.priced() {
			return 0, false
		}
		return d.Bill.Month.Float(), true
	})
	where := "For the priced month"
	if r.Month > 0 {
		where = "At " + r.month()
	}
	if len(rs) == 0 {
		return r.unbilled()
	}
	first, last := rs[0].door, rs[len(rs)-1].door
	switch {
	case len(rs) == 1:
		return fmt.Sprintf("%s, %s costs %s.%s", where, first.Name, first.month(), r.unpriced())
	case dollars(first.Bill.Month) == dollars(last.Bill.Month):
		all := "all"
		if len(rs) == 2 {
			all = "both"
		}
		return fmt.Sprintf("%s, %s cost %s.%s", where, all, first.month(), r.unpriced())
	}
	mostFailed := ""
	if 2*first.Failed > first.Requests {
		mostFailed = fmt.Sprintf(" Most requests at %s failed: one that serves few requests costs less.", first.Name)
	}
	return fmt.Sprintf("%s, %s is cheapest at %s; %s is most expensive at %s, %s more.%s%s", where,
		first.Name, first.month(), last.Name, last.month(), dollars(last.Bill.Month.Sub(first.Bill.Month)), mostFailed, r.unpriced())
}

// unpriced names the targets that AWS bills, and whose price is unknown: which is cheapest
// is said of the others.
func (r *Report) unpriced() string {
	var names []string
	for _, d := range r.Doors {
		if _, err := pricing.DoorNamed(d.Kind); err == nil && !d.priced() && d.Requests > 0 {
			names = append(names, d.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" What %s would cost is unknown, so that this is about the others.", listed(names))
}

// unbilled says why no target has a bill, where one was asked for.
func (r *Report) unbilled() string {
	if r.Document.Month == 0 || len(r.Doors) == 0 {
		return ""
	}
	for _, d := range r.Doors {
		_, unbilled := pricing.DoorNamed(d.Kind)
		switch {
		case d.Unbilled != "":
			return "There is no bill: next to none of the requests was answered as expected, and failures do not stand for a month."
		case d.Requests == 0:
			return "There is no bill: probes do not stand for a month, and no request of a load was measured."
		case unbilled != nil:
			return d.Name + " has no front door to bill; tollgate price RUN --as http-api bills what was measured as if it were behind one, and --compare behind each."
		}
	}
	return ""
}

// lacking names the targets that lack what the scenario requires. They are shown, but not ranked.
func lacking(doors []Door) string {
	var parts []string
	for _, d := range doors {
		if d.ruledOut() {
			parts = append(parts, d.Name+" (no "+strings.ReplaceAll(strings.Join(d.Lacks, ", no "), "-", " ")+")")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	text := "Ruled out, because the scenario requires what they lack: " + listed(parts) + "."
	if len(parts) == len(doors) {
		text += " No target meets all requirements, so none can be recommended."
	}
	return text
}

// silent names the targets without a single good response, which are not ranked.
func silent(doors []Door, posts func(Door) bool) string {
	var names []string
	for _, d := range doors {
		if d.response().N == 0 && !posts(d) {
			names = append(names, d.Name)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " gave no good response and is not ranked."
	}
	return listed(names) + " gave no good response and are not ranked."
}

// onlyPosts says whether all that was sent to a target are messages without a reply.
func (r *Report) onlyPosts(d Door) bool {
	_, all := r.Document.Unanswered(&d.TargetDoc)
	return all
}

// posting names the targets that are not ranked because no replies are awaited.
func (r *Report) posting() string {
	var names []string
	for _, d := range r.Doors {
		if r.onlyPosts(d) {
			names = append(names, d.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "No replies are awaited at " + listed(names) + ", so response times cannot be told or ranked there."
}

// failing names the targets that failed more than one request in a thousand.
func failing(doors []Door) string {
	var names []string
	for _, d := range doors {
		if d.ErrorShare > 0.001 {
			text := share(d.ErrorShare)
			if rows := failureRows(d); len(rows) > 0 {
				text += ", mostly " + rows[0].Cause
			}
			names = append(names, fmt.Sprintf("%s (%s)", d.Name, text))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Requests failed at " + listed(names) + "; latencies are those of good responses."
}

func trustIn(doc results.Document) string {
	switch {
	case doc.State != results.Finished:
		return "The run did not finish."
	case doc.Verdict == results.Valid:
		return fmt.Sprintf("The measurement is valid: the generator was at most %s ms behind its schedule for 99%% of requests.", digits(doc.Generator.Lag.P99))
	case doc.Verdict == results.Suspect:
		return "The measurement is suspect, for the reasons that are listed."
	case doc.Verdict == results.Unknown:
		return "How the load generator performed was not recorded, so how far to trust the measurement cannot be told."
	}
	return ""
}

// listed joins names as prose does; beyond five it counts the rest.
func listed(names []string) string {
	if len(names) > 5 {
		names = append(slices.Clone(names[:4]), fmt.Sprintf("%d others", len(names)-4))
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
