// Package limits is the probe that checks whether a deployed API does what is
// documented for its kind: how large requests and headers may be, and how it
// responds to what is wrong.
//
// It sends each request once, by a client of its own, since a load engine cannot
// send what is malformed. What the kind documents is read from targets.Kind, which
// the lab is built from as well.
//
// # What a row decides
//
// A row compares one response with what is documented. It decides nothing where its
// premise was not met:
//
//   - Most rows change one thing of a request of the scenario. If that request does
//     not pass as it is, they are not sent: a 403 to a large body says nothing about
//     sizes if the key is wrong.
//   - A path that is to outlast the integration's timeout, and answers sooner, does
//     not show the timeout.
//   - No response may be the network's fault.
//
// A malformed body may be rejected by the application or, with the same status code,
// by the validator of the front door: the table says which of them answered.
package limits

import (
	"context"
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
	cors      string        // an origin whose pages may call the API; "": none
	slow      string        // a path that takes longer than the integration may; "": none
	timeout   time.Duration // of the integration; 0: the kind's
	large     string        // a path that answers with {bytes} bytes; "": none
	down      string        // a path whose backend cannot be reached; "": none
	malformed string        // a path whose function returns no valid response; "": none
	blocked   string        // a path that a rule of AWS WAF blocks; "": none
	websocket string        // a path behind which WebSocket is spoken; "": none
	longest   time.Duration // that the probe may wait for one response
	maxBytes  int64         // that the probe may send, in all
}

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "cors", "slow", "timeout", "large", "down", "malformed", "blocked", "websocket", "max_wait", "max_bytes")
	l := options{
		cors: o.Get("cors").Str(), slow: o.Get("slow").Str(), large: o.Get("large").Str(),
		down: o.Get("down").Str(), malformed: o.Get("malformed").Str(), blocked: o.Get("blocked").Str(), websocket: o.Get("websocket").Str(),
		timeout:  o.DurationOr("timeout", time.Millisecond, 15*time.Minute, 0),
		longest:  o.DurationOr("max_wait", 100*time.Millisecond, 16*time.Minute, defaultWait),
		maxBytes: o.WholeOr("max_bytes", 0, 1<<30, defaultBytes),
	}
	about.Target.URL = urlOf(about.Target)
	rows := rowsOf(about.Target, about.Scenario.Requests, l)
	return probe.Question{
		Requests: int64(len(rows)), For: l.takes(rows), Peak: float64(len(rows)), // one at a time, as fast as they are answered
		Tolerates: probe.OfReports,
		Ask: func(ctx context.Context, a probe.Asking) results.Finding {
			return newClient(a, l).run(ctx, probe.Credentials(a.Target, about.Scenario.Requests), rowsOf(a.Target, about.Scenario.Requests, l))
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

func (c *client) run(ctx context.Context, credentials string, rows []row) results.Finding {
	begun := time.Now()
	a := answers{credentials: credentials, failing: map[string]bool{}, counts: map[string]int{}}
	for _, r := range rows {
		o := c.try(ctx, r, a.failing)
		if ctx.Err() != nil {
			break
		}
		a.add(r, o)
	}
	f := a.finding(len(rows))
	f.Values["bytes_sent"] = results.Exactly(float64(c.sent), "bytes", "bodies of requests")
	f.Requests, f.Seconds = c.requests, time.Since(begun).Seconds()
	return f
}

// An outcome is what came of a row.
type outcome struct {
	verdict string
	text    string // the response, or why there is none
	took    time.Duration
	own     bool // the front door itself answered
	passed  bool // as the scenario expects, whatever its headers are
}

// try sends a row's request, unless the request that it is made of does not pass.
func (c *client) try(ctx context.Context, r row, failing map[string]bool) outcome {
	if failing[r.send.base] {
		return outcome{verdict: NotAsked, text: "not sent: request " + r.send.base + " does not pass as it is, so this would show nothing"}
	}
	got := c.send(ctx, r.send)
	if got.err == errBytes || got.err == errWait {
		return outcome{verdict: NotAsked, text: got.err.Error()}
	}
	verdict, text := r.want.compare(got)
	c.record(got, verdict == AsDocumented || verdict == WordedOtherwise)
	own := got.own(c.Target.Kind)
	return outcome{verdict, text, got.took, own, !own && r.want.meets(got)}
}
