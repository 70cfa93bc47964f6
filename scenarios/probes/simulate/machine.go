package simulate

import (
	"math"
	"time"

	"tollgate/results"
)

// A Machine is a server program as its operators describe it: threads that take
// requests from a queue in order, and what else stands in their way. It is a simulation
// of events, without a formula of queueing theory.
type Machine struct {
	Threads int
	Work    func() float64 // seconds that a request keeps a thread busy at full speed
	Speed   *SpeedOverTime // nil: always full
	Queue   int            // requests that may wait; Unbounded: all

	// After its work a request needs one of so many connections to a database for a
	// time, and keeps its thread meanwhile. 0: none.
	Connections int
	Query       func() float64

	Patience float64 // seconds; a request that waited longer is refused when its turn comes; 0: none is
	Limit    Limiter // refuses before the queue; nil: none

	// A proxy gives up on an attempt after so many seconds and tries again so often. The
	// machine works on what was given up, since it gets no sign of that. 0: no proxy.
	Timeout float64
	Retries int

	// Every so often a batch job brings so many pieces of work of its own.
	BatchEvery, BatchWork float64
	BatchPieces           int

	Scaling *Scaling // nil: the number of threads stays

	events  events
	waiting []*attempt // for a thread
	queries []*attempt // for a connection
	busy    int        // threads
	worked  float64    // seconds of all threads since the last look
	counted float64    // until when
	open    int        // connections in use
	batches int        // that began
	samples []results.Sample
	left    int // samples without a result
}

// Scaling adds threads while more than a share of them was busy for a time, and takes
// them away while less than another share was.
type Scaling struct {
	Every      float64 // seconds between two looks
	Above, For float64 // the share, and for how long
	Below      float64 // for ten times as long
	Step, Most int     // threads at a time, and in all
	Delay      float64 // seconds until new threads serve

	least     int
	next      float64
	high, low float64 // since when; 0: it is not
	coming    int
}

// An attempt is one try at a request, or a piece of a batch job.
type attempt struct {
	sample  int // -1: of a batch job
	number  int
	arrived float64
	over    bool // it ended, or was given up
	given   bool // up
}

type eventKind uint8

const (
	workEnds eventKind = iota
	queryEnds
	gaveUp
	batchBegins
	looked
	threadsCome
)

type event struct {
	at   float64
	kind eventKind
	of   *attempt
}

type events []event

// push and pop keep the earliest event first, as container/heap does, which allocates for
// each event.
func (e *events) push(x event) {
	*e = append(*e, x)
	all := *e
	for i := len(all) - 1; i > 0; {
		parent := (i - 1) / 2
		if all[i].at >= all[parent].at {
			return
		}
		all[i], all[parent] = all[parent], all[i]
		i = parent
	}
}

func (e *events) pop() event {
	all := *e
	first, last := all[0], len(all)-1
	all[0], all[last] = all[last], event{}
	*e = all[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return first
		}
		if child+1 < last && all[child+1].at < all[child].at {
			child++
		}
		if all[i].at <= all[child].at {
			return first
		}
		all[i], all[child] = all[child], all[i]
		i = child
	}
}

// Respond serves or refuses samples, until each has its result.
func (m *Machine) Respond(samples []results.Sample) {
	m.samples, m.left = samples, len(samples)
	m.begin()
	for i := range samples {
		at := samples[i].Sent.Seconds()
		m.until(at)
		if m.Limit != nil && !m.Limit.Admit(at, at) {
			m.end(i, at+0.001, 429)
			continue
		}
		m.try(i, 0, at)
	}
	for m.left > 0 {
		m.step()
	}
	m.samples = nil
}

func (m *Machine) begin() {
	if m.BatchEvery > 0 && m.batches == 0 {
		m.batches = 1
		m.events.push(event{m.BatchEvery, batchBegins, nil})
	}
	if s := m.Scaling; s != nil && s.next == 0 {
		s.least, s.next = m.Threads, s.Every
		m.events.push(event{s.next, looked, nil})
	}
}

func (m *Machine) until(at float64) {
	for len(m.events) > 0 && m.events[0].at <= at {
		m.step()
	}
}

