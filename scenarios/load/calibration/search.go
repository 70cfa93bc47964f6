package calibration

import (
	"context"
	"math"
	"time"
)

// The bounds of a search. All engines of a machine take 20 s together at most.
const (
	MinRate     = 1_000   // the lowest that is tried
	MaxRate     = 256_000 // the highest that is tried
	stride      = 4
	refinements = 4 // each halves the gap, on a scale of ratios: 9 % are left

	maxLag   = time.Millisecond
	minShare = 0.99
)

// A trial is how an engine fared at one rate.
type trial struct {
	share float64       // of the requests due that were answered well
	lag   time.Duration // 99th percentile
}

func (t trial) done() bool { return t.share >= minShare }
func (t trial) held() bool { return t.done() && t.lag < maxLag }

// search finds the highest rate that is held, up to most. When ctx ends it is content with
// what it has.
func search(ctx context.Context, most int64, try func(ctx context.Context, rate int64) (trial, error)) (Held, error) {
	var best Held
	attempt := func(rate int64) (t trial, err error) {
		for range 2 {
			if t, err = try(ctx, rate); err != nil || t.held() {
				break
			}
		}
		if err == nil && t.held() && rate > best.Rate {
			best.Rate, best.LagP99 = rate, float64(t.lag)/float64(time.Millisecond)
		}
		return t, err
	}
	for rate := int64(MinRate); ctx.Err() == nil; rate = min(rate*stride, most) {
		t, err := attempt(rate)
		if err != nil {
			return best, err
		}
		if !t.done() || rate >= most {
			break
		}
	}
	best.AtLeast = best.Rate == most
	if best.Rate == 0 || best.AtLeast {
		return best, nil
	}
	low, high := float64(best.Rate), float64(min(best.Rate*stride, most))
	for range refinements {
		if ctx.Err() != nil {
			break
		}
		middle := math.Sqrt(low * high)
		t, err := attempt(int64(middle/100) * 100)
		if err != nil {
			return best, err
		}
		if t.held() {
			low = middle
		} else {
			high = middle
		}
	}
	return best, nil
}
