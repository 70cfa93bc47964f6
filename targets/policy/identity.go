package policy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// An Identity is an identity-based policy: what the user or role that it is attached to may do.
type Identity struct{ statements []grant }

// A Use is an action on a resource, as IAM decides about it.
type Use struct {
	Action   string            // "logs:StartQuery"
	Resource string            // an ARN; "*" of an action that knows no resources
	Keys     map[string]string // condition keys of the request, in lower case
}

// grant is a statement of an identity-based policy.
type grant struct {
	deny       bool
	actions    []string
	resources  []string
	conditions []keyCondition
}

// keyCondition is a condition on a key of a Use.
type keyCondition struct {
	key     string
	matches func(value, want string) bool
	wants   []string
	not     bool
	missing bool
}

func (c *keyCondition) holds(u Use) bool {
	value, has := u.Keys[c.key]
	if !has {
		return c.missing
	}
	return slices.ContainsFunc(c.wants, func(want string) bool { return c.matches(value, want) }) != c.not
}

// Evaluate says what the policy says of a use: Silent is an implicit deny. Nil is silent about
// everything.
func (p *Identity) Evaluate(u Use) Decision {
	d := Silent
	if p == nil {
		return d
	}
	for i := range p.statements {
		switch g := &p.statements[i]; {
		case !g.applies(u):
		case g.deny:
			return Denied
		default:
			d = Allowed
		}
	}
	return d
}

// applies compares actions as IAM does, in any case, and resources exactly. Source: IAM user
// guide, "IAM JSON policy elements: Action".
func (g *grant) applies(u Use) bool {
	action := func(pattern string) bool { return glob(strings.ToLower(pattern), strings.ToLower(u.Action)) }
	resource := func(pattern string) bool { return glob(pattern, u.Resource) }
	fails := func(c keyCondition) bool { return !c.holds(u) }
	return slices.ContainsFunc(g.actions, action) && slices.ContainsFunc(g.resources, resource) && !slices.ContainsFunc(g.conditions, fails)
}

// MatchesAction says whether a pattern such as "logs:*" covers an action.
func MatchesAction(pattern, action string) bool {
	return glob(strings.ToLower(pattern), strings.ToLower(action))
}

// MatchesResource says whether a pattern covers an ARN.
func MatchesResource(pattern, arn string) bool { return glob(pattern, arn) }

// writtenGrant is a statement as it is written. It has no principal, and what is not modelled is
// an unknown field.
type writtenGrant struct {
	Sid       string                      `json:"Sid"`
	Effect    string                      `json:"Effect"`
	Action    texts                       `json:"Action"`
	Resource  texts                       `json:"Resource"`
	Condition map[string]map[string]texts `json:"Condition"`
}

// ParseIdentity reads an identity-based policy. Problems are reported with their places, which
// begin with at.
func ParseIdentity(at string, text []byte, report func(format string, args ...any)) *Identity {
	list, ok := statements(at, text, report)
	if !ok {
		return nil
	}
	p := &Identity{}
	for i, one := range list {
		r := newReader(at, i, report)
		var w writtenGrant
		if err := strictly(one, &w); err != nil {
			r.report("%s: %w; in a policy of a user or role there is no Principal, and NotAction and NotResource are not modelled: say the same by Effect", r.at, err)
			continue
		}
		p.statements = append(p.statements, r.grant(w))
	}
	return p
}

func (r reader) grant(w writtenGrant) grant {
	if w.Effect != "Allow" && w.Effect != "Deny" {
		r.report("%s.Effect: %q must be Allow or Deny", r.at, w.Effect)
	}
	if len(w.Action) == 0 {
		r.report(`%s.Action: name actions, such as "logs:StartQuery" or "logs:*"`, r.at)
	}
	CheckActions(r.at+".Action", w.Action, r.report)
	if len(w.Resource) == 0 {
		r.report(`%s.Resource: name what it is about: "*" for everything`, r.at)
	}
	for i, one := range w.Resource {
		if one != "*" && !strings.HasPrefix(one, "arn:") {
			r.report(`%s.Resource[%d]: %q must be "*" or an ARN`, r.at, i, one)
		}
	}
	return grant{deny: w.Effect == "Deny", actions: w.Action, resources: w.Resource, conditions: r.keyConditions(w.Condition)}
}

// keyConditions reads conditions on any key: those that a request lacks make an operator false.
func (r reader) keyConditions(all map[string]map[string]texts) (out []keyCondition) {
	r.eachCondition(all, func(o operatorUse, key string, wants texts) {
		r.wants(o.written, o.base, key, wants)
		out = append(out, keyCondition{strings.ToLower(key), operators[o.base], wants, o.not, o.not || o.ifExists})
	})
	return out
}

// statements takes a policy apart.
func statements(at string, text []byte, report func(format string, args ...any)) (list []json.RawMessage, ok bool) {
	var w written
	if err := strictly(text, &w); err != nil {
		report("%s: not a policy: %w", at, err)
		return nil, false
	}
	if w.Version != "" && w.Version != "2012-10-17" && w.Version != "2008-10-17" {
		report("%s.Version: %q must be 2012-10-17", at, w.Version)
	}
	list = []json.RawMessage{w.Statement}
	if trimmed := bytes.TrimSpace(w.Statement); len(trimmed) > 0 && trimmed[0] == '[' {
		_ = json.Unmarshal(w.Statement, &list) // it is a list
	}
	if len(list) == 0 || slices.ContainsFunc(list, func(one json.RawMessage) bool { return len(one) == 0 }) {
		report("%s.Statement: a policy needs at least one", at)
		return nil, false
	}
	return list, true
}

// CheckActions reports what are no actions, or patterns of them.
func CheckActions(at string, actions []string, report func(format string, args ...any)) {
	for i, one := range actions {
		if service, name, found := strings.Cut(one, ":"); one != "*" && (!found || service == "" || name == "") {
			report(`%s[%d]: %q must be a service and an action, such as "logs:StartQuery" or "logs:*"`, at, i, one)
		}
	}
}
