package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Policy is an identity-based policy of IAM.
type Policy struct {
	Version   string
	Statement []Statement
}

// A Statement allows some actions on some resources.
type Statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string]string `json:",omitempty"`
}

// Policy is the least policy that lets this scenario be examined, run and observed. Where it is
// not known who will ask, the account in resources is a wildcard. The notes say so, and whose
// which permissions are, where several ask.
func (x *Exam) Policy(ctx context.Context) (p Policy, notes []string) {
	unnamed := false
	x.findGroups(ctx)
	p.Version = "2012-10-17"
	byUse := map[string]int{}
	for _, u := range x.uses(ctx) {
		a := x.account(ctx, u.at)
		resource := u.arnText(a.caller)
		unnamed = unnamed || a.caller.Account == "" && strings.Contains(resource, ":*:")
		key := fmt.Sprintf("%s %q", resource, u.condition)
		i, had := byUse[key]
		if !had {
			i = len(p.Statement)
			byUse[key] = i
			p.Statement = append(p.Statement, Statement{Effect: "Allow", Resource: []string{resource}, Condition: u.condition})
		}
		if s := &p.Statement[i]; !slices.Contains(s.Action, u.action) {
			s.Action = append(s.Action, u.action)
		}
	}
	p.Statement = joined(p.Statement)
	for i := range p.Statement {
		p.Statement[i].Sid = fmt.Sprintf("Tollgate%d", i+1)
	}
	if len(p.Statement) > 0 && !x.deployed() && x.inLab() {
		notes = append(notes, x.where()+": no AWS account needs this policy; it is what the lab's own AWS endpoint is asked for")
	}
	if unnamed {
		notes = append(notes, "the number of your account is not known without credentials: * stands in its place")
	}
	if askers := x.askers(); len(askers) > 1 {
		notes = append(notes, "this scenario asks AWS as "+strings.Join(askers, " and as ")+": give each the statements that it needs; sts:AssumeRole is for those who assume a role, and not for the role")
	}
	return p, notes
}

// askers are those as whom the scenario asks AWS.
func (x *Exam) askers() (all []string) {
	for _, at := range x.endpoints() {
		who := "the default profile"
		switch {
		case at.Lab:
			continue
		case at.Role != "":
			who = "the role " + at.Role
		case at.Profile != "":
			who = "the profile " + at.Profile
		}
		if !slices.Contains(all, who) {
			all = append(all, who)
		}
	}
	return all
}

// joined makes one statement of those with the same actions. Nothing is allowed by it that they
// did not allow: each action of one is in all.
func joined(all []Statement) (out []Statement) {
	for _, s := range all {
		slices.Sort(s.Action)
		i := slices.IndexFunc(out, func(o Statement) bool {
			return slices.Equal(o.Action, s.Action) && maps.EqualFunc(o.Condition, s.Condition, maps.Equal[map[string]string])
		})
		if i < 0 {
			out = append(out, s)
			continue
		}
		out[i].Resource = append(out[i].Resource, s.Resource...)
	}
	return out
}

// JSON is the policy as IAM takes it.
func (p Policy) JSON() []byte {
	text, _ := json.MarshalIndent(p, "", "  ") // texts alone: it cannot fail
	return append(text, '\n')
}
