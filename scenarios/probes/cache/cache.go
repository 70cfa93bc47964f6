// Package cache is the probe that finds what a cache in front of an API does: its
// hit ratio, how long it keeps entries, how many it holds, and from which hit ratio
// it pays.
//
//  1. A control, before and after the next stage, asks new keys and each of them again a
//     moment later, in an order that chance decides.
//  2. A steady stage over a key space shows the hit ratio.
//  3. For the TTL, many keys are stored over a second and each is requested again at an
//     age of its own, first over the whole range, then around the age that entries
//     live to.
//  4. For the capacity, ever more keys are stored one after the other and requested
//     again from the last to the first.
//
// # Is there a cache?
//
// Latencies with two modes are no evidence: a backend may have two speeds. Keys are
// salted for each run, so a key's first request cannot be a hit, if the cache keeps the
// keys apart. Null model: how long a response takes is independent of whether its key
// was asked before, given when it was sent. The alternative: some requests of a key
// that was asked before are faster. The control decides by a randomisation test within
// blocks of a tenth of a second ([estimate.Lowers]), with a false-positive rate of
// 0.01 %. A backend that is faster for some keys, or whose speed changes, satisfies the
// null model: each key is asked once as a new one and once again, and within a block
// both kinds are sent under the same conditions. Blocks are short, since second requests
// echo the first ones after the gap: in blocks of a quarter of a second a speed that
// swings every two gaps passed for a cache in 2 of 300 systems.
//
// That the control shows nothing is not enough for "no cache": a cache may store only what
// was asked for several times, hold a few entries, or forget sooner than the control
// asks. So the hit ratio stage must not depend on history either (history.go). What
// it shows is not enough to call it a cache, since its requests are not randomised: then it
// cannot be told.
//
// Where the responses' headers say hit or miss, they are believed, unless they say hit
// for keys that were never asked: then the cache ignores the part of the request that
// holds the key, and nothing about keys can be measured. Without headers such a cache
// looks like none, since all requests are alike; the finding says so where latencies
// have one mode. (To ask for a path that does not exist would distinguish them only if
// errors took as long as answers.)
//
// # Which requests are hits?
//
// Without headers a cut distinguishes fast from slow responses. The shares of hits and
// of misses below it are known from the control: keys asked again are hits, new keys are
// misses. So the shape of the distributions, outliers, and a backend's own modes do not
// matter ([estimate.Learn], [estimate.Adjusted]). A fitted mixture of two log-normals,
// which this probe had before, called the faster mode of a backend hits. If the keys
// asked again are slow more often than noise explains (several caches behind one
// address, a TTL below the gap), the interval allows for all that they may be.
//
// Responses may be neither hits nor misses as the control knows them: those of a second
// cache behind the first, or those of a target whose speed changed. Then cuts disagree
// about the share of hits, and the finding gives the bracket of all cuts (mixed.go).
// Where hits follow no rule and fast responses come together in time, there is no hit
// ratio by latency: they may be misses while the target was fast.
//
// # The steady hit ratio
//
// In the beginning the cache is empty. Which requests belong to the warm-up follows from
// how entries leave: the requests are replayed against caches with a TTL, with evictions
// of what was used longest ago, with both and with neither, and the likelihood decides
// (with the Bayesian information criterion). With a TTL the steady state begins when the
// first entry expires; with evictions when the cache is full. Keys that were stored in
// the warm-up expire together, so hits come in waves. A stage does not hold whole
// waves: the difference between the replay of these requests and the expectation of
// random ones is taken off. If no rule explains the hits, the second half of the stage
// counts, and the finding says so.
//
// # How long do entries live?
//
// The oldest hit and the youngest miss bound the TTL, for a key that is asked twice. This
// takes for granted that the first request stores it. nginx with proxy_cache_min_uses does
// not: there the second request misses however young the entry would be, and "less than
// the youngest miss" would be false. So where the headers say that fewer than a tenth of
// the keys that the control asked again were hits, no ages and no capacity are asked for:
// the steady stage gives the TTL, by hits and by misses that follow a hit. The replay stores
// a key from the request on that the fewest misses before a first hit show.
//
// A cache with a clock of whole seconds, as nginx has, keeps entries for its TTL and up to
// a second more. The ages that the probe happens to ask for lie somewhere within: if the
// steady stage shows such a clock, the interval is the whole second.
//
// # Error rates
//
// Tests with the build tag probes measure them on systems that are written from the
// description of Varnish, nginx and backends (package simulate), with 0, 0.5 and 2 % of
// outliers, and latencies that drift:
//
//   - Of 1000 backends of two speeds none is said to have a cache, and of 36 it cannot be
//     told. Of 700 whose speed swings every 0.05 to 4 s none is either.
//   - Of 600 caches with hit ratios of 10 to 90 % and modes of three spreads apart or
//     more, all are found, and the hit ratio of 13 cannot be told. The intervals of 97.4 %
//     of the steady hit ratios hold the truth, with a median width of 5.1 points: 92.7 %
//     where the cache evicts, 99.1 % where a TTL decides. There misses of a key are at
//     least a TTL apart, and what the draws of the keys do is taken off by the replay, so
//     the ratio varies less than Wilson's interval assumes.
//   - The intervals of all 200 TTLs that are read from latencies hold the truth, with a
//     median width of 1.0 %.
//
// The seeds of these systems are others than those that the rules were tuned with.
//
// What is not found: a cache of about three entries, and many caches behind one address (ten
// in one of three runs, thirty always). A key asked again is then a hit more seldom than
// the share that the finding says would have been found.
package cache

