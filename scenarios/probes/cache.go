package probes

import (
	"crypto/rand"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// Cache asks what a cache before an API answers by itself.
//
// A steady stage with a key space shows the hit ratio. Where the scenario asks
// for the TTL, many keys are stored at once and each is asked for again at an
// age of its own, first over the whole range, then between the oldest hit and
// the youngest miss. Where it asks for the room, ever more keys are stored one
// after the other and asked for again from the last to the first.
func Cache() *Probe {
	return &Probe{Name: "cache", Title: "Cache", Untried: "it would put a key into the cache", Parse: parseCache}
}

// A cacheOptions is what a scenario asks of the cache probe.
type cacheOptions struct {
	keys     Keyspace
	keyNames []string // of a list; nil: numbers
	rate     float64
	length   time.Duration
	aimed    float64 // hit ratio that the number of keys was chosen for; 0: none

	youngest, oldest time.Duration // ages; 0: the TTL is not asked for
	mostKeys         int           // 0: the room is not asked for
	fillRate         float64

	requests []scenarios.Request // one for each key of all stages
	draws    []uint16            // of the ratio stage
}

const (
	cacheRate     = 100.0
	cacheLength   = 20 * time.Second
	cacheKeys     = 200
	ageLooks      = 40 // keys in each round of ages
	ageRounds     = 3
	ageTight      = 1.02 // ratio of bounds that is near enough
	firstFill     = 64
	cacheFillRate = 200.0
	mostCacheKeys = 30_000 // of the sweep: a sample's request is a uint16, and all sweeps have keys of their own
)

const (
	stageRatio = "hit-ratio"
	stageAges  = "ages"
	stageRoom  = "room"
)

func parseCache(o *scenarios.Options, about About) Question {
	o.Known("path", "rate", "for", "keys", "list", "exponent", "hit_ratio", "aim", "ttl", "capacity")
	c := cacheOptions{rate: cacheRate, length: cacheLength, fillRate: cacheFillRate}
	if o.Has("rate") {
		c.rate = o.Rate("rate").PerSecond()
	}
	if o.Has("for") {
		c.length = o.Duration("for", time.Second, time.Hour)
	}
	if ttl := o.Within("ttl", "from", "to"); ttl != nil {
		ttl.Need("from", "to")
		c.youngest, c.oldest = ttl.Duration("from", 10*time.Millisecond, time.Hour), ttl.Duration("to", 20*time.Millisecond, 2*time.Hour)
		if c.youngest >= c.oldest {
			o.Problem("ttl", "needs a range: from is not below to")
		}
	}
	if room := o.Within("capacity", "keys", "rate"); room != nil {
		room.Need("keys")
		c.mostKeys = int(room.Whole("keys", 2, mostCacheKeys))
		if room.Has("rate") {
			c.fillRate = room.Rate("rate").PerSecond()
		}
	}
	c.readKeys(o, about)
	path := cachePath(o, about)
	if o.Err() == nil {
		c.prepare(path, about)
	}
	return Question{
		Requests: c.sends(), For: c.takes(), Peak: c.peak(), Plan: c.plan, Wants: Wants{Observed: true},
		Weigh: func(h History, told Told) results.Finding { return c.conclude(h, told, about) },
	}
}

// readKeys reads the key space: a list, a number of keys, or the hit ratio that
// the number of keys is to give.
func (c *cacheOptions) readKeys(o *scenarios.Options, about About) {
	s := o.Number("exponent", 0, 10)
	n := cacheKeys
	if o.Has("aim") && !o.Has("hit_ratio") {
		o.Problem("aim", "is what hit_ratio chooses the number of keys by, and there is no hit_ratio")
	}
	switch {
	case o.Has("list"):
		c.keyNames = o.Each("list", mostCacheKeys)
		n = max(len(c.keyNames), 1)
	case o.Has("hit_ratio"):
		c.aimed = o.Share("hit_ratio")
		ttl, entries := c.aim(o, about)
		var err error
		if n, err = AimKeys(c.aimed, s, c.rate, ttl, entries, mostCacheKeys); err != nil {
			o.Problem("hit_ratio", "%v", err)
		}
	case o.Has("keys"):
		n = int(o.Whole("keys", 1, mostCacheKeys))
	}
	c.keys = ZipfKeys(max(n, 1), s)
}

// aim is what a number of keys is aimed with: what the scenario knows of the
// cache, else the TTL of the lab or the default of API Gateway, and room for all.
// Source: API Gateway developer guide, "Enabling API caching" (300 seconds).
func (c *cacheOptions) aim(o *scenarios.Options, about About) (ttl time.Duration, entries int) {
	ttl = 300 * time.Second
	if about.Target.Lab && about.Scenario.Lab.CacheTTL > 0 {
		ttl = about.Scenario.Lab.CacheTTL
	}
	if aim := o.Within("aim", "ttl", "entries"); aim != nil {
		if aim.Has("ttl") {
			ttl = aim.Duration("ttl", time.Millisecond, 24*time.Hour)
		}
		if aim.Has("entries") {
			entries = int(aim.Whole("entries", 1, 1e9))
		}
	}
	return ttl, entries
}

// cachePath is where a key goes: in the path that the options give, or in that
// of the scenario's first GET with a key.
func cachePath(o *scenarios.Options, about About) string {
	if path := o.Text("path"); path != "" {
		if u, err := url.ParseRequestURI(strings.ReplaceAll(path, scenarios.KeyMark, "k")); err != nil || !strings.Contains(path, scenarios.KeyMark) || u.Host != "" {
			o.Problem("path", "needs a path with %s in it, such as /?key=%s", scenarios.KeyMark, scenarios.KeyMark)
		}
		return path
	}
	for _, r := range about.Scenario.Requests {
		if r.Method == http.MethodGet && strings.Contains(r.Path, scenarios.KeyMark) {
			return r.Path
		}
	}
	o.Problem("", "no GET request of the scenario has %s in its path: say path, such as /?key=%s", scenarios.KeyMark, scenarios.KeyMark)
	return ""
}

// prepare makes the requests and draws the keys. Keys are new in each run, so
// that no entry of an earlier one answers.
func (c *cacheOptions) prepare(path string, about About) {
	salt := strings.ToLower(rand.Text()[:6])
	all := len(c.keys.Shares)
	if c.oldest > 0 {
		all += ageRounds * ageLooks
	}
	for _, n := range c.fills() {
		all += n
	}
	c.requests = make([]scenarios.Request, all)
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
	draw := c.keys.Draw(about.Scenario.Seed)
	c.draws = make([]uint16, int(c.rate*c.length.Seconds())+1)
	for i := range c.draws {
		c.draws[i] = uint16(draw())
	}
}

// fills are how many keys each sweep stores.
func (c *cacheOptions) fills() (sizes []int) {
	for n := min(firstFill, c.mostKeys); c.mostKeys > 0; n = min(2*n, c.mostKeys) {
		sizes = append(sizes, n)
		if n == c.mostKeys {
			break
		}
	}
	return sizes
}

// sends and takes are what is announced.
func (c *cacheOptions) sends() int64 {
	n := int64(c.rate*c.length.Seconds()) + 1
	if c.oldest > 0 {
		n += 2 * ageRounds * ageLooks
	}
	for _, keys := range c.fills() {
		n += 2 * int64(keys)
	}
	return n
}

// peak is the highest rate of the three sorts of stages.
func (c *cacheOptions) peak() float64 {
	peak := c.rate
	if c.oldest > 0 {
		peak = max(peak, 2*ageLooks) // if all looks fell into one second
	}
	if len(c.fills()) > 0 {
		peak = max(peak, math.Ceil(c.fillRate))
	}
	return peak
}

func (c *cacheOptions) takes() time.Duration {
	d := c.length
	if c.oldest > 0 {
		d += ageRounds * (c.oldest*11/10 + stageEnd + time.Second)
	}
	for _, keys := range c.fills() {
		d += c.fillLength(keys)
	}
	return d
}

// stageEnd is how long a stage goes on after its last request is due.
const stageEnd = 200 * time.Millisecond

func (c *cacheOptions) fillLength(keys int) time.Duration {
	return time.Duration(2*float64(keys)/c.fillRate*float64(time.Second)) + 3*stageEnd
}

func (c *cacheOptions) plan(h History) (Stage, bool) {
	if len(h) == 0 {
		s := Constant(stageRatio, c.rate, c.length)
		s.Requests, s.Pick = c.requests, func(seq uint64) uint16 { return c.draws[seq%uint64(len(c.draws))] }
		return s, true
	}
	if s, more := c.nextAges(h); more {
		return s, true
	}
	return c.nextFill(h)
}

// nextAges plans a round of looks at entries of different ages.
func (c *cacheOptions) nextAges(h History) (Stage, bool) {
	rounds := len(h.Named(stageAges))
	if c.oldest == 0 || rounds >= ageRounds || len(h.Named(stageRoom)) > 0 {
		return Stage{}, false
	}
	low, high := c.youngest.Seconds(), c.oldest.Seconds()
	if rounds > 0 {
		l, ok := estimate.Bracket(c.looksAtAges(h))
		if !ok || !l.Bracketed || l.Uneven || l.High <= l.Low*ageTight {
			return Stage{}, false
		}
		low, high = l.Low*0.99, min(l.High*1.01, high)
	}
	first := len(c.keys.Shares) + rounds*ageLooks
	return c.looks(stageAges, first, estimate.Ages(low, high, ageLooks)), true
}

// looks plans to store a key for each age, a few milliseconds apart, and to ask
// for each again when it is that old.
func (c *cacheOptions) looks(name string, first int, ages []float64) Stage {
	var plan ordered
	for i, age := range ages {
		at := time.Duration(i) * 5 * time.Millisecond
		plan.add(at, uint16(first+i))
		plan.add(at+time.Duration(age*float64(time.Second)), uint16(first+i))
	}
	return plan.stage(name, fmt.Sprintf("ages from %.3g s to %.3g s", ages[0], ages[len(ages)-1]), c.requests)
}

// nextFill plans a sweep over twice as many keys as the last one.
func (c *cacheOptions) nextFill(h History) (Stage, bool) {
	done, fills := h.Named(stageRoom), c.fills()
	if len(done) >= len(fills) {
		return Stage{}, false
	}
	if len(done) > 0 {
		if r := c.roomSeen(h); r.entries < r.asked {
			return Stage{}, false
		}
	}
	first := len(c.keys.Shares)
	if c.oldest > 0 {
		first += ageRounds * ageLooks
	}
	for _, n := range fills[:len(done)] {
		first += n
	}
	var plan ordered
	n, step := fills[len(done)], time.Duration(float64(time.Second)/c.fillRate)
	for i := range n {
		plan.add(time.Duration(i)*step, uint16(first+i))
	}
	back := time.Duration(n)*step + stageEnd // what was asked for last is stored by then
	for i := range n {
		plan.add(back+time.Duration(i)*step, uint16(first+n-1-i))
	}
	return plan.stage(stageRoom, fmt.Sprintf("%d keys, up and down", n), c.requests), true
}
