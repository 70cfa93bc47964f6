package scenarios

import (
	"math/big"
	"strings"
	"time"

	"tollgate/pricing/document"
)

// Steps arrive at one rate after another, each for the same length of time.
type Steps struct{ Rates []Rate }

// A level is one of the steps as it lies in the whole.
type level struct {
	rate       Rate
	start, end time.Duration
	phase      time.Duration // from start to the level's first arrival
	n          int64
}

// Schedule implements Shape. The fraction of an arrival that one level leaves
// over is carried into the next, so that the whole stage has as many requests
// as its rates add up to.
func (s Steps) Schedule(d time.Duration, _ uint64) Schedule {
	levels := s.levels(d)
	return func(yield func(time.Duration) bool) {
		for _, l := range levels {
			for i := range l.n {
				if !yield(min(l.start+l.phase+l.rate.Due(i), l.end-1)) {
					return
				}
			}
		}
	}
}

func (s Steps) levels(d time.Duration) []level {
	levels := make([]level, len(s.Rates))
	arrived := new(big.Rat) // the integral of the rate up to here
	for i, rate := range s.Rates {
		l := level{rate: rate, start: portion(d, i, len(levels)), end: portion(d, i+1, len(levels))}
		first := ceil(arrived)
		if !rate.IsZero() {
			wait := new(big.Rat).Sub(new(big.Rat).SetInt64(first), arrived)
			ns, _ := wait.Quo(wait, rate.Rat()).Float64()
			l.phase = time.Duration(ns)
		}
		arrived.Add(arrived, new(big.Rat).Mul(rate.Rat(), big.NewRat(int64(l.end-l.start), 1)))
		l.n = ceil(arrived) - first
		levels[i] = l
	}
	return levels
}

// portion is where the i'th of n equal parts of d begins.
func portion(d time.Duration, i, n int) time.Duration {
	return time.Duration(document.Scale(uint64(d), uint64(i), uint64(n)))
}

func (s Steps) String() string {
	words := make([]string, len(s.Rates))
	for i, rate := range s.Rates {
		words[i] = rate.String()
	}
	return "steps " + strings.Join(words, ", ")
}

func (s Steps) count(d time.Duration, _ uint64) int64 {
	var n int64
	for _, l := range s.levels(d) {
		n += l.n
	}
	return n
}

func (s Steps) peak() float64 {
	var highest float64
	for _, rate := range s.Rates {
		highest = max(highest, rate.PerSecond())
	}
	return highest
}
