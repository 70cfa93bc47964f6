package compare

import (
	"math"

	"tollgate/results"
)

// A Metric is one number of a target that is compared and gated.
type Metric string

// The metrics. Latencies are response times of good responses, from when a
// request was due to its last byte.
const (
	P50        Metric = "p50"
	P90        Metric = "p90"
	P95        Metric = "p95"
	P99        Metric = "p99"
	P999       Metric = "p99.9"
	Goodput    Metric = "goodput"
	ErrorShare Metric = "error_share"
	ColdShare  Metric = "cold_share"
	Dollars    Metric = "usd_per_million"

	// Durations of completed flows, think times included, of all flows of a target together.
	FlowP50 Metric = "flow_p50"
	FlowP90 Metric = "flow_p90"
	FlowP99 Metric = "flow_p99"

	// Of responses whose first byte says something else than their last: see
	// results.Figures.Spread.
	FirstByteP50 Metric = "first_byte_p50"
	FirstByteP99 Metric = "first_byte_p99"

	// Of responses that were read as events.
	FirstEventP50 Metric = "first_event_p50"
	FirstEventP90 Metric = "first_event_p90"
	FirstEventP99 Metric = "first_event_p99"
	LongestGapP50 Metric = "longest_gap_p50"
	LongestGapP90 Metric = "longest_gap_p90"
)

// A Scale says how two values of a metric are set against each other.
type Scale string

// The scales. Shares may be zero, where a ratio means nothing.
const (
	Ratio      Scale = "ratio"      // head ÷ base; 1: no difference
	Difference Scale = "difference" // head − base; 0: no difference
)

// A trait is what the analyses know of a metric.
type trait struct {
	metric   Metric
	unit     string
	scale    Scale
	quantile float64       // of a latency; 0: none
	flow     bool          // of whole flows; else of requests
	clock    results.Clock // of requests: that of a latency
	more     bool          // more is better
	margin   float64       // smaller differences are equivalent: a share of one, or points of a share
	trim     bool          // leave out blocks that stand out
	between  float64       // standard deviation from run to run of one place and hour that is assumed, on the scale of differences
	gated    bool          // by the gate
	requests int64         // that the gate needs; 0: as many as the percentile needs
	asked    bool          // a run has to decide about it
	optional bool          // read from the function's log: a run without it is no worse
	effect   float64       // smallest change that alarms: a share of one, or points of a share
	absolute float64       // and in the metric's unit
	worse    string
	better   string
}

// The metrics in the order in which they are shown.
var traits = []trait{
	latency(P50, 0.50, true, 0.025),
	latency(P90, 0.90, true, 0.03),
	latency(P95, 0.95, false, 0.04),
	latency(P99, 0.99, true, 0.08),
	rare(latency(P999, 0.999, true, 0.20)),
	{metric: Goodput, unit: "per_s", scale: Ratio, more: true, margin: 0.01, trim: true, between: 0.005, gated: true, effect: 0.02, worse: "less", better: "more"},
	{metric: ErrorShare, unit: "share", scale: Difference, margin: 0.001, between: 0.0002, gated: true, effect: 0.001, worse: "more errors", better: "fewer errors"},
	{metric: ColdShare, unit: "share", scale: Difference, margin: 0.005, between: 0.005, gated: true, optional: true, effect: 0.005, worse: "more cold starts", better: "fewer cold starts"},
	{metric: Dollars, unit: "usd_per_million", scale: Ratio, margin: 0.02, between: 0.01, gated: true, effect: 0.02, worse: "more expensive", better: "cheaper"},
	walk(latency(FlowP50, 0.50, false, 0.025)),
	walk(latency(FlowP90, 0.90, false, 0.03)),
	walk(latency(FlowP99, 0.99, false, 0.08)),
	by(results.FirstByte, latency(FirstByteP50, 0.50, false, 0.025)),
	by(results.FirstByte, latency(FirstByteP99, 0.99, false, 0.08)),
	by(results.FirstEvent, latency(FirstEventP50, 0.50, false, 0.025)),
	by(results.FirstEvent, latency(FirstEventP90, 0.90, false, 0.03)),
	by(results.FirstEvent, latency(FirstEventP99, 0.99, false, 0.08)),
	by(results.LongestGap, latency(LongestGapP50, 0.50, false, 0.025)),
	by(results.LongestGap, latency(LongestGapP90, 0.90, false, 0.03)),
}

// by takes a latency by another clock than the response time. How much it differs from run to
// run is taken from that.
func by(clock results.Clock, t trait) trait {
	t.clock = clock
	return t
}

// responses says whether a metric is a latency of responses by the usual clock.
func (t trait) responses() bool { return t.quantile > 0 && !t.flow && t.clock == results.Response }

// walk makes a latency one of whole flows. How much they differ from run to run is taken from
// requests: of a sum of several it is rather less.
func walk(t trait) trait {
	t.flow = true
	return t
}

func latency(m Metric, q float64, gated bool, between float64) trait {
	return trait{
		metric: m, unit: "ms", scale: Ratio, quantile: q, margin: 0.03, trim: true, between: between, gated: gated, effect: 0.05, absolute: 1,
		worse: "slower", better: "faster",
	}
}

// rare lets the gate ask for more requests than the percentile needs: a pause of
// the machine lasts for a few hundred requests, which would be all there is
// beyond the p99.9 of a few thousand.
func rare(t trait) trait {
	t.requests = 50_000
	return t
}

func traitOf(m Metric) (trait, bool) {
	for _, t := range traits {
		if t.metric == m {
			return t, true
		}
	}
	return trait{}, false
}

// fewest is the number of blocks from which there is a verdict.
func (t trait) fewest() int {
	if t.metric == Dollars {
		return fewestCosts
	}
	return MinBlocks
}

// scaled puts a value on the scale on which differences are taken.
func (t trait) scaled(v float64) float64 {
	if t.scale == Ratio {
		return math.Log(v)
	}
	return v
}

func (t trait) unscaled(x float64) float64 {
	if t.scale == Ratio {
		return math.Exp(x)
	}
	return x
}

// change is how far a value is from the expected one.
func (t trait) change(value, expected float64) float64 {
	if t.scale == Ratio {
		return value/expected - 1
	}
	return value - expected
}

// Metrics lists all metrics in the order in which they are shown.
func Metrics() []Metric {
	ms := make([]Metric, len(traits))
	for i, t := range traits {
		ms[i] = t.metric
	}
	return ms
}

// Column returns the heading of a column of m's values, with their unit, and what a value
// is multiplied by in it.
func (m Metric) Column() (heading string, factor float64) {
	switch m {
	case ErrorShare:
		return "errors %", 100
	case ColdShare:
		return "cold starts %", 100
	case Dollars:
		return "$/million", 1
	case Goodput:
		return "goodput/s", 1
	}
	return string(m) + " " + m.Unit(), 1
}

// Unit returns what m's values are in: "ms", "per_s", "share", "usd_per_million".
func (m Metric) Unit() string {
	t, _ := traitOf(m)
	return t.unit
}
