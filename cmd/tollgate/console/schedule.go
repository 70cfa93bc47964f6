package console

import (
	"time"

	"tollgate/scenarios"
)

// walkable is how many due times are counted one by one; longer schedules show their
// mean rate, so that the display does not delay the run.
const walkable = 2_000_000

// A schedule is what each second of each stage of a population asks one target for.
type schedule struct {
	stages  []scenarios.PlannedStage
	targets int
	asked   [][]float64
}

func newSchedule(p *scenarios.PlannedPopulation, seed uint64) *schedule {
	s := &schedule{stages: p.Stages, targets: len(p.To)}
	for i := range p.Stages {
		s.asked = append(s.asked, perSecond(&p.Stages[i], seed))
	}
	return s
}

// perSecond counts the due times of a stage by second.
func perSecond(st *scenarios.PlannedStage, seed uint64) []float64 {
	arrivals, open := st.Load.(scenarios.Arrivals)
	if !open {
		return nil
	}
	bins := make([]float64, max(1, int((st.For+time.Second-1)/time.Second)))
	if st.Starts > walkable {
		for i := range bins {
			bins[i] = float64(st.Requests()) / st.For.Seconds()
		}
		return bins
	}
	each := max(1, st.Each.Likely) // of a flow, counted when it begins
	for due := range arrivals.Schedule(st.For, seed) {
		bins[min(len(bins)-1, int(due/time.Second))] += each
	}
	if rest := st.For % time.Second; rest > 0 {
		bins[len(bins)-1] /= rest.Seconds()
	}
	return bins
}

// at is the rate asked for in a turn of the population, counted from 1, that began
// some time ago.
func (s *schedule) at(turn int, ago time.Duration) float64 {
	k := turn - 1
	for i, st := range s.stages {
		turns := st.Blocks * s.targets
		if s.targets == 1 {
			turns = 1
		}
		if k >= turns {
			k -= turns
			continue
		}
		if len(s.asked[i]) == 0 || k < 0 {
			return 0
		}
		into := min(ago, st.Block)
		if s.targets == 1 {
			into = ago
		}
		second := (st.Block*time.Duration(k/s.targets) + into) / time.Second
		return s.asked[i][max(0, min(len(s.asked[i])-1, int(second)))]
	}
	return 0
}
