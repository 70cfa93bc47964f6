package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Run takes a scenario from its plan to its findings. The run is not nil
// whenever anything was recorded, whatever the error; the error is a Failure.
func Run(ctx context.Context, c Config) (*results.Run, error) {
	run, err := runAll(ctx, c)
	if closed := results.CloseOutputs(c.Outputs, run); closed != nil && err == nil {
		err = &Failure{CouldNot, closed}
	}
	return run, err
}

func runAll(ctx context.Context, c Config) (*results.Run, error) {
	plan, questions, err := probes.NewPlan(c.Scenario, c.Yes)
	if err != nil {
		return nil, fail(BadInput, "%s: %w", c.Scenario.File, err)
	}
	if err := probes.Refusals(questions); err != nil {
		return nil, fail(Refused, "%w", err)
	}
	c.tell(Progress{Step: Preparing, Total: plan.Duration() + plan.ProbeTime()})
	s := &session{Config: c, plan: plan, questions: questions}
	defer s.close()
	if s.account, err = s.openAccount(); err != nil {
		return nil, &Failure{BadInput, err}
	}
	if err := s.prepare(ctx); err != nil {
		return nil, s.early(ctx, err)
	}
	dir, err := s.load(ctx)
	if err != nil && dir == "" {
		return nil, s.early(ctx, err)
	}
	run, after := s.conclude(ctx, dir)
	switch err = errors.Join(err, after); {
	case errors.Is(err, load.ErrSpent):
		return run, fail(Spent, "stopped: %s; what was recorded is kept in %s", s.account.exhausted(), dir)
	case err != nil:
		return run, &Failure{CouldNot, err}
	}
	if s.failedTrial() {
		return run, trialError(run, s.Scenario.File)
	}
	if err = Verdict(run); err == nil && ctx.Err() != nil {
		err = fail(Interrupted, "interrupted after the load, before everything was concluded; the run is complete in %s", run.Dir)
	}
	return run, err
}

// early is the error of a session that ended before its load began.
func (s *session) early(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fail(Interrupted, "interrupted before any load was sent")
	}
	if errors.Is(err, load.ErrSpent) {
		return fail(Spent, "stopped before the load: %s", s.account.exhausted())
	}
	if _, ok := errors.AsType[*Failure](err); ok {
		return err
	}
	return &Failure{CouldNot, err}
}

// A session is one call of Run.
type session struct {
	Config
	plan      *scenarios.Plan
	questions []probe.Question
	targets   []targets.Target // with the addresses of the lab
	stamps    []targets.Stamp
	renewals  *renewals          // of the stamps
	notes     *notes             // of the engines
	endStamps context.CancelFunc // ends them
	account   *account
	samples   *results.SampleWriter // nil: none are kept
	trial     []results.Trial       // what came of the requests before the load
	lab       Lab                   // empty where no target is at the lab
}

// prepare does all that can fail before load is sent. It sends trial requests, and
// no load.
func (s *session) prepare(ctx context.Context) (err error) {
	if err := writable(s.Out); err != nil {
		return err
	}
	s.targets = s.Scenario.Targets
	if atLab(s.targets) {
		if s.Config.Lab == nil {
			return errors.New("there is no lab to start for the targets whose url is lab")
		}
		if s.lab, err = s.Config.Lab(ctx, s.Scenario); err != nil {
			return fmt.Errorf("start the lab: %w", err)
		}
		s.targets = s.lab.Targets
	}
	renewed, end := context.WithCancel(ctx)
	s.endStamps = end
	if s.stamps, err = stamps(renewed, &s.Config, s.targets); err != nil {
		return err
	}
	s.renewals, s.notes = newRenewals(s.targets, s.stamps), &notes{targets: s.targets}
	if err := reach(ctx, s.Scenario.File, s.targets, patience(s.Scenario)); err != nil {
		return err
	}
	return s.try(ctx)
}

