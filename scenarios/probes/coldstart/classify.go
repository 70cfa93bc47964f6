package coldstart

import (
	"cmp"
	"math"
	"slices"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

type start uint8

const (
	warm      start = iota
	cold            // the request waited for INIT
	proactive       // a new environment whose INIT no request waited for
)

// A basis is what a response was classified by, worst first.
type basis uint8

const (
	byLatency basis = iota
	byTrace
	byInstance
	byReport
	numBases
)

var basisText = [numBases]string{
	"what fan-outs have beyond their repeats, by latency",
	"the Initialization subsegment in X-Ray, joined by trace id or request id",
	"the instance that the response names",
	"Init Duration in the function's REPORT lines, joined by request id",
}

// A response is one good response and how the function started for it.
type response struct {
	sample     *results.Sample
	invocation *targets.Invocation // nil: not in the log
	trace      *targets.Trace      // nil: not sampled, or X-Ray could not be read
	start      start
	by         basis
}

func (r *response) ms() float64 { return probe.MS(r.sample.Service) }

// A classification is a set of good responses, classified.
type classification struct {
	all          []response // in the order of sending
	mixture      estimate.Mixture
	mixed        bool                 // the latencies are of two classes
	log          []targets.Invocation // of the function, if none could be joined to a response but their number fits
	environments int                  // that were named
	alike        bool                 // new environments that are shared were slow as often as others
	compared     *excess              // of fan-outs beyond their repeats; nil: there is better evidence
	excess       *excess              // compared, if it tells cold starts
	sampleOnly   bool                 // all holds only the responses that X-Ray recorded
	overruled    bool                 // X-Ray contradicts the mixture
	left         int                  // responses of which nothing tells, left out of all
	atOnce       []float64            // ms, of warm responses to fan-outs and repeats
	agreement    *agreement           // of the mixture with better evidence; nil: there is none
}

// classify classifies the good responses among samples, each by its best evidence.
// A new instance does not say whether the request waited for it: X-Ray says so of
// the responses that it recorded, and the mixture of the others. The mixture also
// classifies responses of which there is no evidence, until settle has evaluated it.
//
// A new environment whose response is not slow was started before its first
// request. Such proactive starts are billed and reported like others.
func classify(samples []results.Sample, e probe.Evidence) classification {
	var c classification
	traces := joinTraces(e.Traces)
	var latencies []float64
	for i := range samples {
		if s := &samples[i]; s.Outcome() == results.OK {
			c.all = append(c.all, response{sample: s, trace: traces.of(s.Mark)})
			latencies = append(latencies, probe.MS(s.Service))
		}
	}
	slices.SortStableFunc(c.all, func(a, b response) int { return cmp.Compare(a.sample.Sent, b.sample.Sent) })
	c.mixture, c.mixed = estimate.Fit(latencies)
	named, logged, invocations := map[string]bool{}, map[string]bool{}, e.ByRequest()
	for i := range c.all {
		c.classifyOne(&c.all[i], invocations, named, logged)
	}
	if len(logged) == 0 {
		c.readUnjoined(e.Invocations, logged)
	}
	delete(named, "")
	delete(logged, "")
	c.environments = max(len(named), len(logged))
	return c
}

// mostUnequal is how far the number of a log's invocations may be from that of the
// responses for the log to be taken as theirs.
const mostUnequal = 0.02

// readUnjoined takes a log whose request ids are not those of the responses, as
// behind a gateway, as the invocations of these requests if there are as many.
func (c *classification) readUnjoined(invocations []targets.Invocation, logged map[string]bool) {
	if n := float64(len(c.all)); len(invocations) == 0 || math.Abs(float64(len(invocations))-n) > mostUnequal*n {
		return
	}
	for _, in := range invocations {
		c.log = append(c.log, in)
		logged[in.Environment] = true
	}
}

// reported are the invocations that Lambda reported: those of the responses, or
// else all in the log.
func (c *classification) reported() []targets.Invocation {
	all := c.log
	for i := range c.all {
		if in := c.all[i].invocation; in != nil {
			all = append(all, *in)
		}
	}
	return all
}

func (c *classification) reportedInits() (ms []float64) {
	for _, in := range c.reported() {
		if in.Init > 0 {
			ms = append(ms, probe.MS(in.Init))
		}
	}
	return ms
}

// classifyOne classifies a response, given the environments that responses before
// it named, and those that the log names.
func (c *classification) classifyOne(r *response, invocations map[string]targets.Invocation, named, logged map[string]bool) {
	instance := r.sample.Mark.Instance
	first := instance != "" && !named[instance]
	named[instance] = true
	if in, ok := invocations[r.sample.Mark.RequestID]; ok {
		r.invocation, r.by, r.start = &in, byReport, startReported(in, r.sample)
		logged[in.Environment] = true
		return
	}
	slow := c.mixed && c.mixture.IsSlow(r.ms())
	if r.trace != nil && r.trace.Init > 0 {
		slow = !r.trace.Ahead
	}
	switch {
	case instance != "":
		r.by = byInstance
		if first && (slow || !c.mixed && r.trace == nil) {
			r.start = cold
		} else if first {
			r.start = proactive
		}
	case r.trace != nil:
		r.by, r.start = byTrace, startTraced(r.trace)
	case slow:
		r.start = cold
	}
}

// startReported reads a REPORT line. A response that took less than INIT did not
// wait for it.
func startReported(in targets.Invocation, s *results.Sample) start {
	switch {
	case in.Init == 0:
		return warm
	case s.Service < in.Init:
		return proactive
	}
	return cold
}

func (c *classification) latencies(of start) (ms []float64) {
	for i := range c.all {
		if c.all[i].start == of {
			ms = append(ms, c.all[i].ms())
		}
	}
	return ms
}

// count counts the responses of a start, in all and by their basis.
func (c *classification) count(of start) (n int64, by [numBases]int64) {
	for i := range c.all {
		if c.all[i].start == of {
			n++
			by[c.all[i].by]++
		}
	}
	return n, by
}

func (c *classification) bases() (by [numBases]int64) {
	for i := range c.all {
		by[c.all[i].by]++
	}
	return by
}

// basis is that of most responses.
func (c *classification) basis() basis {
	by := c.bases()
	return basis(slices.Index(by[:], slices.Max(by[:])))
}

func (c *classification) during(m probe.Measured) (some []*response) {
	for i := range c.all {
		if r := &c.all[i]; r.sample.Due >= m.Started && r.sample.Due < m.Started+m.For {
			some = append(some, r)
		}
	}
	return some
}