func (m *Machine) step() {
	e := m.events.pop()
	switch e.kind {
	case workEnds:
		if m.Connections > 0 && e.of.sample >= 0 {
			m.query(e.of, e.at)
			return
		}
		m.done(e.of, e.at)
	case queryEnds:
		m.open--
		if len(m.queries) > 0 {
			next := m.queries[0]
			m.queries = m.queries[1:]
			m.query(next, e.at)
		}
		m.done(e.of, e.at)
	case gaveUp:
		m.giveUp(e.of, e.at)
	case batchBegins:
		pieces := make([]*attempt, m.BatchPieces)
		for i := range pieces {
			pieces[i] = &attempt{sample: -1, arrived: e.at}
		}
		m.waiting = append(pieces, m.waiting...) // the job has threads of its own to hand them out
		m.serve(e.at)
		m.events.push(event{e.at + m.BatchEvery, batchBegins, nil})
	case looked:
		m.look(e.at)
	case threadsCome:
		m.Threads += m.Scaling.coming
		m.Scaling.coming = 0
		m.serve(e.at)
	}
}

// try sends a request to the machine, for the first time or once more.
func (m *Machine) try(sample, number int, at float64) {
	a := &attempt{sample: sample, number: number, arrived: at}
	if m.busy >= m.Threads && len(m.waiting) >= m.Queue {
		m.end(sample, at+0.001, 503)
		return
	}
	if m.Timeout > 0 {
		m.events.push(event{at + m.Timeout, gaveUp, a})
	}
	m.enter(a, at)
}

func (m *Machine) enter(a *attempt, at float64) {
	m.waiting = append(m.waiting, a)
	m.serve(at)
}

// serve gives idle threads the work that waits.
func (m *Machine) serve(at float64) {
	for m.busy < m.Threads && len(m.waiting) > 0 {
		a := m.waiting[0]
		m.waiting = m.waiting[1:]
		if m.Patience > 0 && a.sample >= 0 && at-a.arrived > m.Patience {
			a.over = true
			m.end(a.sample, at, 503)
			continue
		}
		m.count(at)
		m.busy++
		work := m.BatchWork
		if a.sample >= 0 {
			work = m.Work()
		}
		m.events.push(event{m.Speed.Done(at, work), workEnds, a})
	}
}

func (m *Machine) query(a *attempt, at float64) {
	if m.open >= m.Connections {
		m.queries = append(m.queries, a)
		return
	}
	m.open++
	m.events.push(event{at + m.Query(), queryEnds, a})
}

func (m *Machine) done(a *attempt, at float64) {
	m.count(at)
	m.busy--
	if a.over = true; a.sample >= 0 && !a.given {
		m.end(a.sample, at, 200)
	}
	m.serve(at)
}

func (m *Machine) giveUp(a *attempt, at float64) {
	if a.over {
		return
	}
	a.given, a.over = true, true
	if a.number < m.Retries {
		m.try(a.sample, a.number+1, at)
		return
	}
	m.end(a.sample, at, 504)
}

func (m *Machine) end(sample int, at float64, code int) {
	x := &m.samples[sample]
	x.Code, x.Service = code, time.Duration(math.Round((at-x.Sent.Seconds())*1e9))
	x.FirstByte = x.Service
	m.left--
}

// count adds up the time of busy threads. It is called before their number changes.
func (m *Machine) count(at float64) {
	m.worked += float64(m.busy) * (at - m.counted)
	m.counted = at
}

// look looks at how busy threads were, and asks for more or fewer.
func (m *Machine) look(at float64) {
	s := m.Scaling
	m.count(at)
	share := m.worked / s.Every / float64(m.Threads)
	m.worked = 0
	since := func(t *float64, is bool) float64 {
		if !is {
			*t = 0
		} else if *t == 0 {
			*t = at
		}
		return at - *t
	}
	high, low := since(&s.high, share > s.Above), since(&s.low, share < s.Below)
	switch {
	case s.high > 0 && high >= s.For && s.coming == 0 && m.Threads < s.Most:
		s.coming, s.high = min(s.Step, s.Most-m.Threads), 0
		m.events.push(event{at + s.Delay, threadsCome, nil})
	case s.low > 0 && low >= 10*s.For && m.Threads-s.Step >= s.least && m.busy < m.Threads-s.Step:
		m.Threads, s.low = m.Threads-s.Step, 0
	}
	m.events.push(event{at + s.Every, looked, nil})
}
