package saturation

import (
	"math"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
)

// nearby is how far a step's rate may be from the bracket for the regression, as a
// logarithm. The logit of a loss system bends: steps further above would draw the
// crossing down.
const nearby = 0.08

// crossing is where the share of bad requests reaches what the threshold that broke
// allows, by logistic regression on the logarithm of the rate over all steps nearby,
// with an interval by the delta method. Bad requests come in clusters: the variance is
// multiplied by how much batches, or steps, vary beyond chance (quasi-likelihood).
func (p *search) crossing(t *state) (estimate.Interval, bool) {
	bad, ok := p.binding(t)
	middle := math.Log(math.Sqrt(t.low * t.high))
	d := data{badShare: bad}
	for _, s := range t.steps {
		x := math.Log(max(float64(s.figures.n)/s.figures.seconds, 1e-3)) - middle // the actual rate of random arrivals
		if s.verdict == results.Valid && math.Abs(x) < nearby && (t.sure || t.saturated) && s.drained(t) {
			d.xs, d.steps = append(d.xs, x), append(d.steps, s)
		}
	}
	if !ok || len(d.xs) < 3 {
		return estimate.Interval{}, false
	}
	fit, ok := d.logistic()
	if !ok || fit.b <= 0 {
		return estimate.Interval{}, false
	}
	x, half := fit.at(bad.allowed)
	if rate := math.Exp(middle + x); rate > t.low/(1+2*p.precision) && rate < t.high*(1+2*p.precision) {
		return estimate.Interval{Value: rate, Low: math.Exp(middle + x - half), High: math.Exp(middle + x + half)}, true
	}
	return estimate.Interval{}, false
}

// drained says whether the step came after a first rate was too high, so that
// nothing was left full.
func (s *step) drained(t *state) bool {
	for _, x := range t.steps {
		if x.broke() {
			return s.Started >= x.Started
		}
	}
	return false
}

// data are shares of bad requests at the logarithms of rates.
type data struct {
	badShare
	xs    []float64
	steps []step
}

// A curve is a share 1/(1+exp(-(a+bx))), with the variances of a and b.
type curve struct {
	a, b        float64
	va, vb, cov float64
	freedom     float64 // of the variances
}

// at is where the curve reaches a share, and half of the 95 % interval of that.
func (c *curve) at(share float64) (x, half float64) {
	x = (math.Log(share/(1-share)) - c.a) / c.b
	return x, estimate.Student(c.freedom) * math.Sqrt(max(c.va+2*x*c.cov+x*x*c.vb, 0)) / c.b
}

func (c *curve) share(x float64) float64 { return 1 / (1 + math.Exp(-(c.a + c.b*x))) }

// logistic fits the curve by Newton's method. One request is added to each step, as
// bad as the threshold allows: that keeps empty steps finite, and does not move the
// crossing.
func (d *data) logistic() (c curve, ok bool) {
	c = curve{a: -4, b: 10}
	for range 50 {
		var g0, g1, h00, h01, h11 float64
		for i, x := range d.xs {
			n, k := d.all(&d.steps[i].figures)
			n, k = n+1, k+d.allowed
			p := c.share(x)
			w := n * p * (1 - p)
			g0 += k - n*p
			g1 += (k - n*p) * x
			h00 += w
			h01 += w * x
			h11 += w * x * x
		}
		det := h00*h11 - h01*h01
		if !(det > 1e-12) {
			return c, false
		}
		da, db := (h11*g0-h01*g1)/det, (h00*g1-h01*g0)/det
		scale := min(1, 2/max(math.Abs(da), math.Abs(db)/20, 1e-9))
		c.a, c.b = c.a+scale*da, c.b+scale*db
		if math.Abs(da) < 1e-9 && math.Abs(db) < 1e-7 {
			v, freedom := d.dispersion(&c)
			c.va, c.vb, c.cov, c.freedom = v*h11/det, v*h00/det, -v*h01/det, freedom
			return c, true
		}
	}
	return c, false
}

// dispersion is how much batches or whole steps vary around the curve, in units of
// chance: Pearson's statistic over its degrees of freedom, at least 1. Of the two the
// larger counts, since clusters may be longer than a batch.
func (d *data) dispersion(c *curve) (v, freedom float64) {
	var batched, whole, parts float64
	for i, x := range d.xs {
		share := c.share(x)
		off := func(n, k float64) float64 {
			return (k - n*share) * (k - n*share) / max(n*share*(1-share), 1e-9)
		}
		f := &d.steps[i].figures
		for j := range f.batches {
			if n, k := d.of(&f.batches[j]); n > 0 {
				batched += off(n, k)
				parts++
			}
		}
		if n, k := d.all(f); n > 0 {
			whole += off(n, k)
		}
	}
	batched /= max(parts-2, 1)
	steps := float64(len(d.xs) - 2)
	if whole /= steps; whole > batched && whole > 1 {
		return whole, steps
	}
	return max(1, batched), max(parts-2, 1)
}
