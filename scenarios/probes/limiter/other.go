package limiter

import "math"

// A refusal for another reason is one of a request that the rule admits. Near the limit
// that cannot be told from a clock that differs, or from requests that overtake each
// other: the likelihood then takes the errors of the edge for refusals. So their share has
// a lower bound above zero only where requests were refused that the rule admits whatever
// the clocks and the order of those around them.
const (
	clearSeconds = 10e-3 // by which a request may have arrived at another time
	fewestClear  = 3     // such refusals: fewer may be a stall
)

// allowForClocks lowers the lower bound of the share that is refused for another reason to
// what the clear requests show.
func (f *Fit) allowForClocks(all []Decision) {
	if f.Kind == Random || f.Kind == RefusesAll || f.Kind == None {
		return
	}
	clear, refused := f.surely(all), 0
	n := 0
	for i := range all {
		if clear[i] && !all[i].Vague {
			if n++; !all[i].Passed {
				refused++
			}
		}
	}
	low := 0.0
	if refused >= fewestClear {
		low = max(wilson(refused, n).Low, 0)
	}
	f.Other.Low = min(f.Other.Low, low)
}

// surely says which requests the rule admits in any case.
func (f *Fit) surely(all []Decision) []bool {
	near := neighbours(all)
	if f.Kind == TokenBucket {
		return f.surelyOfBucket(all, near)
	}
	clear, r := make([]bool, len(all)), f.start()
	for i := range all {
		d := &all[i]
		r.chance(d)
		clear[i] = room(r, d) >= 1+near[i]
		r.see(d, d.Passed)
	}
	return clear
}

// room is how much below its limit the rule is at least.
func room(r rule, d *Decision) float64 {
	below := func(m meter, limit float64) float64 {
		return limit - max(m.load(d, -clearSeconds), m.load(d, 0), m.load(d, clearSeconds))
	}
	switch r := r.(type) {
	case *capped:
		return below(r.meter, r.Limit)
	case *pair:
		return min(below(r.of[0], r.limit[0]), below(r.of[1], r.limit[1]))
	}
	return math.Inf(-1)
}

// surelyOfBucket follows the slowest and smallest bucket within the intervals, from which
// each refused request takes a token that it finds.
func (f *Fit) surelyOfBucket(all []Decision, near []float64) []bool {
	const least = -1 // tokens: below, a request passed that found none
	clear := make([]bool, len(all))
	rate, burst := max(f.Rate.Low, 0), f.Burst.Low
	tokens, last := burst, all[0].Sent
	for i := range all {
		d := &all[i]
		more := tokens + rate*(d.Sent-last)
		clear[i] = min(burst, more-rate*clearSeconds) >= 1+near[i]
		if tokens, last = min(burst, more), d.Sent; d.Passed || tokens >= 1 {
			tokens = max(tokens-1, least)
		}
	}
	return clear
}

// neighbours counts the other requests that may have arrived in another order.
func neighbours(all []Decision) []float64 {
	near := make([]float64, len(all))
	first, next := 0, 0
	for i := range all {
		for all[i].Sent-all[first].Sent > clearSeconds {
			first++
		}
		for next < len(all) && all[next].Sent-all[i].Sent <= clearSeconds {
			next++
		}
		near[i] = float64(next - first - 1)
	}
	return near
}
