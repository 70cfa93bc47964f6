//go:build probes

package saturation

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/simulate"
)

// A described system is one of package simulate, drawn at random, with the thresholds
// that are asked about.
type described struct {
	kind       string
	thresholds []string // none: the default
	fresh      func(chance *rand.Rand) *simulate.Machine
	guess      float64 // of its capacity: the truth is near or below
	settles    float64 // seconds until it is in its long-run state
	exact      bool    // the guess is the truth
	changes    bool    // it has no one highest rate from the beginning on
	samples    []results.Sample
}

// between is a number drawn evenly on a logarithmic scale.
func between(low, high float64, chance *rand.Rand) float64 {
	return low * math.Pow(high/low, chance.Float64())
}

// disturbances last as long as any probe and any simulation.
const foreverS = 20_000

type drawing func(threads int, capacity float64, chance *rand.Rand) described

// drawings are the kinds of systems.
var drawings = []drawing{
	func(n int, capacity float64, chance *rand.Rand) described {
		gap := between(0.5, 30, chance)
		length := min(gap*between(0.01, 0.1, chance), 2)
		jitter := []float64{0, 0, 0.2, 1}[chance.IntN(4)]
		return described{kind: "pauses", exact: true, guess: capacity * gap / (gap + length), fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, chance.IntN(3), c), Speed: simulate.Interrupted(foreverS, 1e-6, simulate.About(gap, jitter, c), simulate.About(length, jitter/2, c))}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		gap := between(0.5, 30, chance)
		length := min(gap*between(0.01, 0.04, chance), 2)
		return described{kind: "pauses, p95", thresholds: []string{"p(95) < 300ms"}, guess: capacity * gap / (gap + length), fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Speed: simulate.Interrupted(foreverS, 1e-6, simulate.About(gap, 0, c), simulate.About(length, 0, c))}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		share, long := between(0.005, 0.05, chance), between(0.3, 3, chance)
		mean := float64(n) / capacity
		short := max(mean-share*long, 0.002)
		return described{kind: "a share takes long", exact: true, guess: float64(n) / ((1-share)*short + share*long), fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: func() float64 {
				if c.Float64() < share {
					return long
				}
				return short
			}}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		sigma := 1 + 0.5*chance.Float64()
		return described{kind: "heavy tail", exact: true, guess: capacity, fresh: func(c *rand.Rand) *simulate.Machine {
			w := simulate.LogNormal(float64(n)/capacity, sigma, c)
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: func() float64 { return w(0) }}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		times, after := 2+chance.IntN(2), 10+10*chance.Float64()
		return described{kind: "scales out", exact: true, guess: capacity * float64(times), settles: 400, changes: true, fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Scaling: &simulate.Scaling{Every: 1, Above: 0.7, For: after, Below: 0.3, Step: max(1, n/2), Most: n * times, Delay: 2}}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		gap, length, left := 15+30*chance.Float64(), 5+10*chance.Float64(), 0.4+0.3*chance.Float64()
		return described{kind: "noisy neighbor", exact: true, guess: capacity * (gap + left*length) / (gap + length), fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Speed: simulate.Interrupted(foreverS, left, simulate.Exponential(gap, c), simulate.About(length, 0.5, c))}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		at, left := 10+80*chance.Float64(), 0.5
		return described{kind: "one noisy neighbor", exact: true, guess: capacity, settles: 200, changes: true, fresh: func(c *rand.Rand) *simulate.Machine {
			once := []float64{at, foreverS}
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Speed: simulate.Interrupted(foreverS, left, func() float64 { g := once[0]; once = once[1:]; return g }, func() float64 { return 10 })}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		n += 4
		return described{kind: "connection limit", exact: true, guess: simulate.ErlangRate(allowed, float64(n)/capacity, n), fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: 0, Work: work(n, capacity, 1, c)}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		patience := between(0.03, 0.5, chance)
		return described{kind: "sheds load", guess: capacity, fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Patience: patience}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		connections := max(1, n/(1+chance.IntN(3)))
		share := 0.2 + 0.6*chance.Float64()
		total := float64(n) / capacity
		query := share * total
		return described{kind: "threads and a database", guess: min(capacity, float64(connections)/query), fresh: func(c *rand.Rand) *simulate.Machine {
			w, q := simulate.LogNormal(total-query, 0.5, c), simulate.LogNormal(query, 0.5, c)
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: func() float64 { return w(0) }, Connections: connections, Query: func() float64 { return q(0) }}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		rate := capacity * (0.3 + 0.6*chance.Float64())
		burst := rate * between(0.02, 1, chance)
		return described{kind: "rate limit first", guess: rate, settles: 60, fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Limit: simulate.NewTokens(rate, max(burst, 1))}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		at, share := 10+60*chance.Float64(), 0.4+0.4*chance.Float64()
		return described{kind: "slows down", exact: true, guess: capacity * share, settles: 300, changes: true, fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Speed: simulate.Slower(at, share)}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		timeout := between(0.3, 3, chance) + 4*float64(n)/capacity
		retries := chance.IntN(3)
		return described{kind: "timeout and retries", guess: capacity, fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), Timeout: timeout, Retries: retries}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		every, share := between(2, 20, chance), between(0.02, 0.15, chance)
		pieces := n * (1 + chance.IntN(4))
		return described{kind: "batch jobs", exact: true, guess: capacity * (1 - share), fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, 1, c), BatchEvery: every, BatchPieces: pieces, BatchWork: share * every * float64(n) / float64(pieces)}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		sigma := chance.IntN(3)
		limit := []string{"p(95) < 200ms", "p(99) < 500ms", "p(90) < 400ms"}[chance.IntN(3)]
		return described{kind: "queue, percentile", thresholds: []string{limit, "error_share < 1%"}, guess: capacity, fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: simulate.Unbounded, Work: work(n, capacity, sigma, c)}
		}}
	},
	func(n int, capacity float64, chance *rand.Rand) described {
		queue := 1 + chance.IntN(200)
		return described{kind: "bounded queue", guess: capacity, fresh: func(c *rand.Rand) *simulate.Machine {
			return &simulate.Machine{Threads: n, Queue: queue, Work: work(n, capacity, 1, c)}
		}}
	},
}

