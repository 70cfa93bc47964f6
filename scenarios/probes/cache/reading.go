package cache

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// An answer is what the cache header of a response says.
type answer uint8

const (
	silent answer = iota
	hit
	miss
)

// readHeader reads what caches write: "Hit from cloudfront", "HIT", "TCP_MEM_HIT"
// and so on. An entry that was served without asking the origin is a hit, even a
// stale one; one that had to be revalidated is a miss. An Age above zero is that of a
// stored response; caches send 0 with a miss too.
// Sources: CloudFront developer guide, "View request and response headers";
// nginx documentation, $upstream_cache_status; RFC 9211 (the Cache-Status field);
// RFC 9111, section 5.1 (the Age field).
func readHeader(value string) answer {
	v := strings.ToLower(value)
	contains := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(v, w) })
	}
	if age, is := strings.CutPrefix(v, "age: "); is {
		if strings.Trim(age, "0123456789") == "" && strings.Trim(age, "0") != "" {
			return hit
		}
		return silent
	}
	switch {
	case contains("refreshhit", "refresh_hit", "revalidated", "expired", "bypass", "miss", "fwd=", "error"):
		return miss
	case contains("hit", "stale", "updating"):
		return hit
	}
	return silent
}

// A reading is what tells hits from misses: headers, else how fast they are, if the
// control shows that this depends on whether a key was asked before.
type reading struct {
	pairing
	header    bool // every response says what it is, and some that they are hits
	saidMiss  bool // every response says that it is a miss
	saidHits  int  // responses whose header says that they are hits
	strangers int  // of these, to keys that were never asked
	control   estimate.Lowering
	repeats   repetition
	drift     float64       // of the logarithm of a miss's latency, per second
	centre    time.Duration // of the controls: latencies are corrected for the drift to this time
	latency   estimate.Classifier
	distinct  bool              // latencies distinguish
	kept      estimate.Interval // share of hits among keys asked again a moment later, by latency
	hits      []float64         // ms that it was learnt from, sorted: of hits
	sure      []float64         // and of misses
}

// read learns from the control, and from the first requests of the hit ratio stage,
// which are misses if the control shows a cache that keeps the keys apart.
func (c *options) read(h probe.History) reading {
	r := reading{pairing: c.pairing(h), header: true}
	all := goodOf(h.Samples())
	for _, s := range all {
		switch readHeader(s.Mark.Cache) {
		case silent:
			r.header = false
		case hit:
			r.saidHits++
		}
	}
	r.header = r.header && len(all) > 0
	r.saidMiss = r.header && r.saidHits == 0
	r.header = r.header && !r.saidMiss
	for _, s := range r.first {
		if readHeader(s.Mark.Cache) == hit {
			r.strangers++
		}
	}
	r.control = estimate.Lowers(r.trials, c.seed)
	r.repeats = c.repetition(h)
	if r.header || !r.shows() {
		return r
	}
	r.correct(h)
	hits := r.again
	if r.repeats.Found() { // more of these are hits
		hits = r.repeats.late
	}
	r.hits, r.sure = slices.Sorted(slices.Values(r.steadyMS(hits))), slices.Sorted(slices.Values(r.misses(c, h, hits)))
	if r.latency, r.distinct = estimate.Learn(r.hits, r.sure); r.latency.Contaminant {
		r.hits = slices.DeleteFunc(r.hits, func(ms float64) bool { return ms >= r.latency.Cut })
	}
	if fast, ok := estimate.Share(int64(r.storedAtOnce()), int64(len(r.again))); ok && r.distinct {
		r.kept, _ = estimate.Adjusted(fast, r.latency.Right, r.latency.Wrong)
	}
	return r
}

// correct finds by how much the misses of one control take longer than those of the
// other, whatever their distribution is.
func (r *reading) correct(h probe.History) {
	controls := h.Named(stageControl)
	if len(controls) < 2 {
		return
	}
	var logs [2][]float64
	for _, s := range r.first {
		side := 0
		if s.Due >= controls[1].Started {
			side = 1
		}
		logs[side] = append(logs[side], math.Log(probe.MS(s.Service)))
	}
	if len(logs[0]) == 0 || len(logs[1]) == 0 {
		return
	}
	between := controls[1].Started - controls[0].Started
	r.drift = estimate.Shift(logs[0], logs[1]) / between.Seconds()
	r.centre = controls[0].Started + between/2
}

// ms is a service time without the drift of latency.
func (r *reading) ms(s *results.Sample) float64 {
	return probe.MS(s.Service) * math.Exp(-r.drift*(s.Sent-r.centre).Seconds())
}

func (r *reading) steadyMS(all []*results.Sample) []float64 {
	ms := make([]float64, len(all))
	for i, s := range all {
		ms[i] = r.ms(s)
	}
	return ms
}

