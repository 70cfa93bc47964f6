package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios/fleet"
)

// A shardRun is what a session does as one of the machines of a run. A nil one is the whole
// run, and does nothing.
//
// A shard prepares and tries its requests, waits for the others, and opens its connections;
// then it claims the shard, and sends at the moment on which all agreed. Until it has
// claimed the shard, any failure ends it without load. All times of the run count from that
// moment, by the store's clock, so that the shards' blocks and seconds meet.
//
// Where targets take turns, all turns begin at planned times: each waits a little after the
// one before it (turnPause), in which a machine that met slow responses catches up. Without
// that, shards would drift apart, and one would load a target while others load another.
//
// A shard observes, prices and compares nothing: that is for the merged run.
type shardRun struct {
	*session
	member *fleet.Member
	start  time.Time // by the store's clock: what times of the run count from
	epoch  time.Time // the same moment on the monotonic clock of this machine
	clock  fleet.Clock

	mu    sync.Mutex
	began time.Duration // how late the first turn began; -1: none has
	late  time.Duration // the most by which a later turn did

	uploads    *fleet.Uploader
	background sync.WaitGroup
	end        context.CancelFunc // of what goes on in the background
	asked      string             // why the run was asked to stop
}

const (
	// shardLead is how long after the claim the load begins: engines prepare their first
	// requests (see lead), and a machine that is busy returns late from its wait.
	shardLead = 50 * time.Millisecond

	// turnPause is between the turns of two targets.
	turnPause = 250 * time.Millisecond
)

// meet waits for the other shards and decides when the load begins. A shard whose trial
// failed cancels the run: the others would wait for it in vain.
func (s *session) meet(ctx context.Context) (*shardRun, error) {
	m := s.Member
	if m == nil {
		return nil, nil
	}
	if s.failedTrial() {
		s.ask(ctx, fmt.Sprintf("the trial requests of shard %d of %d failed", m.Index, m.Count))
		return nil, nil
	}
	s.report(Progress{Step: Joining, Total: s.plan.Duration()})
	s.meets = true
	at, err := m.Join(ctx)
	if err != nil {
		return nil, refused(err)
	}
	r := &shardRun{session: s, member: m, clock: at.Clock, began: -1}
	wait := shardLead
	if s.Scenario.AlignMinute {
		minute := s.minute
		if minute == 0 {
			minute = time.Minute
		}
		wait += untilNext(at.At, minute)
	}
	r.start = at.At.Add(wait).UTC()
	now := time.Now()
	r.epoch = now.Add(at.Local.Sub(now) + wait) // monotonic: a step of the clock meanwhile moves nothing
	return r, nil
}

// ask asks all shards of the run to stop, or not to start.
func (s *session) ask(ctx context.Context, why string) {
	call, done := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer done()
	if err := fleet.Stop(call, s.Member.Store, s.Member.RunID, why); err != nil {
		s.warnings.add("the other shards could not be asked to stop: " + err.Error())
	}
}

// leave withdraws a shard that has not claimed its load.
func (s *session) leave(ctx context.Context) error {
	if !s.meets {
		return nil
	}
	call, done := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer done()
	return s.Member.Leave(call)
}

// refused is the error of a member that sends nothing.
func refused(err error) error {
	if _, is := errors.AsType[*fleet.Refusal](err); is {
		return &Failure{Refused, err}
	}
	return err
}

// document says which shard a run is.
func (r *shardRun) document(d *results.Document) {
	if r == nil {
		return
	}
	m := r.member
	d.Shards = []results.ShardDoc{{
		Index: m.Index, Count: m.Count, Fleet: m.RunID, Host: m.Host, Run: d.ID, Start: r.start, Started: d.Started,
		Offset: r.clock.Offset, Tolerance: r.clock.Uncertainty, Reasons: []string{}, Machine: d.Machine, State: results.Running,
	}}
	for i := range d.Stages {
		d.Stages[i].DueAll = r.plan.DueOfAll(i)
	}
	d.Warnings = append(d.Warnings, fmt.Sprintf("%s: tollgate merge %s/%s makes the run of all of them, with its thresholds and bill", d.Shards[0].Note(), m.Store, m.RunID))
	if r.clock.Torn {
		d.Warnings = append(d.Warnings, "the readings of the store's clock contradict each other: it, or this machine's, was set meanwhile")
	}
}

