package coldstart

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
)

// A server with burst credits answers quickly while it has some: it gets 20 a second, and
// 40 at most. It starts nothing.
func TestBurstCreditsAreNoColdStarts(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(815, 333))
	credits, last := 0.0, 0.0
	respond := func(_ probe.Stage, all []results.Sample) {
		for i := range all {
			at, took := all[i].Sent.Seconds(), 0.2
			credits, last = math.Min(credits+20*(at-last), 40), at
			if credits >= 1 {
				credits, took = credits-1, 0.02
			}
			all[i].Service = time.Duration(1e9 * took * math.Exp(0.15*chance.NormFloat64()))
			all[i].FirstByte = all[i].Service
		}
	}
	f, _ := simulate.Play(t, simulate.Question(t, Probe(), "cold-start: {}"), respond)
	if !strings.Contains(f.Conclusion, cannotSaid) || strings.Contains(f.Conclusion, coldSaid) {
		t.Error(f.Conclusion)
	}
}

// Half of the environments start in 600 ms, half in 20 ms, as long as a response takes.
func TestAnINITOfTwoLengthsIsWithinTheInterval(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(815, 333))
	var free []float64 // when each environment is
	cold := 0
	respond := func(_ probe.Stage, all []results.Sample) {
		for i := range all {
			at, took := all[i].Sent.Seconds(), 0.02*math.Exp(0.15*chance.NormFloat64())
			env := 0
			for env < len(free) && free[env] > at {
				env++
			}
			if env == len(free) {
				free = append(free, 0)
				cold++
				took += []float64{0.02, 0.6}[chance.IntN(2)] * math.Exp(0.1*chance.NormFloat64())
			}
			free[env] = at + took
			all[i].Service = time.Duration(1e9 * took)
			all[i].FirstByte = all[i].Service
		}
	}
	f, _ := simulate.Play(t, simulate.Question(t, Probe(), "cold-start: {}"), respond)
	if !holds(f, "cold_starts", float64(cold)) {
		t.Errorf("%+v, truly %d: %s", f.Values["cold_starts"], cold, f.Conclusion)
	}
}