// work is that of n threads which do so many requests a second, constant, spread or
// widely spread.
func work(n int, capacity float64, spread int, chance *rand.Rand) func() float64 {
	w := simulate.LogNormal(float64(n)/capacity, []float64{0, 0.4, 1}[spread], chance)
	return func() float64 { return w(0) }
}

// draw draws a system whose capacity lies in the range of the probe.
func draw(i int, chance *rand.Rand) described {
	return drawings[i%len(drawings)](1+chance.IntN(32), between(60, 400, chance), chance)
}

// truth is the highest rate of random arrivals at which the thresholds hold over a long
// time, once the system has settled, and the system keeps up. What only queues keeps up
// with as much as its parts can do, by arithmetic, and what has no queue fails as Erlang
// says (whatever the distribution of the work is).
func (d *described) truth() float64 {
	if d.exact {
		return d.guess
	}
	low, high := 0.03*d.guess, 1.1*d.guess
	if !d.sustains(low, 1) {
		return 0
	}
	low, high = d.narrow(low, high, 0.04, 1./8)
	low, high = low/1.04, high*1.04
	for !d.sustains(low, 1) { // an eighth of the time came out too well
		low, high = low/1.1, low
	}
	for d.sustains(high, 1) {
		low, high = high, high*1.1
	}
	low, high = d.narrow(low, high, 0.006, 1)
	return math.Sqrt(low * high)
}

// narrow narrows a bracket of the truth to a share, by so much of a long simulation.
func (d *described) narrow(low, high, share, of float64) (float64, float64) {
	for high/low > 1+share {
		if rate := math.Sqrt(low * high); d.sustains(rate, of) {
			low = rate
		} else {
			high = rate
		}
	}
	return low, high
}

// respond sends random arrivals for some seconds after the system has settled.
func (d *described) respond(rate, seconds float64) (all []results.Sample, total float64) {
	total = d.settles + seconds
	all = slices.Grow(d.samples[:0], int(1.02*rate*total)+1000)
	arrivals := scenarios.Poisson{Rate: scenarios.Rounded(rate)}
	for due := range arrivals.Schedule(time.Duration(total*1e9), 6) {
		all = append(all, results.Sample{Sent: due, Due: due, Begun: due, Code: 200})
	}
	d.fresh(rand.New(rand.NewPCG(5, 5))).Respond(all)
	d.samples = all
	return all, total
}

// sustains says whether the thresholds hold at a rate over a long time, or part of one.
func (d *described) sustains(rate, of float64) bool {
	all, total := d.respond(rate, of*max(600, 250_000/rate))
	p, f := search{thresholds: d.parsed()}, figures{seconds: total - d.settles}
	left := 0
	for i := range all {
		x := &all[i]
		if x.Due.Seconds() < d.settles {
			continue
		}
		f.n++
		if x.Code == 200 {
			f.good++
			f.times = append(f.times, float64(x.Service)/1e6)
		} else {
			f.failed++
		}
		if (x.Due + x.Service).Seconds() > total {
			left++
		}
	}
	slices.Sort(f.times)
	return len(p.broken(&f)) == 0 && float64(left) < 0.005*float64(f.n)+100
}

func (d *described) parsed() (all []results.Threshold) {
	texts := d.thresholds
	if texts == nil {
		texts = []string{"error_share < 1%"}
	}
	for _, text := range texts {
		t, err := results.ParseThreshold(text)
		if err != nil {
			panic(err)
		}
		all = append(all, t)
	}
	return all
}
