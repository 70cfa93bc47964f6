package limiter

import "math"

// A Rough is a bucket estimated from counts, to plan with and to begin from.
type Rough struct {
	Rate, Burst float64
	Sent        float64 // requests a second meanwhile
	Passed      int     // requests, of which the rate was estimated
	Fill        float64 // seconds in which it fills, should its rate be a quarter lower, and all refusals before it was empty have taken a token
}

// Estimate guesses a bucket from counts: between two refusals the bucket is as empty
// at the end as at the beginning, so what passed is what came back.
func Estimate(all []Decision) (r Rough, ok bool) {
	s := stretchesOf(all)
	first := s.firstEmpty()
	from, until := s.longestEmpty()
	if same := first == from; first >= 0 {
		if from = s.trim(from, until); same {
			first = from
		}
	}
	if first < 0 || until <= from || all[until].Sent <= all[from].Sent {
		return r, false
	}
	r.Passed = s.passed[until] - s.passed[from]
	r.Rate = max(float64(r.Passed), 0.5) / (all[until].Sent - all[from].Sent)
	r.Sent = float64(until-from) / (all[until].Sent - all[from].Sent)
	r.Burst = s.burstAt(r.Rate, first, s.passed)
	r.Fill = (s.burstAt(0.75*r.Rate, first, s.sent()) + 1) / (0.75 * r.Rate)
	return r, true
}

// Refill is at which rate tokens come back: of a bucket that holds next to nothing, those
// are lost that no request waits for. Its next request passes after a token has come back
// and another request has arrived (the counting loss of a dead time: Knoll 2010, 4.VII).
func (r *Rough) Refill() float64 {
	if r.Burst > holdsOne || r.Sent <= r.Rate {
		return r.Rate
	}
	return 1 / (1/r.Rate - 1/r.Sent)
}

// holdsOne is up to which estimate a bucket may hold a single token.
const holdsOne = 1.01

// burstAt is the least burst of which so many were taken before a decision, from any
// moment on: until then the bucket may have been full all the time.
func (s *stretches) burstAt(rate float64, first int, taken []int) float64 {
	burst := 1.0
	for i := range first {
		burst = max(burst, s.takenFrom(i, rate, first, taken))
	}
	return burst
}

// takenFrom is how many more were taken between two decisions than came back.
func (s *stretches) takenFrom(i int, rate float64, first int, taken []int) float64 {
	return float64(taken[first]-taken[i]) - rate*(s.all[first].Sent-s.all[i].Sent)
}

// full is when a bucket of a rate was full last before it was empty at a decision.
func (s *stretches) full(rate float64, empty int) (at int) {
	most := 0.0
	for i := range empty {
		if n := s.takenFrom(i, rate, empty, s.passed); n > most {
			at, most = i, n
		}
	}
	return at
}

// sent counts the decisions before each.
func (s *stretches) sent() []int {
	n := make([]int, len(s.passed))
	for i := range n {
		n[i] = i
	}
	return n
}

// stretches are decisions with the number that passed before each.
type stretches struct {
	all    []Decision
	passed []int
}

func stretchesOf(all []Decision) stretches {
	s := stretches{all, make([]int, len(all)+1)}
	for i := range all {
		s.passed[i+1] = s.passed[i]
		if all[i].Passed {
			s.passed[i+1]++
		}
	}
	return s
}

// trim moves the beginning of a stretch to where no more pass than in its second half.
func (s *stretches) trim(from, until int) int {
	const window = 24
	middle := (from + until) / 2
	share := float64(s.passed[until]-s.passed[middle]) / float64(max(until-middle, 1))
	most := window*share + 3*math.Sqrt(window*share*(1-share)) + 1
	for i := from; i+window < until; i++ {
		if !s.all[i].Passed && float64(window-s.refusedIn(i, i+window)) <= most {
			return i
		}
	}
	return from
}

// refusedIn counts the refusals in [from, to), as far as there are decisions.
func (s *stretches) refusedIn(from, to int) int {
	from, to = max(from, 0), min(to, len(s.all))
	return to - from - (s.passed[to] - s.passed[from])
}

// A few refusals may be other ones: half of a dozen is no chance, or for slight
// overloads a seventh of many.
var signsOfEmpty = []struct{ window, refused int }{{12, 6}, {60, 9}}

// beginsEmpty and endsEmpty say whether a bucket is empty at a refusal, by those after
// it and before it.
func (s *stretches) beginsEmpty(i int) bool {
	for _, sign := range signsOfEmpty {
		if !s.all[i].Passed && s.refusedIn(i, i+sign.window) >= sign.refused {
			return true
		}
	}
	return false
}

func (s *stretches) endsEmpty(i int) bool {
	for _, sign := range signsOfEmpty {
		if !s.all[i].Passed && s.refusedIn(i+1-sign.window, i+1) >= sign.refused {
			return true
		}
	}
	return false
}

// firstEmpty is where the bucket is empty for the first time, -1 for never.
func (s *stretches) firstEmpty() int {
	for i := range s.all {
		if s.beginsEmpty(i) {
			return i
		}
	}
	return -1
}

// longestEmpty is the longest stretch, from refusal to refusal, without a pause in
// which the bucket could have become full.
func (s *stretches) longestEmpty() (from, until int) {
	if len(s.all) == 0 {
		return 0, 0
	}
	pause := 10 * (s.all[len(s.all)-1].Sent - s.all[0].Sent) / float64(len(s.all))
	start := -1
	for i := range s.all {
		if i > 0 && s.all[i].Sent-s.all[i-1].Sent > pause {
			start = -1
		}
		if start < 0 && s.beginsEmpty(i) {
			start = i
		}
		if start >= 0 && s.endsEmpty(i) && s.all[i].Sent-s.all[start].Sent > s.all[until].Sent-s.all[from].Sent {
			from, until = start, i
		}
	}
	return from, until
}

// LeastBurst is the smallest burst of a full bucket of a rate that lets all requests
// pass.
func LeastBurst(all []Decision, rate float64) (burst float64) {
	l := level{rate: rate}
	for i := range all {
		l.take(&all[i], 1)
		burst = max(burst, l.water)
	}
	return burst
}
