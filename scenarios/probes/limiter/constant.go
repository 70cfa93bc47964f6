package limiter

import "math"

// A constant lets pass the same share of the requests, whatever came before.
type constant struct{ share float64 }

func (c constant) chance(*Decision) float64 { return c.share }
func (c constant) see(*Decision, bool)      {}

// fitRandom is the share that is refused at random, with Wilson's interval.
func fitRandom(all []Decision) Fit {
	passed, refused := counts(all)
	n := float64(len(all))
	always := constant{float64(passed) / n}
	fit := Fit{Kind: Random, Other: wilson(refused, len(all)), parameters: 1, start: func() rule { return always }}
	fit.height = logLikelihood(always, all)
	return fit
}

// wilson is a share of n with Wilson's interval.
func wilson(k, of int) Interval {
	const z = 1.96
	n := float64(of)
	share := float64(k) / n
	middle, half := (share+z*z/2/n)/(1+z*z/n), z/(1+z*z/n)*math.Sqrt(share*(1-share)/n+z*z/4/n/n)
	return Interval{share, middle - half, middle + half}
}
