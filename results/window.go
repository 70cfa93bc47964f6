package results

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// A window is what was recorded during one second. A shard fills one while the
// recorder writes the other, and in the steady state allocates nothing.
type window struct {
	cells map[Group]*cell
	idle  []*cell
	pages freePages

	failures []*Failure // the first that each event loop saw of each kind
}

// A cell is one request at one target in one block during one second.
type cell struct {
	ended               [NumOutcomes]int64
	opened, out, in     int64
	clamped             int64
	errors              [numErrClasses]int64
	failures            []causeCount
	status              [1000]uint32
	protocols           protocolCounts
	headers             HeaderBytes
	decoded             DecodedBytes
	events              EventCounts
	cached              cacheCounts
	firstDue, lastBegun time.Duration

	latency [NumOutcomes][NumClocks]counters
	lag     counters
	control counters // round trips of the control measurement meanwhile
	sent    counters // sizes of requests
	got     counters // sizes of responses
}

// A causeCount counts the requests that failed for one cause.
type causeCount struct {
	cause Cause
	n     int64
}

func newWindow() *window { return &window{cells: make(map[Group]*cell)} }

// cell returns the cell of k, a new one if need be.
func (s *window) cell(k Group) *cell {
	if c, ok := s.cells[k]; ok {
		return c
	}
	var c *cell
	if n := len(s.idle); n > 0 {
		c, s.idle = s.idle[n-1], s.idle[:n-1]
	} else {
		c = new(cell)
	}
	c.firstDue, c.lastBegun = -1, -1
	s.cells[k] = c
	return c
}

// keys returns the keys in use, in order.
func (s *window) keys() []Group {
	ks := make([]Group, 0, len(s.cells))
	for k := range s.cells {
		ks = append(ks, k)
	}
	slices.SortFunc(ks, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Block, b.Block), cmp.Compare(a.Request, b.Request))
	})
	return ks
}

// merge adds what o holds.
func (s *window) merge(o *window) {
	for k, c := range o.cells {
		s.cell(k).merge(c, &s.pages)
	}
	s.failures = append(s.failures, o.failures...)
}

// reset empties s and keeps its memory for the next second.
func (s *window) reset() {
	for _, c := range s.cells {
		c.reset(&s.pages)
		s.idle = append(s.idle, c)
	}
	clear(s.cells)
	clear(s.failures)
	s.failures = s.failures[:0]
}

// requested says whether any request ended: without, there is only the control measurement.
func (c *cell) requested() bool { return c.ended != [NumOutcomes]int64{} }

// record counts one sample.
func (c *cell) record(s *Sample, from *freePages) {
	o := s.Outcome()
	c.ended[o]++
	c.errors[s.Err]++
	if s.Code > 0 && s.Code < len(c.status) {
		c.status[s.Code]++
	}
	c.in += s.In
	c.out += s.Out
	c.protocols[s.Protocol]++
	if s.Protocol == HTTP2 {
		c.headers.add(&s.Headers)
	}
	c.decoded.record(s)
	c.cached[s.Cached]++
	if o != OK && s.Err != ErrCancelled {
		c.fail(s.Cause(), 1)
	}
	c.span(s.Due, s.Begun)

	t := &c.latency[o]
	c.latencyOf(&t[Response], s.Response(), from)
	c.latencyOf(&t[Service], s.Service, from)
	if s.FirstByte > 0 {
		c.latencyOf(&t[FirstByte], s.FirstByte, from)
		c.latencyOf(&t[Transfer], max(s.Service-s.FirstByte, 0), from)
	}
	c.eventsOf(s, t, from)
	if !s.Reused {
		if s.Connect > 0 || s.Out > 0 { // or it was opened beforehand, or for another request
			c.opened++
		}
		if s.Connect > 0 {
			c.latencyOf(&t[Connect], s.DNS+s.Connect, from)
		}
		if s.TLS > 0 {
			c.latencyOf(&t[TLS], s.TLS, from)
		}
	}
	if s.Err != ErrCancelled {
		c.latencyOf(&c.lag, s.Lag(), from)
	}
	sizeOf(&c.sent, s.Out, from)
	sizeOf(&c.got, s.In, from)
}

