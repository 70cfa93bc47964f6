package results

import "time"

// Observed is observed.json: what AWS says it saw of each target during the run.
type Observed struct {
	From    time.Time     `json:"from"` // the window that was asked for, on whole minutes
	To      time.Time     `json:"to"`
	Read    time.Time     `json:"read"`
	Settled bool          `json:"settled"`           // two reads in a row agreed
	Asked   int           `json:"metrics_requested"` // by all reads together; AWS bills these
	Targets []ObservedDoc `json:"targets"`           // in the order of the run's targets
}

// ObservedDoc is one target as AWS saw it, beside how the client saw it.
type ObservedDoc struct {
	Target  string           `json:"target"`
	Error   string           `json:"error,omitempty"` // why there is nothing, with the way out
	Metrics []ObservedMetric `json:"metrics,omitempty"`
	Checks  []Reconciled     `json:"reconciliation,omitempty"`
	Blocks  []ColdBlock      `json:"cold_by_block,omitempty"` // by the REPORT lines of the target's function
}

// An ObservedMetric is one metric over the window.
type ObservedMetric struct {
	Role   string             `json:"role"`
	Name   string             `json:"name"`  // as AWS calls it, with its namespace
	Unit   string             `json:"unit"`  // "count", "ms", "bytes", "lcu"
	Total  map[string]float64 `json:"total"` // by statistic over the window: Sum, SampleCount, Average; no percentiles, which cannot be merged
	Points []ObservedPoint    `json:"points"`
}

// An ObservedPoint is one minute of a metric.
type ObservedPoint struct {
	At     time.Time          `json:"at"`
	Values map[string]float64 `json:"values"` // by statistic
}

// Reconciled sets the client's number beside AWS's.
type Reconciled struct {
	What   string   `json:"what"`        // "requests", "4xx", "5xx", "latency", and those of a function's log
	Unit   string   `json:"unit"`        // "count" or "ms"
	Client *float64 `json:"client"`      // null: the client cannot know
	AWS    *float64 `json:"aws"`         // null: AWS does not say
	Gap    *float64 `json:"unexplained"` // AWS − client for counts; the part of the client's mean that no metric explains for latencies
	Note   string   `json:"note,omitempty"`
}

// What a function's log adds to what CloudWatch says.
const (
	ColdStarts = "cold starts"
	InitMedian = "INIT, p50"
	InitMost   = "INIT, longest"
)
