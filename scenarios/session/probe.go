package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/probes/probe"
)

// probe asks all questions, one after the other, and writes the findings. A
// question that is interrupted has none.
func (s *session) probe(ctx context.Context, recorder *results.Recorder, doc results.Document) error {
	if len(s.questions) == 0 {
		return nil
	}
	var err error
	var findings []results.Finding
	var block uint32
	for _, stage := range s.plan.Stages {
		block += uint32(stage.Blocks)
	}
	for i := range s.questions {
		p := &prober{session: s, question: &s.questions[i], recorder: recorder, epoch: doc.Started, block: block, earlier: findings}
		p.number = uint16(len(doc.Requests) + slices.Index(doc.Probes, p.question.Probe.Name))
		var f *results.Finding
		f, err = p.ask(ctx)
		block = p.block
		if f != nil {
			findings = append(findings, *f)
			err = errors.Join(err, results.WriteFindings(recorder.Dir(), findings))
		}
		if err != nil || ctx.Err() != nil {
			break
		}
	}
	return err
}

type prober struct {
	*session
	question *probe.Question
	recorder *results.Recorder
	epoch    time.Time
	number   uint16 // of the probe among the recorded requests
	block    uint32 // of the next block
	stages   int    // begun so far
	seq      uint64 // of the next request at this target
	earlier  []results.Finding
	changes  int  // of the function behind the target, so far
	restored bool // they were reverted

	engine   load.Engine
	requests []scenarios.Request // that the engine was opened for
	pick     func(uint64) uint16

	handshakes bool    // the engine opens connections
	kept       samples // of the stage under way
}

// ask drives the question's stages until it has seen enough.
func (p *prober) ask(ctx context.Context) (f *results.Finding, err error) {
	defer func() {
		err = errors.Join(err, p.closeEngine(), p.restore(ctx))
	}()
	q := p.question
	if q.Ask != nil {
		return p.askDirectly(ctx)
	}
	asking := *q
	asking.Plan = func(h probe.History) (stage probe.Stage, more bool) {
		p.working(h, func() { stage, more = q.Plan(h) })
		return stage, more
	}
	history, err := asking.Measure(ctx, p)
	if err == nil {
		err = p.recordUses(history)
	}
	if err != nil || ctx.Err() != nil {
		return nil, err
	}
	err = p.restore(ctx)
	evidence := p.evidence(ctx, history)
	var answer results.Finding
	p.working(history, func() { answer = q.Answer(history, evidence) })
	return p.masked(&answer), err
}

// askDirectly lets a question send its requests itself.
func (p *prober) askDirectly(ctx context.Context) (*results.Finding, error) {
	q, shard, stats := p.question, p.shard(), load.NewProcessStats()
	p.recorder.Watch(func() (h results.Health) {
		stats.Read(&h)
		p.kept.health(h)
		return h
	})
	p.kept.begin()
	p.control.during(results.Group{Target: uint16(q.Index), Request: p.number, Block: p.block}, &p.kept)
	defer p.control.pause()
	m := probe.Measured{
		Stage:   probe.Stage{Name: "requests", Stage: scenarios.Stage{Load: scenarios.Users{N: 1}}},
		Started: time.Since(p.epoch), CPUs: runtime.NumCPU(),
	}
	a := probe.Asking{Target: p.targets[q.Index], Epoch: p.epoch, Record: func(s *results.Sample) {
		s.Block = p.block
		shard.Record(s)
	}}
	if q.Index < len(p.stamps) {
		a.Stamp, a.Own = p.stamps[q.Index], p.own
	}
	closeSockets, err := p.openSockets(&a)
	if err != nil {
		return nil, err
	}
	p.progress("asking")
	answer := q.Asked(ctx, a, func() *probe.Measured {
		m.For = time.Since(p.epoch) - m.Started
		m.Samples, m.Dropped, m.Health = p.kept.take()
		m.Control = p.kept.controlled()
		return &m
	})
	p.block++
	return p.masked(&answer), errors.Join(closeSockets(), p.record(&m), ctx.Err())
}

func (p *prober) planOf(stage probe.Stage) (*scenarios.Plan, error) {
	one := *p.Scenario
	one.Targets, one.Stages, one.Blocks, one.Probes, one.Populations = p.targets[p.question.Index:p.question.Index+1], []scenarios.Stage{stage.Stage}, 1, nil, nil
	if stage.Requests != nil {
		one.Requests = stage.Requests
	}
	one.Seed += uint64(p.block) // each stage has random numbers of its own
	return scenarios.NewPlan(&one)
}

// Cost implements probe.Driver.
func (p *prober) Cost(stage probe.Stage) (requests int64, peak float64, err error) {
	plan, err := p.planOf(stage)
	if err != nil {
		return 0, 0, err
	}
	return plan.Requests(), plan.Stages[0].Peak(), nil
}

// Drive implements probe.Driver.
func (p *prober) Drive(ctx context.Context, stage probe.Stage) (probe.Measured, error) {
	plan, err := p.planOf(stage)
	if err == nil && stage.Renew {
		err = p.renew(ctx)
	}
	if err == nil && stage.Flush {
		err = p.flush(ctx)
	}
	if err != nil {
		return probe.Measured{Stage: stage}, err
	}
	m, err := p.stage(ctx, stage, plan)
	return m, errors.Join(err, p.record(&m))
}

