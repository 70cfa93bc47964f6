package probe

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// An Evidence is what a question concludes from besides its own samples: what AWS
// recorded of the same requests, and what they cost.
type Evidence struct {
	Target        targets.Target       // as it was asked, with its address and credentials
	Invocations   []targets.Invocation // nil: the function's log could not be read
	Traces        []targets.Trace      // nil: X-Ray could not be read, or sampled nothing
	Configuration                      // of the target, as far as it could be read
	Restored      bool                 // the change of the function's configuration was reverted
	Observed      *results.ObservedDoc // CloudWatch's counts of the same time; nil: none
	Earlier       []results.Finding    // of the probes before this one, at any target
	Book          *pricing.Book        // nil: nothing is priced
	Region        string               // of the prices
	Troubles      []string             // why wanted evidence could not be read

	// Added is by how much the median response time of the load is longer at other targets
	// than at this one, in ms, over interleaved blocks; nil: there was no such load.
	Added map[string]results.Value
}

// Credentials names how requests at a target prove who sends them. It holds no secret.
func Credentials(t targets.Target, requests []scenarios.Request) string {
	own := func(r scenarios.Request) bool { return r.AuthAt(&t) != t.Auth }
	switch {
	case slices.ContainsFunc(requests, own):
		return "each request with the auth that the scenario gives it"
	case !t.Auth.APIKey.IsZero():
		return "with the API key of " + t.Name
	case t.Auth.IAM != nil:
		return "signed by IAM"
	case t.Auth != targets.Auth{}:
		return "with the token of " + t.Name
	}
	return "without credentials"
}

// ByRequest indexes the invocations by request id.
func (e *Evidence) ByRequest() map[string]targets.Invocation {
	all := map[string]targets.Invocation{}
	for _, in := range e.Invocations {
		if in.RequestID != "" {
			all[in.RequestID] = in
		}
	}
	return all
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
	Added    bool // how much longer other targets take
}

// A Configuration is what AWS itself says that a target is set to.
type Configuration struct {
	Limits  []ConfiguredLimit
	Quotas  []ConfiguredQuota
	Account *ConfiguredLimit // of all APIs of the account and region; nil: it could not be read

	CacheEncrypted *bool // of the stage, whose responses are kept; nil: they are not, or it could not be read
}

// A ConfiguredQuota is how many requests each key of a usage plan has in a period.
type ConfiguredQuota struct {
	Plan   string
	Limit  int64
	Period string // "DAY", "WEEK" or "MONTH"
}

func (q ConfiguredQuota) String() string {
	return fmt.Sprintf("%d requests a %s", q.Limit, strings.ToLower(q.Period))
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
