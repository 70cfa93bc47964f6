package cache

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A control stage is a randomised experiment: at each point in time chance decides
// whether a key is asked that was never asked, or one again that was asked a moment
// ago. Each key is asked twice, so a backend that is faster for some keys than for
// others is as fast for both kinds of requests, and one whose speed changes is so too
// within a block of time. Only a cache makes the second request faster.
const (
	stageControl = "control"

	mostPairs    = 100                    // of a control stage
	controlRate  = 100                    // requests per second, at most: the pairs have to mix
	firstGap     = 300 * time.Millisecond // while nothing is known of latencies
	shortestGap  = 50 * time.Millisecond
	longestGap   = 3 * time.Second
	controlBlock = 100 * time.Millisecond
	fewestBlock  = 8 // requests of a block, about
	leastControl = 3 * time.Second
)

// pairs is how many keys a control stage asks twice: about a tenth of the time of the
// hit ratio stage, and three seconds at least.
func (c *options) pairs() int {
	long := max(c.length/10, leastControl).Seconds()
	n := min(int(min(c.rate, controlRate)*long/2), mostPairs)
	if c.keyNames != nil {
		n = min(n, (len(c.keyNames)+1)/2) // the repeats need some that were not asked
	}
	return max(n, 1)
}

// controls is the number of control stages. Keys of a list are new once only.
func (c *options) controls() int {
	if c.keyNames != nil {
		return 1
	}
	return 2
}

// firstControlKey is the request of a control stage's first key. A path with keys of a
// list has no others to make up.
func (c *options) firstControlKey(stage int) int {
	if c.keyNames != nil {
		return 0
	}
	return len(c.keys.shares) + stage*c.pairs()
}

func (c *options) controlSpacing(gap time.Duration) time.Duration {
	spacing := time.Duration(float64(time.Second) / min(c.rate, controlRate))
	return max(spacing, 3*gap/time.Duration(2*c.pairs())) // else all first requests come before the second ones
}

func (c *options) controlLength(gap time.Duration) time.Duration {
	return time.Duration(2*c.pairs())*c.controlSpacing(gap) + gap + stageEnd
}

// control plans a control stage in which a key is asked again after the gap, or a little
// later: the more keys wait, the likelier one of them is next.
func (c *options) control(stage int, gap time.Duration) probe.Stage {
	chance := rand.New(rand.NewPCG(c.seed, uint64(stage)+17))
	spacing, n, first := c.controlSpacing(gap), c.pairs(), c.firstControlKey(stage)
	var all []dueRequest
	var waiting []dueRequest // asked once
	for at, fresh := time.Duration(0), 0; len(all) < 2*n; at += spacing {
		ready := 0
		for ready < len(waiting) && at-waiting[ready].at >= gap {
			ready++
		}
		switch {
		case ready > 0 && (fresh == n || chance.Float64() < 1-math.Pow(0.5, float64(ready+1)/2)):
			all = append(all, dueRequest{at, waiting[0].request})
			waiting = waiting[1:]
		case fresh < n:
			r := dueRequest{at, uint16(first + fresh)}
			all, waiting = append(all, r), append(waiting, r)
			fresh++
		}
	}
	return c.stage(stageControl, "new keys, and each of them once more", all)
}

// gapAfter is the gap with which almost every key is asked again after its first
// response.
func gapAfter(h probe.History) time.Duration {
	var ms []float64
	for _, m := range h {
		for i := range m.Samples {
			if s := &m.Samples[i]; s.Outcome() == results.OK {
				ms = append(ms, probe.MS(s.Service))
			}
		}
	}
	if len(ms) == 0 {
		return firstGap
	}
	slices.Sort(ms)
	return min(max(probe.FromMS(2*estimate.At(ms, 0.9)), shortestGap), longestGap)
}

// A pairing is the requests of the control stages that have a good response.
type pairing struct {
	first  []*results.Sample // of a key that was never asked
	again  []*results.Sample // sent after the first response of the key was there
	trials []estimate.Trial  // both requests of each key that has both
	bad    int               // other responses
}

func (c *options) pairing(h probe.History) (p pairing) {
	blocks := 0
	for _, m := range h.Named(stageControl) {
		long := max(controlBlock, fewestBlock*m.For/time.Duration(2*c.pairs()))
		p.add(m, func(s *results.Sample) int { return blocks + int((s.Due-m.Started)/long) })
		blocks += int(m.For/long) + 1
	}
	return p
}

// add adds the pairs of a stage. A second request that was sent before the first one was
// answered is left out of the comparison, and so is the first: that of slow keys only
// would make the others look fast.
func (p *pairing) add(m probe.Measured, block func(*results.Sample) int) {
	first, failed := map[uint16]*results.Sample{}, map[uint16]bool{}
	for i := range m.Samples {
		s := &m.Samples[i]
		one, asked := first[s.Request]
		switch {
		case s.Outcome() != results.OK:
			p.bad++
			failed[s.Request] = true // its key is neither new nor stored
		case failed[s.Request]:
		case !asked:
			first[s.Request] = s
			p.first = append(p.first, s)
		case s.Sent > one.Sent+one.Service:
			p.again = append(p.again, s)
			p.trials = append(p.trials, estimate.Trial{Block: block(one), Value: probe.MS(one.Service)}, estimate.Trial{Block: block(s), Treated: true, Value: probe.MS(s.Service)})
		}
	}
}

func serviceMS(all []*results.Sample) []float64 {
	ms := make([]float64, len(all))
	for i, s := range all {
		ms[i] = probe.MS(s.Service)
	}
	return ms
}
