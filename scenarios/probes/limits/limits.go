// Package limits is the probe that checks whether a deployed API does what is
// documented for its kind: how large requests and headers may be, and how it
// responds to what is wrong.
//
// It sends each request once, by a client of its own, since a load engine cannot
// send what is malformed. What the kind documents is read from targets.Kind, which
// the lab is built from as well.
package limits

import (
	"context"
	"fmt"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

// Probe asks what the API does at each documented limit and error.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "limits", Title: "Limits and errors", Untried: "its first rows are trials themselves", Parse: parse}
}

// options are what the scenario says of an API beyond its kind.
type options struct {
	cors     string        // an origin whose pages may call the API; "": none
	slow     string        // a path that takes longer than the integration may; "": none
	timeout  time.Duration // of the integration; 0: the kind's
	large    string        // a path that answers with {bytes} bytes; "": none
	longest  time.Duration // that the probe may wait for one response
	maxBytes int64         // that the probe may send, in all
}

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "cors", "slow", "timeout", "large", "max_wait", "max_bytes")
	l := options{
		cors: o.Get("cors").Str(), slow: o.Get("slow").Str(), large: o.Get("large").Str(),
		timeout:  o.DurationOr("timeout", time.Millisecond, 15*time.Minute, 0),
		longest:  o.DurationOr("max_wait", 100*time.Millisecond, 16*time.Minute, defaultWait),
		maxBytes: o.WholeOr("max_bytes", 0, 1<<30, defaultBytes),
	}
	about.Target.URL = urlOf(about.Target)
	rows := rowsOf(about.Target, about.Scenario.Requests, l)
	return probe.Question{
		Requests: int64(len(rows)), For: l.takes(rows), Peak: float64(len(rows)), // one at a time, as fast as they are answered
		Ask: func(ctx context.Context, a probe.Asking) results.Finding {
			return newClient(a, l).run(ctx, rowsOf(a.Target, about.Scenario.Requests, l))
		},
	}
}

// usualResponse is the most time that a row takes without waiting for a timeout: it
// may include an INIT and a body of 10 MB.
const usualResponse = 2 * time.Second

func (l options) takes(rows []row) time.Duration {
	var d time.Duration
	for _, r := range rows {
		switch {
		case r.send.wait == 0:
			d += min(usualResponse, l.longest)
		case r.send.wait <= l.longest:
			d += r.send.wait
		}
	}
	return d
}

// The verdicts on a row, as the finding's table has them.
const (
	AsDocumented    = "as documented"
	WordedOtherwise = "worded differently"
	NotAsDocumented = "NOT as documented"
	NotAsked        = "not asked"
)

func (c *client) run(ctx context.Context, rows []row) results.Finding {
	begun := time.Now()
	f := results.Finding{Verdict: results.Valid, Values: map[string]results.Value{}}
	table := results.Table{Title: "responses of the API and what is documented for its kind", Columns: []string{"request", "documented", "response", "verdict", "what it means"}}
	counts := map[string]int{}
	for _, r := range rows {
		got := c.send(ctx, r.send)
		if ctx.Err() != nil {
			c.record(got, false)
			break
		}
		verdict, text := NotAsked, ""
		if got.err == errBytes || got.err == errWait {
			text = got.err.Error()
		} else {
			verdict, text = r.want.compare(got)
		}
		c.record(got, verdict == AsDocumented || verdict == WordedOtherwise)
		counts[verdict]++
		holds, means := "yes", ""
		switch verdict {
		case NotAsDocumented:
			holds, means = "no", r.otherwise
		case WordedOtherwise:
			means = r.otherwise
		case NotAsked:
			holds = "unknown"
		}
		table.Rows = append(table.Rows, []string{r.fact, r.want.String(), text, verdict, means})
		f.Checks = append(f.Checks, results.Check{Claim: r.fact + ": " + r.want.String(), Source: "what is documented for this kind", Measured: text, Holds: holds, Why: means})
	}
	f.Tables = []results.Table{table}
	for name, verdict := range map[string]string{"as_documented": AsDocumented, "worded_otherwise": WordedOtherwise, "not_as_documented": NotAsDocumented, "not_asked": NotAsked} {
		f.Values[name] = results.Exactly(float64(counts[verdict]), "count", "rows of the table")
	}
	f.Values["bytes_sent"] = results.Exactly(float64(c.sent), "bytes", "bodies of requests")
	f.Requests, f.Seconds = c.requests, time.Since(begun).Seconds()
	f.Conclusion = summary(counts, len(rows))
	f.Assumptions = []string{
		"each request was sent once: what a busy API does now and then does not show",
		"gateway responses can be customised: a different text with the documented status code is distinguished from a different status code",
	}
	return f
}

func summary(counts map[string]int, rows int) string {
	text := fmt.Sprintf("%d of %d rows are as documented", counts[AsDocumented], rows)
	if n := counts[WordedOtherwise]; n > 0 {
		text += fmt.Sprintf(", %d with different words", n)
	}
	if n := counts[NotAsDocumented]; n > 0 {
		text += fmt.Sprintf(", %d are not", n)
	}
	if n := counts[NotAsked]; n > 0 {
		text += fmt.Sprintf(", %d were not asked", n)
	}
	return text + "."
}