func (p *prober) stage(ctx context.Context, stage probe.Stage, plan *scenarios.Plan) (probe.Measured, error) {
	m := probe.Measured{Stage: stage, Due: plan.Requests(), CPUs: runtime.NumCPU()}
	if err := p.open(plan.Scenario.Requests, stage.Handshakes); err != nil {
		return m, err
	}
	p.pick = plan.Populations[0].Pick
	if first := p.seq; stage.Pick != nil {
		p.pick = func(seq uint64) uint16 { return stage.Pick(seq - first) }
	}
	if err := p.warnings.save(p.recorder); err != nil {
		return m, err
	}
	p.kept.begin()
	p.stages++
	m.Started = time.Since(p.epoch) + lead
	p.control.during(results.Group{Target: uint16(p.question.Index), Request: p.number, Block: p.block}, &p.kept)
	defer p.control.pause()
	p.progress(fmt.Sprintf("stage %s: %v", stage.Name, stage.Load))
	for turn := range plan.Populations[0].Turns() {
		if err := p.engine.Run(ctx, p.renumbered(turn), m.Started); err != nil {
			return m, err
		}
	}
	rest(ctx, time.Until(p.epoch.Add(m.Started+stage.For)))
	p.block += uint32(plan.Stages[0].Blocks)
	m.Samples, m.Dropped, m.Health = p.kept.take()
	m.Control = p.kept.controlled()
	if n := len(m.Samples); n > 0 {
		p.seq = max(p.seq, m.Samples[n-1].Seq+1)
	}
	return m, errors.Join(p.warnings.save(p.recorder), p.write(m, plan.Scenario.Requests), p.recorder.Err())
}

// renumbered is a turn whose blocks and requests continue those of the stages
// before.
func (p *prober) renumbered(turn scenarios.Turn) scenarios.Turn {
	block, seq, blocks := p.block, p.seq, turn.Blocks
	turn.Blocks = func(yield func(scenarios.Block) bool) {
		for b := range blocks {
			b.Number += block
			b.FirstSeq += seq
			if !yield(b) {
				return
			}
		}
	}
	return turn
}

func (p *prober) progress(text string) {
	p.report(Progress{
		Step: Probing, Dir: p.recorder.Dir(), Target: p.question.Target.Name, Elapsed: time.Since(p.epoch), Total: p.plan.Duration() + p.plan.ProbeTime(),
		Probe: p.question.Probe.Name + ", " + text, Warning: p.warnings.credentials(),
	})
}

// patienceFor is how long an evaluation may take before the progress says so.
const patienceFor = 2 * time.Second

// working reports what a question does with what was measured, if that takes long.
func (p *prober) working(h probe.History, evaluate func()) {
	done := make(chan struct{})
	var reporting sync.WaitGroup
	reporting.Go(func() {
		select {
		case <-done:
		case <-time.After(patienceFor):
			p.report(Progress{
				Step: Evaluating, Target: p.question.Target.Name,
				Probe: fmt.Sprintf("%s: %s %s responses", p.question.Probe.Name, cmp.Or(p.question.Work, "evaluating"), pricing.Count(int64(h.Responses()))),
			})
		}
	})
	evaluate()
	close(done)
	reporting.Wait()
}

// record keeps how the generator performed in a stage.
func (p *prober) record(m *probe.Measured) error {
	q := p.question
	stage := results.ProbeStage{
		Probe: q.Probe.Name, Target: q.Target.Name, Stage: m.Name, Load: m.Load.String(), Started: m.Started.Seconds(), Seconds: m.For.Seconds(),
		Requests: int64(len(m.Samples)) + m.Dropped, Generator: m.Generator(), Use: results.Concluded,
	}
	stage.Verdict, stage.Reasons = q.Tolerates.Stage(m)
	return p.recorder.Update(func(d *results.Document) { d.ProbeStages = append(d.ProbeStages, stage) })
}

// recordUses keeps which of the question's stages, the last ones on record, were
// sent again or left out.
func (p *prober) recordUses(h probe.History) error {
	if !slices.ContainsFunc(h, func(m probe.Measured) bool { return m.Use != "" }) {
		return nil
	}
	return p.recorder.Update(func(d *results.Document) {
		of := d.ProbeStages[len(d.ProbeStages)-len(h):]
		for i := range h {
			of[i].Use = cmp.Or(h[i].Use, results.Concluded)
		}
	})
}

func (p *prober) write(m probe.Measured, requests []scenarios.Request) error {
	head := results.SampleStage{
		Probe: p.question.Probe.Name, Target: p.question.Target.Name, Stage: m.Name, Number: p.stages - 1, Load: m.Load.String(),
		Seconds: m.For.Seconds(), StartedS: m.Started.Seconds(), Dropped: m.Dropped,
	}
	for _, r := range requests {
		head.Requests = append(head.Requests, r.Name)
	}
	return p.file.Stage(head, m.Samples)
}
