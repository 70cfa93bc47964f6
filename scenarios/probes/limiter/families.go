package limiter

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A family is a kind of limiter with a meter of some parameters, its shape.
type family struct {
	kind   Kind
	starts func(*seen) [][]float64
	scales func(shape []float64) []float64
	meter  func(shape []float64) meter

	// floats says that the second parameter of a rule's shape is from the limit up.
	floats bool

	phased bool // the second parameter is when a period begins
}

// lengths are those that people set windows to, in seconds.
var lengths = []float64{0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 15, 20, 30, 60, 120}

// Starts are compared by the first decisions: so many, and where those of a large burst
// come first, so many of which some were refused.
const (
	enoughCoarse  = 4000
	mostCoarse    = 12_000
	coarseRefused = 400
)

func coarse(all []Decision) []Decision {
	refused := 0
	for i := range all {
		if !all[i].Passed {
			refused++
		}
		if i >= mostCoarse || i >= enoughCoarse && refused >= coarseRefused {
			return all[:i]
		}
	}
	return all
}

func families() []family {
	window := func(shape []float64) []float64 {
		return []float64{shape[0] * 0.002, shape[0] * 0.01, 0.3}[:len(shape)]
	}
	ratio := func(shape []float64) []float64 { return []float64{shape[0] * 0.01, 0.3}[:len(shape)] }
	clock := func([]float64) []float64 { return []float64{3e-4} }
	beginning := func(*seen) [][]float64 { return [][]float64{{0}, {5e-4}, {2e-3}} }
	return []family{
		{kind: FixedWindow, starts: phased, phased: true, scales: window, meter: func(x []float64) meter { return &fixed{length: x[0], phase: x[1], window: math.Inf(-1)} }},
		{kind: IntervalBucket, starts: refilledAt, phased: true, scales: window, meter: func(x []float64) meter { return &refilled{length: x[0], phase: x[1], each: x[2]} }},
		{kind: FixedWindow, starts: unphased, scales: window, meter: func(x []float64) meter { return &started{length: x[0]} }},
		{kind: SlidingWindow, starts: unphased, scales: window, meter: func(x []float64) meter { return &sliding{length: x[0]} }},
		{kind: SlidingWindow, starts: unphased, scales: window, meter: func(x []float64) meter { return &sliding{length: x[0], refused: true} }},
		{kind: SlidingCounter, starts: phased, phased: true, scales: window, meter: func(x []float64) meter { return &counter{length: x[0], phase: x[1]} }},
		{kind: SlidingCounter, starts: phased, phased: true, scales: window, meter: func(x []float64) meter { return &counter{length: x[0], phase: x[1], refused: true} }},
		{kind: SlidingCounter, starts: begun, scales: window, meter: func(x []float64) meter {
			return &counter{length: x[0], phase: x[1], refused: true, restarts: true}
		}},
		{kind: WholeBucket, starts: drained, scales: ratio, meter: func(x []float64) meter { return &rounded{rate: x[0]} }},
		{kind: MovingAverage, starts: memories, scales: ratio, meter: func(x []float64) meter { return &fading{memory: max(x[0], 1e-3)} }},
		{kind: Concurrency, starts: beginning, scales: clock, meter: func(x []float64) meter { return &inFlight{early: x[0]} }},
		{kind: ChargingBucket, starts: drained, scales: ratio, meter: func(x []float64) meter { return &level{rate: x[0], charges: true, most: math.Inf(1)} }},
		{kind: ChargingBucket, starts: filled, scales: ratio, floats: true, meter: func(x []float64) meter { return &level{rate: x[0], charges: true, most: x[1]} }},
	}
}

// A seen is what is known of the decisions before any fit.
type seen struct {
	all      []Decision
	coarse   []Decision
	span     float64
	rough    Rough
	bucketed bool      // there is a rough bucket
	starts   []bucket  // to begin a fit from
	errors   int       // of the best of those, in the coarse decisions
	bucket   bucket    // that was fitted
	reopened []float64 // when requests passed again after a longer time of refusals
	bursts   []float64 // when the first of the requests passed that led to it
}

func lookAt(all []Decision) *seen {
	s := &seen{all: all, coarse: coarse(all), span: all[len(all)-1].Sent - all[0].Sent}
	if s.rough, s.bucketed = Estimate(all); s.bucketed {
		s.findStarts()
	}
	s.findReopenings()
	return s
}

// findReopenings finds where the longest refusals ended.
func (s *seen) findReopenings() {
	type pause struct{ from, until, burst float64 }
	var pauses []pause
	refused, burst := -1, 0
	for i := range s.all {
		switch {
		case !s.all[i].Passed && refused < 0:
			refused = i
		case s.all[i].Passed && refused >= 0:
			if i-refused >= 3 {
				pauses = append(pauses, pause{s.all[refused].Sent, s.all[i].Sent, s.all[burst].Sent})
				burst = i
			}
			refused = -1
		}
	}
	slices.SortFunc(pauses, func(a, b pause) int { return cmp.Compare(b.until-b.from, a.until-a.from) })
	for _, p := range pauses[:min(len(pauses), 8)] {
		if p.until-p.from > (pauses[0].until-pauses[0].from)/4 {
			s.reopened, s.bursts = append(s.reopened, p.until), append(s.bursts, p.burst)
		}
	}
}

