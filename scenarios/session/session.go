// Package session takes one run from its plan to its findings.
//
//  1. Prepare: plan the scenario, check that results can be written, start the lab
//     if a target stands in it, get the signers, and open one connection to each
//     target. Whatever the user can fix fails here, all at once. Then each request
//     is tried once at each target (see try): an unexpected response, after up to
//     three tries if it was 429, 5xx or none, ends the run before its load.
//  2. Load: walk the plan's turns through the engine. Populations run side by side:
//     each has its own turns, connections and credentials, and all share one recorder,
//     one budget and one control measurement (see driver). Ctrl-C stops the load, and
//     what was recorded is kept (see stopping). So does an abort rule: the recorder evaluates it
//     for each second that it writes, over the time of a target's own turns. A
//     target that has not responded yet breaks no rule. A run that goes on until its
//     comparison is decided is planned as long as it may take, and ends earlier: now and
//     then the load rests for up to a second, and the recorded blocks are compared.
//  3. Conclude: open the recorded directory and sum it up. From here on the run is
//     safe: a step that fails leaves a warning.
//  4. Observe: read what AWS saw of the same minutes, and how many cold starts the
//     functions' logs report.
//  5. Price: bill a month of what was measured and observed.
//  6. Compare: the targets with each other, the end of each steady stage with its
//     beginning, and the load after a spike with the load before it (see
//     [compare.Drift] and [compare.Spikes]).
//
// Steps 4 to 6 work on any recorded directory (see Observe, Price and Compare).
// They read its copy of the scenario as data, without files and environment
// variables, since anyone may have written it; or the file that the user names, if
// it has the bytes that ran.
//
// # Why
//
// The steps read the directory and not what load left in memory, so a run that was
// cut off by a crash goes the same way as one that ended well.
//
// A run that continues another one is recorded as a run of its own, with the numbers,
// due times and order that its blocks would have had in the earlier one; then both are
// merged into a third. Rejected: to append to the earlier directory. A crash could
// damage what was recorded, every reader would have to know of the hours between two
// seconds, and reports that were written of the run would no longer be about it. The
// blocks between two looks are also those that a comparison of the directory finds, so a
// look opens it: one code decides during the run and after it.
//
// The lab, the signers and AWS come in as functions and interfaces. They need the
// AWS SDK and other processes, and a session has to be tested without either.
//
// A probe may change the function behind a target (see Renewer). The record says so
// before it happens, so that no crash can hide it, and an announced restoration
// happens even when the run is interrupted.
//
// The trial is not a warm-up: it is one request on a connection of its own, kept in
// run.json and in no metric. It may meet the one cold start that the first request
// of the load would have met; --no-trial leaves it out, and so does the cold-start
// probe. A failed trial leaves a run directory, so that CI has a report of it.
//
// A control measurement goes on during the load and the stages of probes (see
// controlled): what it takes, the machine adds to every request. A stage of a probe in
// which the generator was disturbed may be sent again ([probe.Question.Measure]). The
// load is not: its seconds are data, and its verdict says what they are worth.
//
// There is no warm-up unless the scenario asks for one (warm_up). A front door's first
// requests meet new connections and cold environments, and most users want to know what
// these cost: connection set-up has clocks of its own, and comparisons leave out the first
// block. Who asks for the steady state says so, and then gets all of it: the warm-up is a
// stage like any other, sent, paid for, recorded and shown with figures of its own, and
// results.Open keeps it apart, so that no figure, threshold, comparison or bill can have
// it by mistake. The verdict is about the measured stages too. Abort rules and the limit
// on cost hold from the first request: they protect the target and the budget, and do
// not measure. Rejected: to warm up by a number of requests, which says nothing about time;
// and not to record, which would hide a target that fails when it is cold.
//
// To open connections before the first request, write it in the scenario (engine:
// connections). Connections stay open between turns, like those of a busy client. A turn
// starts a moment after the one before, so that requests can be signed before they are
// due.
//
// The recorder asks for the engine's health when it writes a second. With a clock
// of the session's own, one second would have two reports and the next none.
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

