package session

import (
	"context"
	"errors"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// told is what a question is told when it concludes. What cannot be had is told
// as a trouble: a probe concludes from what there is.
func (p *prober) told(ctx context.Context, h probe.History) probe.Evidence {
	q := p.question
	told := probe.Evidence{Book: p.Scenario.Book(p.Book), Region: p.Scenario.BillRegion(q.Target), Earlier: p.earlier, Restored: p.restored}
	if len(h) == 0 {
		return told
	}
	trouble := func(what string, err error) {
		if err != nil {
			told.Troubles = append(told.Troubles, what+" could not be read: "+err.Error())
		}
	}
	target := p.targets[q.Index]
	from, to := p.epoch.Add(h[0].Started), time.Now()
	var err error
	if q.Wants.Log && p.Log != nil && target.Function.Name != "" {
		told.Invocations, err = p.Log(ctx, target, from, to)
		trouble("the function's log", err)
	}
	trouble("X-Ray", p.traces(ctx, h, from, to, &told))
	if q.Wants.Limits && p.Limits != nil && target.API != "" && target.Stage != "" {
		told.Limits, err = p.Limits(ctx, target)
		trouble("what API Gateway is set to", err)
	}
	if q.Wants.Observed && p.Observer != nil {
		told.Observed, err = p.counted(ctx, h, target, from, to)
		trouble("CloudWatch", err)
	}
	return told
}

// counted is what CloudWatch counted of the question's requests.
func (p *prober) counted(ctx context.Context, h probe.History, target targets.Target, from, to time.Time) (*results.ObservedDoc, error) {
	seen, err := p.Observer.Observe(ctx, sentBy(h, from, to), []targets.Target{target})
	switch {
	case err != nil || len(seen.Targets) != 1:
		return nil, err
	case seen.Targets[0].Error != "":
		return nil, errors.New(seen.Targets[0].Error)
	}
	return &seen.Targets[0], nil
}

// traces asks X-Ray for what it recorded of the responses that say so, or where
// the question wants it, of all the time. Where the function's log knows every
// response X-Ray has nothing to add.
func (p *prober) traces(ctx context.Context, h probe.History, from, to time.Time, told *probe.Evidence) (err error) {
	target := p.targets[p.question.Index]
	if p.Traces == nil || target.Function.Name == "" || !p.question.Wants.Log {
		return nil
	}
	var ids []string
	known := true
	for _, m := range h {
		for i := range m.Samples {
			mark := m.Samples[i].Mark
			if mark.Trace != "" {
				ids = append(ids, mark.Trace)
			}
			_, logged := told.Invocations[mark.RequestID]
			known = known && logged
		}
	}
	if known || len(ids) == 0 && !p.question.Wants.Traces {
		return nil
	}
	told.Traces, err = p.Traces(ctx, target, from, to, ids)
	return err
}

// sentBy is a run of a probe's stages alone: what CloudWatch has to have counted
// at least, and when.
func sentBy(h probe.History, from, to time.Time) *results.Run {
	second := results.Second{Status: map[int]int64{}, Errors: map[results.ErrClass]int64{}}
	for _, m := range h {
		for i := range m.Samples {
			s := &m.Samples[i]
			second.Ended[s.Outcome()]++
			if s.Code > 0 {
				second.Status[s.Code]++
			}
		}
	}
	return &results.Run{
		Document:     results.Document{Started: from, Seconds: to.Sub(from).Seconds()},
		ProbeSeconds: []results.Second{second},
	}
}

// stamp is how the question's target is signed at.
func (p *prober) stamp() targets.Stamp {
	if i := p.question.Index; i < len(p.stamps) {
		return p.stamps[i]
	}
	return targets.Stamp{}
}
