package limiter

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// An Answer is what the decisions show of a limiter.
type Answer struct {
	Passed, Refused int
	Fits            []Fit  // best first; none where nothing was refused, or everything
	Doubt           string // why the first of them is not the rule; "" if it is
	Unknown         bool   // the decisions contradict every known rule
	Settled         bool   // more requests of the same kind would not remove the doubt
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
	a.Fits = s.fitSingle()
	if a.rank(all); a.Fits[0].Misfit != "" {
		a.Fits = append(a.Fits, fitPairs(s)...)
		a.rank(all)
	}
	a.decide(all)
	a.Fits[0].allowForClocks(all)
	return a
}

// fitSingle fits each single rule.
func (s *seen) fitSingle() []Fit {
	var bucket []Fit
	var other sync.WaitGroup
	if s.bucketed {
		other.Go(func() { bucket = []Fit{s.fitBucket()} })
	}
	fits := append(fitCapped(s), fitRandom(s.all))
	other.Wait()
	return append(fits, bucket...)
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
			a.Unknown = a.Unknown && next.misfit(all) != "" && !next.fastBucket()
		}
		a.Unknown = a.Unknown && !best.fastBucket()
		return
	}
	switch best.Kind {
	case Concurrency:
		if best.ofOneToken(all) {
			a.Doubt = "a limit of one request in flight and a token bucket that holds one explain the refusals alike, since requests take equally long"
			return
		}
	case TokenBucket, WholeBucket:
		if queues(all) {
			a.Doubt = "it looks like a " + string(best.Kind) + ", but requests are refused when most are in flight, and take the longer, the more there are: the queue of a server, and a limit on it, look the same"
			return
		}
		if why := best.blurred(); why != "" {
			a.Doubt = "it looks like a " + string(best.Kind) + ", but " + why
			return
		}
		if best.drifts(all) {
			a.Doubt = "it looks like a token bucket, but when its next token is there varies by more than the path explains: its rate may change with use, or requests take more than one"
			return
		}
	case TwoLimits:
		if why := best.hardlySeen(all); why != "" {
			a.Doubt = "it looks like two limits, but " + why
			return
		}
		if best.sharesFlight(all) {
			a.Settled = true
			a.Doubt = "it looks like a token bucket and a limit on concurrency, but which of the requests that the latter refused took a token is not seen, and without that their sizes are not known"
			return
		}
	case FixedWindow, IntervalBucket, SlidingWindow, SlidingCounter, ChargingBucket:
		if best.Kind == SlidingWindow && lasts(best.Length.Value, all) {
			a.Settled = true
			a.Doubt = "a sliding window as long as requests take and a limit on concurrency explain the refusals alike, since requests take equally long"
			return
		}
		n := openings(all)
		if n < leastOpenings {
			a.Doubt = "it looks like a " + string(best.Kind) + ", but it opened " + times(n) + " after it had refused everything"
			return
		}
		if (n <= leastOpenings || len(all) < enoughLooks) && (best.Leak > mostUnsure || best.Other.Value > mostUnsure) {
			a.Doubt = "it looks like a " + string(best.Kind) + ", but some requests were decided otherwise, and too few were sent to show whether it is"
			return
		}
	}
	for i := range a.Fits[1:] {
		next := &a.Fits[i+1]
		if next.Kind != best.Kind && !next.contains(best) && !best.covers(next, all) && next.Score > best.Score-margin {
			a.Doubt = "a " + string(best.Kind) + " and a " + string(next.Kind) + " explain the refusals nearly as well"
			return
		}
	}
}

// blurred says why a bucket is not shown though it explains the decisions; "" if it is.
// Several nodes with windows of their own look like one that also loses requests, whose rate
// fits nothing in particular, and a quota like one that never refills.
func (f *Fit) blurred() string {
	switch {
	case f.Rate.Low <= 0:
		return "no token was seen to come back: it may be a quota of a long period"
	case f.Other.Low > mostUnsure && f.Rate.High-f.Rate.Low > mostBlurred*f.Rate.Value:
		return "many requests were refused otherwise, and its rate is hardly known: it may be several limits"
	}
	return ""
}

// mostBlurred is the width of the interval of a rate, as a share of it, from which it shows
// little.
const mostBlurred = 0.3

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

// fastBucket says whether a fit is a token bucket of which clocks turn so many decisions that
// misfits may be theirs.
func (f *Fit) fastBucket() bool {
	return f.Kind == TokenBucket && clockSlack*f.Rate.Value >= tooHazy && f.Leak < mostUnsure
}

// drifts says whether a bucket needs a clock that varies by more than the times that refusals
// take: those show how much the path does. The counts of several nodes differ by more.
func (f *Fit) drifts(all []Decision) bool {
	if f.Haze >= ofNodes || f.clearer == nil {
		return false
	}
	var times []float64
	for i := range all {
		if d := &all[i]; !d.Passed {
			times = append(times, d.Done-d.Sent)
		}
	}
	slices.Sort(times)
	n := len(times)
	if n < leastLooks {
		return false
	}
	// Two requests arrive late by as much each. A logistic function is 1.8 of its scales wide.
	path := math.Sqrt2 * (times[84*n/100] - times[16*n/100]) / 2 / 1.8
	explained := max((2*path+clockSlack)*f.Rate.Value, leastHaze)
	return f.Haze > explained && f.clearer(explained) < -surelyHazier
}

// ofNodes is the haze, in tokens, from which it may be that of several nodes.
const ofNodes = 0.7

// surelyHazier is by how much the logarithm of the likelihood must be lower on a clearer clock.
const surelyHazier = 10

// hardlySeen says why two limits are not shown by so few decisions; "" if they are. They have
// so many parameters that they explain a few hundred of anything.
func (f *Fit) hardlySeen(all []Decision) string {
	if len(all) < 2*enoughLooks && (f.Leak > mostUnsure || f.Other.Value > mostUnsure) {
		return "some requests were decided otherwise, and too few were sent to show whether it is"
	}
	span := all[len(all)-1].Sent - all[0].Sent
	for i := range f.Parts {
		if span < leastOpenings*f.Parts[i].Length.Value {
			return "one of them opened only once"
		}
	}
	return ""
}

// lasts says whether a window is as long as requests take: it is a limit on concurrency then,
// where they all take equally long.
func lasts(length float64, all []Decision) bool {
	took := medianService(all)
	return math.Abs(length-took) < 0.1*took
}

// covers says whether another rule is a window as long as requests take, and this one the limit
// on concurrency that it would be.
func (f *Fit) covers(window *Fit, all []Decision) bool {
	return f.Kind == Concurrency && window.Kind == SlidingWindow && lasts(window.Length.Value, all)
}

// sharesFlight says whether one of two limits is a bucket, and the other one on concurrency.
// Whether a request that the second refused took a token is hidden where both may have refused
// it. Buckets whose rates differ by a sixth explain the decisions nearly as well then, and
// a sample finds one of them only.
func (f *Fit) sharesFlight(all []Decision) bool {
	bucket, other := &f.Parts[0], &f.Parts[1]
	return bucket.Kind == TokenBucket &&
		(other.Kind == Concurrency || other.Kind == SlidingWindow && lasts(other.Length.Value, all))
}

// leastOpenings is how often a limit must have been seen to open: fewer do not show
// where its windows begin, or how what it refuses counts.
const leastOpenings = 2

// enoughLooks is how many decisions show a limit if a larger share of them than mostUnsure
// contradicts it: several nodes with windows of their own look like a single one for a while.
const (
	enoughLooks = 800
	mostUnsure  = 0.02
)

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
