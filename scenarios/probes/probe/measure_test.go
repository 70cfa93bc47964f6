package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// A bench drives stages on a clock that does not run: each takes its own time, and
// the generator is disturbed in those that the test names by their number.
type bench struct {
	disturbed []int // numbers of driven stages, from 0
	driven    []string
	at        time.Duration
	cancel    func() // called in the first stage
	fails     error  // of the second stage
}

func (b *bench) Cost(s Stage) (int64, float64, error) {
	n := int64(0)
	for range s.Shape().Schedule(s.For, 1) {
		n++
	}
	return n, 100, nil
}

func (b *bench) Drive(_ context.Context, s Stage) (Measured, error) {
	number := len(b.driven)
	b.driven = append(b.driven, s.Name)
	m := Measured{Stage: s, Started: b.at, CPUs: 2, Control: results.New()}
	round := 100 * time.Microsecond
	if slices.Contains(b.disturbed, number) {
		round = 5 * time.Millisecond // of a service time of 20 ms
	}
	m.Control.RecordN(round, 100)
	for due := range s.Shape().Schedule(s.For, 1) {
		at := b.at + due
		m.Samples = append(m.Samples, results.Sample{Due: at, Begun: at, Sent: at, Code: 200, Service: 20 * time.Millisecond})
	}
	m.Due = int64(len(m.Samples))
	b.at += s.For
	if b.cancel != nil {
		b.cancel()
	}
	if number == 1 && b.fails != nil {
		return m, b.fails
	}
	return m, nil
}

// counting is a question about n stages, which concludes how many it saw.
func counting(stages ...Stage) *Question {
	return &Question{
		Probe: &Probe{Name: "count", Title: "Count"}, Target: targets.Target{Kind: targets.Kinds[0]}, Requests: 10_000, For: time.Hour, Peak: 100, Tolerates: OfServiceTimes,
		Spare: Effort{1000, time.Minute},
		Plan: func(h History) (Stage, bool) {
			if len(h) == len(stages) {
				return Stage{}, false
			}
			return stages[len(h)], true
		},
		Conclude: func(h History, _ Evidence) results.Finding {
			return results.Finding{Conclusion: fmt.Sprintf("%d stages, %d samples", len(h), len(h.Samples()))}
		},
	}
}

func block(redo int, optional bool) Stage {
	s := Constant("block", 100, time.Second)
	s.Redo, s.Optional = redo, optional
	return s
}

func TestDisturbedStages(t *testing.T) {
	warm, pause := Constant("warm-up", 100, time.Second), Quiet("pause", time.Second)
	after := Constant("after the pause", 100, time.Second)
	after.Redo = 2
	for _, c := range []struct {
		what       string
		stages     []Stage
		disturbed  []int
		spare      Effort
		driven     string
		verdict    results.Verdict
		conclusion string
		said       string // in what the finding says about disturbed stages; "": it says nothing
	}{
		{
			"nothing is disturbed",
			[]Stage{block(1, true), block(1, true)},
			nil,
			Effort{1000, time.Minute},
			"block block", results.Valid, "2 stages, 200 samples", "",
		},
		{
			"a disturbed stage is sent again, and only the second counts",
			[]Stage{block(1, true), block(1, true)},
			[]int{0},
			Effort{1000, time.Minute},
			"block block block", results.Valid, "2 stages, 200 samples", "stage block at 0.0 s was sent again: the control measurement on the load generator's own machine took 5.00 ms",
		},
		{
			"it is sent again twice",
			[]Stage{block(1, true)},
			[]int{0, 1},
			Effort{1000, time.Minute},
			"block block block", results.Valid, "1 stages, 100 samples", "stage block at 1.0 s was sent again",
		},
		{
			"and no more: the finding is in doubt",
			[]Stage{block(1, true)},
			[]int{0, 1, 2, 3},
			Effort{1000, time.Minute},
			"block block block", results.Suspect, "1 stages, 100 samples", "stage block at 1.0 s was sent again",
		},
		{
			"a stage that cannot be sent again puts the finding in doubt",
			[]Stage{block(0, false), block(0, false)},
			[]int{0},
			Effort{1000, time.Minute},
			"block block", results.Suspect, "2 stages, 200 samples", "",
		},
		{
			"without requests to spare it is left out",
			[]Stage{block(1, true), block(1, true), block(1, true)},
			[]int{1},
			Effort{50, time.Minute},
			"block block block", results.Valid, "2 stages, 200 samples", "stage block at 1.0 s was left out: the control",
		},
		{
			"without time to spare too",
			[]Stage{block(1, true), block(1, true), block(1, true)},
			[]int{1},
			Effort{1000, time.Second / 2},
			"block block block", results.Valid, "2 stages, 200 samples", "left out",
		},
		{
			"the spare is for all stages together",
			[]Stage{block(1, true), block(1, true), block(1, true), block(1, true)},
			[]int{0, 2},
			Effort{100, time.Minute},
			"block block block block block", results.Valid, "3 stages, 300 samples", "stage block at 2.0 s was left out",
		},
		{
			"most of the stages are not left out",
			[]Stage{block(1, true), block(1, true), block(1, true)},
			[]int{1, 2},
			Effort{},
			"block block block", results.Suspect, "3 stages, 300 samples", "",
		},
		{
			"a stage on which others depend is not left out",
			[]Stage{block(1, false), block(1, false), block(1, false)},
			[]int{1},
			Effort{},
			"block block block", results.Suspect, "3 stages, 300 samples", "",
		},
		{
			"a stage after a pause is sent again with the pause",
			[]Stage{warm, pause, after},
			[]int{2},
			Effort{1000, time.Minute},
			"warm-up pause after the pause pause after the pause", results.Valid, "3 stages, 200 samples", "stage pause at 1.0 s was sent again: the stage after it was disturbed, and starts from it",
		},
		{
			"a stage that replaces environments is never sent again",
			[]Stage{{Name: "cold", Stage: block(0, false).Stage, Renew: true, Redo: 1}},
			[]int{0},
			Effort{1000, time.Minute},
			"cold", results.Suspect, "1 stages, 100 samples", "",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			q, b := counting(c.stages...), &bench{disturbed: c.disturbed}
			q.Spare = c.spare
			h, err := q.Measure(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			f := q.Answer(h, Evidence{})
			if got := strings.Join(b.driven, " "); got != c.driven {
				t.Errorf("driven: %s, want %s", got, c.driven)
			}
			if f.Verdict != c.verdict || f.Conclusion != c.conclusion {
				t.Errorf("%s: %s, want %s: %s", f.Verdict, f.Conclusion, c.verdict, c.conclusion)
			}
			said := strings.Join(f.Disturbed, "\n")
			if !strings.Contains(said, c.said) || (said == "") != (c.said == "") {
				t.Errorf("the finding says %q, want %q in it", said, c.said)
			}
			if want := int64(len(h.Samples())); f.Requests != want {
				t.Errorf("the finding says %d requests; %d were sent", f.Requests, want)
			}
		})
	}
}

