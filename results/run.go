package results

import (
	"cmp"
	"slices"
	"time"
)

// A Run is a run directory in memory. It is a plain value: what is written to
// the directory again is written by name (see dir.go), never by changing a Run.
type Run struct {
	Dir      string
	Document Document
	Scenario []byte               // the very bytes that ran
	Series   map[Key]*Histogram   // every latency that was recorded
	Lag      map[Group]*Histogram // how late the generator was
	Control  map[Group]*Histogram // round trips of the control measurement, by what was under way
	Sizes    map[SizeKey]*Sizes   // of requests and responses
	Seconds  []Second
	Health   []Health  // of the whole run, probes included
	Observed *Observed // nil: not observed
	Findings []Finding // of the probes
	Failures []Failure // the first of each kind, of the probes too, by time

	// What the warm-up sent, apart from the load that figures, thresholds and bills are
	// about: a run with series, lags, sizes and seconds alone. Nil: there was none.
	WarmUp *Run

	// What browsers asked before they sent requests of pages (see Document.Preflights): a run
	// with series, lags, sizes and seconds alone. Nil: nothing was asked.
	Preflights *Run

	// The walks of users through flows (see FlowDoc), and their requests to other hosts,
	// apart from the requests to targets.
	FlowSeries  map[Key]*Histogram
	FlowSeconds []Second

	// What the probes' stages sent, apart from the load that figures,
	// thresholds and bills are about.
	ProbeSeries  map[Key]*Histogram
	ProbeLag     map[Group]*Histogram
	ProbeControl map[Group]*Histogram
	ProbeSeconds []Second

	unread  bool                   // its series were not read: it is a shard that was summed up
	oneTurn bool                   // it is a part of a run: see ByBlock
	ends    map[Turn]time.Duration // of the whole run, see totals.end
}

// newRun is a Run in which nothing is recorded yet.
func newRun() *Run {
	return &Run{
		Series: map[Key]*Histogram{}, Lag: map[Group]*Histogram{}, Control: map[Group]*Histogram{}, Sizes: map[SizeKey]*Sizes{},
		FlowSeries: map[Key]*Histogram{}, ProbeSeries: map[Key]*Histogram{}, ProbeLag: map[Group]*Histogram{}, ProbeControl: map[Group]*Histogram{},
	}
}

// load is where what belongs to a block of the load is kept.
func (r *Run) load(block uint32) *Run {
	if !r.Document.warmingUp(block) {
		return r
	}
	if r.WarmUp == nil {
		r.WarmUp = newRun()
	}
	return r.WarmUp
}

// warmingUp says whether a block belongs to the warm-up.
func (d *Document) warmingUp(block uint32) bool {
	i := d.stageOf(block)
	return i < len(d.Stages) && d.Stages[i].WarmUp
}

// Sent are the requests of the load by second, with preflights, and those of the
// warm-up and of probes.
func (r *Run) Sent() []Second {
	var rows []Second
	for _, part := range r.parts() {
		rows = slices.Concat(part.Seconds, rows, part.ProbeSeconds)
	}
	return rows
}

// A Key names one series of latencies. It is comparable and cheap.
type Key struct {
	Target, Request uint16
	Block           uint32
	Outcome         Outcome
	Clock           Clock
}

// A Group names what one row of seconds.csv is about: one request at one
// target in one block.
type Group struct {
	Target, Request uint16
	Block           uint32
}

// A SizeKey names one series of sizes.
type SizeKey struct {
	Group
	Response bool // of responses; else of requests
}

// A Second is what happened to one request at one target, in one block, during
// one second: a row of seconds.csv.
type Second struct {
	Second          int // of the run
	Target, Request uint16
	Block           uint32
	Ended           [NumOutcomes]int64 // requests that ended, by outcome
	Failed          int64              // of these, not what the scenario wanted
	Status          map[int]int64      // by HTTP status; 0 is not in it
	Errors          map[ErrClass]int64
	Failures        map[Cause]int64 // requests without outcome OK; those that were cancelled are not in it
	Opened          int64           // of these, on a new connection
	Out, In         int64           // bytes
	Protocols       protocolCounts
	Headers         HeaderBytes
	Decoded         DecodedBytes
	Events          EventCounts
	Cached          cacheCounts
	Clamped         int64 // latencies out of the histograms' range

	FirstDue  time.Duration // when the first of these was due, from the start of the run
	LastBegun time.Duration // when the last of these was begun
}

// requests counts what ended, without what the generator itself got wrong:
// that is no measurement of a target.
func (s *Second) requests() (n int64) {
	for o, k := range s.Ended {
		if Outcome(o) != OwnFault {
			n += k
		}
	}
	return n
}

// unsent counts those of requests that were never sent: a browser does not send what its
// preflight forbids, no step of a flow goes to a host that the scenario does not allow, and
// no header carries a line break.
func (s *Second) unsent() int64 { return s.Errors[ErrBlocked] + s.Failures[Cause{Err: ErrUnexpected}] }

// compareSeconds orders rows by second, then as a recorder writes them.
func compareSeconds(a, b Second) int {
	return cmp.Or(cmp.Compare(a.Second, b.Second), cmp.Compare(a.Target, b.Target),
		cmp.Compare(a.Block, b.Block), cmp.Compare(a.Request, b.Request))
}

// and adds up two rows of the same second and group. It changes s's maps.
func (s Second) and(o Second) Second {
	for i, n := range o.Ended {
		s.Ended[i] += n
	}
	s.Failed += o.Failed
	s.Opened += o.Opened
	s.Out += o.Out
	s.In += o.In
	s.Clamped += o.Clamped
	s.Protocols.add(&o.Protocols)
	s.Headers.add(&o.Headers)
	s.Decoded.add(&o.Decoded)
	s.Events.add(&o.Events)
	s.Cached.add(&o.Cached)
	s.FirstDue = min(s.FirstDue, o.FirstDue)
	s.LastBegun = max(s.LastBegun, o.LastBegun)
	for code, n := range o.Status {
		s.Status[code] += n
	}
	for class, n := range o.Errors {
		s.Errors[class] += n
	}
	if s.Failures == nil && len(o.Failures) > 0 {
		s.Failures = map[Cause]int64{}
	}
	for cause, n := range o.Failures {
		s.Failures[cause] += n
	}
	return s
}

// Histogram merges all series that sel selects.
func (r *Run) Histogram(sel func(Key) bool) *Histogram {
	sum := New()
	for k, h := range r.Series {
		if sel(k) {
			sum.Merge(h)
		}
	}
	return sum
}
