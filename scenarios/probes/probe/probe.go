// Package probe is what a probe is made of: a [Probe] parses its options into a
// [Question] about one target, the Question plans [Stage] after Stage of traffic
// and concludes with a [results.Finding].
//
// Plan and Conclude are pure functions of the [History]: a test runs a probe
// against a simulated target on a fake clock (package simulate), and a finding can
// be recomputed from the recorded samples.
//
// Package probes lists the probes and each probe is a package of its own, so the
// interface between them stands here, below both. It is not part of package
// estimate, which is arithmetic and knows nothing of scenarios or results.
//
// # Disturbed stages
//
// Every stage is checked for how the generator performed in it, by the rules of a run
// ([results.Conduct]): lag, its CPU and that of other programs, steal, run queue, and
// the control measurement (package control). What a question concludes from decides how
// much it can bear ([Tolerance]).
//
// A stage in which the generator was disturbed is sent again, up to twice, where the
// stage allows it: Redo says from where, since some stages start from what those before
// them left, such as an idle pause or a warm cache. The plan never sees the disturbed
// one. A stage that is still disturbed is left out if it is Optional, and others like it
// were not disturbed. Repeats are announced (Spare), and the finding says which stages
// were sent again or left out. Where neither is possible the finding is suspect, or it
// is invalid and concludes nothing: the generator, and not the target, set the result.
//
// overhead and claims send equal stages that stand alone. saturation plans repeats of its
// own, since where it stands depends on them. usage-plan and cache use up what they measure
// (tokens, keys that were never asked for): what was sent in a disturbed stage has changed
// the target for all later ones. So does cold-start (environments that do not exist yet),
// but a larger fan-out needs new ones all the same: it leaves out disturbed fan-outs.
//
// Rejected: that each Plan handles disturbed stages. Every probe would need a second
// plan that no undisturbed test reaches.
//
// A claim of common guides is about AWS. Where the target is a model, the lab's or
// another one on this machine, the check of one says what the model was given, and neither that it holds nor that it
// does not ([results.OfModel]).
//
// A Question may also change the target: a [Renewal] changes the configuration of
// the function behind it, so that Lambda replaces its execution environments. Only
// a scenario that asks for it gets it. The plan announces it, a deployed target
// needs --yes, the run records it before it happens, and the finding reports it. So it is with a
// flush of a stage's cache.
//
// # Why
//
// Probes plan stages, not single requests, so that the load engine drives them,
// with its clocks and its own verdict. A probe that sent its own requests would be
// a second generator that was never calibrated. (The exceptions are limits, which sends
// malformed requests, and the probes that ask about connections of WebSocket: no load engine
// sends the one, or holds the other in silence.)
//
// Samples are kept whole rather than as histograms, since the question is often
// which request was throttled, and when. [results.MaxStageSamples] bounds them.
package probe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A Probe is one kind of question.
type Probe struct {
	Name  string // in scenario files: "usage-plan"
	Title string // in reports: "Usage plan"

	// Messages says that it asks targets that messages are sent to over WebSocket, and
	// opens connections itself. Other probes ask by requests.
	Messages bool

	// Untried is why no trial request may precede the probe in a scenario without
	// load; "" if one may.
	Untried string

	// Parse reads the options of a question about one target. It reports invalid
	// options to o; the Question is not used then.
	Parse func(o document.Fields, about About) Question
}

// Questions parses the options of one entry of a scenario's probes: a Question for
// each target that it names, or for every target if it names none.
func (p *Probe) Questions(s *scenarios.Scenario, number int, yes bool) (all []Question) {
	entry := s.Probes[number]
	for i, t := range s.Targets {
		if len(entry.Targets) > 0 && !slices.Contains(entry.Targets, t.Name) || !p.Suits(&t) {
			continue
		}
		q := p.Parse(entry.Options, About{Scenario: s, Target: t, Yes: yes})
		q.Probe, q.Target, q.Index = p, t, i
		all = append(all, q)
	}
	return all
}

// An About is what a question is about.
type About struct {
	Scenario *scenarios.Scenario
	Target   targets.Target // without an address if it stands in the lab
	Yes      bool           // the user has confirmed what the run may cost or use up
}

// A Question is a probe with its options, about one target.
type Question struct {
	Probe   *Probe
	Target  targets.Target
	Index   int   // of the target in the scenario
	Refused error // why it needs a confirmation; nil: it does not

	// What is announced before the run. A Question that plans more is stopped.
	Requests int64         // at most
	For      time.Duration // of all stages together, at most
	Peak     float64       // arrival rate of any stage in requests per second, at most
	Renews   Renewal       // of the function behind the target
	Flushes  bool          // the cache of the target's stage, once

	Tolerates Tolerance // how much of the generator's own doing it can bear
	Spare     Effort    // besides Requests and For, for stages that are sent again

	Work  string          // what takes time, with the responses as its object: "fitting limiters to"; "": evaluating
	Marks scenarios.Marks // where responses name the instance that served them
	Wants Wants           // the evidence beyond the samples that Conclude reads

	// Plan returns the next stage of traffic, or false when it has seen enough.
	Plan func(History) (Stage, bool)
	// Suffices says whether a history without some stages can be concluded from: where
	// stages begin afresh, what was disturbed is left out then, with what follows it up to
	// the next of those. nil: it cannot.
	Suffices func(History) bool
	// Conclude returns the finding; see Answer for the fields that it may leave empty.
	Conclude func(History, Evidence) results.Finding
	// Ask replaces both if it is not nil: it sends itself what no load engine sends,
	// malformed requests or messages over connections of its own.
	Ask func(context.Context, Asking) results.Finding
}

