package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/results/compare"
)

// level is how close two figures of one run may be before the report declines
// to rank them: blocks of one run differ by about as much on a quiet network.
const level = 0.05

// answer is what the run says, in plain words: which door is fastest, which is
// cheapest, and whether to believe it.
func answer(r *Report) []string {
	if len(r.Doors) == 0 {
		return []string{"The scenario has no targets, so there is nothing to compare."}
	}
	if r.probed() {
		return conclusions(r.Run.Findings)
	}
	if requests(r.Doors) == 0 {
		if untested(r.Document) {
			return []string{"The trial before the load failed, so no load was sent and there is nothing to compare."}
		}
		return []string{"No request ended before the run did, so there is nothing to compare."}
	}
	var out []string
	if r.Verdict == results.Invalid {
		out = append(out, "The measurement is invalid and decides nothing; what follows is for orientation only.")
	}
	out = append(out, lacking(r.Doors), unserved(r.Doors))
	out = append(out, r.speed("At the median (p50)", compare.P50, func(p results.Percentiles) *float64 { return p.P50 }))
	out = append(out, r.speed("At the 99th percentile (p99)", compare.P99, func(p results.Percentiles) *float64 { return p.P99 }))
	out = append(out, silent(r.Doors), r.cheapest(), failing(r.Doors), belief(r.Document))
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// probed says whether a run was probes and nothing else.
func (r *Report) probed() bool { return len(r.Run.Findings) > 0 && requests(r.Doors) == 0 }

// conclusions are what probes say, each behind its name.
func conclusions(findings []results.Finding) (out []string) {
	for _, f := range findings {
		out = append(out, fmt.Sprintf("%s at %s: %s", f.Title, f.Target, f.Conclusion))
	}
	return out
}

func requests(doors []Door) (n int64) {
	for _, d := range doors {
		n += d.Requests
	}
	return n
}

// ranked is a door with the figure it is ranked by.
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

// speed says who is fastest at one percentile of response time, unless the
// comparison over the run's blocks does not tell the fastest from the slowest.
func (r *Report) speed(where string, metric compare.Metric, of func(results.Percentiles) *float64) string {
	rs := rank(r.Doors, func(d Door) (float64, bool) {
		v := of(d.response())
		if v == nil {
			return 0, false
		}
		return *v, true
	})
	switch len(rs) {
	case 0:
		if !slices.ContainsFunc(r.Doors, func(d Door) bool { return !d.ruledOut() && d.response().N > 0 }) {
			return "" // said of each: see unserved and silent
		}
		return where + ", no target answered often enough for a figure."
	case 1:
		return fmt.Sprintf("%s, %s answers within %s ms.", where, called(rs[0].door), digits(rs[0].value))
	}
	first, last := rs[0], rs[len(rs)-1]
	if digits(first.value) == digits(last.value) {
		return fmt.Sprintf("%s, all answer within %s ms.", where, digits(first.value))
	}
	if last.value <= first.value*(1+level) {
		return fmt.Sprintf("%s, all answer within %s to %s ms, too close together for one run to rank them.",
			where, digits(first.value), digits(last.value))
	}
	if !tellsApart(r.Comparison, metric, first.door.Name, last.door.Name) {
		return fmt.Sprintf("%s, from %s ms (%s) to %s ms (%s), which the comparison over blocks does not tell apart.",
			where, digits(first.value), called(first.door), digits(last.value), called(last.door))
	}
	return fmt.Sprintf("%s, %s at %s ms of response time; %s is slowest at %s ms, %s ms more.", where,
		leading(rs, "is fastest", "are fastest and level"), digits(first.value), called(last.door), digits(last.value), digits(last.value-first.value))
}

// tellsApart says whether a comparison tells the first of two targets from the
// last, by how each stands to the base. Where it does not know the metric at all,
// the figures speak for themselves.
func tellsApart(c *compare.Comparison, metric compare.Metric, first, last string) bool {
	judged := false
	standing := map[string]int{}
	if c != nil {
		for i := range c.Pairs {
			e := c.Pairs[i].Effect(metric)
			if e == nil {
				continue
			}
			judged = true
			standing[c.Pairs[i].Base] = 0
			if at, told := map[compare.Verdict]int{compare.Better: -1, compare.Equivalent: 0, compare.Worse: 1}[e.Verdict]; told {
				standing[c.Pairs[i].Head] = at
			}
		}
	}
	best, knowsBest := standing[first]
	worst, knowsWorst := standing[last]
	return !judged || knowsBest && knowsWorst && best < worst
}

// leading names the best door, with those that one run cannot tell from it.
func leading(rs []ranked, one, many string) string {
	var names []string
	for _, r := range rs {
		if r.value <= rs[0].value*(1+level) {
			names = append(names, called(r.door))
		}
	}
	if len(names) == 1 {
		return names[0] + " " + one
	}
	return listed(names) + " " + many
}

// cheapest says who is cheapest for the month that the bills are made for.
func (r *Report) cheapest() string {
	rs := rank(r.Doors, func(d Door) (float64, bool) {
		if !d.priced() {
			return 0, false
		}
		return d.Bill.Month.Float(), true
	})
	where := "For the month that was priced"
	if r.Month > 0 {
		where = "At " + count(r.Month) + " requests a month"
	}
	switch len(rs) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s, %s costs %s.", where, called(rs[0].door), rs[0].door.month())
	}
	first, last := rs[0].door, rs[len(rs)-1].door
	if first.Bill.Month.Cmp(last.Bill.Month) == 0 {
		return fmt.Sprintf("%s, all cost %s.", where, first.month())
	}
	return fmt.Sprintf("%s, %s is cheapest at %s; %s is dearest at %s, %s more.", where,
		called(first), first.month(), called(last), last.month(), dollars(last.Bill.Month.Sub(first.Bill.Month)))
}

// lacking names the doors that cannot do what the scenario requires. They were
// measured and are shown, but no ranking has them.
func lacking(doors []Door) string {
	var parts []string
	for _, d := range doors {
		if d.ruledOut() {
			parts = append(parts, called(d)+" (no "+strings.ReplaceAll(strings.Join(d.Lacks, ", no "), "-", " ")+")")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Ruled out, for want of what the scenario requires: " + listed(parts) + "."
}

// unserved says so where no door is left.
func unserved(doors []Door) string {
	if slices.ContainsFunc(doors, func(d Door) bool { return !d.ruledOut() }) {
		return ""
	}
	return "No target has all that the scenario requires, so none can be recommended."
}

// silent names targets without a single good response, whom no ranking shows.
func silent(doors []Door) string {
	var names []string
	for _, d := range doors {
		if d.response().N == 0 {
			names = append(names, called(d))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " gave no good response and is in no ranking."
	}
	return listed(names) + " gave no good response and are in no ranking."
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
			names = append(names, fmt.Sprintf("%s (%s)", called(d), text))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Requests failed at " + listed(names) + "; latencies are of good responses only."
}

// belief says how far to trust all this.
func belief(doc results.Document) string {
	lag := fmt.Sprintf("the generator was at most %s ms behind its schedule for 99%% of requests", digits(doc.Generator.Lag.P99))
	switch {
	case doc.State != results.Finished:
		return "The run did not reach its end."
	case doc.Verdict == results.Valid:
		return "The measurement is valid: " + lag + "."
	case doc.Verdict == results.Suspect:
		return "The measurement is suspect, for the reasons above."
	}
	return ""
}

// called is a door's name as prose has it.
func called(d Door) string { return d.Name }

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
