package cache

import (
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A visit is one good response of a cached resource.
type visit struct {
	sample *results.Sample
	fast   bool // by its header a hit, else below the cut
	first  bool // of the stage, for its key
	others int  // keys that were asked since this one was; -1: it was not asked
}

// A model is a rule by which entries leave the cache.
type model struct {
	ttl     time.Duration // from when an entry was stored; never: none expires
	entries int           // the cache holds what was used last; 0: everything
	uses    int           // the request of a key, from one, from which on it is stored; 0: the first
	parts   int           // that requests come to by chance; 0: one (parts.go)

	// The cache has a clock of whole seconds, whose steps come so much before those of the
	// run: an entry of second s is fresh until the end of second s + ttl, as in nginx.
	// Source: nginx, ngx_http_upstream_cache (valid_sec < now).
	seconds bool
	phase   time.Duration
}

// fresh says whether an entry stored at one time is fresh at another.
func (m model) fresh(stored, at time.Duration) bool {
	if m.seconds {
		return (at+m.phase)/time.Second <= (stored+m.phase)/time.Second+m.ttl/time.Second
	}
	return at-stored < m.ttl
}

// lives is how long an entry lives in the mean.
func (m model) lives() time.Duration {
	if m.seconds {
		return m.ttl + time.Second/2
	}
	return m.ttl
}

const never = time.Duration(math.MaxInt64)

// A steadiness is the visits of the hit ratio stage and the model that explains them best.
type steadiness struct {
	visits []visit
	model  model
	chance []float64 // of each visit to be a hit, by the model
	fits   bool      // hits and misses are as fast as the model has them
	start  time.Duration
	warm   time.Duration // from the start until the cache has its steady state
}

const (
	// A TTL that is off by a few percent falls out of step with the waves of hits.
	fewestTTLs, mostTTLs = 250, 2500
	coarseTTLs           = 60
	mostSteps            = 6_000_000 // of the search for a TTL
	phases               = 10        // of a clock of whole seconds

	mostUses    = 4   // request of a key from which on it is stored
	surelyParts = 5.0 // of the logarithm of the likelihood ratio

	gridPoints = 30
	leastFit   = 0.15   // share of either class that may not be as the model has it
	exactFit   = 0.05   // the same, where headers say what each is
	mostFitted = 20_000 // visits; of more, those of a part of the keys
)

// countOthers sets how many other keys were asked between two requests of a key: the
// stack distance of Mattson et al., "Evaluation techniques for storage hierarchies"
// (1970). A cache of n entries that evicts what was used longest ago hits where it is
// below n.
func countOthers(visits []visit) {
	last, marks := map[uint16]int{}, make(fenwick, len(visits)+1)
	for i := range visits {
		key := visits[i].sample.Request
		visits[i].others = -1
		if at, asked := last[key]; asked {
			visits[i].others = marks.sum(i) - marks.sum(at+1)
			marks.add(at, -1)
		}
		visits[i].first = visits[i].others < 0
		marks.add(i, 1)
		last[key] = i
	}
}

// A fenwick holds sums of prefixes. Source: Fenwick, "A new data structure for
// cumulative frequency tables" (1994).
type fenwick []int

func (f fenwick) add(i, n int) {
	for i++; i < len(f); i += i & -i {
		f[i] += n
	}
}

// sum is that of the first n.
func (f fenwick) sum(n int) (s int) {
	for ; n > 0; n -= n & -n {
		s += f[n]
	}
	return s
}

// replay says which visits are hits by a model.
func (m model) replay(visits []visit, keys int) []bool {
	hits, stored, uses := make([]bool, len(visits)), make([]time.Duration, keys), make([]int, keys)
	for i := range stored {
		stored[i] = -1
	}
	for i := range visits {
		v := &visits[i]
		at := stored[v.sample.Request]
		uses[v.sample.Request]++
		kept := at >= 0 && v.sample.Sent >= at && m.fresh(at, v.sample.Sent)
		if hits[i] = kept && (m.entries == 0 || v.others < m.entries); !hits[i] && uses[v.sample.Request] >= m.uses && (at < 0 || v.sample.Sent >= at) {
			stored[v.sample.Request] = v.sample.Sent + v.sample.Service
		}
	}
	return hits
}

// likelihood is the logarithm of the probability that visits are fast as they are, by a
// model.
func (m model) likelihood(visits []visit, keys int, right, wrong float64) (sum float64) {
	right, wrong = min(max(right, 0.5), 0.995), max(min(wrong, 0.5), 0.005)
	var counts [2][2]float64
	for i, hit := range m.replay(visits, keys) {
		counts[index(hit)][index(visits[i].fast)]++
	}
	return counts[1][1]*math.Log(right) + counts[1][0]*math.Log(1-right) + counts[0][1]*math.Log(wrong) + counts[0][0]*math.Log(1-wrong)
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// partOf is the visits of so large a part of the keys that fitting them is quick.
func partOf(visits []visit) (part []visit) {
	every := uint32(len(visits)/mostFitted + 1)
	for _, v := range visits {
		if uint32(v.sample.Request)*2654435761>>8%every == 0 { // Knuth's multiplicative hash
			part = append(part, v)
		}
	}
	if len(part) < mostFitted/20 {
		return visits
	}
	return part
}

// explain finds the model that explains the visits best by the Bayesian information
// criterion: that no entry leaves, a TTL, evictions, or both. Where a key asked again is
// not always a hit, a key may also be stored later than at its first request, or requests
// may come to one of several parts.
func explain(search modelSearch) (best model) {
	if !search.divided {
		best, _ = search.explain()
		return best
	}
	search.coarse = true
	_, most := search.explain()
	late := search
	for late.uses = 2; late.uses <= mostUses; late.uses++ {
		if _, l := late.explain(); l-search.price() > most {
			search.uses, most = late.uses, l-search.price()
		}
	}
	search.coarse = false
	best, most = search.explain()
	if !search.grows {
		return best
	}
	if m, l := search.parts(); l-2*search.price() > most+surelyParts {
		return m
	}
	return best
}

// price is that of a parameter.
func (s modelSearch) price() float64 { return math.Log(float64(max(len(s.visits), 2))) / 2 }

// explain is the best model of a cache in one part, and its likelihood less the price of
// its parameters.
func (s modelSearch) explain() (best model, most float64) {
	most = math.Inf(-1)
	try := func(m model, parameters float64) {
		if l := m.likelihood(s.visits, s.keys, s.right, s.wrong) - parameters*s.price(); l > most {
			best, most = m, l
		}
	}
	all := model{ttl: never, uses: s.uses}
	try(all, 0)
	expires, evicts := s.ttl(all), s.entries(all)
	try(expires, 1)
	try(s.seconds(), 2)
	try(evicts, 1)
	try(s.entries(expires), 2)
	try(s.ttl(evicts), 2)
	return best, most
}

type modelSearch struct {
	visits       []visit
	keys         int
	length       time.Duration
	right, wrong float64
	uses         int  // of every model
	divided      bool // a key asked again is not always a hit
	grows        bool // it is the more often, the more often it was asked
	coarse       bool
}

// ttl is m with the best TTL, on a grid and on a finer one around its best point.
func (s modelSearch) ttl(m model) model {
	low, high := 0.02, s.length.Seconds()
	points := min(max(mostSteps/max(len(s.visits), 1), fewestTTLs), mostTTLs)
	if s.coarse {
		points = coarseTTLs
	}
	for _, points := range []int{points, gridPoints} {
		at := s.best(estimate.Ages(low, high, points), func(v float64) model { return model{ttl: time.Duration(v * 1e9), entries: m.entries, uses: s.uses} })
		step := math.Pow(high/low, 1/float64(points-1))
		low, high, m.ttl = at/step, at*step, time.Duration(at*1e9)
	}
	return m
}

func (s modelSearch) entries(m model) model {
	low, high := 1.0, float64(len(s.visits)) // keys
	for range 2 {
		at := s.best(estimate.Ages(low, high, gridPoints), func(v float64) model { return model{ttl: m.ttl, entries: max(int(math.Round(v)), 1), uses: s.uses} })
		step := math.Pow(max(high/low, 1.0001), 1/float64(gridPoints-1))
		low, high, m.entries = max(at/step, 1), at*step, max(int(math.Round(at)), 1)
	}
	return m
}

// seconds is the best TTL by a clock of whole seconds.
func (s modelSearch) seconds() (best model) {
	most := math.Inf(-1)
	for ttl := time.Second; ttl < s.length; ttl += time.Second {
		for i := range phases {
			m := model{ttl: ttl, seconds: true, phase: time.Duration(i) * time.Second / phases, uses: s.uses}
			if l := m.likelihood(s.visits, s.keys, s.right, s.wrong); l > most {
				best, most = m, l
			}
		}
	}
	if most == math.Inf(-1) {
		return model{ttl: never, uses: s.uses}
	}
	return best
}

func (s modelSearch) best(grid []float64, of func(float64) model) (at float64) {
	most := math.Inf(-1)
	for _, v := range grid {
		if l := of(v).likelihood(s.visits, s.keys, s.right, s.wrong); l > most {
			at, most = v, l
		}
	}
	return at
}

// newSteadiness explains the visits of a stage, and says from when on they are steady:
// when the first entries have expired, or when the cache has evicted the first.
// Visits of stages before it help to find the model.
func newSteadiness(search modelSearch, m probe.Measured, exact bool) steadiness {
	all := search.visits
	countOthers(all)
	search.visits = partOf(all)
	s := steadiness{start: m.Started}
	s.model = explain(search)
	chance := s.model.chances(all, search.keys)
	before := slices.IndexFunc(all, func(v visit) bool { return v.sample.Due >= m.Started })
	s.fits = true
	for _, part := range [][2]int{{0, before}, {before, len(all)}} {
		s.visits, s.chance = all[part[0]:part[1]], chance[part[0]:part[1]]
		if part[1] == len(all) || s.model.parts > 1 || s.model.uses > 1 { // evictions do not show in repeats
			s.fits = s.fits && s.agrees(true, search, exact) && s.agrees(false, search, exact)
		}
	}
	if s.model.ttl < never {
		s.warm = s.model.lives()
	}
	if s.model.entries > 0 {
		s.warm = max(s.warm, s.filled()-s.start)
	}
	if !s.fits {
		s.warm = max(s.warm, search.length/2)
	}
	return s
}

// agrees says whether of the visits that are likelier hits than misses by the model, or of
// the others, as many are fast as should be.
func (s *steadiness) agrees(hits bool, search modelSearch, exact bool) bool {
	n, fast, want, variance := 0.0, 0.0, 0.0, 0.0
	for i, v := range s.visits {
		if s.likely(i) != hits || !hits && v.first {
			continue
		}
		p := s.chance[i]*search.right + (1-s.chance[i])*search.wrong
		n, want, variance = n+1, want+p, variance+p*(1-p)
		if v.fast {
			fast++
		}
	}
	slack := leastFit
	if exact {
		slack = exactFit
	}
	const spreads = 3
	return math.Abs(fast-want) <= slack*n+spreads*math.Sqrt(variance)
}

// likely says whether a visit is a hit, by the model.
func (s *steadiness) likely(i int) bool { return s.chance[i] >= 0.5 }

// filled is when as many keys were asked as the cache holds.
func (s *steadiness) filled() time.Duration {
	n := 0
	for _, v := range s.visits {
		if v.first {
			n++
		}
		if n > s.model.entries {
			return v.sample.Sent
		}
	}
	return s.start
}

// leaves says whether entries leave the cache during the stage.
func (s *steadiness) leaves() bool { return s.model.ttl < never || s.model.entries > 0 }

// A window is the visits after the warm-up.
type window struct {
	visits []visit
	model  float64 // hits of it
	blocks []estimate.Stratum
}

const windowBlocks = 20 // of equal time

// steady is the visits after the warm-up. If no entry leaves, what is asked for before it
// can have been stored is the warm-up.
func (s *steadiness) steady() (w window) {
	w.blocks = make([]estimate.Stratum, windowBlocks)
	from := s.start + s.warm
	for i, v := range s.visits {
		if v.sample.Sent < from || !s.leaves() && !s.likely(i) {
			continue
		}
		b := &w.blocks[int64(v.sample.Sent-from)*windowBlocks/(int64(s.visits[len(s.visits)-1].sample.Sent-from)+1)]
		w.visits = append(w.visits, v)
		b.Seen++
		if v.fast {
			b.Hits++
		}
		w.model += s.chance[i]
	}
	return w
}