// maxCauses bounds the causes of a cell that name a check, and so the length of its row:
// a target that answers with a hundred statuses in turn could fail as many checks with
// each. Those beyond count under the status alone.
const maxCauses = 256

// fail counts n requests that failed for one cause. Causes are few.
func (c *cell) fail(cause Cause, n int64) {
	for i := range c.failures {
		if c.failures[i].cause == cause {
			c.failures[i].n += n
			return
		}
	}
	if cause.Check != "" && len(c.failures) >= maxCauses {
		c.fail(Cause{Status: cause.Status}, n)
		return
	}
	c.failures = append(c.failures, causeCount{cause, n})
}

func (c *cell) latencyOf(t *counters, d time.Duration, from *freePages) {
	v, out := latencies.clamp(int64(d))
	if out {
		c.clamped++
	}
	t.add(latencies.index(v), from)
}

func sizeOf(t *counters, bytes int64, from *freePages) {
	if bytes > 0 {
		v, _ := sizes.clamp(bytes - 1)
		t.add(sizes.index(v), from)
	}
}

// span widens the stretch of time in which c's requests were due and begun.
func (c *cell) span(due, begun time.Duration) {
	if c.firstDue < 0 || due < c.firstDue {
		c.firstDue = max(due, 0)
	}
	c.lastBegun = max(c.lastBegun, begun)
}

func (c *cell) merge(o *cell, from *freePages) {
	for i, n := range o.ended {
		c.ended[i] += n
	}
	for i, n := range o.errors {
		c.errors[i] += n
	}
	for i, n := range o.status {
		c.status[i] += n
	}
	for _, f := range o.failures {
		c.fail(f.cause, f.n)
	}
	c.protocols.add(&o.protocols)
	c.headers.add(&o.headers)
	c.decoded.add(&o.decoded)
	c.events.add(&o.events)
	c.cached.add(&o.cached)
	c.opened += o.opened
	c.out += o.out
	c.in += o.in
	c.clamped += o.clamped
	if o.firstDue >= 0 {
		c.span(o.firstDue, o.lastBegun)
	}
	for i := range o.latency {
		for j := range o.latency[i] {
			c.latency[i][j].merge(&o.latency[i][j], from)
		}
	}
	c.lag.merge(&o.lag, from)
	c.control.merge(&o.control, from)
	c.sent.merge(&o.sent, from)
	c.got.merge(&o.got, from)
}

func (c *cell) reset(to *freePages) {
	for i := range c.latency {
		for j := range c.latency[i] {
			c.latency[i][j].reset(to)
		}
	}
	c.lag.reset(to)
	c.control.reset(to)
	c.sent.reset(to)
	c.got.reset(to)
	*c = cell{failures: c.failures[:0]}
}

// A Shard records the samples of one event loop. It is used by one goroutine
// at a time; the recorder takes what it holds away once a second.
type Shard struct {
	releases *releasing // nil: no target's releases are distinguished
	mu       sync.Mutex // held for one sample, or for swapping two pointers
	active   *window
	spare    *window // belongs to the recorder
}

func newShard() *Shard { return &Shard{active: newWindow(), spare: newWindow()} }

// Record counts s and keeps no reference to it. In the steady state it
// allocates nothing and takes about a tenth of a microsecond.
func (sh *Shard) Record(s *Sample) {
	sh.mu.Lock()
	c := sh.active.cell(Group{s.Target, s.Request, s.Block})
	c.record(s, &sh.active.pages)
	if sh.releases != nil {
		sh.releases.record(sh.active, s)
	}
	if s.Excerpt != nil {
		sh.active.failures = append(sh.active.failures, failureOf(s))
	}
	sh.mu.Unlock()
}

// Control counts a round trip of the control measurement, made while g was under way.
func (sh *Shard) Control(g Group, d time.Duration) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	w := sh.active
	v, _ := latencies.clamp(int64(d))
	w.cell(g).control.add(latencies.index(v), &w.pages)
}

// swap hands out what was recorded since it was last called. The caller
// empties it before it calls again.
func (sh *Shard) swap() *window {
	sh.mu.Lock()
	sh.active, sh.spare = sh.spare, sh.active
	full := sh.spare
	sh.mu.Unlock()
	return full
}
