package simulate

import (
	"math/rand/v2"
	"sort"
)

// A SpeedOverTime is how fast a machine works over time, as a share of its full speed. What
// disturbs it does not depend on the load: pauses, a neighbor, a slowdown.
type SpeedOverTime struct {
	from  []float64 // seconds, ascending; before the first it is full
	share []float64
}

// at is the index of the stretch that a time lies in; -1: before the first.
func (s *SpeedOverTime) at(t float64) int { return sort.SearchFloat64s(s.from, t+rounding) - 1 }

// Done is when work that begins at a time is done.
func (s *SpeedOverTime) Done(at, work float64) float64 {
	if s == nil {
		return at + work
	}
	for i := s.at(at); ; i++ {
		share := 1.0
		if i >= 0 {
			share = s.share[i]
		}
		if i+1 == len(s.from) || (s.from[i+1]-at)*share >= work {
			return at + work/share
		}
		work -= (s.from[i+1] - at) * share
		at = s.from[i+1]
	}
}

// add appends a stretch, which begins after the last.
func (s *SpeedOverTime) add(from, share float64) {
	s.from, s.share = append(s.from, from), append(s.share, share)
}

// Interrupted is a machine that works at a share of its speed for a length of time
// now and then, until a time; length and gap say how long those and the times between
// them are.
func Interrupted(until, share float64, gap, length func() float64) *SpeedOverTime {
	s := &SpeedOverTime{}
	for at := gap(); at < until; {
		s.add(at, share)
		at += length()
		s.add(at, 1)
		at += gap()
	}
	return s
}

// Slower is a machine that works at a share of its speed from a time on.
func Slower(from, share float64) *SpeedOverTime {
	return &SpeedOverTime{from: []float64{from}, share: []float64{share}}
}

// About is a length of time that varies around its mean, evenly, by a share of it.
func About(mean, share float64, chance *rand.Rand) func() float64 {
	return func() float64 { return mean * (1 + share*(2*chance.Float64()-1)) }
}

// Exponential is a length of time without memory.
func Exponential(mean float64, chance *rand.Rand) func() float64 {
	return func() float64 { return mean * chance.ExpFloat64() }
}
