package session

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// trialPauses are how long a trial request waits before it is sent again: where
// it was throttled, or the door or its function failed, that may pass.
var trialPauses = [scenarios.TrialTries - 1]time.Duration{time.Second, 2 * time.Second}

// trialKeys is where the numbers of trial requests begin: far from those of the
// load, so that keys taken in turn are not the ones that the load begins with.
const trialKeys = 1 << 40

// try sends the plan's trial requests, one at a time, by an engine of the kind
// that drives the load, whose connections it closes again. What came of them is
// kept in s.trial; only where they could not be sent at all there is an error. A
// target that gives no response is asked no further, and one whose trouble did
// not pass gets no more second chances.
func (s *session) try(ctx context.Context) error {
	if len(s.plan.Trials) == 0 {
		return nil
	}
	s.tell(Progress{Step: Trying, Total: s.plan.Duration() + s.plan.ProbeTime()})
	t := &trier{session: s, epoch: time.Now()}
	options := s.Scenario.Engine
	options.Connections, options.Late = 0, ""
	engine, _, err := s.table().Open(load.Job{
		Epoch: t.epoch, Targets: s.targets, Stamps: s.stamps, Requests: s.Scenario.Requests, Seed: s.plan.Seed,
		Pick:  func(seq uint64) uint16 { return uint16((seq - trialKeys) / scenarios.TrialTries) },
		Shard: func() load.Shard { return t }, Options: options, Budget: s.account.pays(), Secrets: s.Scenario.Secrets, Note: s.notes.of(0),
	})
	if err != nil {
		return err
	}
	defer engine.Close()
	down, hopeless := map[int]bool{}, map[int]bool{}
	for _, trial := range s.plan.Trials {
		if down[trial.Target] {
			continue
		}
		tries := scenarios.TrialTries
		if hopeless[trial.Target] {
			tries = 1
		}
		last, err := t.one(ctx, engine, trial, tries)
		if err != nil || ctx.Err() != nil {
			return err
		}
		down[trial.Target] = last.Status == 0
		hopeless[trial.Target] = hopeless[trial.Target] || !last.Expected && mayPass(last)
	}
	return nil
}

// mayPass says whether the same request may be answered better a moment later.
func mayPass(t results.Trial) bool {
	return t.Status == 0 || t.Status == http.StatusTooManyRequests || t.Status >= 500
}

// A trier collects the samples of trial requests.
type trier struct {
	*session
	epoch time.Time

	mu      sync.Mutex
	sample  *results.Sample
	excerpt map[results.Cause]*results.Excerpt // an engine shows a failure once
}

// Record implements load.Shard.
func (t *trier) Record(s *results.Sample) {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := *s
	t.sample = &own
}

// one sends a trial request until its answer is the expected one, or it is plain
// that it will not be.
func (t *trier) one(ctx context.Context, engine load.Engine, trial scenarios.Trial, tries int) (last results.Trial, err error) {
	t.excerpt = map[results.Cause]*results.Excerpt{}
	for try := range tries {
		if try > 0 {
			rest(ctx, trialPauses[try-1])
		}
		block := scenarios.Block{For: time.Millisecond, Due: []time.Duration{0}, FirstSeq: trialKeys + uint64(trial.Request*scenarios.TrialTries+try)}
		turn := scenarios.Turn{Target: uint16(trial.Target), Load: scenarios.Arrivals{}, For: block.For, Blocks: func(yield func(scenarios.Block) bool) { yield(block) }}
		t.sample = nil
		if err := engine.Run(ctx, turn, time.Since(t.epoch)+lead); err != nil || ctx.Err() != nil || t.sample == nil {
			return last, err
		}
		last = t.note(trial)
		t.trial = append(t.trial, last)
		if last.Expected || !mayPass(last) {
			break
		}
	}
	return last, nil
}

// note is the record of the request whose sample came last.
func (t *trier) note(trial scenarios.Trial) results.Trial {
	s, request := t.sample, t.Scenario.Requests[trial.Request]
	doc := results.Trial{
		Target: t.targets[trial.Target].Name, Request: request.Name, Method: request.Method, At: t.epoch.Add(s.Begun).UTC(),
		Status: s.Code, Service: float64(s.Service) / float64(time.Millisecond), Expected: s.Outcome() == results.OK,
	}
	if s.Err != results.ErrNone {
		doc.Error = s.Err.String()
	}
	if s.Excerpt != nil {
		t.excerpt[s.Cause()] = s.Excerpt
	}
	if e := t.excerpt[s.Cause()]; e != nil && !doc.Expected {
		doc.Excerpt = *e
	}
	return doc
}

// failedTrial says whether some request was tried and never got the expected answer.
func (s *session) failedTrial() bool { return len(results.FailedTrials(s.trial)) > 0 }

// trialError tells of the trial requests that failed, with what came back and
// the ways out.
func trialError(run *results.Run, file string) error {
	var b strings.Builder
	b.WriteString("the run failed before its load: a trial request did not get the expected answer")
	for _, t := range results.FailedTrials(run.Document.Trial) {
		fmt.Fprintf(&b, "\n  %s at %s: %s: %s", t.Request, t.Target, t.Method, t.Outcome())
		for _, line := range t.Shown() {
			b.WriteString("\n    " + line)
		}
	}
	b.WriteString("\nno load was sent; " + wayPast(results.FailedTrials(run.Document.Trial), file) + ", or skip the trial with --no-trial")
	return fail(Failed, "%s", b.String())
}

// wayPast says what to do about trials that failed, of which there is at least one.
func wayPast(failed []results.Trial, file string) string {
	var ways []string
	for _, t := range failed {
		if way := remedy(t.Status, file); !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	for _, t := range failed {
		if t.Status >= 300 {
			return strings.Join(ways, "; ") + fmt.Sprintf("; or say what answer is expected (expect: {status: %d})", t.Status)
		}
	}
	return strings.Join(ways, "; ")
}

// remedy is what is most likely to help against an answer that was not expected.
func remedy(status int, file string) string {
	switch {
	case status == 0:
		return "see that the server runs, and correct url (scheme and port) or timeout in " + file
	case status < 300:
		return "correct path or expect: in " + file
	case status < 400:
		return "redirects are not followed: write the url and path that it leads to in " + file
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "correct auth, headers, url or path in " + file
	case status == http.StatusMethodNotAllowed:
		return "correct method or path in " + file
	case status == http.StatusTooManyRequests:
		return "it is throttled already: wait until other traffic ends, or raise its limit"
	case status >= 500:
		return "look into the log of the server or function for the cause"
	}
	return "correct url, path, headers or body in " + file
}
