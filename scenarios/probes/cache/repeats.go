package cache

import (
	"math"
	"math/rand/v2"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A stage of repeats asks keys many times in quick succession. Some are asked at a time, in
// an order that chance decides. When a key is asked for the last time, another is asked for
// the first time: chance decides which of the two comes first. So both are sent under the
// same conditions, and each key is once the new one and once the one that was asked often.
//
// The control asks a key twice only. It misses a cache of many parts, as a second request
// finds the part of the first by chance; one of few entries, as other keys evict the key;
// and one that stores what was asked for several times.
const (
	stageRepeats = "repeats"

	asksOfKey    = 16  // requests of a key
	mostRepeated = 100 // keys that are asked so often
	askedAtOnce  = 3   // keys: a cache of few entries has to hold them
	leastRepeats = time.Minute
)

// mostRepeats is how long the stage may take, where the rate is low or responses are slow.
func (c *options) mostRepeats() time.Duration { return max(c.length, leastRepeats) }

// repeated is how many keys a stage of repeats asks, at most.
func (c *options) repeated() int {
	n := min(int(c.rate*c.mostRepeats().Seconds())/asksOfKey, mostRepeated)
	if c.keyNames != nil {
		n = min(n, len(c.keyNames)-c.pairs())
	}
	return max(n, 0)
}

// firstRepeatedKey is the request of the first key of the repeats. Those of a list are keys
// that the control did not ask.
func (c *options) firstRepeatedKey() int {
	if c.keyNames != nil {
		return c.pairs()
	}
	return c.firstControlKey(c.controls())
}

// repeatsLength is how long the stage takes at most.
func (c *options) repeatsLength() time.Duration {
	if c.repeated() == 0 {
		return 0
	}
	return c.mostRepeats() + stageEnd
}

// repeats plans the stage, so that a response is there long before its key is asked for the
// last time: the requests of a key take as long as the gap, twice what most responses take.
// Slow ones leave time for fewer keys.
func (c *options) repeats(gap time.Duration) (probe.Stage, bool) {
	step := max(time.Duration(float64(time.Second)/c.rate), gap/(asksOfKey*askedAtOnce))
	n := min(c.repeated(), int(c.mostRepeats()/(asksOfKey*step)))
	if n < askedAtOnce+2 {
		return probe.Stage{}, false
	}
	return c.stage(stageRepeats, "keys asked many times", c.repeatsOf(n, step)), true
}

// repeatsOf are requests of n keys. The first keys are asked less often than the others, so
// that keys are not asked for the last time all at once.
func (c *options) repeatsOf(n int, step time.Duration) (all []dueRequest) {
	chance := rand.New(rand.NewPCG(c.seed, 61))
	fresh, at := c.firstRepeatedKey(), time.Duration(0)
	type asked struct {
		key  uint16
		left int
	}
	ask := func(key uint16) {
		all = append(all, dueRequest{at, key})
		at += step
	}
	var current []asked
	last := fresh + n
	for i := range askedAtOnce {
		current = append(current, asked{uint16(fresh), asksOfKey - i*asksOfKey/askedAtOnce})
		fresh++
	}
	for len(all) < n*asksOfKey {
		i := chance.IntN(len(current))
		if current[i].left > 1 {
			ask(current[i].key)
			current[i].left--
			continue
		}
		if fresh == last {
			break
		}
		old, next := current[i].key, uint16(fresh)
		if fresh++; chance.IntN(2) == 0 {
			ask(old)
			ask(next)
		} else {
			ask(next)
			ask(old)
		}
		current[i] = asked{next, asksOfKey - 1}
	}
	return all
}

// A repetition is what the stage of repeats shows.
type repetition struct {
	estimate.Lowering                    // of the last request of a key, next to the first of another
	first, early, late []*results.Sample // first requests, the next two, and the later half of each key's
}

// repetition compares the last request of each key with the first of the one next to it.
func (c *options) repetition(h probe.History) (r repetition) {
	r.P, r.Smallest = 1, math.Inf(1)
	stages := h.Named(stageRepeats)
	if len(stages) == 0 {
		return r
	}
	asks := asksOf(stages.Last().Samples)
	var trials []estimate.Trial
	for i := range asks {
		switch a := asks[i]; {
		case a.sample.Outcome() != results.OK:
		case a.before == 0:
			r.first = append(r.first, a.sample)
		case a.before <= 2 && a.stored:
			r.early = append(r.early, a.sample)
		case a.before >= asksOfKey/2 && a.stored:
			r.late = append(r.late, a.sample)
		}
	}
	for i := 0; i+1 < len(asks); i++ {
		fresh, old := asks[i], asks[i+1]
		if fresh.before > 0 {
			fresh, old = old, fresh
		}
		if fresh.before > 0 || !old.last || old.before == 0 {
			continue
		}
		if old.stored && old.sample.Outcome() == results.OK && fresh.sample.Outcome() == results.OK {
			trials = append(trials, estimate.Trial{Block: i, Value: probe.MS(fresh.sample.Service)}, estimate.Trial{Block: i, Treated: true, Value: probe.MS(old.sample.Service)})
		}
		i++
	}
	r.Lowering = estimate.Lowers(trials, c.seed)
	return r
}

// An ask is a request of the repeats.
type ask struct {
	sample *results.Sample
	before int  // requests of its key before it
	stored bool // a response of its key was there when it was sent
	last   bool // of its key
}

func asksOf(samples []results.Sample) (all []ask) {
	before, answered, last := map[uint16]int{}, map[uint16]time.Duration{}, map[uint16]int{}
	for i := range samples {
		s := &samples[i]
		there, some := answered[s.Request]
		all = append(all, ask{sample: s, before: before[s.Request], stored: some && s.Sent > there})
		before[s.Request]++
		last[s.Request] = i
		if s.Outcome() == results.OK && (!some || s.Sent+s.Service < there) {
			answered[s.Request] = s.Sent + s.Service
		}
	}
	for _, i := range last {
		all[i].last = true
	}
	return all
}
