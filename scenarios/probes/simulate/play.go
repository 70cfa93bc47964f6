// Package simulate runs probes in tests against simulated targets on a fake clock:
// [Play] drives a question's stages, and the targets decide about requests as their
// descriptions say: a [Front] with a [Limiter], a [Server] with workers and a queue, an
// [Endpoint] with a [Backend] such as [Lambda]. [AskSockets] asks about connections of
// WebSocket: those of [Enders], a server that ends them, and [Posts], an application that
// sends messages to all. They are written from those
// descriptions and share nothing with the estimators that they test.
package simulate

import (
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

// Parse parses a probe with options, "usage-plan: {most: 300/s}", about a REST API
// at the lab.
func Parse(t testing.TB, p *probe.Probe, options string, yes bool) (probe.Question, error) {
	t.Helper()
	return ParseAt(t, p, "kind: rest-api, url: lab", options, yes)
}

// ParseAt is Parse about another target, "kind: alb, url: lab".
func ParseAt(t testing.TB, p *probe.Probe, target, options string, yes bool) (probe.Question, error) {
	t.Helper()
	text := "name: x\ntargets: {rest: {" + target + "}}\nrequests: [{name: a, path: /}]\nprobes:\n  - " + options + "\n"
	s, err := scenarios.Parse("x.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	all := p.Questions(s, 0, yes)
	if err := s.Probes[0].Options.Err(); err != nil {
		return probe.Question{}, err
	}
	return all[0], all[0].Refused
}

// Question is Parse where nothing may be wrong.
func Question(t testing.TB, p *probe.Probe, options string) probe.Question {
	t.Helper()
	q, err := Parse(t, p, options, true)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// Play asks a question about a target whose responses are set by respond, and
// returns the finding with all that was sent. It fails the test if more is sent
// than was announced, or a value lies outside of its own interval. Respond finds good responses of 5 ms.
func Play(t testing.TB, q probe.Question, respond func(probe.Stage, []results.Sample)) (results.Finding, probe.History) {
	t.Helper()
	var h probe.History
	var now, length time.Duration
	var requests int64
	for {
		stage, more := q.Plan(h)
		if !more {
			break
		}
		m := probe.Measured{Stage: stage, Started: now, CPUs: 2, Samples: inTime(stage, now, uint64(len(h)+1))}
		respond(stage, m.Samples)
		m.Due = int64(len(m.Samples))
		if _, random := stage.Shape().(scenarios.Poisson); !random && busiest(m.Samples) > q.Peak+1 {
			t.Errorf("stage %s sends %v requests in a second, and %v are announced", stage.Name, busiest(m.Samples), q.Peak)
		}
		requests, length, now = requests+m.Due, length+stage.For, ended(now+stage.For, m.Samples)+pause
		if h = append(h, m); len(h) > 1000 {
			t.Fatal("the question never ends")
		}
	}
	if requests > q.Requests || length > q.For {
		t.Errorf("%d requests in %v were sent, and %d in %v announced", requests, length, q.Requests, q.For)
	}
	f := q.Answer(h, probe.Evidence{})
	checkIntervals(t, f)
	return f, h
}

// checkIntervals fails a test whose finding has a value outside of its own interval.
func checkIntervals(t testing.TB, f results.Finding) {
	t.Helper()
	for name, v := range f.Values {
		if v.Low != nil && v.Value < *v.Low || v.High != nil && v.Value > *v.High {
			t.Errorf("%s of probe %s is %v, outside of its own interval (%v to %v)", name, f.Probe, v.Value, *v.Low, *v.High)
		}
	}
}

// ended is when a stage has ended, and every request has its response: then the
// engine returns.
func ended(end time.Duration, samples []results.Sample) time.Duration {
	for i := range samples {
		end = max(end, samples[i].Due+samples[i].Response())
	}
	return end
}

// Each makes a responder of one that does not need the stage.
func Each(respond func([]results.Sample)) func(probe.Stage, []results.Sample) {
	return func(_ probe.Stage, samples []results.Sample) { respond(samples) }
}

// busiest is the most requests that are due within any one second.
func busiest(samples []results.Sample) float64 {
	most, first := 0, 0
	for i := range samples {
		for samples[i].Due-samples[first].Due >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return float64(most)
}
