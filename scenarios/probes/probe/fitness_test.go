package probe

import (
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

// stageOf is a stage of 200 requests, of which so many were late, failed by the
// generator itself, or were never sent.
func stageOf(late, own, missing int) Measured {
	m := Measured{Stage: Stage{Name: "steady"}, Due: int64(200 + missing), CPUs: 2}
	for i := range 200 {
		s := results.Sample{Code: 200}
		if i < late {
			s.Begun = 2 * lateAfter
		}
		if i < own {
			s.Err = results.ErrGenerator
		}
		m.Samples = append(m.Samples, s)
	}
	return m
}

func TestFitnessOfTheGenerator(t *testing.T) {
	busy := func(seconds int) Measured {
		m := stageOf(0, 0, 0)
		for i := range 8 {
			h := results.Health{Second: i}
			if i < seconds {
				h.CPU = 1.95
			}
			m.Health = append(m.Health, h)
		}
		return m
	}
	cancelled := stageOf(0, 0, 0)
	cancelled.Samples[199].Err = results.ErrCancelled
	const v, s, x = results.Valid, results.Suspect, results.Invalid
	for _, row := range []struct {
		name              string
		stage             Measured
		punctual, lenient results.Verdict
		why               string
	}{
		{"all went well", stageOf(2, 0, 2), v, v, ""},
		{"some were late", stageOf(6, 0, 0), s, v, "6 of 200 requests were sent more than 20ms late"},
		{"many were late", stageOf(20, 0, 0), x, s, "20 of 200"},
		{"all were late", stageOf(200, 0, 0), x, s, "200 of 200"},
		{"one failed by the generator", stageOf(0, 1, 0), x, x, "1 of 200 requests failed by the generator's own limits"},
		{"some were never sent", stageOf(0, 0, 5), s, s, "5 of 205 requests were never sent"},
		{"many were never sent", stageOf(0, 0, 20), x, x, "20 of 220"},
		{"busy for some seconds", busy(3), s, v, "in 3 of 8 seconds"},
		{"busy for most seconds", busy(7), x, v, "in 7 of 8 seconds"},
		{"interrupted", cancelled, x, x, "interrupted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := History{stageOf(0, 0, 0), row.stage}
			strict, reasons := Fitness(h)
			soft, softer := FitnessOfResponses(h)
			if strict != row.punctual || soft != row.lenient {
				t.Errorf("%s and %s, want %s and %s: %q", strict, soft, row.punctual, row.lenient, reasons)
			}
			if has := slices.ContainsFunc(reasons, func(r string) bool { return strings.Contains(r, row.why) }); has == (strict == v) && row.why != "" {
				t.Errorf("%q, want %q in it", reasons, row.why)
			}
			if (soft == v) != (len(softer) == 0) {
				t.Errorf("%s for %q", soft, softer)
			}
		})
	}
}

// A stage that is worse than the others decides.
func TestTheWorstStageDecides(t *testing.T) {
	v, why := Fitness(History{stageOf(20, 0, 0), stageOf(6, 0, 0)})
	if v != results.Invalid || len(why) != 2 || !strings.HasPrefix(why[0], "stage steady: ") {
		t.Errorf("%s: %q", v, why)
	}
}
