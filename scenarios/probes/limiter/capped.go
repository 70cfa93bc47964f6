package limiter

import "math"

// A capped is the rule that a meter stays below a limit, as a client sees it: the
// clock of the limiter is another one (Clock, in seconds), and counts differ a
// little (Haze, in requests). A share of the requests passes all the same (Leak), or
// is refused all the same (Loss).
type capped struct {
	meter
	Limit       float64
	Clock, Haze float64
	Leak, Loss  float64
	found       float64
}

func (c *capped) chance(d *Decision) float64 {
	c.found = c.below(c.load(d, 0))
	if c.Clock > 0 {
		early, late := c.load(d, -c.Clock), c.load(d, c.Clock)
		c.found = (2*c.found + c.below(early) + c.below(late)) / 4
	}
	return (1-c.Loss)*c.found + c.Leak*(1-c.found)
}

func (c *capped) below(load float64) float64 { return sigmoid((c.Limit - 0.5 - load) / c.Haze) }

func (c *capped) see(d *Decision, passed bool) {
	if !passed {
		c.refuse(d)
		return
	}
	part := 1.0
	if !d.Vague {
		took, leaked := (1-c.Loss)*c.found, c.Leak*(1-c.found)
		if took+leaked > 0 {
			part = took / (took + leaked)
		}
	}
	c.take(d, math.Round(part))
}

// A split is how well a limit on a meter divides what passed from what did not.
type split struct {
	limit  float64
	errors int
}

const (
	loadSteps = 4 // to a request
	mostLoad  = 40_000
)

// bestLimit is the limit with the fewest errors, and the middle one of several.
func bestLimit(m meter, all []Decision) split {
	bins := make([]int32, 256) // refused, less passed, by load
	errors := 0                // if the limit is zero, all that passed
	for i := range all {
		d := &all[i]
		at := int(min(m.load(d, 0), mostLoad) * loadSteps)
		for at >= len(bins) {
			bins = append(bins, make([]int32, 3*len(bins))...)
		}
		if d.Passed {
			bins[at]--
			errors++
			m.take(d, 1)
		} else {
			bins[at]++
			m.refuse(d)
		}
	}
	best, first, last := errors, 0, 0
	for at, more := range bins { // the limit lies above at
		errors += int(more)
		switch {
		case errors < best:
			best, first, last = errors, at+1, at+1
		case errors == best:
			last = at + 1
		}
	}
	limit := float64(first) / loadSteps
	if last > first && last < len(bins) {
		limit = float64(first+last) / 2 / loadSteps
	}
	return split{limit + 0.5 - 1.0/loadSteps/2, best}
}