import (
	"cmp"
	crypto "crypto/rand"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Probe asks what share of requests a cache answers, and for how long.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "cache", Title: "Cache", Untried: "it would put a key into the cache", Parse: parse}
}

type options struct {
	keys       keyspace
	keyNames   []string // of a list; nil: numbers
	keyInQuery bool     // and not in the path
	rate       float64
	length     time.Duration
	aimed      float64 // hit ratio that the number of keys was chosen for; 0: none

	youngest, oldest time.Duration // ages; 0: the TTL is not measured
	mostKeys         int           // 0: the capacity is not measured
	fillRate         float64

	seed     uint64
	requests []scenarios.Request // one for each key of all stages
	draws    []uint16            // of the hit ratio stage
}

const (
	defaultKeys  = 200
	agesPer      = 40 // keys in each round of ages
	ageRounds    = 3
	ageSpacing   = time.Second / agesPer // between stored keys: a cache may keep time in whole seconds
	ageTight     = 1.02                  // ratio of bounds that is near enough
	firstFill    = 64
	mostKeys     = 30_000         // of a sweep, and every sweep has its own keys
	mostRequests = math.MaxUint16 // as a sample counts them
	stageEnd     = 200 * time.Millisecond
)

const (
	stageRatio    = "hit-ratio"
	stageAges     = "ages"
	stageCapacity = "room"
)

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "path", "rate", "for", "keys", "list", "exponent", "hit_ratio", "aim", "ttl", "capacity")
	c := options{seed: about.Scenario.Seed, rate: probe.Rate(o, "rate", 100), length: o.DurationOr("for", time.Second, time.Hour, 20*time.Second)}
	if v := o.Get("ttl"); v.Node != nil {
		ttl := v.Fields("from", "to")
		ttl.Need("from", "to")
		c.youngest, c.oldest = ttl.Get("from").Duration(10*time.Millisecond, time.Hour), ttl.Get("to").Duration(20*time.Millisecond, 2*time.Hour)
		if c.youngest >= c.oldest {
			o.ProblemAt("ttl", "needs a range: from is not below to")
		}
	}
	if v := o.Get("capacity"); v.Node != nil {
		fill := v.Fields("keys", "rate")
		fill.Need("keys")
		c.mostKeys, c.fillRate = int(fill.Get("keys").Whole(2, mostKeys)), probe.Rate(fill, "rate", 200)
	}
	c.readKeys(o, about)
	path := readPath(o, about)
	if o.Err() == nil && c.allKeys() > mostRequests {
		o.Problem("needs %d keys in all, and there may be %d: lower keys or capacity", c.allKeys(), mostRequests)
	}
	if o.Err() == nil {
		c.prepare(path, about)
	}
	return probe.Question{
		Requests: c.sends(), For: c.takes(), Peak: c.peak(), Plan: c.plan, Wants: probe.Wants{Observed: true},
		Tolerates: probe.OfServiceTimes,
		Conclude:  func(h probe.History, e probe.Evidence) results.Finding { return c.conclude(h, e, about) },
	}
}

// readPath is the path with the key: that of the options, or of the scenario's
// first GET with a key.
func readPath(o document.Fields, about probe.About) string {
	if path := scenarios.TemplateSource(o.Get("path")); path != "" {
		if u, err := url.ParseRequestURI(strings.ReplaceAll(path, scenarios.KeyMark, "k")); err != nil || !strings.Contains(path, scenarios.KeyMark) || u.Host != "" {
			o.ProblemAt("path", "needs a path with %s in it, such as /?key=%s", scenarios.KeyMark, scenarios.KeyMark)
		}
		return path
	}
	for _, r := range about.Scenario.Requests {
		if r.Method == http.MethodGet && strings.Contains(r.Path, scenarios.KeyMark) {
			return r.Path
		}
	}
	o.Problem("no GET request of the scenario has %s in its path: say path, such as /?key=%s", scenarios.KeyMark, scenarios.KeyMark)
	return ""
}

