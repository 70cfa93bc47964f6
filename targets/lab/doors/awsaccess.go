package doors

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"tollgate/targets/lab/aws/control"
	"tollgate/targets/policy"
)

// An AWS says who may do what at the lab's endpoint of AWS's services, and what time it is
// there. Its zero value permits everything.
type AWS struct {
	Policy json.RawMessage `json:"policy,omitempty"`      // identity-based, of the caller, as it stands at AWS; none: everything is allowed
	Deny   []string        `json:"deny,omitempty"`        // actions, such as logs:StartQuery or logs:*, that are denied besides
	Clock  Duration        `json:"clock_ahead,omitempty"` // of the endpoint's clock, before that of this machine
	Roles  map[string]Role `json:"roles,omitempty"`       // by name, that callers may assume; what is not permitted is not to their sessions either
}

// A Role is one of the lab's account.
type Role struct {
	ExternalID string `json:"external_id,omitempty"` // that its trust policy asks for
}

// Assumed are the roles with the keys of their sessions, in the order of their names.
func (a *AWS) Assumed() (all []control.Role) {
	if a == nil {
		return nil
	}
	for i, name := range slices.Sorted(maps.Keys(a.Roles)) {
		all = append(all, control.Role{Name: name, ExternalID: a.Roles[name].ExternalID, KeyID: fmt.Sprintf("ASIATOLLGATELAB%05d", i), Secret: "tollgate-lab-role-" + name})
	}
	return all
}

// Source: IAM API reference, "CreateRole" and "AssumeRole": a path is no part of the name.
var (
	roleName   = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)
	externalID = regexp.MustCompile(`^[A-Za-z0-9_+=,.@:/-]+$`)
)

// mostRoles bounds those of a lab.
const mostRoles = 100

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
	if len(a.Roles) > mostRoles {
		p.add("%s.roles: %d roles are more than %d", at, len(a.Roles), mostRoles)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Roles)) {
		if !roleName.MatchString(name) {
			p.add("%s.roles: %q is no name of a role: letters, digits and +=,.@_-, at most 64", at, name)
		}
		if id := a.Roles[name].ExternalID; id != "" && (len(id) < 2 || len(id) > 1224 || !externalID.MatchString(id)) {
			p.add("%s.roles.%s.external_id: %q must be 2 to 1,224 letters, digits and +=,.@:/_-", at, name, id)
		}
	}
}
