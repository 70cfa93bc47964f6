package cache

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// plan is the next stage. If the generator is disturbed in it, it is sent once more with
// other keys, since its own are stored by then.
func (c *options) plan(h probe.History) (probe.Stage, bool) {
	s, more := c.next(h)
	s.Afresh = true
	s.Again = func() (probe.Stage, bool) { return c.otherKeys(s) }
	return s, more
}

// otherKeys is a stage with keys that no other stage asks; false: there are none.
func (c *options) otherKeys(s probe.Stage) (probe.Stage, bool) {
	if len(c.requests) < 2*c.allKeys() {
		return probe.Stage{}, false
	}
	pick := s.Pick
	s.Pick = func(seq uint64) uint16 { return pick(seq) + uint16(c.allKeys()) }
	s.Again = func() (probe.Stage, bool) { return probe.Stage{}, false }
	return s, true
}

// suffices says whether a history without some stages still shows what the cache does.
func suffices(h probe.History) bool {
	return len(h.Named(stageControl)) > 0 && len(h.Named(stageRatio)) > 0
}

func (c *options) next(h probe.History) (probe.Stage, bool) {
	controls := len(h.Named(stageControl))
	switch {
	case controls == 0:
		return c.control(0, firstGap), true
	case len(h.Named(stageRatio)) == 0:
		if s, more := c.nextRepeats(h); more {
			return s, true
		}
		s := probe.Constant(stageRatio, c.rate, c.length)
		s.Requests, s.Pick = c.requests, func(seq uint64) uint16 { return c.draws[seq%uint64(len(c.draws))] }
		return s, true
	case controls < c.controls():
		return c.control(controls, gapAfter(h)), true
	case c.oldest == 0 && c.mostKeys == 0 && !c.renews && !c.flushes:
		return probe.Stage{}, false
	}
	r := c.read(h)
	if !r.seen() || r.ignoresKeys() || !r.header && !r.distinct || !r.keeps() {
		return probe.Stage{}, false // there is nothing to measure, or not by asking keys twice
	}
	if s, more := c.nextAges(h, &r); more {
		return s, true
	}
	if s, more := c.nextFill(h, &r); more {
		return s, true
	}
	return c.nextChange(h)
}

// nextRepeats plans to ask keys many times if the control has not shown a cache that keeps
// what is asked for.
func (c *options) nextRepeats(h probe.History) (probe.Stage, bool) {
	if len(h.Named(stageRepeats)) > 0 {
		return probe.Stage{}, false
	}
	r := c.read(h)
	if r.seen() && r.keeps() || r.ignoresKeys() || len(r.first) < r.bad {
		return probe.Stage{}, false
	}
	return c.repeats(gapAfter(h))
}

// nextAges plans a round of requests for entries of different ages: it stores a key
// for each age, within a second, and requests each again at its age.
func (c *options) nextAges(h probe.History, r *reading) (probe.Stage, bool) {
	rounds := len(h.Named(stageAges))
	if c.oldest == 0 || rounds >= ageRounds || len(h.Named(stageCapacity)) > 0 {
		return probe.Stage{}, false
	}
	low, high := c.youngest.Seconds(), c.oldest.Seconds()
	if rounds > 0 {
		l, ok := r.lifetime(h)
		if !ok || r.header && (!l.Bracketed || l.Uneven) || l.High <= l.Low*ageTight {
			return probe.Stage{}, false
		}
		low, high = max(l.Low*0.99, low), min(l.High*1.01, high)
		if low >= high {
			return probe.Stage{}, false
		}
	}
	first := c.firstAgeKey() + rounds*agesPer
	order := rand.New(rand.NewPCG(c.seed, uint64(rounds)+31)).Perm(agesPer) // an age tells nothing of when in the second its key was stored
	var all []dueRequest
	for i, age := range estimate.Ages(low, high, agesPer) {
		at := time.Duration(order[i]) * ageSpacing
		all = append(all, dueRequest{at, uint16(first + i)}, dueRequest{at + time.Duration(age*float64(time.Second)), uint16(first + i)})
	}
	return c.stage(stageAges, fmt.Sprintf("ages from %.3g s to %.3g s", low, high), all), true
}

// nextFill plans a sweep over twice as many keys as the last one.
func (c *options) nextFill(h probe.History, r *reading) (probe.Stage, bool) {
	done, fills := h.Named(stageCapacity), c.fills()
	if len(done) >= len(fills) {
		return probe.Stage{}, false
	}
	if len(done) > 0 {
		if found := r.capacity(h); found.full() || found.aged {
			return probe.Stage{}, false
		}
	}
	first := c.firstFillKey()
	for _, n := range fills[:len(done)] {
		first += n
	}
	n, step := fills[len(done)], time.Duration(float64(time.Second)/c.fillRate)
	back := time.Duration(n)*step + max(stageEnd, gapAfter(h)) // the last key is stored by then
	var all []dueRequest
	for i := range n {
		all = append(all, dueRequest{time.Duration(i) * step, uint16(first + i)}, dueRequest{back + time.Duration(i)*step, uint16(first + n - 1 - i)})
	}
	return c.stage(stageCapacity, fmt.Sprintf("%d keys, up and down", n), all), true
}

type dueRequest struct {
	at      time.Duration
	request uint16
}

// stage is a stage of given arrivals; it ends when the last response should be there.
func (c *options) stage(name, what string, all []dueRequest) probe.Stage {
	slices.SortStableFunc(all, func(a, b dueRequest) int { return cmp.Compare(a.at, b.at) })
	at := make([]time.Duration, len(all))
	for i, r := range all {
		at[i] = r.at
	}
	return probe.Stage{
		Name:     name,
		Stage:    scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Instants{At: at, What: what}}, For: at[len(at)-1] + stageEnd},
		Requests: c.requests,
		Pick:     func(seq uint64) uint16 { return all[min(seq, uint64(len(all)-1))].request },
	}
}
