package probe

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tollgate/results"
)

// mostRepeats is how often a stage is sent again at most.
const mostRepeats = 2

// A Driver sends the traffic of stages.
type Driver interface {
	// Cost is how many requests a stage will send, and the highest rate in it.
	Cost(Stage) (requests int64, peak float64, err error)
	// Drive sends a stage and returns what was measured, or as much of it as there is.
	Drive(context.Context, Stage) (Measured, error)
}

// Measure drives a question's stages until it has seen enough, and no more than was
// announced. A stage in which the generator was disturbed is sent again, if it can be
// and if the question's Spare allows it. The history holds every stage that was
// driven; after an error or an interruption, those before it.
func (q *Question) Measure(ctx context.Context, d Driver) (History, error) {
	m := measuring{question: q, driver: d}
	for {
		stage, more := q.Plan(m.history.Planned())
		if !more {
			m.leaveOut()
			m.leaveOutUntilAfresh()
			return m.history, nil
		}
		if err := m.afford(stage); err != nil {
			return m.history, fmt.Errorf("probe %s at %s: stage %s: %w", q.Probe.Name, q.Target.Name, stage.Name, err)
		}
		if err := m.drive(ctx, stage); err != nil || ctx.Err() != nil {
			return m.history, err
		}
		if err := m.repeat(ctx); err != nil || ctx.Err() != nil {
			return m.history, err
		}
	}
}

// A measuring is one call of Measure.
type measuring struct {
	question *Question
	driver   Driver
	history  History
	spent    Effort // of what was announced
	repeated Effort // of the question's Spare
}

// afford refuses a stage that exceeds what was announced.
func (m *measuring) afford(stage Stage) error {
	q := m.question
	requests, peak, err := m.driver.Cost(stage)
	if err != nil {
		return err
	}
	m.spent = m.spent.plus(Effort{requests, stage.For})
	if m.spent.Requests > q.Requests || m.spent.For > q.For {
		return fmt.Errorf("it would exceed the %d requests and %v that were announced", q.Requests, q.For)
	}
	if peak > q.Peak+1 { // rates are rounded
		return fmt.Errorf("it would send %.0f requests a second, more than the %.0f that were announced", peak, q.Peak)
	}
	return nil
}

func (m *measuring) drive(ctx context.Context, stage Stage) error {
	measured, err := m.driver.Drive(ctx, stage)
	m.history = append(m.history, measured)
	return err
}

// repeat sends the last stage again while the generator was disturbed in it.
func (m *measuring) repeat(ctx context.Context) error {
	for range mostRepeats {
		if v, _ := m.question.Tolerates.Stage(&m.history[len(m.history)-1]); v == results.Valid {
			return nil
		}
		stages, ok := m.again()
		if !ok {
			return nil
		}
		for _, s := range stages {
			if err := m.drive(ctx, s); err != nil || ctx.Err() != nil {
				return err
			}
		}
	}
	return nil
}

// again returns the stages to send in the place of the last one, and takes them out of
// what is planned and concluded from; false if they cannot be sent.
func (m *measuring) again() (stages []Stage, ok bool) {
	var effort Effort
	redo := m.history.Last().Redo
	if redo == 0 {
		redo = m.sinceAfresh()
	}
	var at []int
	for i := len(m.history) - 1; i >= 0 && len(at) < redo; i-- {
		if m.history[i].Use != results.SentAgain {
			at = append(at, i)
		}
	}
	if redo == 0 || len(at) < redo {
		return nil, false
	}
	slices.Reverse(at)
	for _, i := range at {
		stage, another := m.history[i].Stage, true
		if stage.Again != nil {
			stage, another = stage.Again()
		}
		if !another {
			return nil, false
		}
		requests, _, err := m.driver.Cost(stage)
		if err != nil || stage.Renew || stage.Flush {
			return nil, false
		}
		effort = effort.plus(Effort{requests, stage.For})
		stages = append(stages, stage)
	}
	effort = effort.plus(m.repeated)
	if spare := m.question.Spare; effort.Requests > spare.Requests || effort.For > spare.For {
		return nil, false
	}
	m.repeated = effort
	for _, i := range at {
		m.history[i].Use = results.SentAgain
	}
	return stages, true
}

// sinceAfresh counts the stages since the last one that begins afresh, which is one of
// them; 0: there is none.
func (m *measuring) sinceAfresh() (n int) {
	for i := len(m.history) - 1; i >= 0; i-- {
		if m.history[i].Use == results.SentAgain {
			continue
		}
		if n++; m.history[i].Afresh {
			return n
		}
	}
	return 0
}

// leaveOutUntilAfresh leaves out stages in which the generator was disturbed, and those
// that start from what they left, if the others suffice.
func (m *measuring) leaveOutUntilAfresh() {
	if m.question.Suffices == nil {
		return
	}
	left, disturbed, any := slices.Clone(m.history), false, false
	for i := range left {
		s := &left[i]
		if s.Use == results.SentAgain {
			continue
		}
		v, _ := m.question.Tolerates.Stage(s)
		if disturbed = disturbed && !s.Afresh || v != results.Valid; disturbed {
			s.Use, any = results.LeftOut, true
		}
	}
	if any && m.question.Suffices(left.Concluded()) {
		m.history = left
	}
}

// leaveOut leaves out optional stages in which the generator was disturbed, where at
// least as many of the same name were not.
func (m *measuring) leaveOut() {
	sound, disturbed := map[string]int{}, map[string][]int{}
	for i := range m.history {
		s := &m.history[i]
		if s.Use == results.SentAgain {
			continue
		}
		if v, _ := m.question.Tolerates.Stage(s); v == results.Valid {
			sound[s.Name]++
		} else if s.Optional {
			disturbed[s.Name] = append(disturbed[s.Name], i)
		}
	}
	for name, all := range disturbed {
		if len(all) > sound[name] {
			continue
		}
		for _, i := range all {
			m.history[i].Use = results.LeftOut
		}
	}
}

// mostDisturbed is how many stages a finding names that were disturbed.
const mostDisturbed = 5

// disturbed says which stages of a history were sent again or left out, and why.
func (t Tolerance) disturbed(h History) (all []string) {
	more := 0
	for i := range h {
		m := &h[i]
		if m.Use != results.SentAgain && m.Use != results.LeftOut {
			continue
		}
		if len(all) == mostDisturbed {
			more++
			continue
		}
		what := map[results.StageUse]string{results.SentAgain: "sent again", results.LeftOut: "left out"}[m.Use]
		_, reasons := t.Stage(m)
		why := "the stage after it was disturbed, and starts from it"
		if m.Use == results.LeftOut {
			why = "it starts from one that was disturbed"
		}
		if len(reasons) > 0 {
			why = reasons[0]
		}
		all = append(all, fmt.Sprintf("stage %s at %.1f s was %s: %s", m.Name, m.Started.Seconds(), what, why))
	}
	if more > 0 {
		all = append(all, fmt.Sprintf("%d more stages were sent again or left out", more))
	}
	return all
}

// An Effort is what traffic takes.
type Effort struct {
	Requests int64
	For      time.Duration
}

func (e Effort) plus(o Effort) Effort { return Effort{e.Requests + o.Requests, e.For + o.For} }
