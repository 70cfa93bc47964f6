package limiter

import "math"

// A tally bounds a bucket by counts alone. Jitter moves requests to other places and
// turns single decisions, but those that arrive at random still do so after it
// (displacement theorem of Poisson processes: Kingman 1993), and as many of them pass.
// So a bucket that is run on the times at which requests were sent must let as many
// pass while it is empty as did, and in each block.
type tally struct {
	all         []Decision
	from, until int // the longest stretch in which the bucket is empty
}

const (
	tallyBlocks = 60
	tallyMarks  = 40

	// selfNormal is the root of the 95 % point of a sum over the mean square of its
	// bridge, without an estimate of its variance (Lobato 2001, table 1: 45.4).
	selfNormal = 6.74

	// chiSquare is the 95 % point for one parameter.
	chiSquare = 3.84

	// chiSquares is that for two, a rate and a share of losses.
	chiSquares = 5.99
)

// run lets a bucket decide from one decision to another, and adds to each place of over
// how many more passed than it expects. What it refuses with a token is spread evenly.
func (t *tally) run(m *bucket, tokens float64, from, until int, over []float64) (sum float64) {
	last, size := t.all[from].Sent, float64(until-from)/float64(max(len(over), 1))
	keeps, takes := 1-m.Loss, 1-m.Loss*(1-m.Taken)
	for i := from; i < until; i++ {
		d := &t.all[i]
		tokens = min(tokens+m.Rate*(d.Sent-last), m.Burst)
		last = d.Sent
		more := 0.0
		if d.Passed {
			more = 1
		}
		switch {
		case d.Vague:
			tokens, more = max(tokens-more, 0), 0
		case tokens >= 1:
			tokens -= takes
			more -= keeps
		}
		if sum += more; len(over) > 0 {
			over[min(int(float64(i-from)/size), len(over)-1)] += more
		}
	}
	return sum
}

