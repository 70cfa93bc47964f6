package session

import (
	"context"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
)

// A decider ends the load once the comparison that the run is for is decided. A nil one
// never does.
type decider struct {
	*walker
	stage        *scenarios.PlannedStage
	begun, ended int // turns of the stage
	complete     int // blocks that every target has received, those of the earlier run included
	next         int // blocks at the next look
}

func newDecider(w *walker) *decider {
	if w.plan.Decide == nil {
		return nil
	}
	stage := &w.Stages[len(w.Stages)-1]
	return &decider{walker: w, stage: stage, complete: stage.After, next: compare.NextLook(stage.After)}
}

// begins takes note of a turn that begins.
func (d *decider) begins(turn scenarios.Turn) {
	if d != nil && turn.Stage == d.stage.Number {
		d.begun++
	}
}

// ends says whether the load ends after a turn.
func (d *decider) ends(ctx context.Context, turn scenarios.Turn) (done bool, err error) {
	if d == nil || turn.Stage != d.stage.Number {
		return false, nil
	}
	if d.ended++; d.ended%len(d.To) != 0 {
		return false, nil
	}
	d.complete++
	if d.complete < d.next && d.complete < d.plan.Decide.Most {
		return false, nil
	}
	d.next = compare.NextLook(d.complete)
	undecided, doubt, err := d.look(ctx)
	if err != nil || ctx.Err() != nil {
		return false, err
	}
	look := results.Look{Blocks: d.complete, At: time.Now(), Undecided: undecided}
	d.looked.Store(&looked{look, doubt})
	err = d.recorder.Update(func(doc *results.Document) { doc.Decide.Looks = append(doc.Decide.Looks, look) })
	return len(undecided) == 0, err
}

// look compares what is recorded. It reads the directory, as a later comparison does, so
// that both find the same. A doubt is why nothing is decided whatever the blocks say.
func (d *decider) look(ctx context.Context) (undecided []string, doubt string, err error) {
	ended := time.Since(d.epoch)
	for d.recorder.Recorded() < ended && d.recorder.Err() == nil {
		if rest(ctx, tickEvery/5); ctx.Err() != nil {
			return nil, "", nil
		}
	}
	defer func() { d.rested.Add(int64(time.Since(d.epoch) - ended)) }()
	run, err := results.Open(d.recorder.Dir())
	if err == nil {
		run, err = d.joined(run)
	}
	if err != nil {
		return nil, "", err
	}
	run.Document = results.Summarise(run)
	if run.Document.Verdict == results.Invalid {
		doubt = "the run is invalid so far: " + run.Document.Reasons[0]
	}
	undecided, err = compare.Look(run)
	return undecided, doubt, err
}

// A looked is what the last look found.
type looked struct {
	results.Look
	doubt string
}

// end leaves in the record the stage as it was sent, with a block that was cut off.
func (d *decider) end() error {
	if d == nil {
		return nil
	}
	targets := len(d.To)
	blocks := d.stage.After + (d.begun+targets-1)/targets
	return d.recorder.Update(func(doc *results.Document) {
		s := &doc.Stages[d.stage.Number]
		s.Blocks, s.Due = blocks, d.stage.Due(blocks)-d.stage.Due(d.stage.After)
		s.Seconds = float64(blocks-d.stage.After) * s.BlockS
	})
}

// joined is the run that this session continues together with what it has recorded of it;
// the latter alone if it continues none.
func (s *session) joined(run *results.Run) (*results.Run, error) {
	if s.Continue == nil {
		return run, nil
	}
	return results.Merge(s.Continue, run)
}

// join makes one run of the earlier one and the one that continued it, which both stay as
// they are: a crash at any moment loses neither.
func (s *session) join(part *results.Run) (*results.Run, error) {
	if s := part.Document.MeasuredStages()[0]; s.Blocks == s.FirstBlock {
		return part, nil // nothing was sent
	}
	run, err := results.MergeDirs(s.Out, s.Continue.Dir, part.Dir)
	if err != nil {
		return part, err
	}
	if b := newBilling(run, s.Book, s.Scenario, s.targets); b != nil {
		if err := b.price(run); err != nil {
			note(run, stepPrice, err.Error()+"; tollgate price "+run.Dir+" does it again")
		}
	}
	s.compare(run)
	return run, conclude(run)
}