// misses are the service times of requests that must be misses: those of new keys in the
// controls, and in the hit ratio stage where they are as fast as those.
func (r *reading) misses(c *options, h probe.History, hits []*results.Sample) []float64 {
	sure := r.steadyMS(slices.Concat(r.first, r.repeats.first))
	if c.keyNames != nil {
		return sure
	}
	more := r.steadyMS(firstOf(h.Named(stageRatio)))
	known, ok := estimate.Learn(r.steadyMS(hits), sure)
	if !ok || !known.AsOften(sure, more) {
		return sure
	}
	return append(sure, more...)
}

// leastStrangers is how many keys that were never asked have to be answered from the
// cache for it to ignore them, and of how many.
const (
	leastStrangers     = 3
	leastStrangerShare = 0.05
)

// ignoresKeys says whether the cache answers keys that cannot have been asked before.
func (r *reading) ignoresKeys() bool {
	return r.strangers >= leastStrangers && float64(r.strangers) >= leastStrangerShare*float64(len(r.first))
}

// shows says whether latency shows that there is a cache.
func (r *reading) shows() bool { return r.control.Found() || r.repeats.Found() }

// seen says whether a cache shows that keeps the keys apart.
func (r *reading) seen() bool { return r.header || r.shows() }

// leastKept is the share of hits among keys asked again a moment later of a cache that
// keeps what it is asked for.
const leastKept = 0.95

// keeps says whether a key that was asked is a hit a moment later, whenever it is asked: the
// cache has one part, stores a key at its first request, and does not evict it at once.
func (r *reading) keeps() bool {
	if r.header {
		return float64(r.storedAtOnce()) >= leastKept*float64(len(r.again))
	}
	return r.control.Found() && r.distinct && r.kept.Value >= leastKept && !r.latency.Contaminant
}

// storedAtOnce counts the hits among keys that the control asked again.
func (r *reading) storedAtOnce() (n int) {
	for _, s := range r.again {
		if r.isFast(s) {
			n++
		}
	}
	return n
}

// isFast says whether a response is taken for a hit.
func (r *reading) isFast(s *results.Sample) bool {
	if r.header {
		return readHeader(s.Mark.Cache) == hit
	}
	return r.distinct && r.ms(s) < r.latency.Cut
}

// rates are the shares of hits and of misses that are taken for hits.
func (r *reading) rates() (right, wrong estimate.Interval) {
	if r.header {
		return estimate.Exact(1), estimate.Exact(0)
	}
	return r.latency.Right, r.latency.Wrong
}

// share is the share of hits among n visits of which so many are taken for hits.
func (r *reading) share(fast, n int64) (estimate.Interval, bool) {
	found, ok := estimate.Share(fast, n)
	if !ok || r.header {
		return found, ok
	}
	right, wrong := r.rates()
	return estimate.Adjusted(found, right, wrong)
}

func (r *reading) method() string {
	if r.header {
		return "counted by the responses' cache headers; Wilson's interval, 95 %"
	}
	return "share of responses below the cut that distinguishes keys asked before from new ones, corrected by the shares of either below it (Rogan and Gladen, 1978); 95 %"
}

// hits and misses are service times: by headers, else those of keys that the control had
// asked before, and of keys that were never asked.
func (r *reading) latencies(visits []visit) (hits, misses []float64) {
	if !r.header {
		misses = serviceMS(r.first)
		again := r.again
		if r.repeats.Found() {
			again = r.repeats.late
		}
		for _, s := range again {
			if !r.latency.Contaminant || r.isFast(s) {
				hits = append(hits, probe.MS(s.Service))
			}
		}
		return hits, misses
	}
	for _, v := range visits {
		if ms := probe.MS(v.sample.Service); v.fast {
			hits = append(hits, ms)
		} else {
			misses = append(misses, ms)
		}
	}
	return hits, misses
}

func (r *reading) visits(m probe.Measured) (all []visit) {
	for _, s := range goodOf(m.Samples) {
		all = append(all, visit{sample: s, fast: r.isFast(s)})
	}
	sortBySending(all)
	return all
}

// all are the visits of all stages, stage by stage.
func (r *reading) all(h probe.History) (all []visit) {
	for _, m := range h {
		all = append(all, r.visits(m)...)
	}
	return all
}

func goodOf(samples []results.Sample) (good []*results.Sample) {
	for i := range samples {
		if s := &samples[i]; s.Outcome() == results.OK {
			good = append(good, s)
		}
	}
	return good
}

// firstOf are the first requests of each key.
func firstOf(h probe.History) (first []*results.Sample) {
	asked := map[uint16]*results.Sample{}
	for _, s := range goodOf(h.Samples()) {
		if one := asked[s.Request]; one == nil || s.Sent < one.Sent {
			asked[s.Request] = s
		}
	}
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		first = append(first, asked[key])
	}
	return first
}