// Run takes a scenario from its plan to its findings. The run is not nil whenever
// anything was recorded, whatever the error; the error is a Failure.
func Run(ctx context.Context, c Config) (*results.Run, error) {
	run, err := runAll(ctx, c)
	if closed := results.CloseOutputs(c.Outputs, run); closed != nil && run != nil {
		note(run, stepOutput, closed.Error())
		if unwritten := results.WriteDocument(run.Dir, run.Document); unwritten != nil && err == nil {
			err = &Failure{CouldNot, unwritten}
		}
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
	c.report(Progress{Step: Preparing, Total: plan.Duration() + plan.ProbeTime()})
	s := &session{Config: c, plan: plan, questions: questions}
	defer s.close()
	if s.budget, err = s.newBudget(); err != nil {
		return nil, &Failure{BadInput, err}
	}
	if err := s.prepare(ctx); err != nil {
		return nil, s.early(ctx, err)
	}
	dir, err := s.load(ctx)
	if err != nil && dir == "" {
		return nil, s.early(ctx, errors.Join(err, s.leave(ctx)))
	}
	run, after := s.conclude(ctx, dir)
	if s.shard != nil {
		after = errors.Join(after, s.shard.hand(ctx, run, err))
	}
	if after == nil && s.Continue != nil {
		run, after = s.join(run)
	}
	switch err = errors.Join(err, after); {
	case errors.Is(err, load.ErrSpent):
		return run, fail(Spent, "stopped: %s; what was recorded is kept in %s", s.budget.exhausted(), dir)
	case err != nil:
		return run, &Failure{CouldNot, err}
	}
	if s.failedTrial() {
		return run, s.trialError(ctx, run)
	}
	if err = wordingOf(s.Scenario).advise(run, Verdict(run)); err == nil && ctx.Err() != nil {
		err = fail(Interrupted, "interrupted after the load, before all steps were done; the recorded data is complete in %s", run.Dir)
	}
	return run, err
}

// early is the error of a session that ended before its load began.
func (s *session) early(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fail(Interrupted, "interrupted before any load was sent")
	}
	if errors.Is(err, load.ErrSpent) {
		return fail(Spent, "stopped before the load: %s", s.budget.exhausted())
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
	hosts     []targets.Target // likewise, that steps go to besides the targets
	stamps    []targets.Stamp
	own       targets.OwnStamps
	senders   []sender           // by population
	endStamps context.CancelFunc // stops their renewal
	warnings  *warnings
	budget    *budget
	control   *controlled
	file      *results.SampleWriter // nil: no samples are kept
	trial     []results.Trial       // the results of the trial requests
	tried     []*results.SocketDoc  // by target, the connections of the trial; nil: none
	lab       Lab                   // empty if no target is at the lab
	shard     *shardRun             // nil: the session sends the whole run
	meets     bool                  // it has begun to wait for the other shards
}

// prepare does all that can fail before load is sent. It sends trial requests, and
// no load.
func (s *session) prepare(ctx context.Context) error {
	if err := writable(s.Out); err != nil {
		return err
	}
	return s.connect(ctx)
}

// connect opens the way to the targets, and tries it.
func (s *session) connect(ctx context.Context) (err error) {
	s.targets, s.hosts = s.Scenario.Targets, s.Scenario.Hosts
	if atLab(s.targets) {
		if s.Config.Lab == nil {
			return errors.New("there is no lab to start for the targets whose url is lab")
		}
		if s.lab, err = s.Config.Lab(ctx, s.Scenario); err != nil {
			return fmt.Errorf("start the lab: %w", err)
		}
		s.targets, s.hosts = s.lab.Targets, s.lab.Hosts
	}
	renewed, end := context.WithCancel(ctx)
	s.endStamps = end
	if s.stamps, err = stamps(renewed, &s.Config, s.targets); err != nil {
		return err
	}
	s.warnings = newWarnings(s.targets)
	s.warnings.watch(s.targets, s.stamps)
	if s.senders, err = s.newSenders(renewed); err != nil {
		return err
	}
	if err := s.newOwnStamps(renewed); err != nil {
		return err
	}
	if err := preflightOf(s.Scenario).reach(ctx, s.targets); err != nil {
		return err
	}
	return s.try(ctx)
}

// load drives the plan, then asks the questions of the probes, and returns the run
// directory, "" if nothing was sent.
func (s *session) load(ctx context.Context) (dir string, err error) {
	if err := s.align(ctx); err != nil {
		return "", err
	}
	began := time.Now()
	if s.shard, err = s.meet(ctx); err != nil {
		return "", err
	}
	if s.shard != nil {
		began = s.shard.epoch
	}
	doc := s.document(began)
	s.shard.document(&doc)
	recorder, err := results.Create(filepath.Join(s.Out, doc.ID), doc, s.Scenario.Source, s.Outputs...)
	if err != nil {
		return "", err
	}
	discard := func(err error) (string, error) {
		return "", errors.Join(err, recorder.Close(results.Interrupted), os.RemoveAll(recorder.Dir()))
	}
	if s.lab.Record != nil {
		if err := results.WriteFile(recorder.Dir(), results.FileLab, s.lab.Record); err != nil {
			return discard(err)
		}
	}
	if s.failedTrial() {
		return recorder.Dir(), recorder.Close(results.Aborted)
	}
	s.control = startControl(recorder, s.warnings)
	defer s.control.close()
	d := &driver{session: s, recorder: recorder, epoch: doc.Started, stopping: s.newStopping(ctx)}
	defer d.stopping.close()
	choices, err := d.open()
	if err != nil {
		return discard(err)
	}
	if s.Samples || len(s.questions) > 0 {
		if s.file, err = results.CreateSamples(recorder.Dir()); err != nil {
			return discard(errors.Join(err, d.close()))
		}
		defer func() { err = errors.Join(err, s.file.Close()) }()
	}
	err = recorder.Update(func(d *results.Document) {
		d.Engine = engines.Overall(choices)
		for i, c := range choices {
			d.Targets[i].Engine = c.Name
		}
	})
	if err == nil {
		if err := s.shard.claim(ctx, recorder, d.stopping); err != nil {
			return discard(errors.Join(err, d.close()))
		}
	}
	if err == nil && len(s.plan.Stages) > 0 {
		err = errors.Join(d.drive(), d.stopped(recorder, doc.Started), d.recordSockets(recorder))
	}
	aborted := d.aborted.Load()
	if err = errors.Join(err, d.close()); err == nil && ctx.Err() == nil && aborted == nil {
		err = s.probe(ctx, recorder, doc)
	}
	stopped, unrecorded := s.shard.loaded(ctx, recorder, aborted)
	err = errors.Join(err, unrecorded, s.warnings.save(recorder))
	s.control.close()
	return recorder.Dir(), errors.Join(err, end(recorder, aborted, stopped || err != nil || ctx.Err() != nil))
}

// job is what an engine for all targets needs, but for the order of requests. See jobOf.
func (s *session) job(epoch time.Time, shard func() load.Shard) load.Job {
	return load.Job{
		Epoch: epoch, Targets: s.targets, Hosts: s.hosts, Stamps: s.stamps, Own: s.own, Requests: s.plan.Sent, Seed: s.plan.Seed, Part: s.Scenario.Shard,
		Shard: shard, Options: s.Scenario.Engine, Budget: s.budget.job(), Secrets: s.Scenario.Secrets, Note: s.warnings.noteFrom(0), Issued: s.warnings.issued(),
	}
}

func (c *Config) report(p Progress) {
	if c.Progress != nil {
		c.Progress(p)
	}
}

// close stops the lab and the renewal of credentials. The lab's children end with
// their standard input, so an error here changes nothing that was measured.
func (s *session) close() {
	if s.endStamps != nil {
		s.endStamps()
	}
	if s.lab.Close != nil {
		_ = s.lab.Close()
	}
}
