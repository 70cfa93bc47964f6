package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// evidence reads what a question wants to know besides its samples. What cannot be
// read is a trouble: a probe concludes from what there is.
func (p *prober) evidence(ctx context.Context, h probe.History) probe.Evidence {
	q := p.question
	e := probe.Evidence{Target: p.targets[q.Index], Book: p.Scenario.Book(p.Book), Region: p.Scenario.BillRegion(q.Target), Earlier: p.earlier, Restored: p.restored}
	if len(h) == 0 {
		return e
	}
	trouble := func(what string, err error) {
		if err != nil {
			e.Troubles = append(e.Troubles, what+" could not be read: "+err.Error())
		}
	}
	target := p.targets[q.Index]
	from, to := p.epoch.Add(h[0].Started), time.Now()
	var err error
	logged := q.Wants.Log && target.Function.Name != ""
	if logged && p.Log != nil {
		e.Invocations, err = p.Log(ctx, target, from, to)
		trouble("the function's log", err)
	}
	if ids, wanted := p.traceIDs(h, e.ByRequest()); logged && wanted && p.Traces != nil {
		e.Traces, err = p.Traces(ctx, target, from, to, ids)
		trouble("X-Ray", err)
	}
	if q.Wants.Limits && p.Limits != nil && target.API != "" && target.Stage != "" {
		e.Configuration, err = p.Limits(ctx, target)
		trouble("the configuration of API Gateway", err)
	}
	if q.Wants.Added && len(p.plan.Stages) > 0 {
		e.Added, err = added(p.recorder.Dir(), target.Name)
		trouble("the load", err)
	}
	if q.Wants.Observed && p.Observer != nil {
		e.Observed, err = p.observed(ctx, h, target, from, to)
		trouble("CloudWatch", err)
	}
	return e
}

// traceIDs are the traces that responses name, and whether X-Ray is wanted: where
// the function's log knows every response it adds nothing.
func (p *prober) traceIDs(h probe.History, logged map[string]targets.Invocation) (ids []string, wanted bool) {
	known := true
	for _, s := range h.Samples() {
		if s.Mark.Trace != "" {
			ids = append(ids, s.Mark.Trace)
		}
		_, in := logged[s.Mark.RequestID]
		known = known && in
	}
	return ids, !known && (len(ids) > 0 || p.question.Wants.Traces)
}

func (p *prober) observed(ctx context.Context, h probe.History, target targets.Target, from, to time.Time) (*results.ObservedDoc, error) {
	second := results.Second{Status: map[int]int64{}, Errors: map[results.ErrClass]int64{}}
	for _, s := range h.Samples() {
		second.Ended[s.Outcome()]++
		if s.Code > 0 {
			second.Status[s.Code]++
		}
	}
	seen, err := p.Observer.Observe(ctx, &results.Run{
		Document:     results.Document{Started: from, Seconds: to.Sub(from).Seconds(), Targets: []results.TargetDoc{{Name: target.Name, Kind: target.Kind.Name}}},
		ProbeSeconds: []results.Second{second},
	}, []targets.Target{target})
	switch {
	case err != nil || len(seen.Targets) != 1:
		return nil, err
	case seen.Targets[0].Error != "":
		return nil, errors.New(seen.Targets[0].Error)
	}
	return &seen.Targets[0], nil
}

// restorePatience is how long reverting a change may take once the run was
// interrupted.
const restorePatience = 30 * time.Second

// renew replaces the environments of the function behind the question's target. The
// run's record says so before it happens.
func (p *prober) renew(ctx context.Context) error {
	q := p.question
	text := fmt.Sprintf("probe %s at %s %s", q.Probe.Name, q.Target.Name, q.Renews.Announced(q.Target))
	if p.changes == 0 {
		if err := p.recorder.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, text) }); err != nil {
			return err
		}
	}
	if p.changes++; p.changes > q.Renews.Times {
		return fmt.Errorf("%s: no further change was announced", text)
	}
	if p.Renewer == nil {
		return fmt.Errorf("%s: this program cannot do that here", text)
	}
	p.progress(fmt.Sprintf("changing the configuration of the function, change %d of at most %d", p.changes, q.Renews.Times))
	if err := p.Renewer.Renew(ctx, p.targets[q.Index]); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	return nil
}

// flush empties the cache of the question's target. The run's record says so before it
// happens.
func (p *prober) flush(ctx context.Context) error {
	q := p.question
	text := fmt.Sprintf("probe %s at %s %s", q.Probe.Name, q.Target.Name, probe.Flush)
	if err := p.recorder.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, text) }); err != nil {
		return err
	}
	if p.Flush == nil {
		return fmt.Errorf("%s: this program cannot do that here", text)
	}
	p.progress("emptying the cache")
	if err := p.Flush(ctx, p.targets[q.Index]); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	return nil
}

// restore reverts the change if that was announced, even if the run was
// interrupted.
func (p *prober) restore(ctx context.Context) error {
	q := p.question
	if p.changes == 0 || !q.Renews.Restore || p.restored || p.Renewer == nil {
		return nil
	}
	if ctx.Err() != nil {
		patient, done := context.WithTimeout(context.WithoutCancel(ctx), restorePatience)
		defer done()
		ctx = patient
	}
	if err := p.Renewer.Restore(ctx, p.targets[q.Index]); err != nil {
		return errors.Join(err, fmt.Errorf("probe %s at %s changed the configuration of the function, and could not restore it", q.Probe.Name, q.Target.Name))
	}
	p.restored = true
	return nil
}
