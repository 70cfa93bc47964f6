package doors

import (
	"encoding/json"
	"slices"
	"time"

	"tollgate/targets/policy"
)

// An AWS says who may do what at the lab's endpoint of AWS's services, and what time it is
// there. Its zero value permits everything.
type AWS struct {
	Policy json.RawMessage `json:"policy,omitempty"`      // identity-based, of the caller, as it stands at AWS; none: everything is allowed
	Deny   []string        `json:"deny,omitempty"`        // actions, such as logs:StartQuery or logs:*, that are denied besides
	Clock  Duration        `json:"clock_ahead,omitempty"` // of the endpoint's clock, before that of this machine
}

// Restricts says whether anything is not permitted.
func (a *AWS) Restricts() bool { return a != nil && (len(a.Policy) > 0 || len(a.Deny) > 0) }

// Ahead is how far the endpoint's clock is before that of this machine.
func (a *AWS) Ahead() time.Duration {
	if a == nil {
		return 0
	}
	return time.Duration(a.Clock)
}

// Decisions says what is decided about each use.
func (a *AWS) Decisions() func(policy.Use) policy.Decision {
	var stated *policy.Identity
	if len(a.Policy) > 0 {
		stated = policy.ParseIdentity("", a.Policy, func(string, ...any) {}) // check has reported
	}
	return func(u policy.Use) policy.Decision {
		switch {
		case slices.ContainsFunc(a.Deny, func(pattern string) bool { return policy.MatchesAction(pattern, u.Action) }):
			return policy.Denied
		case len(a.Policy) == 0:
			return policy.Allowed
		}
		return stated.Evaluate(u)
	}
}

// longestClock is how far the clock of the endpoint may be off.
const longestClock = 24 * time.Hour

func (a *AWS) check(at string, p *problems) {
	if a == nil {
		return
	}
	p.between(at+".clock_ahead", a.Clock, 0, longestClock)
	if len(a.Policy) > 0 {
		policy.ParseIdentity(at+".policy", a.Policy, p.add)
	}
	policy.CheckActions(at+".deny", a.Deny, p.add)
}
