package whatif

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tollgate/pricing"
)

// Text writes the report for a terminal: what is worth changing, the curves, each with bars of
// its shares, and what they assume.
func (r *Report) Text(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	if r.Requests > 0 {
		line("%s from %s to %s", pricing.Counted(r.Requests, "request"), r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	} else {
		line("%s from %s to %s", pricing.Counted(r.Invocations, "invocation"), r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	}
	line("a month of this traffic at %s: %s", r.Door, dollars(r.Month))
	line("\nworth changing (what these figures assume stands at the end)")
	for _, text := range r.Worth {
		line("  - %s", text)
	}
	if len(r.Worth) == 0 {
		line("  nothing: no setting that was tried saves money or cold starts")
	}
	r.throttleText(line)
	r.cacheText(line)
	r.startText(line)
	r.balancerText(line)
	line("\nassumptions")
	for _, text := range r.Assumptions {
		line("  - %s", text)
	}
	return w.Flush()
}

func (r *Report) throttleText(line func(string, ...any)) {
	if len(r.Throttle) == 0 {
		return
	}
	line("\nthrottle of all requests (token bucket)")
	head, keyed := "rate\tburst that refuses none\ta burst of\trefuses\t\ta month\t", r.Throttle[0].AtKeys != nil
	if keyed {
		head += "refuses if each key has it\tof keys\t"
	}
	line("%s", head)
	for _, row := range r.Throttle {
		text := fmt.Sprintf("%s/s\t%s\t%s\t%s\t%s\t%s\t", figure(row.Rate), pricing.Count(row.Burst), pricing.Count(row.AtBurst), ranged(row.Refused, row.Least, row.Most), bar(float64(row.Refused)/float64(r.Requests)), dollars(row.Month))
		if keyed {
			text += fmt.Sprintf("%s\t%d\t", ranged(*row.AtKeys, row.LeastAt, row.MostAt), row.Keys)
		}
		line("%s", text)
	}
	if r.Tightest != "" {
		line("  the tightest one that refuses nothing: %s", r.Tightest)
	}
}

func (r *Report) cacheText(line func(string, ...any)) {
	if len(r.Cache) == 0 {
		return
	}
	line("\ncache of GET requests")
	line("TTL\tsize\thits\tof GET\t\tneeds\ta month\t")
	for i, row := range r.Cache {
		if repeats(r.Cache, i, func(a, b CacheRow) bool { return a.Hits == b.Hits && a.GB == b.GB && a.Least == nil }) && !slices.Contains(r.asked.ttls, row.Seconds) {
			continue
		}
		gb := "-"
		if row.GB != "" {
			gb = row.GB + " GB"
		}
		line("%s\t%s\t%s\t%s\t%s\t%s\t%s\t", words(row.Seconds), gb, ranged(row.Hits, row.Least, row.Most), row.percent(), bar(row.Ratio), size(row.Bytes), dollars(row.Month))
	}
}

func (r *Report) startText(line func(string, ...any)) {
	if len(r.Idle) == 0 {
		return
	}
	mostCold := 1.0 // both bars are parts of the most
	for _, row := range r.Idle {
		mostCold = max(mostCold, float64(row.Cold))
	}
	for _, row := range r.Provisioned {
		mostCold = max(mostCold, float64(row.Cold))
	}
	line("\ncold starts, by how long an idle environment stays")
	line("idle\tcold starts\tshare\t\t")
	for i, row := range r.Idle {
		if repeats(r.Idle, i, func(a, b IdleRow) bool { return a.Cold == b.Cold && a.Least == nil }) && row.Seconds != r.asked.idle {
			continue
		}
		line("%s\t%s\t%.3f %%\t%s\t", words(row.Seconds), ranged(row.Cold, row.Least, row.Most), 100*row.Share, bar(float64(row.Cold)/mostCold))
	}
	if text := r.inits(); text != "" {
		line("  %s", text)
	}
	line("\ncold starts, by provisioned environments")
	line("provisioned\tcold starts\tshare\t\ta month\t")
	for i, row := range r.Provisioned {
		if repeats(r.Provisioned, i, func(a, b ProvisionedRow) bool { return a.Cold == b.Cold && a.Least == nil }) && !slices.Contains(r.asked.levels, row.Environments) {
			continue
		}
		line("%d\t%s\t%.3f %%\t%s\t%s\t", row.Environments, ranged(row.Cold, row.Least, row.Most), 100*row.Share, bar(float64(row.Cold)/mostCold), dollars(row.Month))
	}
}

// repeats says whether a row says what those before and after it say: of many alike the first
// and the last are shown.
func repeats[Row any](rows []Row, i int, alike func(a, b Row) bool) bool {
	return i > 0 && i < len(rows)-1 && alike(rows[i-1], rows[i]) && alike(rows[i], rows[i+1])
}

// inits says how far the model is from the INITs that were logged; "" where the log of no
// function is there.
func (r *Report) inits() string {
	if r.Inits == nil || len(r.Idle) == 0 {
		return ""
	}
	least, most := r.Idle[0], r.Idle[0]
	for _, row := range r.Idle {
		if row.Cold < least.Cold {
			least = row
		}
		if row.Cold > most.Cold {
			most = row
		}
	}
	text := fmt.Sprintf("the function's log has %s in %s", pricing.Counted(*r.Inits, "INIT"), pricing.Counted(r.Invocations, "invocation"))
	switch n := *r.Inits; {
	case n > most.Cold:
		text += fmt.Sprintf(": more than the model has at any idle time (%s at most), so environments ended for other reasons, as after a deployment, or had started ahead of use", pricing.Count(most.Cold))
	case n < least.Cold:
		text += fmt.Sprintf(": fewer than the model has at any idle time (%s at least), so environments were there when the log begins, or are provisioned", pricing.Count(least.Cold))
	default:
		closest := r.Idle[0]
		for _, row := range r.Idle {
			if max(row.Cold-n, n-row.Cold) < max(closest.Cold-n, n-closest.Cold) {
				closest = row
			}
		}
		text += fmt.Sprintf(": closest is the model with idle %s, %s", words(closest.Seconds), pricing.Counted(closest.Cold, "cold start"))
	}
	return text
}

// shownHours are printed of a load balancer's, those with the most LCUs.
const shownHours = 5

func (r *Report) balancerText(line func(string, ...any)) {
	b := r.Balancer
	if b == nil {
		return
	}
	line("\nload balancer: %.3g LCU-hours a month, $%.2f; the hours with the most", b.Month, b.Cost)
	line("hour\trequests\tLCUs\t")
	for _, hour := range b.busiest() {
		line("%s\t%s\t%.3g\t", hour.From.Format("2006-01-02 15:04"), pricing.Count(hour.Requests), hour.LCUs)
	}
	if len(b.Assumed) > 0 {
		line("  the log does not say all of what makes LCUs; assumed are")
	}
	for _, text := range b.Assumed {
		line("  - %s", text)
	}
}

// size writes bytes.
func size(bytes int64) string {
	for _, unit := range []struct {
		name string
		of   int64
	}{{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}} {
		if bytes >= unit.of {
			return fmt.Sprintf("%.3g %s", float64(bytes)/float64(unit.of), unit.name)
		}
	}
	return fmt.Sprintf("%d B", bytes)
}

// bar draws a share.
func bar(share float64) string {
	const cells = 20
	n := min(cells, int(share*cells+0.5))
	if n == 0 && share > 0 {
		return "▏" + strings.Repeat(" ", cells-1)
	}
	return strings.Repeat("█", n) + strings.Repeat(" ", cells-n)
}

// dollars is a month, if it is known.
func dollars(m *pricing.Money) string {
	if m == nil {
		return "-"
	}
	return m.Fixed(2)
}

// words writes seconds as people do: 45s, 5m, 1h.
func words(seconds float64) string {
	text := time.Duration(seconds * 1e9).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
