package bisect

import (
	"math"

	"tollgate/results/compare"
)

// An estimate is a difference with its error.
type estimate struct {
	compare.Location
}

// estimate is the difference over all blocks, with the error of blocks and of starts.
func (e *evidence) estimate() estimate {
	l := compare.Locate(e.xs)
	l.SE = math.Hypot(l.SE, ofStart/math.Sqrt(float64(max(1, e.starts))))
	return estimate{l}
}

// log is the logarithm of the likelihood of the estimate if the truth is x: Student's
// density, up to what does not depend on x.
func (e estimate) log(x float64) float64 {
	z := (e.At - x) / e.SE
	return -(e.Freedom + 1) / 2 * math.Log1p(z*z/e.Freedom)
}

// within is the interval of the estimate at the level of the look that follows so many
// starts.
func (e *evidence) within() (x estimate, low, high float64) {
	x = e.estimate()
	look := 6 / (math.Pi * math.Pi * float64(e.starts*e.starts)) // of all looks together, 1
	half := compare.StudentQuantile(1-level*look/2, x.Freedom) * x.SE
	return x, x.At - half, x.At + half
}

// A finding is what a test says.
type finding int

const (
	open  finding = iota // not decided
	worse                // by more than nothing, and not within the margin
	better
	alike // within the margin
)

// fewest is the number of blocks from which a test says anything.
const fewest = 4

// test is what the blocks say at this look.
func (e *evidence) test(margin float64) finding {
	if len(e.xs) < fewest {
		return open
	}
	switch _, low, high := e.within(); {
	case low >= -margin && high <= margin:
		return alike
	case low > 0:
		return worse
	case high < 0:
		return better
	}
	return open
}