// periods are the lengths that a window may have: those that people set, and the
// times between events.
func (s *seen) periods() (all []float64) {
	gap := s.span / float64(len(s.all))
	add := func(x float64) {
		if x > 4*gap && x < s.span && !slices.ContainsFunc(all, func(y float64) bool { return math.Abs(x/y-1) < 0.003 }) {
			all = append(all, x)
		}
	}
	for _, x := range lengths {
		add(x)
	}
	for i, t := range s.reopened {
		add(t - s.bursts[i])
		if i < 4 {
			for _, u := range s.reopened[:i] {
				add(math.Abs(t - u))
			}
		}
	}
	return all
}

func unphased(s *seen) (all [][]float64) {
	for _, length := range s.periods() {
		all = append(all, []float64{length})
	}
	return all
}

// phased adds the phases in which a window may begin.
func phased(s *seen) (all [][]float64) {
	for _, length := range s.periods() {
		for k := range 12 {
			all = append(all, []float64{length, length * float64(k) / 12})
		}
		for _, t := range s.reopened[:min(3, len(s.reopened))] {
			all = append(all, []float64{length, math.Mod(t-1e-4, length)})
		}
	}
	return all
}

// refilledAt adds the tokens of each refill, by what passed in the long run.
func refilledAt(s *seen) (all [][]float64) {
	if !s.bucketed {
		return nil
	}
	for _, shape := range append(phased(s), s.inPhase()...) {
		if each := math.Round(s.rough.Rate * shape[0]); each >= 2 {
			all = append(all, append(shape, each))
		}
	}
	return all
}

// begun are windows that begin with the first request.
func begun(s *seen) (all [][]float64) {
	for _, length := range s.periods() {
		all = append(all, []float64{length, s.all[0].Sent})
	}
	return all
}

// drained are the rates at which a bucket may drain.
func drained(s *seen) [][]float64 { return s.rates(1.02) }

// memories are for how long a moving average may remember, in seconds.
func memories(s *seen) (all [][]float64) {
	for memory := 0.05; memory < s.span; memory *= 1.08 {
		all = append(all, []float64{memory})
	}
	return all
}

// rates are by ratios from the slowest.
func (s *seen) rates(ratio float64) (all [][]float64) {
	most := float64(len(s.all)) / s.span * 4
	for rate := most / 2000; rate < most; rate *= ratio {
		all = append(all, []float64{rate})
	}
	return all
}

// filled adds the level of a full bucket, if the first request that is refused finds it.
func filled(s *seen) (all [][]float64) {
	for i := range s.all {
		if !s.all[i].Passed {
			for _, shape := range drained(s) {
				if burst := float64(i) - shape[0]*(s.all[i].Sent-s.all[0].Sent); burst >= 1 {
					all = append(all, append(shape, burst))
				}
			}
			break
		}
	}
	return all
}

// mostClock bounds by how many seconds clocks differ.
const mostClock = 0.01

// The parameters of a capped rule beyond its shape.
const (
	atLimit = iota
	atClock
	atHaze
	atLeak
	atLoss
	parameters
)

func (f *family) rule(x []float64) *capped {
	n := len(x) - parameters
	shape := x[:n]
	if f.floats {
		shape = []float64{x[0], x[n+atLimit] + x[1]}
	}
	return &capped{
		meter: f.meter(shape), Limit: x[n+atLimit], Clock: math.Exp(x[n+atClock]), Haze: math.Exp(x[n+atHaze]),
		Leak: math.Exp(x[n+atLeak]), Loss: math.Exp(x[n+atLoss]),
	}
}

// bound keeps parameters within what the rule allows for.
func (f *family) bound(x []float64) {
	n := len(x) - parameters
	within := func(i int, low, high float64) { x[i] = min(max(x[i], low), high) }
	if n > 0 {
		x[0] = max(x[0], 0)
	}
	within(n+atLimit, 0.6, 1e7)
	if f.floats {
		x[1] = max(x[1], 0)
	}
	within(n+atClock, math.Log(1e-4), math.Log(mostClock))
	within(n+atHaze, math.Log(0.08), math.Log(0.5+0.01*x[n+atLimit]))
	within(n+atLeak, math.Log(1e-4), math.Log(mostLeak))
	within(n+atLoss, math.Log(1e-4), math.Log(0.3))
}

// A candidate is a shape and how well a limit on its meter divides the decisions.
type candidate struct {
	of    *family
	shape []float64
	split
}

