package results

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// disturbed is a run of one target, and what its requests would have taken without delays.
// Some are sent late, and some meet a busy machine when their response is read.
func disturbed(chance *rand.Rand, median time.Duration, spread, share float64, delay time.Duration) (run *Run, truth *Histogram) {
	run, truth = memory(0, 0, 0), New()
	run.Document.Targets = run.Document.Targets[:1]
	run.Document.Targets[0].URL = "https://api.example.com"
	good, lag, control := New(), New(), New()
	late := func() time.Duration {
		if chance.Float64() < share {
			return time.Duration(float64(delay) * chance.ExpFloat64())
		}
		return 0
	}
	for i := range 3000 {
		own := time.Duration(float64(median) * math.Exp(spread*chance.NormFloat64()))
		l := late()
		truth.Record(own)
		lag.Record(l)
		good.Record(own + l + late())
		if i%6 == 0 {
			control.Record(30*time.Microsecond + late())
		}
	}
	run.Series = map[Key]*Histogram{{Clock: Response}: good}
	run.Lag, run.Control = map[Group]*Histogram{{}: lag}, map[Group]*Histogram{{}: control}
	return run, truth
}

func TestWhatTheGeneratorAddedIsBounded(t *testing.T) {
	ms := time.Millisecond
	for _, row := range []struct {
		what   string
		median time.Duration
		spread float64
		share  float64
		delay  time.Duration
		most   [2]float64 // that may be said to be added to p50 and p99, as a share of them
	}{
		{"nothing was delayed", 20 * ms, 0.3, 0, 0, [2]float64{0.01, 0.01}},
		{"a hundredth was, at an API whose times differ", 20 * ms, 0.3, 0.01, 5 * ms, [2]float64{0.03, 0.30}},
		{"a tenth was", 20 * ms, 0.3, 0.1, 5 * ms, [2]float64{0.15, 0.60}},
		{"a tenth was, by little for so slow a target", 300 * ms, 0.3, 0.1, 5 * ms, [2]float64{0.02, 0.15}},
		{"a fifth was, by much, at a target whose times are alike", 5 * ms, 0.02, 0.2, 50 * ms, [2]float64{0.15, 1}},
	} {
		for seed := range uint64(8) {
			run, truth := disturbed(rand.New(rand.NewPCG(seed, 1)), row.median, row.spread, row.share, row.delay)
			d := run.Disturbance(0)
			for i, q := range []float64{0.5, 0.99} {
				measured, added := run.Good(0).Quantile(q), d.Added(q)
				if own := measured - added; float64(own) > 1.01*float64(truth.Quantile(q)) {
					t.Errorf("%s, seed %d, quantile %g: at least %v of %v are said to be the target's, and the truth is %v", row.what, seed, q, own, measured, truth.Quantile(q))
				}
				if float64(added) > row.most[i]*float64(measured) {
					t.Errorf("%s, seed %d, quantile %g: %v of %v are said to be added, which is more than a share of %g", row.what, seed, q, added, measured, row.most[i])
				}
			}
		}
	}
}

func TestRequestsThatWereNotSentAreCounted(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*Run)
		want   float64
	}{
		{"all were sent", func(*Run) {}, 0},
		{"fifty of ten seconds were not", func(r *Run) { r.Document.Stages[0].Due = 1050 }, 5},
		{"more than were due", func(r *Run) { r.Document.Stages[0].Due = 900 }, 0},
		{"a closed stage has none that are due", func(r *Run) { r.Document.Stages[0].Due = 0 }, 0},
		{"a warm-up is not counted", func(r *Run) { r.Document.Stages[0].Due, r.Document.Stages[0].WarmUp = 1050, true }, 0},
	} {
		run := sound()
		c.change(run)
		if got := run.Shortfall(0); got != c.want {
			t.Errorf("%s: %g a second are missing, want %g", c.what, got, c.want)
		}
	}
}
