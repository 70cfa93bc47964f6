package scenarios

import (
	"math"
	"math/big"
	"time"
)

// A Ramp arrives at a rate that grows or shrinks linearly.
type Ramp struct{ From, To Rate }

// Schedule implements Shape. With a the first rate, b the last and d the
// length, N(t) = a·t + (b−a)·t²/2d requests are due before t; the i'th is due
// where N(t) = i. That quadratic is solved in the form 2i/(a + √(a² + 2i(b−a)/d)),
// which cancels nothing, from whichever end of the ramp is the slower one.
func (r Ramp) Schedule(d time.Duration, _ uint64) Schedule {
	total, _ := r.integral(d).Float64()
	a, b := r.From.PerSecond()/1e9, r.To.PerSecond()/1e9 // per nanosecond
	due := func(i int64) float64 { return rise(float64(i), a, b, float64(d)) }
	if b < a {
		due = func(i int64) float64 { return float64(d) - rise(total-float64(i), b, a, float64(d)) }
	}
	return scheduled(r.count(d, 0), func(i int64) time.Duration { return min(max(0, time.Duration(due(i))), d-1) })
}

// rise is when n requests have arrived on a ramp from a up to b within d.
func rise(n, a, b, d float64) float64 {
	if n <= 0 {
		return 0
	}
	return 2 * n / (a + math.Sqrt(a*a+2*n*(b-a)/d))
}

// integral is the area under the rate: the requests due within d.
func (r Ramp) integral(d time.Duration) *big.Rat {
	sum := new(big.Rat).Add(r.From.Rat(), r.To.Rat())
	return sum.Mul(sum, big.NewRat(int64(d), 2))
}

func (r Ramp) String() string { return "ramp " + r.From.String() + " to " + r.To.String() }

func (r Ramp) count(d time.Duration, _ uint64) int64 { return ceil(r.integral(d)) }
func (r Ramp) peak() float64                         { return max(r.From.PerSecond(), r.To.PerSecond()) }

// ceil is the smallest whole number that is not below x; x is not negative.
func ceil(x *big.Rat) int64 {
	quotient, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		return quotient.Int64() + 1
	}
	return quotient.Int64()
}
