package coldstart

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A pair is a fan-out that asked for more concurrency than was seen, and its
// repeats, which did not.
type pair struct {
	size    int
	rise    []float64 // service times in ms of good responses
	repeats [][]float64
	opened  [2]float64 // ms that a new connection took at the median: of the fan-out, of its repeats; 0: few were new

	// The target was idle, or nearly so, for before until the fan-out, 0 for the first,
	// and for kept between it and its repeats, at most.
	before, kept time.Duration

	renewed bool // no environment was left before the fan-out
}

func (p pair) repeated() []float64 { return slices.Concat(p.repeats...) }

// pairsOf are the fan-outs of a history, each with its repeats. One that was left out, since
// the generator was disturbed in it, has repeats only.
func pairsOf(h probe.History) (all []pair) {
	again, ended := 0, time.Duration(0)
	for i, m := range h {
		if m.Name == stageRepeat && (i == 0 || !follows(m, h[i-1])) {
			all = append(all, pair{size: len(m.Samples)})
			ended = m.Started
		}
		switch m.Name {
		case stageFan:
			p := pair{size: len(m.Samples), rise: times(m), opened: [2]float64{opening(m), 0}, renewed: m.Renew}
			if len(all) > 0 {
				p.before = m.Started - ended
			}
			all = append(all, p)
		case stageRepeat:
			all[len(all)-1].repeat(m, m.Started-ended)
		case stageAgain:
			all[again%len(all)].repeats = append(all[again%len(all)].repeats, times(m))
			again++
		default:
			continue
		}
		ended = answered(m)
	}
	return all
}

// follows says whether no stage was left out between two.
func follows(m, before probe.Measured) bool {
	return m.Started-max(before.Started+before.For, answered(before)) < before.For/2
}

func (p *pair) repeat(m probe.Measured, kept time.Duration) {
	p.repeats = append(p.repeats, times(m))
	p.opened[1] = max(p.opened[1], opening(m))
	p.kept = max(p.kept, kept)
}

func good(s *results.Sample) bool { return s.Outcome() == results.OK }

func times(m probe.Measured) (ms []float64) {
	for i := range m.Samples {
		if s := &m.Samples[i]; good(s) {
			ms = append(ms, probe.MS(s.Service))
		}
	}
	return ms
}

// opening is how long a new connection took, if a tenth of the requests had one.
func opening(m probe.Measured) float64 {
	var ms []float64
	for i := range m.Samples {
		if s := &m.Samples[i]; good(s) && s.Connect > 0 {
			ms = append(ms, probe.MS(s.Connect+s.TLS))
		}
	}
	if len(ms) == 0 || 10*len(ms) < len(m.Samples) {
		return 0
	}
	return estimate.Median(ms)
}