// candidates are the best shapes of a family by errors, best first.
func (f *family) candidates(s *seen, chance *rand.Rand) (all []candidate) {
	for _, shape := range f.starts(s) {
		all = append(all, candidate{f, shape, bestLimit(f.meter(shape), s.coarse)})
	}
	byErrors := func(a, b candidate) int { return cmp.Compare(a.errors, b.errors) }
	slices.SortStableFunc(all, byErrors)
	seen := map[float64]bool{} // one of each length, or rate
	all = slices.DeleteFunc(all, func(c candidate) bool {
		was := seen[c.shape[0]]
		seen[c.shape[0]] = true
		return was
	})
	if s.bucketed && len(all) > 0 && all[0].errors > 4*s.errors+len(s.coarse)/20 {
		return nil // it is not refined into one with fewer errors than a bucket
	}
	all = all[:min(len(all), 4)]
	for i := range all {
		if i < 2 {
			all[i].scan(s.coarse)
		}
		all[i].refine(s.coarse, chance)
	}
	slices.SortStableFunc(all, byErrors)
	return all[:min(len(all), 2)]
}

// scan tries phases: some rules are right for few of them only.
func (c *candidate) scan(of []Decision) {
	if !c.of.phased {
		return
	}
	const phases = 200
	for k := range phases {
		shape := slices.Clone(c.shape)
		shape[1] = math.Mod(shape[1]+shape[0]*float64(k)/phases, shape[0])
		if at := bestLimit(c.of.meter(shape), of); at.errors < c.errors {
			c.shape, c.split = shape, at
		}
	}
}

// refine moves a shape to where fewer decisions are errors.
func (c *candidate) refine(of []Decision, chance *rand.Rand) {
	scale := c.of.scales(c.shape)
	for i := range scale {
		scale[i] *= 3
	}
	for i := range 30 * len(scale) {
		k := i % len(scale)
		if i < 15 {
			k = len(scale) - 1 // the phase first: the length is one that people set
		}
		shape := slices.Clone(c.shape)
		shape[k] = max(shape[k]+scale[k]*chance.NormFloat64(), 0)
		if at := bestLimit(c.of.meter(shape), of); at.errors < c.errors {
			c.shape, c.split = shape, at
			scale[k] *= 1.3
		} else {
			scale[k] /= 1.15
		}
	}
}

// mostErrors is the share of errors from which a shape is not followed.
const mostErrors = 0.25

// fitCapped fits the families with the fewest errors.
func fitCapped(s *seen) (fits []Fit) {
	of := families()
	found := make([][]candidate, len(of))
	each(len(of), 12, func(i int, chance *rand.Rand) { found[i] = of[i].candidates(s, chance) })
	var all [][]candidate
	most := int(mostErrors * float64(len(s.coarse)))
	if s.bucketed {
		most = min(most, s.errors*5/4+10) // one that is true has fewer
	}
	for _, some := range found {
		if len(some) > 0 && some[0].errors <= most {
			all = append(all, some)
		}
	}
	slices.SortStableFunc(all, func(a, b []candidate) int { return cmp.Compare(a[0].errors, b[0].errors) })
	fits = make([]Fit, min(len(all), 3))
	each(len(fits), 14, func(i int, chance *rand.Rand) { fits[i] = s.fit(all[i], chance) })
	return fits
}

// fit climbs from the candidates of a family.
func (s *seen) fit(from []candidate, chance *rand.Rand) Fit {
	f := from[0].of
	h := &hill{bound: f.bound, chance: chance}
	h.height = func(x []float64) float64 {
		n := len(x) - parameters
		return logLikelihood(f.rule(x), s.all) + 0.5*(x[n+atLeak]+x[n+atLoss])
	}
	n := min(max(900_000/len(s.all), 50), 400)
	var top, scale []float64
	height := math.Inf(-1)
	for _, c := range from {
		c.split = bestLimit(f.meter(c.shape), s.all)
		c.refine(s.all, chance)
		if f.floats {
			c.shape[1] = max(0, c.shape[1]-c.limit)
		}
		wrong := math.Log(max(float64(c.errors)/float64(len(s.all)), 1e-3))
		x := append(slices.Clone(c.shape), c.limit, math.Log(1e-3), math.Log(0.3), wrong, wrong)
		scales := append(f.scales(c.shape), max(0.3, c.limit*0.002), 0.7, 0.7, 1, 1)
		if at, tall := h.climb(x, scales, n); tall > height {
			top, height, scale = at, tall, scales
		}
	}
	fit := Fit{Kind: f.kind, height: height, parameters: len(top), start: func() rule { return f.rule(top) }}
	for i := range scale {
		scale[i] /= 4
	}
	fit.describe(f, h.sample(top, scale, 4*len(top), n), s.edge())
	return fit
}

// edge is to how many seconds the requests show the length of a window: between the
// first and the last time that it opened, to the next request.
func (s *seen) edge() float64 {
	return s.span / float64(len(s.all)) / float64(max(len(s.reopened)-1, 1))
}
