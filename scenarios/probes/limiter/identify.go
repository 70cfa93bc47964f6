package limiter

import (
	"cmp"
	"math"
	"slices"
)

// An Answer is what the decisions show of a limiter.
type Answer struct {
	Passed, Refused int
	Fits            []Fit  // best first; none where nothing was refused, or everything
	Doubt           string // why the first of them is not the rule; "" if it is
	Unknown         bool   // the decisions contradict every known rule
}

// leastRefused is how many refusals show anything.
const leastRefused = 6

// margin is by how much the score of a fit must be higher than that of the next: it is
// twenty times likelier then.
const margin = 3.0

// Identify finds the rule behind decisions, in the order in which they were sent, of
// which the first found a limiter that was not used before.
func Identify(all []Decision) Answer {
	a := Answer{}
	a.Passed, a.Refused = counts(all)
	switch {
	case a.Refused == 0:
		a.Fits = []Fit{{Kind: None}}
		return a
	case a.Passed == 0:
		a.Fits = []Fit{{Kind: RefusesAll}}
		return a
	case a.Refused < leastRefused:
		a.Doubt = "too few requests were refused to show a rule"
		return a
	}
	s := lookAt(all)
	a.Fits = append(fitCapped(s), fitRandom(all))
	if s.bucketed {
		a.Fits = append(a.Fits, s.fitBucket())
	}
	if a.rank(all); a.Fits[0].Misfit != "" {
		a.Fits = append(a.Fits, fitPairs(s)...)
		a.rank(all)
	}
	a.decide(all)
	a.Fits[0].allowForClocks(all)
	return a
}

// rank puts the fit with the highest score first, and says whether it explains the
// decisions.
func (a *Answer) rank(all []Decision) {
	for i := range a.Fits {
		a.Fits[i].penalise(len(all))
	}
	slices.SortStableFunc(a.Fits, func(a, b Fit) int { return cmp.Compare(b.Score, a.Score) })
	a.Fits[0].Misfit = a.Fits[0].misfit(all)
}

// tooHazy is the haze of a bucket, in tokens, from which its misfits may be those of the
// clocks, and do not show that it is none.
const tooHazy = 0.1

// decide says why the best fit is not the answer, if it is not.
func (a *Answer) decide(all []Decision) {
	best := &a.Fits[0]
	if best.Misfit != "" {
		a.Doubt = "the nearest is a " + string(best.Kind) + ", but " + best.Misfit
		a.Unknown = best.Haze < tooHazy
		for i := range a.Fits[1:] {
			next := &a.Fits[i+1]
			a.Unknown = a.Unknown && next.misfit(all) != ""
		}
		return
	}
	switch best.Kind {
	case Concurrency:
		if best.ofOneToken(all) {
			a.Doubt = "a limit of one request in flight and a token bucket that holds one explain the refusals alike, since requests take equally long"
			return
		}
	case FixedWindow, IntervalBucket, SlidingWindow, SlidingCounter, ChargingBucket:
		if n := openings(all); n < leastOpenings {
			a.Doubt = "it looks like a " + string(best.Kind) + ", but it opened " + times(n) + " after it had refused everything"
			return
		}
	}
	for i := range a.Fits[1:] {
		next := &a.Fits[i+1]
		if next.Kind != best.Kind && !next.contains(best) && next.Score > best.Score-margin {
			a.Doubt = "a " + string(best.Kind) + " and a " + string(next.Kind) + " explain the refusals nearly as well"
			return
		}
	}
}

// ofOneToken says whether a limit of one request in flight may be a bucket of one token,
// since requests take equally long, and it opens long before their responses come.
func (f *Fit) ofOneToken(all []Decision) bool {
	times := serviceTimes(all)
	n := len(times)
	return f.Count.Value == 1 && n > 0 && f.early > 0.2*times[n/2] && times[3*n/4]-times[n/4] < 0.2*times[n/2]
}

// Explains says whether the answer is without doubt, and explains other decisions too,
// that begin with an unused limiter.
func (a *Answer) Explains(all []Decision) bool {
	passed, refused := counts(all)
	switch {
	case a.Doubt != "":
		return false
	case a.Refused == 0 || a.Passed == 0:
		return passed == a.Passed && refused == a.Refused
	}
	return a.Fits[0].misfit(all) == ""
}

// Agrees says whether the answer is without doubt a token bucket, and another one is
// nearest to that, whatever speaks against it: at many times its rate, requests that
// overtake each other look like misfits.
func (a *Answer) Agrees(other *Answer) bool {
	if a.Doubt != "" || len(a.Fits) == 0 || len(other.Fits) == 0 {
		return false
	}
	x, y := &a.Fits[0], &other.Fits[0]
	return x.Kind == TokenBucket && y.Kind == TokenBucket &&
		math.Abs(x.Rate.Value/y.Rate.Value-1) < 0.01 && math.Abs(x.Burst.Value-y.Burst.Value) < 2+0.02*x.Burst.Value
}

// contains says whether another rule is a case of this one, and so the simpler one.
func (f *Fit) contains(other *Fit) bool {
	return f.Kind == IntervalBucket && other.Kind == FixedWindow || f.Kind == TwoLimits && other.Kind != Random
}

// leastOpenings is how often a limit must have been seen to open: fewer do not show
// where its windows begin, or how what it refuses counts.
const leastOpenings = 2

// openings counts how often some refusals were followed by a request that passed,
// without a pause: when the limit opened is known.
func openings(all []Decision) (n int) {
	refused := 0
	for i := range all {
		switch {
		case !all[i].Passed:
			refused++
		default:
			if refused >= 3 && all[i].Sent-all[i-1].Sent < 0.2*(all[i].Sent-all[i-refused].Sent) {
				n++
			}
			refused = 0
		}
	}
	return n
}

func times(n int) string { return [...]string{"never", "only once"}[n] }
