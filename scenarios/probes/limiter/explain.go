package limiter

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// What counts as a misfit: so many standard deviations, beyond what a clock that is not
// the client's may do. See the package doc for how often a true rule is rejected.
const (
	blocks        = 60
	mostBlock     = 6.0  // of a block's sum of surprises
	mostRun       = 18.0 // of the logarithm of the chance of a row of surprises
	leastRun      = 6    // of them: fewer may be one stall
	mostFree      = 4.0  // of a block where the rule runs by itself
	mostAfter     = 6.0  // of surprises that follow each other
	mostDepends   = 8.0  // of surprises against what another rule would look at
	leastEffect   = 0.1  // the correlation that counts, however sure it is
	slackInBlock  = 0.02 // of the requests of a block
	slackInBlocks = 0.04 // of what passed, or was refused, in several
	mostOther     = 0.35 // share that is refused for a reason other than the limit
)

// misfit says why a rule does not explain the decisions; "" if it does.
func (f *Fit) misfit(all []Decision) string {
	if f.Kind != Random && f.Other.Value > mostOther {
		return fmt.Sprintf("%.0f %% of the requests that it admits were refused", 100*f.Other.Value)
	}
	if f.Leak > 0.8*mostLeak {
		return fmt.Sprintf("%.0f %% of the requests that it refuses passed", 100*f.Leak)
	}
	if f.Kind == TwoLimits && (f.Parts[0].faint() || f.Parts[1].faint()) {
		return "of one of them hardly anything shows"
	}
	s := f.surprises(all)
	if z := s.block(f.Haze); z > mostBlock {
		return fmt.Sprintf("its predictions are off for a while (%.0f standard deviations)", z)
	}
	if n, nats := s.run(); n >= leastRun+f.unsure() && nats > mostRun {
		return fmt.Sprintf("%d requests in a row were decided otherwise", n)
	}
	if z, much := s.after(); z > mostAfter && much > 2*leastEffect {
		return fmt.Sprintf("its errors follow each other (%.0f standard deviations, correlation %.2f)", z, much)
	}
	for _, other := range covariates {
		z, much := s.depends(other.of(all))
		if z > mostDepends && much > 3.5*leastEffect || z > 0.7*mostDepends && much > 7*leastEffect {
			return fmt.Sprintf("its errors depend on %s (%.0f standard deviations, correlation %.2f)", other.name, z, much)
		}
	}
	if z := f.free(all); z > mostFree {
		return fmt.Sprintf("run by itself it predicts other numbers (%.0f standard deviations)", z)
	}
	return ""
}

// unsure is by how many requests it may vary when a bucket is empty: how many of those
// that were refused until then took a token is hidden.
func (f *Fit) unsure() int { return int(math.Sqrt(f.Other.Value * f.Burst.Value)) }

// leastDoubt is the share of the decisions that clocks and the order of arrivals may turn
// against a true rule without notice.
const leastDoubt = 4e-3

// surprises are the decisions less their chances. Whatever is hidden, each is zero on
// average given all before it if the rule is true: so their sums are known to be
// normal, with the sum of the variances.
type surprises struct{ surprise, variance []float64 }

func (f *Fit) surprises(all []Decision) surprises {
	r := f.start()
	s := surprises{make([]float64, len(all)), make([]float64, len(all))}
	for i := range all {
		d := &all[i]
		p := min(max(r.chance(d), 1e-3), 1-1e-3)
		r.see(d, d.Passed)
		if d.Vague {
			continue
		}
		s.variance[i], s.surprise[i] = p*(1-p)+leastDoubt, -p
		if d.Passed {
			s.surprise[i]++
		}
	}
	return s
}

func blockSize(n int) int { return max(20, n/blocks) }

// block is the worst sum of a block, of a rule that is certain to some requests. Of those of
// several blocks, as much may be off as a share of what passed, or was refused: a rate that
// drifts shows in them only.
func (s *surprises) block(haze float64) (worst float64) {
	size := blockSize(len(s.surprise))
	for _, scale := range []int{1, 6} {
		for from := 0; from < len(s.surprise); from += size * scale {
			var sum, variance, passed float64
			until := min(from+size*scale, len(s.surprise))
			for i := from; i < until; i++ {
				sum += s.surprise[i]
				variance += s.variance[i]
				if s.surprise[i] > 0 {
					passed++
				}
			}
			slack := slackInBlock * float64(until-from)
			if scale > 1 {
				slack = min(slack, slackInBlocks*min(passed, float64(until-from)-passed))
			}
			worst = max(worst, (math.Abs(sum)-1-2*haze-slack)/math.Sqrt(variance+0.25))
		}
	}
	return worst
}

