package probes

import (
	"context"
	"fmt"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
)

// Limits asks whether a deployed API does what is documented of its kind: how
// large requests and headers may be, and what it answers to what is wrong.
//
// It sends each request once, by a client of its own: a load engine sends what is
// right. What the kind documents is read from targets.Kind, which the lab is
// built from as well.
func Limits() *Probe {
	return &Probe{Name: "limits", Title: "Limits and errors", Untried: "its first rows are trials themselves", Parse: parseLimits}
}

func parseLimits(o *scenarios.Options, about About) Question {
	o.Known("cors", "slow", "timeout", "large", "max_wait", "max_bytes")
	l := LimitsOptions{CORS: o.Text("cors"), Slow: o.Text("slow"), Large: o.Text("large"), Longest: defaultWait, MaxBytes: defaultBudget}
	if o.Has("timeout") {
		l.Timeout = o.Duration("timeout", time.Millisecond, 15*time.Minute)
	}
	if o.Has("max_wait") {
		l.Longest = o.Duration("max_wait", 100*time.Millisecond, 16*time.Minute)
	}
	if o.Has("max_bytes") {
		l.MaxBytes = o.Whole("max_bytes", 0, 1<<30)
	}
	about.Target.URL = orNowhere(about.Target)
	rows := limitsOf(about.Target, about.Scenario.Requests, l)
	return Question{
		Requests: int64(len(rows)), For: l.takes(rows), Peak: float64(len(rows)), // one at a time, as fast as they are answered
		Ask: func(ctx context.Context, a Asking) results.Finding {
			return askLimits(ctx, newLimitsClient(a, l), limitsOf(a.Target, about.Scenario.Requests, l))
		},
	}
}

// usualAnswer is how long a row takes that waits for nothing, at most: an INIT
// and a body of 10 MB may be in it.
const usualAnswer = 2 * time.Second

// takes is what is announced.
func (l LimitsOptions) takes(rows []limitRow) time.Duration {
	var d time.Duration
	for _, r := range rows {
		switch {
		case r.ask.wait == 0:
			d += min(usualAnswer, l.Longest)
		case r.ask.wait <= l.Longest:
			d += r.ask.wait
		}
	}
	return d
}

// askLimits sends the rows and makes a table of them.
func askLimits(ctx context.Context, c *limitsClient, rows []limitRow) results.Finding {
	begun := time.Now()
	f := results.Finding{Verdict: results.Valid, Values: map[string]results.Value{}}
	table := results.Table{Title: "what the API does against what is documented of its kind", Columns: []string{"request", "documented", "answered", "verdict", "what it means"}}
	var counts [4]int
	for _, r := range rows {
		verdict, said := notAsked, ""
		got := c.send(ctx, r.ask)
		if ctx.Err() != nil {
			c.record(got, false)
			break
		}
		if got.err == errBudget || got.err == errWait {
			said = got.err.Error()
		} else {
			verdict, said = r.want.judge(got)
		}
		c.record(got, verdict == asDocumented || verdict == wordedOtherwise)
		counts[verdict]++
		means := ""
		if verdict == notAsDocumented || verdict == wordedOtherwise {
			means = r.otherwise
		}
		table.Rows = append(table.Rows, []string{r.fact, r.want.String(), said, limitVerdicts[verdict], means})
		f.Checks = append(f.Checks, checkOf(r, verdict, said))
	}
	f.Tables = []results.Table{table}
	for v, name := range []string{"as_documented", "worded_otherwise", "not_as_documented", "not_asked"} {
		f.Values[name] = results.Exactly(float64(counts[v]), "count", "rows of the table")
	}
	f.Values["bytes_sent"] = results.Exactly(float64(c.sent), "bytes", "bodies of requests")
	f.Requests, f.Seconds = c.asked, time.Since(begun).Seconds()
	f.Conclusion = concludeLimits(counts, len(rows))
	f.Assumptions = []string{
		"each request was sent once: what a busy API answers now and then is not seen",
		"gateway responses can be customised: another text with the documented status is told apart from another status",
	}
	return f
}

func concludeLimits(counts [4]int, rows int) string {
	said := fmt.Sprintf("%d of %d rows are as documented", counts[asDocumented], rows)
	if n := counts[wordedOtherwise]; n > 0 {
		said += fmt.Sprintf(", %d with other words", n)
	}
	if n := counts[notAsDocumented]; n > 0 {
		said += fmt.Sprintf(", %d are not", n)
	}
	if n := counts[notAsked]; n > 0 {
		said += fmt.Sprintf(", %d were not asked", n)
	}
	return said + "."
}

func checkOf(r limitRow, v limitVerdict, said string) results.Check {
	holds := map[limitVerdict]string{asDocumented: "yes", wordedOtherwise: "yes", notAsDocumented: "no", notAsked: "unknown"}[v]
	check := results.Check{Claim: r.fact + ": " + r.want.String(), Source: "what is documented of the kind", Measured: said, Holds: holds}
	if v == notAsDocumented || v == wordedOtherwise {
		check.Why = r.otherwise
	}
	return check
}

// String says what is documented.
func (w limitWant) String() string {
	said := "any answer"
	switch {
	case w.fault != nil:
		said = fmt.Sprintf("%d %s", w.fault.Status, shorten(w.fault.Body))
	case w.behind && len(w.status) == 1:
		said = fmt.Sprintf("passes: %d", w.status[0])
	case w.behind:
		said = "passes"
	}
	if w.or != nil {
		said += fmt.Sprintf(", or %d by Lambda's limit", w.or.Status)
	}
	for _, h := range w.headers {
		said += ", " + h[0]
	}
	if w.after > 0 {
		said += fmt.Sprintf(", after %v", w.after)
	}
	return said
}