// prepare makes the requests and draws the keys. Keys are new in each run, so that
// no entry of an earlier run answers.
func (c *options) prepare(path string, about probe.About) {
	before, _, _ := strings.Cut(path, "?")
	c.keyInQuery = !strings.Contains(before, scenarios.KeyMark)
	salt := strings.ToLower(crypto.Text()[:6])
	c.requests = make([]scenarios.Request, c.allKeys())
	for i := range c.requests {
		key := fmt.Sprintf("%s-%d", salt, i)
		if i < len(c.keyNames) {
			key = c.keyNames[i]
		}
		c.requests[i] = scenarios.Request{
			Name: fmt.Sprintf("key-%d", i), Method: http.MethodGet, Path: strings.ReplaceAll(path, scenarios.KeyMark, url.QueryEscape(key)),
			Header: targets.Header{}, Weight: 1, Timeout: scenarios.DefaultTimeout,
		}
	}
	draw := c.keys.draw(about.Scenario.Seed)
	c.draws = make([]uint16, int(c.rate*c.length.Seconds())+1)
	for i := range c.draws {
		c.draws[i] = uint16(draw())
	}
}

// firstAgeKey is the number of the first key of the ages: those of the hit ratio stage
// and of the controls come before it.
func (c *options) firstAgeKey() int {
	if c.keyNames != nil {
		return len(c.keys.shares)
	}
	return c.firstControlKey(c.controls())
}

// firstFillKey is the number of the first key that a sweep stores.
func (c *options) firstFillKey() int {
	if c.oldest > 0 {
		return c.firstAgeKey() + ageRounds*agesPer
	}
	return c.firstAgeKey()
}

func (c *options) allKeys() int {
	all := c.firstFillKey()
	for _, n := range c.fills() {
		all += n
	}
	return all
}

func (c *options) fills() (sizes []int) {
	for n := min(firstFill, c.mostKeys); c.mostKeys > 0; n = min(2*n, c.mostKeys) {
		sizes = append(sizes, n)
		if n == c.mostKeys {
			break
		}
	}
	return sizes
}

func (c *options) sends() int64 {
	n := int64(c.rate*c.length.Seconds()) + 1 + int64(c.controls()*2*c.pairs())
	if c.oldest > 0 {
		n += 2 * ageRounds * agesPer
	}
	for _, keys := range c.fills() {
		n += 2 * int64(keys)
	}
	return n
}

func (c *options) peak() float64 {
	peak := c.rate
	if c.oldest > 0 {
		peak = max(peak, 2*agesPer) // all requests of a round may fall into one second
	}
	return max(peak, math.Ceil(c.fillRate))
}

func (c *options) takes() time.Duration {
	d := c.length + c.controlLength(firstGap)
	if c.controls() > 1 {
		d += c.controlLength(longestGap)
	}
	if c.oldest > 0 {
		d += ageRounds * (c.oldest*11/10 + stageEnd + time.Second)
	}
	for _, keys := range c.fills() {
		d += time.Duration(2*float64(keys)/c.fillRate*float64(time.Second)) + 3*stageEnd
	}
	return d
}

func (c *options) plan(h probe.History) (probe.Stage, bool) {
	controls := len(h.Named(stageControl))
	switch {
	case controls == 0:
		return c.control(0, firstGap), true
	case len(h.Named(stageRatio)) == 0:
		s := probe.Constant(stageRatio, c.rate, c.length)
		s.Requests, s.Pick = c.requests, func(seq uint64) uint16 { return c.draws[seq%uint64(len(c.draws))] }
		return s, true
	case controls < c.controls():
		return c.control(controls, gapAfter(h)), true
	case c.oldest == 0 && c.mostKeys == 0:
		return probe.Stage{}, false
	}
	r := c.read(h)
	if !r.seen() || r.ignoresKeys() || !r.header && !r.distinct || !r.storesFirst() {
		return probe.Stage{}, false // there is nothing to measure, or not by asking keys twice
	}
	if s, more := c.nextAges(h, &r); more {
		return s, true
	}
	return c.nextFill(h, &r)
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
	back := time.Duration(n)*step + stageEnd // the last key is stored by then
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
