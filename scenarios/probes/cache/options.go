package cache

import (
	crypto "crypto/rand"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

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

	renews  bool // it is asked whether Cache-Control: max-age=0 renews an entry
	flushes bool // the cache is emptied, to see what that does

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
	probe.Known(o, "path", "rate", "for", "keys", "list", "exponent", "hit_ratio", "aim", "ttl", "capacity", "renew", "flush")
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
	c.readChanges(o, about)
	path := readPath(o, about)
	if o.Err() == nil && c.allKeys() > mostRequests {
		o.Problem("needs %d keys in all, and there may be %d: lower keys or capacity", c.allKeys(), mostRequests)
	}
	if o.Err() == nil {
		c.prepare(path, about)
	}
	return probe.Question{
		Requests: c.sends(), For: c.takes(), Peak: c.peak(), Plan: c.plan, Wants: probe.Wants{Observed: true},
		Flushes: c.flushes, Refused: c.refused(about),
		Tolerates: probe.OfServiceTimes, Spare: c.spare(), Suffices: suffices,
		Conclude: func(h probe.History, e probe.Evidence) results.Finding { return c.conclude(h, e, about) },
	}
}

// readPath is the path with the key: that of the options, or of the scenario's
// first GET with a key.
func readPath(o document.Fields, about probe.About) string {
	if path := scenarios.TemplateSource(o.Get("path")); path != "" {
		if u, err := url.ParseRequestURI(strings.ReplaceAll(path, scenarios.KeyMark, "k")); err != nil || !scenarios.OnlyKeys(path) || u.Host != "" {
			o.ProblemAt("path", "needs a path with %s in it and no other value, such as /?key=%s", scenarios.KeyMark, scenarios.KeyMark)
		}
		return path
	}
	for _, r := range about.Scenario.Requests {
		if r.Method == http.MethodGet && scenarios.OnlyKeys(r.Path) {
			return r.Path
		}
	}
	o.Problem("no GET request of the scenario has %s in its path, and no other value: write path, such as /?key=%s", scenarios.KeyMark, scenarios.KeyMark)
	return ""
}

// prepare makes the requests and draws the keys. Keys are new in each run, so that
// no entry of an earlier run answers.
func (c *options) prepare(path string, about probe.About) {
	before, _, _ := strings.Cut(path, "?")
	c.keyInQuery = !strings.Contains(before, scenarios.KeyMark)
	salt := strings.ToLower(crypto.Text()[:6])
	c.requests = make([]scenarios.Request, c.allKeys()+c.spareKeys())
	for i := range c.requests {
		key := fmt.Sprintf("%s-%d", salt, c.keyOf(i))
		if i < len(c.keyNames) {
			key = c.keyNames[i]
		}
		c.requests[i] = scenarios.Request{
			Name: fmt.Sprintf("key-%d", i), Method: http.MethodGet, Path: strings.ReplaceAll(path, scenarios.KeyMark, url.QueryEscape(key)),
			Header: c.headerOf(i), Weight: 1, Timeout: scenarios.DefaultTimeout,
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
	return c.firstRepeatedKey() + c.repeated()
}

// firstChangedKey is the number of the first key of renewals and flushes: after those of sweeps.
func (c *options) firstChangedKey() int {
	all := c.firstFillKey()
	for _, n := range c.fills() {
		all += n
	}
	return all
}

// firstFillKey is the number of the first key that a sweep stores.
func (c *options) firstFillKey() int {
	if c.oldest > 0 {
		return c.firstAgeKey() + ageRounds*agesPer
	}
	return c.firstAgeKey()
}

func (c *options) allKeys() int {
	all := c.firstChangedKey() + c.changedKeys()
	return all
}

// spareKeys are as many keys again, for stages in which the generator is disturbed. Those
// of a list are new once only.
func (c *options) spareKeys() int {
	if c.keyNames != nil || 2*c.allKeys() > mostRequests {
		return 0
	}
	return c.allKeys()
}

// spare is for a steady stage, its controls and the repeats that are sent once more.
func (c *options) spare() probe.Effort {
	if c.spareKeys() == 0 {
		return probe.Effort{}
	}
	return probe.Effort{
		Requests: int64(c.rate*c.length.Seconds()) + 1 + int64(c.controls()*2*c.pairs()+c.repeated()*asksOfKey) + c.changesSend(),
		For:      c.length + c.controlLength(firstGap) + c.controlLength(longestGap) + c.repeatsLength() + c.changesTake(),
	}
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
	n := int64(c.rate*c.length.Seconds()) + 1 + int64(c.controls()*2*c.pairs()+c.repeated()*asksOfKey)
	if c.oldest > 0 {
		n += 2 * ageRounds * agesPer
	}
	for _, keys := range c.fills() {
		n += 2 * int64(keys)
	}
	return n + c.changesSend()
}

func (c *options) peak() float64 {
	peak := c.rate
	if c.oldest > 0 {
		peak = max(peak, 2*agesPer) // all requests of a round may fall into one second
	}
	return max(peak, math.Ceil(c.fillRate))
}

func (c *options) takes() time.Duration {
	d := c.length + c.controlLength(firstGap) + c.repeatsLength()
	if c.controls() > 1 {
		d += c.controlLength(longestGap)
	}
	if c.oldest > 0 {
		d += ageRounds * (c.oldest*11/10 + stageEnd + time.Second)
	}
	for _, keys := range c.fills() {
		d += time.Duration(2*float64(keys)/c.fillRate*float64(time.Second)) + longestGap + 2*stageEnd
	}
	return d + c.changesTake()
}