// An Asking is what a question that sends requests itself needs.
type Asking struct {
	Target targets.Target // with its address
	Stamp  targets.Stamp
	Own    targets.OwnStamps // of requests with an auth of their own
	Epoch  time.Time         // of the run's clock

	Sockets load.Sockets // of probes for Messages

	// Record takes one sample of each request that was sent, whatever its outcome.
	// Requests that are not recorded look like foreign traffic in CloudWatch.
	Record func(*results.Sample)
}

// Announced is what the question will do at most.
func (q *Question) Announced() scenarios.Announced {
	return scenarios.Announced{
		Probe: q.Probe.Name, Target: q.Target.Name, Requests: q.Requests + q.Spare.Requests, For: q.For + q.Spare.For,
		Peak: q.Peak, Changes: q.changes(), Reads: scenarios.Reads{Log: q.Wants.Log, Traces: q.Wants.Traces, Metrics: q.Wants.Observed},
	}
}

// changes says what the question changes at the target besides sending requests.
func (q *Question) changes() string {
	if q.Flushes {
		return Flush
	}
	return q.Renews.Announced(q.Target)
}

// Flush is what is announced before a cache is emptied.
const Flush = "empties the cache of the stage once (FlushStageCache): requests of others reach the backend until it has filled again"

// FlushRefused returns why a question that empties a cache needs a confirmation.
func FlushRefused(probe string, about About) error {
	if about.Yes || about.Target.Lab {
		return nil
	}
	return fmt.Errorf("probe %s at %s %s: confirm with --yes", probe, about.Target.Name, Flush)
}

// Answer is the finding of a history. It fills in Probe, Title, Target, Requests
// and Seconds, which stages were disturbed, and an empty Verdict with its Reasons from
// what the question tolerates. An invalid finding concludes nothing, whatever Conclude
// returned.
func (q *Question) Answer(h History, e Evidence) results.Finding {
	f := q.complete(q.Conclude(h.Concluded(), e), h)
	f.Disturbed = q.Tolerates.disturbed(h)
	return f
}

// Asked is the finding of a question that sends requests itself. Measured returns how
// the generator performed meanwhile.
func (q *Question) Asked(ctx context.Context, a Asking, measured func() *Measured) results.Finding {
	f := q.Ask(ctx, a)
	verdict, reasons := q.Tolerates.Stage(measured())
	f.Verdict, f.Reasons = Worse(f.Verdict, verdict), append(f.Reasons, reasons...)
	return q.complete(f, nil)
}

func (q *Question) complete(f results.Finding, h History) results.Finding {
	f.Probe, f.Title, f.Target, f.Lab = q.Probe.Name, q.Probe.Title, q.Target.Name, q.Target.Modelled()
	if f.Verdict == "" {
		f.Verdict, f.Reasons = q.Tolerates.History(h.Concluded())
	}
	for _, m := range h {
		f.Requests += int64(len(m.Samples)) + m.Dropped
		f.Seconds += m.For.Seconds()
	}
	if f.Verdict == results.Invalid {
		f.Conclusion = "Nothing can be concluded: the load generator, and not the target, set the result (" + strings.Join(f.Reasons, "; ") + ")."
		f.Values = map[string]results.Value{}
		for i := range f.Checks {
			f.Checks[i].Holds, f.Checks[i].Measured = "unknown", "nothing reliable"
		}
	}
	for i := range f.Checks {
		ofModel(&f.Checks[i], q.Target)
	}
	return f
}

// ofModel takes back the verdict on a claim about AWS where the target was a model: it
// behaves as it was set up, which neither confirms nor refutes one.
func ofModel(c *results.Check, t targets.Target) {
	if t.Modelled() && c.Source == results.Guides && (c.Holds == "yes" || c.Holds == "no") {
		c.Holds = results.OfModel
	}
}

// A Renewal replaces the execution environments of a target's function by changing
// its configuration. The zero value never does.
type Renewal struct {
	Times   int  // at most
	Restore bool // the change is reverted in the end, which replaces them once more
}

// renewalFor is announced for each change of a function's configuration. Lambda
// takes some seconds.
const renewalFor = 10 * time.Second

// For is how long all changes may take.
func (r Renewal) For() time.Duration {
	n := r.Times
	if n > 0 && r.Restore {
		n++
	}
	return time.Duration(n) * renewalFor
}

// Announced describes the change before anything is sent; "" for none.
func (r Renewal) Announced(t targets.Target) string {
	if r.Times == 0 {
		return ""
	}
	left := "the variable is left there"
	if r.Restore {
		left = "the variable is removed in the end"
	}
	return fmt.Sprintf("changes the configuration of %s up to %d times: sets the variable %s of its environment, so that Lambda retires all of its execution environments; %s",
		FunctionName(t), r.Times, targets.RenewalVariable, left)
}

// FunctionName names the function behind a target, for people.
func FunctionName(t targets.Target) string {
	if name, _ := t.Function.Parts(); name != "" {
		return fmt.Sprintf("function %q", name)
	}
	return "the lab's function"
}

// Refused returns why a question that changes a configuration needs a confirmation.
func (r Renewal) Refused(probe string, about About) error {
	if r.Times == 0 || about.Yes || about.Target.Lab { // the lab's function ends with the run
		return nil
	}
	return fmt.Errorf("probe %s at %s %s: confirm with --yes", probe, about.Target.Name, r.Announced(about.Target))
}
