package whatif

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tollgate/pricing"
)

// Text writes the report for a terminal: what it assumes, what is worth changing, and the
// curves.
func (r *Report) Text(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	if r.Requests > 0 {
		line("%s from %s to %s", pricing.Counted(r.Requests, "request"), r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	} else {
		line("%s from %s to %s", pricing.Counted(r.Invocations, "invocation"), r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	}
	line("a month of this traffic at %s: %s", r.Door, dollars(r.Month))
	line("\nassumptions")
	for _, text := range r.Assumptions {
		line("  - %s", text)
	}
	line("\nworth changing")
	for _, text := range r.Worth {
		line("  - %s", text)
	}
	if len(r.Worth) == 0 {
		line("  nothing that these settings would change")
	}
	r.throttleText(line)
	r.cacheText(line)
	r.startText(line)
	r.balancerText(line)
	return w.Flush()
}

func (r *Report) throttleText(line func(string, ...any)) {
	if len(r.Throttle) == 0 {
		return
	}
	line("\nthrottle of all requests (token bucket)")
	head, keyed := "rate\tburst that refuses none\tanother burst\trefuses\ta month\t", r.Throttle[0].AtKeys != nil
	if keyed {
		head += "refuses if each key has it\tof keys\t"
	}
	line("%s", head)
	for _, row := range r.Throttle {
		text := fmt.Sprintf("%s/s\t%s\t%s\t%s\t%s\t", figure(row.Rate), pricing.Count(row.Burst), pricing.Count(row.AtBurst), pricing.Count(row.Refused), dollars(row.Month))
		if keyed {
			text += fmt.Sprintf("%s\t%d\t", pricing.Count(*row.AtKeys), row.Keys)
		}
		line("%s", text)
	}
}

func (r *Report) cacheText(line func(string, ...any)) {
	if len(r.Cache) == 0 {
		return
	}
	line("\ncache of GET requests")
	line("TTL\tsize\thits\tof GET\tneeds\ta month\t")
	for _, row := range r.Cache {
		line("%s\t%s GB\t%s\t%.1f %%\t%.3g GB\t%s\t", words(row.Seconds), row.GB, pricing.Count(row.Hits), 100*row.Ratio, float64(row.Bytes)/1e9, dollars(row.Month))
	}
}

func (r *Report) startText(line func(string, ...any)) {
	if len(r.Idle) == 0 {
		return
	}
	line("\ncold starts, by how long an idle environment stays")
	line("idle\tcold starts\tshare\t")
	for _, row := range r.Idle {
		line("%s\t%s\t%.3f %%\t", words(row.Seconds), pricing.Count(row.Cold), 100*row.Share)
	}
	line("\ncold starts, by provisioned environments")
	line("provisioned\tcold starts\tshare\ta month\t")
	for _, row := range r.Provisioned {
		line("%d\t%s\t%.3f %%\t%s\t", row.Environments, pricing.Count(row.Cold), 100*row.Share, dollars(row.Month))
	}
}

// shownHours are printed of a load balancer's, those with the most LCUs.
const shownHours = 5

func (r *Report) balancerText(line func(string, ...any)) {
	b := r.Balancer
	if b == nil {
		return
	}
	line("\nload balancer: %s LCU-hours a month, $%.2f; the hours with the most", pricing.Count(int64(b.Month+0.5)), b.Cost)
	line("hour\trequests\tLCUs\t")
	for _, hour := range b.busiest() {
		line("%s\t%s\t%.3g\t", hour.From.Format("2006-01-02 15:04"), pricing.Count(hour.Requests), hour.LCUs)
	}
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
