package results

import (
	"cmp"
	"maps"
	"math"
	"net/url"
	"slices"
	"time"

	"tollgate/targets"
)

// A Disturbance is what is known of how the generator and its machine disturbed the
// requests at one target, which response times do not show request by request: how late
// each request was sent (the lag), and how much longer than they need round trips on the
// machine took meanwhile (the control measurement).
//
// [Disturbance.Added] is how much of a quantile may be their doing. There are two upper
// bounds, each under an assumption of its own.
//
// Nothing is assumed of which requests were delayed. If all but a share s of them were
// delayed by at most d, the quantile q without delays is at least the measured quantile
// q−s, less d: the share s may be any requests, and may have displaced as many others.
// That holds for each d. It is close where response times are alike, as those of a
// server that mostly waits, and says little where they are not.
//
// Or delays fall on any request alike. Then to delay the measured times once more, by
// the same distribution, moves a quantile about as far as the delays that are in it
// already did (simulation extrapolation: Cook and Stefanski, Journal of the American
// Statistical Association 89, 1994). Twice that is the bound, since a quantile whose
// distribution the delays have stretched moves further, and one that they have crowded
// less far. It holds for the median only: where delays are most of what lies beyond a
// quantile, more delays move it little, and the first ones made it.
//
// Rejected: the lag's quantile and the control's, added up, which was the first thought.
// On a busy machine the median of both is what it always is, while a sixth of all requests
// waits, and moves the median of the responses by a tenth.
type Disturbance struct {
	times
	blocks []times // what is delayed is so for a while: the parts are taken together block by block
	passes int     // how often a response meets the machine
}

// times are what the requests of a target took, in its load or in one block.
type times struct{ lag, control, measured *Histogram }

// Disturbance returns that of a target's load. A response from elsewhere meets the
// machine when it is read, which a control round trip does, too. A target on the same
// machine has to wake and to be answered in between, which is another round trip.
func (r *Run) Disturbance(target uint16) Disturbance {
	d := Disturbance{times: times{ofTarget(r.Lag, int(target)), ofTarget(r.Control, int(target)), r.Good(target)}, passes: 1}
	d.blocks = r.timesByBlock(target)
	t := &r.Document.Targets[target]
	u, err := url.Parse(t.URL)
	if t.Lab || t.Local || err == nil && targets.Loopback(u.Hostname()) {
		d.passes = 2
	}
	return d
}

// timesByBlock are the times of a target's blocks that have good responses, in order.
func (r *Run) timesByBlock(target uint16) (blocks []times) {
	all := map[uint32]*times{}
	of := func(block uint32) *times {
		if all[block] == nil {
			all[block] = &times{New(), New(), New()}
		}
		return all[block]
	}
	for k, h := range r.Series {
		if k.Target == target && k.Outcome == OK && k.Clock == Response && !r.Document.Posted(target, k.Request) {
			of(k.Block).measured.Merge(h)
		}
	}
	for g, h := range r.Lag {
		if g.Target == target {
			of(g.Block).lag.Merge(h)
		}
	}
	for g, h := range r.Control {
		if g.Target == target {
			of(g.Block).control.Merge(h)
		}
	}
	for _, block := range slices.Sorted(maps.Keys(all)) {
		if all[block].measured.Count() > 0 {
			blocks = append(blocks, *all[block])
		}
	}
	return blocks
}

// Added is how much of the response time at the quantile q may be the generator's and its
// machine's, at most.
func (d Disturbance) Added(q float64) time.Duration {
	if q > 0.5 {
		return d.atMost(q)
	}
	return min(d.atMost(q), 2*d.again(q))
}

// likely is about how much of the median is the generator's and its machine's.
func (d Disturbance) likely() time.Duration { return min(d.atMost(0.5), d.again(0.5)) }

// delaySteps are the delays for which it is counted how many were longer.
var delaySteps = []time.Duration{
	0, time.Millisecond / 20, time.Millisecond / 10, time.Millisecond / 5, time.Millisecond / 2, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond,
	20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second,
}

// atMost bounds the delay at a quantile, whichever requests were delayed.
func (d Disturbance) atMost(q float64) time.Duration {
	measured, lag, control := d.measured.summed(), d.lag.summed(), d.control.summed()
	least := time.Duration(0)
	for _, step := range delaySteps {
		if share := lag.above(step) + float64(d.passes)*control.above(step); share < q {
			least = max(least, measured.quantile(q-share)-time.Duration(1+d.passes)*step)
		}
	}
	return measured.quantile(q) - least
}

// sums are a histogram's buckets in use, each with how many latencies lie in it or below:
// many questions are answered faster from them than from the buckets.
type sums []sum

type sum struct {
	at   time.Duration
	upTo int64
}

func (h *Histogram) summed() (all sums) {
	var n int64
	for d, k := range h.Buckets() {
		n += k
		all = append(all, sum{d, n})
	}
	return all
}

func (s sums) count() int64 {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].upTo
}

// quantile is Histogram.Quantile.
func (s sums) quantile(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	i, _ := slices.BinarySearchFunc(s, rank(q, s.count()), func(s sum, rank int64) int { return cmp.Compare(s.upTo, rank) })
	return s[i].at
}

// above is the share of latencies that are longer than one.
func (s sums) above(d time.Duration) float64 {
	i, _ := slices.BinarySearchFunc(s, d+1, func(s sum, d time.Duration) int { return cmp.Compare(s.at, d) })
	return float64(s.count()-s[:i].count()) / float64(max(1, s.count()))
}

// delayPoints is how many requests stand for all of a run.
const delayPoints = 4000

// again is how far a quantile of the measured times moves if these are delayed once more.
func (d Disturbance) again(q float64) time.Duration {
	if len(d.blocks) == 0 {
		return 0
	}
	var once, twice []time.Duration
	for i := range d.blocks {
		b := &d.blocks[i]
		n := int(max(1, delayPoints*b.measured.Count()/d.measured.Count()))
		o, t := b.delayed(n, d.passes)
		once, twice = append(once, o...), append(twice, t...)
	}
	slices.Sort(once)
	slices.Sort(twice)
	k := rank(q, int64(len(once))) - 1
	return twice[k] - once[k]
}

// delayed is n measured times, and the same with another delay each.
func (b *times) delayed(n, passes int) (once, twice []time.Duration) {
	measured, lag, control := b.measured.grid(n), b.lag.grid(n), b.control.grid(n)
	once, twice = make([]time.Duration, n), make([]time.Duration, n)
	for i := range n {
		// A Kronecker sequence: its points fill the space evenly, and are always the same.
		at := func(grid []time.Duration, step float64) time.Duration {
			_, u := math.Modf(0.5 + float64(i)*step)
			return grid[int(u*float64(n))]
		}
		once[i] = measured[i]
		twice[i] = once[i] + at(lag, math.Sqrt(3)) + at(control, math.Sqrt(5))
		if passes > 1 {
			twice[i] += at(control, math.Sqrt(7))
		}
	}
	return once, twice
}

// grid is a histogram as so many equally likely values; zeros if it is empty.
func (h *Histogram) grid(cells int) []time.Duration {
	grid := make([]time.Duration, 0, cells)
	var before int64
	for d, n := range h.Buckets() {
		before += n
		for len(grid) < cells && int64(2*len(grid)+1)*h.Count() <= 2*before*int64(cells) {
			grid = append(grid, d)
		}
	}
	return append(grid, make([]time.Duration, cells-len(grid))...)
}
