package limiter

import "math"

// A Kind is a rule by which limiters decide.
type Kind string

// The kinds of limiters.
const (
	TokenBucket    Kind = "token bucket"
	TwoLimits      Kind = "two token buckets"
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
	Length, Count Interval // of windows, and of concurrency the count
	Second        Layer    // of two token buckets, the faster one
	Other         Interval // share of the requests that are refused for another reason
	Leak          float64  // share of the requests that pass all the same
	Score         float64  // the logarithm of its likelihood, less what its parameters are worth
	Haze          float64  // of a token bucket: to how many tokens its count is certain
	Misfit        string   // why it does not explain the decisions; "" if it does

	height     float64
	parameters int
	order      int // of two token buckets
	start      func() rule
}

// A Layer is a token bucket beside another.
type Layer struct{ Rate, Burst Interval }

// penalise takes off what the parameters are worth (Schwarz 1978).
func (f *Fit) penalise(n int) { f.Score = f.height - float64(f.parameters)*math.Log(float64(n))/2 }

// describe takes the intervals from a sample.
func (f *Fit) describe(of *family, sample [][]float64) {
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
	edge := math.Floor(limit.Value / 500) // requests at the edges of windows, by whose clock
	limit.Low, limit.High = max(1, limit.Low-edge), limit.High+edge
	f.Other, f.Leak = column(shape+atLoss, true), column(shape+atLeak, true).Value
	switch of.kind {
	case ChargingBucket:
		f.Rate, f.Burst = column(0, false), Interval{limit.Value, limit.Low, limit.High + 1}
	case Concurrency:
		f.Count = limit
	case SlidingCounter: // some admit a request that reaches the limit, and some do not
		f.Length, f.Count = column(0, false), Interval{limit.Value, max(1, limit.Low-1), limit.High + 1}
	default:
		f.Length, f.Count = column(0, false), limit
	}
	if f.Length.Value > 0 {
		slack := 2 * max(clockSlack, column(shape+atClock, true).Value) // of the times when it opens
		f.Length.Low, f.Length.High = max(f.Length.Low-slack, 0), f.Length.High+slack
	}
}