// writable makes the folder that run directories are made in, and sees that a
// file can be made in it.
func writable(out string) error {
	err := os.MkdirAll(out, 0o755)
	if err == nil {
		const tried = "writable"
		results.RemoveLeft(out, func(file string) bool { return file == tried })
		var f *os.File
		if f, err = os.CreateTemp(out, "."+tried+"-*"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("cannot write results to %s: %w; choose another folder with --out", out, err)
	}
	return nil
}

// load drives the plan, then asks the questions of the probes, and returns the
// run directory, "" if nothing was sent.
func (s *session) load(ctx context.Context) (dir string, err error) {
	doc := s.document(time.Now())
	recorder, err := results.Create(filepath.Join(s.Out, doc.ID), doc, s.Scenario.Source, s.Outputs...)
	if err != nil {
		return "", err
	}
	if err := s.recordLab(recorder.Dir()); err != nil {
		return "", errors.Join(err, recorder.Close(results.Interrupted), os.RemoveAll(recorder.Dir()))
	}
	if s.failedTrial() {
		return recorder.Dir(), recorder.Close(results.Aborted)
	}
	d := &driver{plan: s.plan, recorder: recorder, sampled: s.Samples, epoch: doc.Started, tell: s.Progress, account: s.account, renewals: s.renewals, notes: s.notes, abort: s.Scenario.Abort}
	engine, choices, err := s.table().Open(load.Job{
		Epoch: doc.Started, Targets: s.targets, Stamps: s.stamps, Requests: s.Scenario.Requests,
		Pick: s.plan.Pick, Seed: s.plan.Seed, Shard: d.shard, Options: s.Scenario.Engine, Budget: s.account.pays(), Secrets: s.Scenario.Secrets, Note: s.notes.of(0),
	})
	if err != nil {
		return "", errors.Join(err, recorder.Close(results.Interrupted), os.RemoveAll(recorder.Dir()))
	}
	d.engine = engine
	if s.Samples || len(s.questions) > 0 {
		if s.samples, err = results.CreateSamples(recorder.Dir()); err != nil {
			return "", errors.Join(err, engine.Close(), recorder.Close(results.Interrupted), os.RemoveAll(recorder.Dir()))
		}
		defer func() { err = errors.Join(err, s.samples.Close()) }()
	}
	err = recorder.Update(func(d *results.Document) {
		d.Engine = engines.Overall(choices)
		for i, c := range choices {
			d.Targets[i].Engine = c.Name
		}
	})
	if err == nil && len(s.plan.Stages) > 0 {
		d.samples = s.samples
		err = d.drive(ctx)
	}
	aborted := d.aborted.Load()
	if err = errors.Join(err, engine.Close()); err == nil && ctx.Err() == nil && aborted == nil {
		err = s.probe(ctx, recorder, doc)
	}
	err = errors.Join(err, s.notes.keep(recorder))
	return recorder.Dir(), errors.Join(err, end(recorder, aborted, err != nil || ctx.Err() != nil))
}

// end closes the record of a run with the state in which it ended.
func end(r *results.Recorder, aborted *results.Abort, interrupted bool) error {
	switch {
	case interrupted:
		return r.Close(results.Interrupted)
	case aborted != nil:
		err := r.Update(func(d *results.Document) { d.Aborted = aborted })
		return errors.Join(err, r.Close(results.Aborted))
	}
	return r.Close(results.Finished)
}

// recordLab keeps what serves the targets at the lab beside the scenario.
func (s *session) recordLab(dir string) error {
	if s.lab.Record == nil {
		return nil
	}
	return results.WriteFile(dir, results.FileLab, s.lab.Record)
}

// tell reports progress to whoever listens.
func (c *Config) tell(p Progress) {
	if c.Progress != nil {
		c.Progress(p)
	}
}

// close ends the lab and the renewal of credentials. The lab's children end with their standard input, so an error
// here changes nothing that was measured.
func (s *session) close() {
	if s.endStamps != nil {
		s.endStamps()
	}
	if s.lab.Close != nil {
		_ = s.lab.Close()
	}
}