// rate is the rate at which so many more pass while the bucket is empty than it expects,
// to 0.002 %.
func (t *tally) rate(m bucket, more float64) float64 {
	near := m.Rate
	over := func(rate float64) bool {
		m.Rate = rate
		return t.run(&m, 0, t.from, t.until, nil) > more
	}
	low, high, width := near, near, 0.01
	if over(near) {
		for ; over(high) && high < 100*near; width *= 3 {
			low, high = high, high*(1+width)
		}
	} else {
		for ; !over(low) && low > near/100; width *= 3 {
			low, high = low/(1+width), low
		}
	}
	for high/low > 1+2e-5 {
		if middle := math.Sqrt(low * high); over(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Sqrt(low * high)
}

// slack is how many more or fewer may have passed by chance while the bucket was empty,
// from how their sum wanders. A token is whole.
func (t *tally) slack(m *bucket) float64 {
	var over [tallyMarks]float64
	drift := t.run(m, 0, t.from, t.until, over[:]) / tallyMarks
	sum, square := 0.0, 0.0
	for _, x := range over {
		sum += x - drift
		square += sum * sum / tallyMarks
	}
	return 1 + selfNormal*math.Sqrt(square)
}

// A counted bucket is one of a burst, and how far it is from what passed in each block.
type counted struct {
	bucket
	off float64
}

// of is the bucket of a burst that is nearest to the counts.
func (t *tally) of(m bucket) counted {
	m.Rate = t.rate(m, 0)
	c := counted{m, math.Inf(1)}
	vary := t.slack(&m) / (t.all[t.until].Sent - t.all[t.from].Sent) / 2
	for _, rate := range []float64{c.Rate, c.Rate - vary, c.Rate + vary} {
		m.Rate = max(rate, c.Rate/2)
		var over [tallyBlocks]float64
		t.run(&m, m.Burst, 0, len(t.all), over[:])
		off := float64(tallyBlocks) // a token is whole, at either end of a block
		for _, x := range over {
			off += x * x
		}
		c.off = min(c.off, tallyBlocks*math.Log(off))
	}
	return c
}

// better goes from a burst to ever nearer ones, by steps that double and halve.
func (t *tally) better(at counted) counted {
	for step := max(1, math.Floor(at.Burst/20)); step >= 1; step = math.Floor(step / 2) {
		for _, side := range []float64{-step, step} {
			for range 12 {
				m := at.bucket
				if m.Burst += side; m.Burst < 1 {
					break
				}
				next := t.of(m)
				if next.off >= at.off {
					break
				}
				at = next
			}
		}
	}
	return at
}

// edge is the last burst to a side that is as near to the counts as chance allows.
func (t *tally) edge(best counted, side float64) counted {
	at, step := best, 1.0
	for range 40 {
		m := at.bucket
		if m.Burst += side * step; m.Burst >= 1 {
			if next := t.of(m); next.off < best.off+chiSquare {
				at, step = next, 2*step
				continue
			}
		}
		if step == 1 {
			break
		}
		step = max(1, math.Floor(step/4))
	}
	return at
}

// tallyOf finds where a bucket is empty for the longest time; not ok where it is never.
// It begins after some refusals: the first ones may be chance, before it is empty.
func tallyOf(all []Decision) (t tally, ok bool) {
	s := stretchesOf(all)
	from, until := s.longestEmpty()
	most := from + (until-from)/3
	for refused := 0; refused < surelyEmpty && from < most; from++ {
		if !all[from].Passed {
			refused++
		}
	}
	for from < until && all[from].Passed {
		from++
	}
	return tally{all, from, until}, until-from >= 2*tallyMarks
}

// surelyEmpty is how many requests are refused until a bucket is certainly empty.
const surelyEmpty = 40

// bound is the buckets nearest to the counts, and the bounds of rate, burst and losses.
func (t *tally) bound(m bucket) (near []bucket, rate, burst, loss Interval) {
	m.Burst = max(1, math.Round(m.Burst))
	nearest := math.Inf(1)
	var all []counted
	for _, v := range lossesOf(m) {
		c := t.better(t.of(v))
		all = append(all, c)
		nearest = min(nearest, c.off)
	}
	rate, burst, loss = Interval{Low: math.Inf(1)}, Interval{Low: math.Inf(1)}, Interval{Low: math.Inf(1)}
	for i, b := range all {
		if b.off == nearest {
			rate.Value, burst.Value, loss.Value = b.Rate, b.Burst, b.Loss
		}
		if i >= likelihoods && b.off > nearest+chiSquares {
			continue
		}
		near = append(near, b.bucket)
		loss.Low, loss.High = min(loss.Low, b.Loss), max(loss.High, b.Loss)
		for _, c := range []counted{t.edge(b, -1), b, t.edge(b, 1)} {
			slack := t.slack(&c.bucket)
			rate.Low, rate.High = min(rate.Low, t.rate(c.bucket, slack)), max(rate.High, t.rate(c.bucket, -slack))
			burst.Low, burst.High = min(burst.Low, c.Burst), max(burst.High, c.Burst)
		}
	}
	return near, rate, burst, loss
}

// likelihoods is how many of the losses are what a likelihood says.
const likelihoods = 3

// lossesOf are the buckets that are compared with counts: lost requests took their token,
// or did not, or there are none. One that holds a token or two cannot make up later for
// requests that arrived a little early, and a likelihood takes them for lost ones, which
// are weighed against the rate: so other shares are tried too.
func lossesOf(m bucket) (all []bucket) {
	add := func(loss, taken float64) {
		m.Loss, m.Taken = loss, taken
		all = append(all, m)
	}
	add(m.Loss, 0)
	add(m.Loss, 1)
	add(0, 0)
	if m.Burst > smallBurst {
		return all
	}
	for _, loss := range []float64{0.005, 0.01, 0.02, 0.03, 0.045, 0.065, 0.09, 0.12, 0.17} {
		add(loss, 0)
		add(loss, 1)
	}
	return all
}

const smallBurst = 3
