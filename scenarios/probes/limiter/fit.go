package limiter

import "math"

// A Kind is a rule by which limiters decide.
type Kind string

// The kinds of limiters.
const (
	TokenBucket    Kind = "token bucket"
	IntervalBucket Kind = "token bucket that is refilled at intervals"
	WholeBucket    Kind = "token bucket that forgets parts of tokens"
	MovingAverage  Kind = "limit on a moving average"
	TwoLimits      Kind = "pair of limits"
	FixedWindow    Kind = "fixed window"
	SlidingWindow  Kind = "sliding window"
	SlidingCounter Kind = "sliding window counter"
	Concurrency    Kind = "limit on concurrency"
	ChargingBucket Kind = "bucket that charges refused requests"
	Random         Kind = "random refusal"
	RefusesAll     Kind = "refusal of everything"
	None           Kind = "no limit"
)

// A Fit is the limiter of a kind that explains the decisions best.
type Fit struct {
	Kind Kind

	Rate, Burst   Interval // of buckets
	Length, Count Interval // of windows; of concurrency the count; and between refills, and of tokens in one
	Parts         [2]Part  // of two limits
	Other         Interval // share of the requests that are refused for another reason
	Leak          float64  // share of the requests that pass all the same
	Score         float64  // the logarithm of its likelihood, less what its parameters are worth
	Haze          float64  // of a token bucket: to how many tokens its count is certain
	Misfit        string   // why it does not explain the decisions; "" if it does

	height     float64
	early      float64 // of concurrency: by how many seconds a request is done before its response comes
	parameters int
	start      func() rule
	clearer    func(haze float64) float64 // of a token bucket: by how much it explains more on a clock with that haze
}

// penalise takes off what the parameters are worth (Schwarz 1978).
func (f *Fit) penalise(n int) { f.Score = f.height - float64(f.parameters)*math.Log(float64(n))/2 }

// ridge is by which share the rate and the burst of a bucket that charges refused
// requests down to a level may at least be off: a slower one that is larger explains
// nearly as much, and a sample does not reach the ends of that ridge.
const ridge = 0.2

// atLeast is an interval that is at least so wide to either side.
func (i Interval) atLeast(share float64) Interval {
	return Interval{i.Value, min(i.Low, (1-share)*i.Value), max(i.High, (1+share)*i.Value)}
}

// describe takes the intervals from a sample. Edge is to how many seconds the requests
// show the length of a window.
func (f *Fit) describe(of *family, sample [][]float64, edge float64) {
	column := func(i int, exp bool) Interval {
		values := make([]float64, len(sample))
		for k, x := range sample {
			if values[k] = x[i]; exp {
				values[k] = math.Exp(x[i])
			}
		}
		return interval(values)
	}
	shape := len(sample[0]) - parameters
	limit := whole(column(shape+atLimit, false))
	some := atEdges(limit.Value)
	limit.Low, limit.High = max(1, limit.Low-some), limit.High+some
	f.Other, f.Leak = column(shape+atLoss, true), column(shape+atLeak, true).Value
	switch of.kind {
	case ChargingBucket:
		f.Rate, f.Burst = column(0, false), Interval{limit.Value, limit.Low, limit.High + 1}
		if of.floats {
			f.Rate, f.Burst = f.Rate.atLeast(ridge), f.Burst.atLeast(ridge)
		}
	case WholeBucket:
		f.Rate, f.Burst = column(0, false), limit
		f.Rate.Low, f.Rate.High = f.Rate.Low-edgeRate(f.Rate.Value), f.Rate.High+edgeRate(f.Rate.Value)
	case MovingAverage:
		f.Length, f.Count = column(0, false).atLeast(leastVague), limit
		rates := make([]float64, len(sample))
		for k, x := range sample {
			rates[k] = (x[shape+atLimit] - 0.5) / x[0] // half a request below the limit, it passes
		}
		f.Rate = interval(rates).atLeast(leastVague)
	case IntervalBucket:
		if f.Length, f.Count, f.Burst = column(0, false), whole(column(2, false)), limit; f.Count.High >= 0.99*limit.Low {
			f.Kind, f.Count, f.Burst = FixedWindow, limit, Interval{} // it is full after each interval
		}
	case Concurrency:
		f.Count, f.early = limit, column(0, false).Value
	case SlidingCounter: // some admit a request that reaches the limit, and some do not
		f.Length, f.Count = column(0, false), Interval{limit.Value, max(1, limit.Low-1), limit.High + 1}
	default:
		f.Length, f.Count = column(0, false), limit
	}
	if f.Length.Value > 0 && of.kind != MovingAverage {
		slack := edge + 2*max(clockSlack, column(shape+atClock, true).Value) // of the times when it opens
		f.Length.Low, f.Length.High = max(f.Length.Low-slack, 0), f.Length.High+slack
	}
	if isBucketOfOne(of.meter(sample[0][:shape])) && limit.High < 2 {
		if of.kind != WholeBucket {
			f.Rate = Interval{1 / f.Length.Value, 1 / f.Length.High, 1 / f.Length.Low}
		}
		f.Kind, f.Burst = TokenBucket, limit
		f.Haze = column(shape+atHaze, true).Value
	}
}

// leastVague is by which share the rate and the memory of a moving average may at least be
// off: a longer memory of a lower rate explains nearly as much.
const leastVague = 0.01

// edgeRate is by how much clocks at least let a rate seem to differ, where each token is
// waited for.
func edgeRate(rate float64) float64 { return 0.01*rate + clockSlack*rate*rate/10 }

// atEdges is how many requests at the edge of a window may belong to the one before it, or
// after it. When windows begin is known to the gap between two requests only, and a fit
// that begins each of them one request late explains as much with a count of one less.
// That is no more than two in a hundred: smaller windows are found by slower requests,
// whose gaps are longer than clocks differ.
func atEdges(limit float64) float64 {
	const leastEdged, each = 50, 500
	if limit < leastEdged {
		return 0
	}
	return 1 + math.Floor(limit/each)
}

// isBucketOfOne says whether a window that admits one request is a token bucket with a
// burst of one: the next request passes a window's length after the last one that did.
func isBucketOfOne(m meter) bool {
	switch m := m.(type) {
	case *sliding:
		return !m.refused
	case *started, *rounded:
		return true
	}
	return false
}