func TestAFindingNamesAFewDisturbedStages(t *testing.T) {
	q := counting(slices.Repeat([]Stage{block(1, true)}, 20)...)
	h, err := q.Measure(t.Context(), &bench{disturbed: []int{0, 2, 4, 6, 8, 10, 12}})
	if err != nil {
		t.Fatal(err)
	}
	if f := q.Answer(h, Evidence{}); len(f.Disturbed) != mostDisturbed+1 || f.Disturbed[mostDisturbed] != "2 more stages were sent again or left out" {
		t.Errorf("%q", f.Disturbed)
	}
}

// What is announced is never exceeded, and what is spare only by repeats.
func TestAQuestionSendsNoMoreThanAnnounced(t *testing.T) {
	q := counting(block(1, true), block(1, true))
	q.Requests = 199
	b := &bench{disturbed: []int{0}}
	if _, err := q.Measure(t.Context(), b); err == nil || !strings.Contains(err.Error(), "stage block: it would exceed the 199 requests") || len(b.driven) != 2 {
		t.Errorf("%v, after %d stages", err, len(b.driven))
	}
	if a := q.Announced(); a.Requests != 1199 || a.For != time.Hour+time.Minute {
		t.Errorf("announced are %+v", a)
	}
	q = counting(block(1, true))
	q.Peak = 50
	if _, err := q.Measure(t.Context(), &bench{}); err == nil || !strings.Contains(err.Error(), "would send 100 requests a second, more than the 50 that were announced") {
		t.Error(err)
	}
}

func TestAMeasurementThatEndsEarlyRepeatsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := &bench{disturbed: []int{0}, cancel: cancel}
	if h, err := counting(block(1, true), block(1, true)).Measure(ctx, b); err != nil || len(h) != 1 || len(b.driven) != 1 {
		t.Errorf("%d stages after an interruption, %v", len(b.driven), err)
	}
	broken := errors.New("the disk is full")
	b = &bench{disturbed: []int{0}, fails: broken}
	if h, err := counting(block(1, true), block(1, true)).Measure(t.Context(), b); !errors.Is(err, broken) || len(h) != 2 {
		t.Errorf("%d stages, %v", len(h), err)
	}
}

func TestSteadyStagesStandAlone(t *testing.T) {
	v := Steady{Rate: 20, For: 10 * time.Second}
	q := counting()
	q.Plan, q.Spare = v.Stages(10), v.Spare(10)
	b := &bench{disturbed: []int{3, 5}}
	if _, err := q.Measure(t.Context(), b); err != nil || len(b.driven) != 12 {
		t.Errorf("%d stages were driven, %v: two of ten may be sent again", len(b.driven), err)
	}
	if one := v.Spare(1); one != (Effort{201, 10 * time.Second}) {
		t.Errorf("one stage has %+v to spare", one)
	}
}
