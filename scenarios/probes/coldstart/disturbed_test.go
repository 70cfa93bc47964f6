package coldstart

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
)

// A disturbedDriver sends stages to an endpoint. In those fan-outs that the test names by
// their number, the generator's machine adds some time to everything.
type disturbedDriver struct {
	simulate.Driver
	lost int // cold starts in disturbed stages
}

func disturbed(endpoint *simulate.Endpoint, fanOuts []int, added time.Duration) *disturbedDriver {
	d, fans := &disturbedDriver{}, 0
	d.Respond = func(m *probe.Measured, _ int) {
		cold, round := endpoint.Cold, 100*time.Microsecond
		endpoint.Respond(m.Stage, m.Samples)
		if m.Name == stageFan {
			if fans++; slices.Contains(fanOuts, fans) {
				round = added
				d.lost += endpoint.Cold - cold
				for i := range m.Samples {
					m.Samples[i].Service += round
				}
			}
		}
		m.Control = results.New()
		m.Control.RecordN(round, 100)
	}
	return d
}

// measured is the finding of a question that a driver sends.
func measured(t *testing.T, options string, d *disturbedDriver) results.Finding {
	t.Helper()
	q := simulate.Question(t, Probe(), options)
	h, err := q.Measure(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return q.Answer(h, probe.Evidence{})
}

// A fan-out in which the generator was disturbed is left out: a larger one needs new
// environments all the same. Where most were disturbed the finding is in doubt.
func TestDisturbedFanOutsAreLeftOut(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		options   string
		disturbed []int
		verdict   results.Verdict
		left      int
	}{
		"none":                 {"", nil, results.Valid, 0},
		"the third":            {"", []int{3}, results.Valid, 1},
		"the last":             {"", []int{4}, results.Valid, 1},
		"the first":            {"", []int{1}, results.Suspect, 0},
		"one that was renewed": {"renew: true", []int{2}, results.Valid, 1},
		"three of four":        {"", []int{2, 3, 4}, results.Suspect, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := simulate.NewEndpoint(lambda(0.25, 60, 3), 0.02, 0.1, 3)
			d := disturbed(e, row.disturbed, 60*time.Millisecond)
			f := measured(t, "cold-start: {"+row.options+"}", d)
			left := 0
			for _, text := range f.Disturbed {
				if strings.HasPrefix(text, "stage "+stageFan) && strings.Contains(text, "left out") {
					left++
				}
			}
			if f.Verdict != row.verdict || left != row.left {
				t.Errorf("%s %q, left out: %q", f.Verdict, f.Reasons, f.Disturbed)
			}
			truth := e.Cold
			if row.left > 0 {
				truth -= d.lost
			}
			if f.Verdict == results.Valid && !holds(f, "cold_starts", float64(truth)) {
				t.Errorf("%d cold starts: %s", truth, f.Conclusion)
			}
		})
	}
}

// What the machine adds may be little beside INIT, and as much as a warm response takes.
func TestAMachineThatSlowsFanOutsDownIsADoubt(t *testing.T) {
	t.Parallel()
	for added, want := range map[time.Duration]results.Verdict{time.Millisecond: results.Valid, 30 * time.Millisecond: results.Suspect} {
		d := disturbed(simulate.NewEndpoint(lambda(0.4, 60, 3), 0.02, 0.1, 3), []int{1, 2, 3, 4, 5}, added)
		if f := measured(t, "cold-start: {}", d); f.Verdict != want {
			t.Errorf("%v were added: %s, want %s: %s", added, f.Verdict, want, f.Conclusion)
		}
	}
}

// A machine that slows every fan-out down looks like cold starts, and like its own control
// measurement.
func TestASlowMachineStartsNothing(t *testing.T) {
	t.Parallel()
	d := disturbed(simulate.NewEndpoint(simulate.Endless{}, 0.4, 0.02, 3), []int{1, 2, 3, 4, 5}, 35*time.Millisecond)
	if f := measured(t, "cold-start: {}", d); strings.Contains(f.Conclusion, coldSaid) || !strings.Contains(f.Conclusion, "own machine") {
		t.Error(f.Conclusion)
	}
}