// claim claims the shard right before its load begins, and looks from then on whether the
// run is to stop. What is recorded is uploaded while it grows.
func (r *shardRun) claim(ctx context.Context, recorder *results.Recorder, stop *stopping) error {
	if r == nil {
		return nil
	}
	r.report(Progress{Step: Starting, Dir: recorder.Dir(), Total: r.plan.Duration()})
	at, err := r.member.Claim(ctx)
	if err != nil {
		return refused(err)
	}
	if late := at.Late; late > shardLead {
		r.warnings.add(fmt.Sprintf("this shard was ready %v after the start", late.Round(time.Millisecond)))
	}
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	r.end, r.uploads = end, r.member.Uploader(recorder.Dir())
	r.background.Go(func() { r.uploads.Run(background) })
	r.background.Go(func() {
		if why := r.member.Stopped(background); why != "" {
			r.mu.Lock()
			r.asked = why
			r.mu.Unlock()
			stop.stop()
		}
	})
	return nil
}

// turn notes when a turn began, and when it was to begin.
func (r *shardRun) turn(planned, at time.Duration) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.began < 0 {
		r.began = at - planned
		return
	}
	r.late = max(r.late, at-planned)
}

// pause is between two turns of a population.
func (r *shardRun) pause(w *walker) time.Duration {
	if r == nil || len(w.To) == 1 {
		return 0
	}
	return turnPause
}

// loaded ends what goes on in the background, and records how the shard began. Where a rule
// of the scenario ended the load, the other shards are to stop, too. It says whether the
// load was stopped from elsewhere.
func (r *shardRun) loaded(ctx context.Context, recorder *results.Recorder, aborted *results.Abort) (stopped bool, err error) {
	if r == nil {
		return false, nil
	}
	if r.end != nil {
		r.end()
		r.background.Wait()
	}
	if aborted != nil {
		r.ask(ctx, fmt.Sprintf("shard %d of %d: %s at %s (%s)", r.member.Index, r.member.Count, aborted.Rule, aborted.Target, aborted.Why))
	}
	if r.asked != "" {
		r.warnings.add("the load was stopped because the run was asked to: " + r.asked)
	}
	return r.asked != "" && aborted == nil, recorder.Update(func(d *results.Document) {
		d.Shards[0].Late, d.Shards[0].Turns = milliseconds(max(r.began, 0)), milliseconds(r.late)
	})
}

// stopPatience is how long the other shards are tried to be asked to stop.
const stopPatience = 20 * time.Second

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// hand uploads what is left of a run that is summed up.
func (r *shardRun) hand(ctx context.Context, run *results.Run, failed error) error {
	if r == nil || r.uploads == nil || run == nil {
		return nil
	}
	r.report(Progress{Step: Uploading, Dir: run.Dir})
	d := &run.Document
	done := fleet.Done{State: string(d.State), Verdict: string(d.Verdict), Result: string(d.Result), Clock: r.clock}
	if failed != nil {
		done.Error = failed.Error()
	}
	for _, s := range d.Shards {
		done.Requests, done.LateMS = s.Requests, s.Late
		done.Began = s.Start.Add(time.Duration(s.Late * float64(time.Millisecond)))
	}
	patient, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	if r.Now != nil {
		defer context.AfterFunc(r.Now, end)()
	}
	if err := r.uploads.Close(patient, done); err != nil {
		return fmt.Errorf("what shard %d recorded is not in %s: %w; it is kept in %s", r.member.Index, r.member.Store, err, run.Dir)
	}
	return nil
}
