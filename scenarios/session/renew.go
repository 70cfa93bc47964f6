package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tollgate/results"
)

// restorePatience is how long taking a change back may take, once the run was
// interrupted.
const restorePatience = 30 * time.Second

// renew has the function behind the question's target get new environments. The
// run's record says so before it happens: whatever becomes of the run, who reads
// it knows what was changed.
func (p *prober) renew(ctx context.Context) error {
	q := p.question
	word := fmt.Sprintf("probe %s at %s %s", q.Probe.Name, q.Target.Name, q.Renews.Announced(q.Target))
	if p.renewals == 0 {
		if err := p.recorder.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, word) }); err != nil {
			return err
		}
	}
	if p.renewals++; p.renewals > q.Renews.Times {
		return fmt.Errorf("%s: no further change was announced", word)
	}
	if p.Renewer == nil {
		return fmt.Errorf("%s: nothing here can do that", word)
	}
	p.tell(Progress{
		Step: Probing, Dir: p.recorder.Dir(), Target: q.Target.Name, Elapsed: time.Since(p.epoch), Total: p.session.plan.Duration() + p.session.plan.ProbeTime(),
		Probe: fmt.Sprintf("%s: changing the configuration of the function, change %d of at most %d", q.Probe.Name, p.renewals, q.Renews.Times),
	})
	if err := p.Renewer.Renew(ctx, p.targets[q.Index]); err != nil {
		return fmt.Errorf("%s: %w", word, err)
	}
	return nil
}

// restore takes the change back where that was announced, even if the run was
// interrupted.
func (p *prober) restore(ctx context.Context) error {
	q := p.question
	if p.renewals == 0 || !q.Renews.Restore || p.restored || p.Renewer == nil {
		return nil
	}
	if ctx.Err() != nil {
		patient, done := context.WithTimeout(context.WithoutCancel(ctx), restorePatience)
		defer done()
		ctx = patient
	}
	if err := p.Renewer.Restore(ctx, p.targets[q.Index]); err != nil {
		return errors.Join(err, fmt.Errorf("probe %s at %s changed the configuration of the function, and could not take that back", q.Probe.Name, q.Target.Name))
	}
	p.restored = true
	return nil
}
