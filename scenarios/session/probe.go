package session

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/probes/probe"
)

// probe asks all questions, one after the other, and writes what they conclude.
// A question that is broken off concludes nothing.
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
		p := &prober{session: s, question: &s.questions[i], recorder: recorder, epoch: doc.Started, block: block}
		p.earlier = findings
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

// A prober asks one question.
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
	renewals int  // of the function behind the target, so far
	restored bool // they were taken back

	engine   load.Engine
	requests []scenarios.Request // that the engine was opened for
	pick     func(uint64) uint16
	shards   collector
	health   healthLog
}

// ask drives the question's stages until it has seen enough.
func (p *prober) ask(ctx context.Context) (f *results.Finding, err error) {
	defer func() {
		if p.engine != nil {
			err = errors.Join(err, p.engine.Close())
		}
		err = errors.Join(err, p.restore(ctx))
	}()
	q := p.question
	if q.Ask != nil {
		shard := p.recorder.Shard()
		answer := q.Asked(ctx, probe.Asking{Target: p.targets[q.Index], Stamp: p.stamp(), Epoch: p.epoch, Record: func(s *results.Sample) {
			s.Target, s.Request, s.Block = uint16(q.Index), p.number, p.block
			shard.Record(s)
		}})
		p.block++
		return &answer, ctx.Err()
	}
	var history probe.History
	var sent int64
	var spent time.Duration
	for {
		stage, more := q.Plan(history)
		if !more {
			break
		}
		plan, err := p.single(stage)
		if err != nil {
			return nil, fmt.Errorf("probe %s at %s: stage %s: %w", q.Probe.Name, q.Target.Name, stage.Name, err)
		}
		if sent, spent = sent+plan.Requests(), spent+stage.For; sent > q.Requests || spent > q.For {
			return nil, fmt.Errorf("probe %s at %s: stage %s would exceed the %d requests and %v that were announced", q.Probe.Name, q.Target.Name, stage.Name, q.Requests, q.For)
		}
		if peak := plan.Stages[0].Peak(); peak > q.Peak+1 { // rates are rounded
			return nil, fmt.Errorf("probe %s at %s: stage %s would send %.0f requests a second, more than the %.0f that were announced", q.Probe.Name, q.Target.Name, stage.Name, peak, q.Peak)
		}
		if stage.Renew {
			if err := p.renew(ctx); err != nil {
				return nil, err
			}
		}
		m, err := p.stage(ctx, stage, plan)
		history = append(history, m)
		if err != nil || ctx.Err() != nil {
			return nil, err
		}
	}
	trouble := p.restore(ctx)
	answer := q.Answer(history, p.told(ctx, history))
	return &answer, trouble
}

// single makes a plan of one stage alone.
func (p *prober) single(stage probe.Stage) (*scenarios.Plan, error) {
	one := *p.Scenario
	one.Targets, one.Stages, one.Blocks, one.Probes = p.targets[p.question.Index:p.question.Index+1], []scenarios.Stage{stage.Stage}, 1, nil
	if stage.Requests != nil {
		one.Requests = stage.Requests
	}
	one.Seed += uint64(p.block) // chance is new in each stage
	return scenarios.NewPlan(&one)
}

// stage drives one stage and keeps its samples.
func (p *prober) stage(ctx context.Context, stage probe.Stage, plan *scenarios.Plan) (probe.Measured, error) {
	m := probe.Measured{Stage: stage, Due: plan.Requests(), CPUs: runtime.NumCPU()}
	if err := p.open(plan.Scenario.Requests); err != nil {
		return m, err
	}
	p.pick = plan.Pick
	if first := p.seq; stage.Pick != nil {
		p.pick = func(seq uint64) uint16 { return stage.Pick(seq - first) }
	}
	warning, err := p.session.renewals.note(p.recorder)
	if err != nil {
		return m, err
	}
	p.health.take()
	p.shards.begin()
	p.stages++
	m.Started = time.Since(p.epoch) + lead
	p.tell(Progress{
		Step: Probing, Dir: p.recorder.Dir(), Target: p.question.Target.Name, Elapsed: m.Started, Total: p.session.plan.Duration() + p.session.plan.ProbeTime(),
		Probe:   fmt.Sprintf("%s, stage %s: %v", p.question.Probe.Name, stage.Name, stage.Load),
		Warning: warning,
	})
	for turn := range plan.Turns() {
		if err := p.engine.Run(ctx, p.renumbered(turn), m.Started); err != nil {
			return m, err
		}
	}
	rest(ctx, time.Until(p.epoch.Add(m.Started+stage.For)))
	p.block += uint32(plan.Stages[0].Blocks)
	m.Samples, m.Dropped = p.shards.take()
	m.Health = p.health.take()
	if n := len(m.Samples); n > 0 {
		p.seq = max(p.seq, m.Samples[n-1].Seq+1)
	}
	_, err = p.session.renewals.note(p.recorder)
	return m, errors.Join(err, p.notes.keep(p.recorder), p.keep(m, plan.Scenario.Requests), p.recorder.Err())
}

// keep writes a stage's samples.
func (p *prober) keep(m probe.Measured, requests []scenarios.Request) error {
	head := results.SampleStage{
		Probe: p.question.Probe.Name, Target: p.question.Target.Name, Stage: m.Name, Number: p.stages - 1, Load: m.Load.String(),
		Seconds: m.For.Seconds(), StartedS: m.Started.Seconds(), Dropped: m.Dropped,
	}
	for _, r := range requests {
		head.Requests = append(head.Requests, r.Name)
	}
	return p.samples.Stage(head, m.Samples)
}
