package probes

import (
	"cmp"
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
)

// A coldSort is what kind of start a response had.
type coldSort uint8

const (
	warmStart coldSort = iota
	coldStart          // the request waited for INIT
	proactive          // a new environment whose INIT no request waited for
)

// An evidence is what a response was sorted by, the best that there was.
type evidence uint8

const (
	byLatency evidence = iota
	byTrace
	byMarker
	byReport
	numEvidence
)

var evidenceWords = [numEvidence]string{
	"a mixture of two latency distributions",
	"the Initialization subsegment in X-Ray, joined by trace id or request id",
	"the instance that the response names",
	"Init Duration in the function's REPORT lines, joined by request id",
}

// An Invocation is what Lambda reported of one invocation.
// Source: Lambda developer guide, "Lambda function logs" (the REPORT line).
type Invocation struct {
	Init, Duration, Billed time.Duration // Init is zero for an environment that had served before
	Environment            string        // its log stream, one for each environment; "" where nobody said
	At                     time.Time     // when it ended; zero where nobody said
}

// A Traced is what X-Ray recorded of one invocation.
type Traced struct {
	RequestID string        // Lambda's
	At        time.Time     // when Lambda had the request; zero where nobody said
	Init      time.Duration // zero for an environment that had served before
	Ahead     bool          // INIT was under way before the request came
}

// A sorted is one good response and how its function started.
type sorted struct {
	sample     *results.Sample
	invocation *Invocation // nil: nobody reported
	traced     *Traced     // nil: not sampled, or nobody could read X-Ray
	sort       coldSort
	by         evidence
}

func (s *sorted) ms() float64 { return millis(s.sample.Service) }

// A coldSorting is what a set of samples tells about cold starts.
type coldSorting struct {
	all          []sorted // in the order of sending
	mixture      estimate.Mixture
	mixed        bool         // two sorts of latency were found
	log          []Invocation // of the function, where none could be joined to a response and their number fits
	environments int          // that named themselves
	alone        bool         // all holds only the responses that X-Ray recorded
	overruled    bool         // since X-Ray contradicts the mixture
}

// sortStarts sorts the good responses among samples by the best evidence that
// each has: what Lambda reported under its request id, else whether it names an
// instance for the first time, else what X-Ray recorded of it, else on which side
// of the mixture it lies. Nobody who names instances says whether the request
// waited for one: of those that X-Ray recorded it says so, of the others the
// mixture.
//
// A new environment whose response is not slow had been started before its
// first request: such proactive starts are billed and reported like others, and
// nobody waits for them.
func sortStarts(samples []results.Sample, told Told) coldSorting {
	var c coldSorting
	traces := joinTraces(told.Traces)
	var latencies []float64
	for i := range samples {
		if s := &samples[i]; s.Outcome() == results.OK {
			c.all = append(c.all, sorted{sample: s})
			latencies = append(latencies, millis(s.Service))
		}
	}
	slices.SortStableFunc(c.all, func(a, b sorted) int { return cmp.Compare(a.sample.Sent, b.sample.Sent) })
	c.mixture, c.mixed = estimate.Fit(latencies)
	named, logged := map[string]bool{}, map[string]bool{}
	for i := range c.all {
		c.all[i].traced = traces.of(c.all[i].sample.Mark)
		c.sortOne(&c.all[i], told.Invocations, named, logged)
	}
	if len(logged) == 0 {
		c.readUnjoined(told.Invocations, logged)
	}
	delete(named, "")
	delete(logged, "")
	c.environments = max(len(named), len(logged))
	return c
}

// fits is how far the number of a log's invocations may be from that of the
// responses for the log to be taken as theirs.
const fits = 0.02

// readUnjoined takes a log whose request ids are others than those of the
// responses, as behind a gateway, for what it is: the invocations of these
// requests, if there are as many.
func (c *coldSorting) readUnjoined(reported map[string]Invocation, logged map[string]bool) {
	if n := float64(len(c.all)); len(reported) == 0 || math.Abs(float64(len(reported))-n) > fits*n {
		return
	}
	for _, in := range reported {
		c.log = append(c.log, in)
		logged[in.Environment] = true
	}
}

// reported are the invocations that Lambda reported: those of the responses, or
// else all in the log.
func (c *coldSorting) reported() []Invocation {
	all := c.log
	for i := range c.all {
		if in := c.all[i].invocation; in != nil {
			all = append(all, *in)
		}
	}
	return all
}

// sortOne sorts one response, given the environments that named themselves in
// responses before it, and those that the log names.
func (c *coldSorting) sortOne(s *sorted, reported map[string]Invocation, named, logged map[string]bool) {
	instance := s.sample.Mark.Instance
	first := instance != "" && !named[instance]
	named[instance] = true
	if in, ok := reported[s.sample.Mark.RequestID]; ok && s.sample.Mark.RequestID != "" {
		s.invocation, s.by, s.sort = &in, byReport, startReported(in, s.sample)
		logged[in.Environment] = true
		return
	}
	slow := c.mixed && c.mixture.IsSlow(s.ms())
	if s.traced != nil && s.traced.Init > 0 {
		slow = !s.traced.Ahead
	}
	switch {
	case instance != "":
		s.by = byMarker
		if first && (slow || !c.mixed && s.traced == nil) {
			s.sort = coldStart
		} else if first {
			s.sort = proactive
		}
	case s.traced != nil:
		s.by, s.sort = byTrace, s.traced.sort()
	case slow:
		s.sort = coldStart
	}
}

// startReported sorts by the REPORT line. A response that was there before INIT
// could have ended did not wait for it.
func startReported(in Invocation, s *results.Sample) coldSort {
	switch {
	case in.Init == 0:
		return warmStart
	case s.Service < in.Init:
		return proactive
	}
	return coldStart
}

// latencies are the service times in ms of one sort, in the order of sending.
func (c *coldSorting) latencies(of coldSort) []float64 {
	var ms []float64
	for i := range c.all {
		if c.all[i].sort == of {
			ms = append(ms, c.all[i].ms())
		}
	}
	return ms
}

// count counts responses of a sort; those with evidence of one kind, or all.
func (c *coldSorting) count(of coldSort) (n int64, by [numEvidence]int64) {
	for i := range c.all {
		if c.all[i].sort == of {
			n++
			by[c.all[i].by]++
		}
	}
	return n, by
}

// evidence is what most responses were sorted by.
func (c *coldSorting) evidence() evidence {
	var by [numEvidence]int
	for i := range c.all {
		by[c.all[i].by]++
	}
	best := byLatency
	for e := range numEvidence {
		if by[e] > by[best] {
			best = e
		}
	}
	return best
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
