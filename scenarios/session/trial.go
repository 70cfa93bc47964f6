package session

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// trialPause is the pause before a trial request is sent again, and twice that
// before the next time: a throttle, or a failure of the front door or its function,
// may pass.
const trialPause = time.Second

// trialPatience is how long a request may have been tried for another try: what takes so
// long has had its chance.
const trialPatience = 20 * time.Second

// trialKeys is where the numbers of trial requests begin: far from those of the
// load, so that the load does not begin with the same keys.
const trialKeys = 1 << 40

// try sends the plan's trial requests, one at a time, by an engine of its own. The
// results are kept in s.trial; it is an error only if they could not be sent at
// all. A target that does not respond is not tried further, and one whose trouble
// did not pass gets one try for each further request.
func (s *session) try(ctx context.Context) error {
	if len(s.plan.Trials) == 0 {
		return nil
	}
	s.report(Progress{Step: Trying, Total: s.plan.Duration() + s.plan.ProbeTime()})
	t := &trier{session: s, epoch: time.Now(), engines: map[int]load.Engine{}}
	defer t.close()
	down, hopeless := map[int]bool{}, map[int]bool{}
	for _, trial := range s.plan.Trials {
		if down[trial.Target] {
			continue
		}
		tries := scenarios.TrialTries
		if hopeless[trial.Target] {
			tries = 1
		}
		last, err := t.one(ctx, trial, tries)
		if err != nil || ctx.Err() != nil {
			return err
		}
		down[trial.Target] = last.Status == 0
		hopeless[trial.Target] = hopeless[trial.Target] || !last.Expected && mayPass(last)
	}
	return nil
}

// mayPass says whether the same request may succeed a moment later.
func mayPass(t results.Trial) bool {
	return t.Status == 0 || t.Status == http.StatusTooManyRequests || t.Status >= 500
}

// A trier collects the samples of trial requests.
type trier struct {
	*session
	epoch   time.Time
	engines map[int]load.Engine // by population

	mu      sync.Mutex
	samples []results.Sample                   // the last of each request
	excerpt map[results.Cause]*results.Excerpt // an engine gives one for each cause
}

// Record implements load.Shard.
func (t *trier) Record(s *results.Sample) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.Request >= t.flowNumber() { // a walk, whose requests were recorded
		return
	}
	t.samples = slices.DeleteFunc(t.samples, func(o results.Sample) bool { return o.Request == s.Request })
	t.samples = append(t.samples, *s)
}

// engine is that of a population's trial requests.
func (t *trier) engine(population int) (load.Engine, error) {
	if e, ok := t.engines[population]; ok {
		return e, nil
	}
	job := t.jobOf(&t.senders[population], t.job(t.epoch, func() load.Shard { return t }))
	job.Options, job.Options.Late = job.Options.WithoutConnections(), ""
	job.Flows, job.Grace = once(job.Flows), trialPatience
	job.Pick = func(seq uint64) uint16 { return uint16((seq - trialKeys) / scenarios.TrialTries) }
	e, _, err := t.table().Open(job)
	if err == nil {
		t.engines[population] = e
	}
	return e, err
}

func (t *trier) close() {
	t.tried = make([]*results.SocketDoc, len(t.targets))
	for _, e := range t.engines {
		_ = e.Close() // nothing of the trial is left to be lost
		addSockets(t.tried, e)
	}
}

// once are flows without think times, each step of which is sent once.
func once(flows []scenarios.PlannedFlow) []scenarios.PlannedFlow {
	flows = slices.Clone(flows)
	for i := range flows {
		flows[i].Steps = slices.Clone(flows[i].Steps)
		for k := range flows[i].Steps {
			step := &flows[i].Steps[k]
			step.Think, step.Repeat = scenarios.Distribution{}, scenarios.Repeat{Most: 1}
		}
	}
	return flows
}

// one sends a trial request until its response is expected, or will not be. Of a flow it
// sends every step; the result is that of the last one that was sent.
func (t *trier) one(ctx context.Context, trial scenarios.Trial, tries int) (last results.Trial, err error) {
	engine, err := t.engine(trial.Population)
	if err != nil {
		return last, err
	}
	t.excerpt = map[results.Cause]*results.Excerpt{}
	begun := time.Now()
	for try := range tries {
		if try > 0 {
			rest(ctx, time.Duration(try)*cmp.Or(t.trialPause, trialPause))
		}
		block := scenarios.Block{For: time.Millisecond, Due: []time.Duration{0}, FirstSeq: trialKeys + uint64(trial.Request*scenarios.TrialTries+try)}
		turn := scenarios.Turn{Target: uint16(trial.Target), Load: scenarios.Arrivals{}, For: block.For, Blocks: func(yield func(scenarios.Block) bool) { yield(block) }}
		t.samples = nil
		if err := engine.Run(ctx, turn, time.Since(t.epoch)+lead); err != nil || ctx.Err() != nil || len(t.samples) == 0 {
			return last, err
		}
		for i := range t.samples {
			last = t.result(trial, &t.samples[i])
			t.trial = append(t.trial, last)
		}
		if last.Expected || !mayPass(last) || time.Since(begun) > trialPatience {
			break
		}
	}
	return last, nil
}

func (t *trier) result(trial scenarios.Trial, s *results.Sample) results.Trial {
	request := t.plan.Sent[s.Request].At(&t.targets[trial.Target])
	doc := results.Trial{
		Target: t.targets[trial.Target].Name, Request: t.plan.Sent[s.Request].Name, Method: request.Method, At: t.epoch.Add(s.Begun).UTC(),
		Status: s.Code, Service: probe.MS(s.Service), Expected: s.Outcome() == results.OK, BodyBytes: s.Body,
	}
	if request.Socket != nil {
		doc.Method = request.Socket.Does.String()
	}
	doc.Check = s.Check
	if s.Cached != targets.CacheUnsaid {
		doc.Cache = s.Cached.String()
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

func (s *session) failedTrial() bool { return len(results.FailedTrials(s.trial)) > 0 }
