package estimate

import (
	"math"
	"slices"
)

// A Mixture is two log-normal distributions that a sample comes from.
type Mixture struct {
	Fast, Slow Component
	Gain       float64 // of the Bayesian information criterion over one log-normal; positive: two explain more
	Cut        float64 // where a value is as likely of the one as of the other
}

// A Component is one log-normal of a mixture. Mean and SD are of the logarithm.
type Component struct{ Weight, Mean, SD float64 }

func (c Component) log(x float64) float64 {
	d := (x - c.Mean) / c.SD
	return math.Log(c.Weight) - math.Log(c.SD) - d*d/2
}

const (
	leastSD     = 0.002 // a component narrower than that is one value repeated
	leastApart  = 1.3   // ratio of medians below which there is no mixture
	mostRounds  = 120
	settled     = 1e-8 // change of the mean log-likelihood
	finestGroup = 1.0 / 256
)

type group struct{ x, n float64 }

// Fit separates a sample of positive values into two classes by expectation
// maximisation on their logarithms. There is no mixture if one log-normal explains
// the values as well, or if the two are too close.
func Fit(values []float64) (Mixture, bool) {
	groups, total := grouped(values)
	if total < 8 || len(groups) < 4 {
		return Mixture{}, false
	}
	var best Mixture
	likelihood := math.Inf(-1)
	for _, cut := range starts(groups, total) {
		m, l := converge(groups, total, cut)
		if l > likelihood && m.Slow.Mean-m.Fast.Mean > math.Log(leastApart) && min(m.Fast.Weight, m.Slow.Weight)*total >= 1.5 {
			best, likelihood = m, l
		}
	}
	if math.IsInf(likelihood, -1) {
		return Mixture{}, false
	}
	one := single(groups, total)
	best.Gain = 2*(likelihood-one)*total - 3*math.Log(total) // three parameters more
	best.Cut = math.Exp(crossing(best))
	return best, best.Gain > 0
}

func grouped(values []float64) (groups []group, total float64) {
	counts := map[int]float64{}
	for _, v := range values {
		if v > 0 && !math.IsInf(v, 0) {
			counts[int(math.Round(math.Log(v)/finestGroup))]++
			total++
		}
	}
	for at, n := range counts {
		groups = append(groups, group{float64(at) * finestGroup, n})
	}
	slices.SortFunc(groups, func(a, b group) int { return int(math.Copysign(1, a.x-b.x)) })
	return groups, total
}

func starts(groups []group, total float64) []float64 {
	widest, cuts := 0.0, []float64{groups[0].x}
	quantiles := []float64{0.05, 0.2, 0.5, 0.8, 0.95, 0.99}
	seen := 0.0
	for i := 1; i < len(groups); i++ {
		seen += groups[i-1].n
		if gap := groups[i].x - groups[i-1].x; gap > widest && seen >= 2 && total-seen >= 2 {
			widest, cuts[0] = gap, (groups[i].x+groups[i-1].x)/2
		}
		for len(quantiles) > 0 && seen/total >= quantiles[0] {
			cuts, quantiles = append(cuts, groups[i].x), quantiles[1:]
		}
	}
	return cuts
}

// converge repeats both steps until the likelihood no longer rises.
func converge(groups []group, total, cut float64) (Mixture, float64) {
	slow := make([]float64, len(groups))
	for i, g := range groups {
		if g.x > cut {
			slow[i] = 1
		}
	}
	m := maximise(groups, slow, total)
	last := math.Inf(-1)
	for range mostRounds {
		l := expect(groups, m, slow) / total
		if math.IsNaN(l) {
			return m, math.Inf(-1)
		}
		if l-last < settled {
			return m, l
		}
		last = l
		m = maximise(groups, slow, total)
	}
	return m, last
}

// expect sets the probability of each group to be slow; it returns the log-likelihood.
func expect(groups []group, m Mixture, slow []float64) (likelihood float64) {
	for i, g := range groups {
		a, b := m.Fast.log(g.x), m.Slow.log(g.x)
		top := max(a, b)
		sum := top + math.Log(math.Exp(a-top)+math.Exp(b-top))
		slow[i] = math.Exp(b - sum)
		likelihood += g.n * sum
	}
	return likelihood
}

func maximise(groups []group, slow []float64, total float64) Mixture {
	return Mixture{
		Fast: component(groups, slow, 1, -1, total),
		Slow: component(groups, slow, 0, 1, total),
	}
}

// component fits one log-normal to groups weighted by a + b times the probability
// that they are slow.
func component(groups []group, slow []float64, a, b, total float64) Component {
	var n, sum, squares float64
	for i, g := range groups {
		w := g.n * (a + b*slow[i])
		n += w
		sum += w * g.x
	}
	if n < 1e-6 {
		return Component{Weight: 1e-9, SD: leastSD}
	}
	mean := sum / n
	for i, g := range groups {
		squares += g.n * (a + b*slow[i]) * (g.x - mean) * (g.x - mean)
	}
	return Component{Weight: n / total, Mean: mean, SD: max(math.Sqrt(squares/n), leastSD)}
}

func single(groups []group, total float64) float64 {
	c := component(groups, make([]float64, len(groups)), 1, -1, total)
	sum := 0.0
	for _, g := range groups {
		sum += g.n * c.log(g.x)
	}
	return sum / total
}

func crossing(m Mixture) float64 {
	return Bisect(m.Fast.Mean, m.Slow.Mean, 60, func(x float64) bool { return m.Fast.log(x) > m.Slow.log(x) })
}

// IsSlow says whether a value is beyond the cut.
func (m Mixture) IsSlow(value float64) bool { return value > m.Cut }

// Confused are the expected shares of all values on the wrong side of the cut.
func (m Mixture) Confused() (fastAsSlow, slowAsFast float64) {
	cut := math.Log(m.Cut)
	return m.Fast.Weight * upper((cut-m.Fast.Mean)/m.Fast.SD), m.Slow.Weight * upper((m.Slow.Mean-cut)/m.Slow.SD)
}

// upper is the probability of a normal variable above z.
func upper(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
