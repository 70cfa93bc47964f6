package session

import (
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

func TestOnlyALongEvaluationIsReported(t *testing.T) {
	samples := make([]results.Sample, 4213)
	for i := range samples {
		samples[i].Code = 200
	}
	h := probe.History{{Samples: samples}}
	for took, want := range map[time.Duration]string{
		1900 * time.Millisecond: "",
		2100 * time.Millisecond: "usage-plan: fitting limiters to 4,213 responses",
		time.Minute:             "usage-plan: fitting limiters to 4,213 responses",
	} {
		synctest.Test(t, func(t *testing.T) {
			var all []Progress
			q := probe.Question{Probe: &probe.Probe{Name: "usage-plan"}, Work: "fitting limiters to"}
			p := &prober{session: &session{Config: Config{Progress: func(at Progress) { all = append(all, at) }}}, question: &q}
			p.working(h, func() { time.Sleep(took) })
			got := ""
			for _, at := range all {
				got += at.Probe
				if at.Step != Evaluating {
					t.Errorf("step %s", at.Step)
				}
			}
			if got != want {
				t.Errorf("an evaluation of %v reports %q, want %q", took, got, want)
			}
		})
	}
}