// run is the least likely row of decisions against the rule, by the logarithm of its
// chance.
func (s *surprises) run() (longest int, worst float64) {
	n, nats := 0, 0.0
	for i, e := range s.surprise {
		if n > 0 && e*s.surprise[i-1] <= 0 || math.Abs(e) < 0.5 {
			n, nats = 0, 0
		}
		if math.Abs(e) >= 0.5 {
			n, nats = n+1, nats-math.Log(1-math.Abs(e))
		}
		if nats > worst {
			longest, worst = n, nats
		}
	}
	return longest, worst
}

// after is how much surprises are like those before them, in standard deviations, and
// as a correlation.
func (s *surprises) after() (z, correlation float64) {
	var sum, square, of float64
	for i := 1; i < len(s.surprise); i++ {
		sum += s.surprise[i] * s.surprise[i-1]
		square += s.variance[i] * s.variance[i-1]
		of += math.Sqrt(s.variance[i] * s.variance[i-1])
	}
	return math.Abs(sum) / math.Sqrt(square+1), math.Abs(sum) / (of + 1)
}

// depends is how much surprises depend on something else, likewise.
func (s *surprises) depends(on []float64) (z, correlation float64) {
	var mean, weight float64
	for i, x := range on {
		mean, weight = mean+s.variance[i]*x, weight+s.variance[i]
	}
	mean /= max(weight, 1e-9)
	var sum, square, of float64
	for i, x := range on {
		x -= mean
		sum += s.surprise[i] * x
		square += s.variance[i] * x * x
	}
	of = math.Sqrt(square * weight)
	return math.Abs(sum) / math.Sqrt(square+1e-9), math.Abs(sum) / (of + 1e-9)
}

// covariates are what other rules look at.
var covariates = []struct {
	name string
	of   func([]Decision) []float64
}{
	{"the number of requests in flight", func(all []Decision) []float64 { return loads(&inFlight{}, all) }},
	{"how many were sent just before", func(all []Decision) []float64 {
		return loads(&sliding{length: 20 * (all[len(all)-1].Sent - all[0].Sent) / float64(len(all)), refused: true}, all)
	}},
}

func loads(m meter, all []Decision) (loads []float64) {
	for i := range all {
		d := &all[i]
		loads = append(loads, m.load(d, 0))
		if d.Passed {
			m.take(d, 1)
		} else {
			m.refuse(d)
		}
	}
	return loads
}

// free lets the rule run by itself, some times, and compares how many requests pass in
// each block.
func (f *Fit) free(all []Decision) (worst float64) {
	const runs = 10
	size := blockSize(len(all))
	n := (len(all) + size - 1) / size
	sum, square, passed := make([]float64, n), make([]float64, n), make([]float64, n)
	chance := rand.New(rand.NewPCG(3, 3))
	service := medianService(all)
	for range runs {
		counts := make([]float64, n)
		r := f.start()
		for i := range all {
			d := all[i]
			d.Vague, d.Passed = false, chance.Float64() < r.chance(&d)
			if d.Passed && !all[i].Passed {
				d.Done = d.Sent + service
			}
			r.see(&d, d.Passed)
			if d.Passed {
				counts[i/size]++
			}
		}
		for b, k := range counts {
			sum[b] += k / runs
			square[b] += k * k / runs
		}
	}
	for i := range all {
		if all[i].Passed {
			passed[i/size]++
		}
	}
	for b := range sum {
		sd := math.Sqrt(max(square[b]-sum[b]*sum[b], 0))
		worst = max(worst, (math.Abs(passed[b]-sum[b])-1.5-slackInBlock*float64(size))/(sd+0.5))
	}
	return worst
}

func medianService(all []Decision) float64 {
	times := serviceTimes(all)
	if len(times) == 0 {
		return 0
	}
	return times[len(times)/2]
}

// serviceTimes are those of the requests that passed, in order of length.
func serviceTimes(all []Decision) (times []float64) {
	for i := range all {
		if all[i].Passed {
			times = append(times, all[i].Done-all[i].Sent)
		}
	}
	slices.Sort(times)
	return times
}
