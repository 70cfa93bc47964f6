package probes

import (
	"tollgate/pricing"
	"tollgate/results"
)

// Told is what a question is told beside its own measurements, when it
// concludes: what others saw of the same requests, and what they cost.
type Told struct {
	Invocations map[string]Invocation // by request id; nil: nobody could read the function's log
	Traces      map[string]Traced     // by the ids of traces; nil: nobody could read X-Ray, or nothing was sampled
	Limits      []ConfiguredLimit     // in front of the target, where somebody could read them
	Restored    bool                  // the change of the function's configuration was taken back
	Observed    *results.ObservedDoc  // what CloudWatch counted meanwhile; nil: nothing was observed
	Earlier     []results.Finding     // of the probes before this one, at any target
	Book        *pricing.Book         // nil: nothing is priced
	Region      string                // that prices are of
	Troubles    []string              // why something that was wanted could not be had
}

// Wants is what a question wants to be told that takes time to find out.
type Wants struct {
	Log      bool // what the function's log says of each invocation
	Traces   bool // what X-Ray recorded, even where no response says that it was to record anything
	Observed bool // what CloudWatch counted
	Limits   bool // what limits are configured in front of the target
}
