package probe

import (
	"fmt"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/targets"
)

// An Evidence is what a question concludes from besides its own samples: what AWS
// recorded of the same requests, and what they cost.
type Evidence struct {
	Invocations map[string]Invocation // by request id; nil: the function's log could not be read
	Traces      map[string]Trace      // by trace id; nil: X-Ray could not be read, or sampled nothing
	Limits      []ConfiguredLimit     // of the target, as far as they could be read
	Restored    bool                  // the change of the function's configuration was reverted
	Observed    *results.ObservedDoc  // CloudWatch's counts of the same time; nil: none
	Earlier     []results.Finding     // of the probes before this one, at any target
	Book        *pricing.Book         // nil: nothing is priced
	Region      string                // of the prices
	Troubles    []string              // why wanted evidence could not be read
}

// Metric returns what CloudWatch observed of a role.
func (e *Evidence) Metric(role targets.Role) (results.ObservedMetric, bool) {
	if e.Observed == nil {
		return results.ObservedMetric{}, false
	}
	for _, m := range e.Observed.Metrics {
		if m.Role == string(role) {
			return m, true
		}
	}
	return results.ObservedMetric{}, false
}

// Wants is the evidence that takes time to read.
type Wants struct {
	Log      bool // the function's log, and the traces that responses name
	Traces   bool // X-Ray, even where no response names a trace
	Observed bool // CloudWatch
	Limits   bool // the limits configured for the target
}

// An Invocation is what Lambda reported of one invocation.
// Source: Lambda developer guide, "Lambda function logs" (the REPORT line).
type Invocation struct {
	Init, Duration, Billed time.Duration // Init is zero for an environment that had served before
	Environment            string        // its log stream, one for each environment; "" if unknown
	At                     time.Time     // when it ended; zero if unknown
}

// A Trace is what X-Ray recorded of one invocation.
type Trace struct {
	RequestID string        // Lambda's
	At        time.Time     // when Lambda received the request; zero if unknown
	Init      time.Duration // zero for an environment that had served before
	Ahead     bool          // INIT began before the request came
}

// A ConfiguredLimit is a token bucket configured for a target, such as that of a
// usage plan.
type ConfiguredLimit struct {
	Layer string // `usage plan "free"`
	Rate  float64
	Burst float64
}

func (l ConfiguredLimit) String() string {
	return fmt.Sprintf("%s, which is set to %.6g/s with a burst of %.0f", l.Layer, l.Rate, l.Burst)
}
