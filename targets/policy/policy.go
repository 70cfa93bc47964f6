package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A Policy is a resource policy.
type Policy struct{ statements []statement }

// A Decision is what a policy says of a call.
type Decision int

// The decisions.
const (
	Silent Decision = iota // no statement applies: denied, unless something else allows it
	Allowed
	Denied // by a statement
)

// A Call is what a policy knows of a request.
type Call struct {
	Resource  string // ARN of the method: arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH
	Principal string // ARN of who signed it; "": it is anonymous
	Address   netip.Addr
	Endpoint  string // of the VPC through which it came: "vpce-…"; "": it came over the internet
	UserAgent string
	Referer   string
	Secure    bool // over TLS
}

// Evaluate says what the policy says of a call. Nil is silent about everything.
func (p *Policy) Evaluate(c Call) Decision {
	d := Silent
	if p == nil {
		return d
	}
	for i := range p.statements {
		switch s := &p.statements[i]; {
		case !s.applies(c):
		case s.deny:
			return Denied
		default:
			d = Allowed
		}
	}
	return d
}

type statement struct {
	deny       bool
	principals []string
	resources  []string
	conditions []condition
}

func (s *statement) applies(c Call) bool {
	within := func(pattern string) bool { return covers(pattern, c.Resource) }
	holds := func(one condition) bool { return one.holds(c) }
	return s.of(c.Principal) && slices.ContainsFunc(s.resources, within) && !slices.ContainsFunc(s.conditions, func(one condition) bool { return !holds(one) })
}

// of says whether the statement is about a principal: everyone, the principal, or its
// account.
func (s *statement) of(principal string) bool {
	return slices.ContainsFunc(s.principals, func(p string) bool {
		account := strings.Split(principal+":::::", ":")[4]
		return p == "*" || principal != "" && (p == principal || p == account || p == "arn:aws:iam::"+account+":root")
	})
}

// short is what begins the short form of a resource, which leaves out everything up to the
// API.
const short = "execute-api:"

// covers says whether a pattern of a policy covers the ARN of a method.
func covers(pattern, arn string) bool {
	if rest, is := strings.CutPrefix(pattern, short); is {
		_, method, _ := strings.Cut(arn, "/")
		return glob(rest, "/"+method)
	}
	return glob(pattern, arn)
}

// glob matches a pattern whose * is any text, and whose ? is any character.
func glob(pattern, text string) bool {
	star, mark, p := -1, 0, 0
	for t := 0; t < len(text); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			p, mark = star+1, mark+1
			t = mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// written is a policy as it is written.
type written struct {
	Version   string          `json:"Version"`
	ID        string          `json:"Id"`
	Statement json.RawMessage `json:"Statement"`
}

type writtenStatement struct {
	Sid       string                      `json:"Sid"`
	Effect    string                      `json:"Effect"`
	Principal json.RawMessage             `json:"Principal"`
	Action    texts                       `json:"Action"`
	Resource  texts                       `json:"Resource"`
	Condition map[string]map[string]texts `json:"Condition"`
}

// texts are one text or a list of them. Bool conditions may have true without quotes.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var one any
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	all, list := one.([]any)
	if !list {
		all = []any{one}
	}
	for _, v := range all {
		switch v := v.(type) {
		case string:
			*t = append(*t, v)
		case bool:
			*t = append(*t, fmt.Sprint(v))
		default:
			return fmt.Errorf("%s is neither a text nor a list of texts", data)
		}
	}
	return nil
}

// Parse reads a policy. Problems are reported with their places, which begin with at.
func Parse(at string, text []byte, report func(format string, args ...any)) *Policy {
	list, ok := statements(at, text, report)
	if !ok {
		return nil
	}
	p := &Policy{}
	for i, one := range list {
		p.statements = append(p.statements, newReader(at, i, report).statement(one))
	}
	return p
}

func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// A reader reads one statement.
type reader struct {
	at     string
	report func(format string, args ...any)
}

func newReader(at string, statement int, report func(format string, args ...any)) reader {
	return reader{fmt.Sprintf("%s.Statement[%d]", at, statement), report}
}

func (r reader) statement(text []byte) (s statement) {
	var w writtenStatement
	if err := strictly(text, &w); err != nil {
		r.report("%s: %w; NotPrincipal, NotAction and NotResource are not modelled: say the same by Effect", r.at, err)
		return s
	}
	s.deny = w.Effect == "Deny"
	if w.Effect != "Allow" && !s.deny {
		r.report("%s.Effect: %q must be Allow or Deny", r.at, w.Effect)
	}
	s.principals = r.principals(w.Principal)
	if !slices.ContainsFunc(w.Action, func(a string) bool { return glob(strings.ToLower(a), "execute-api:invoke") }) {
		r.report("%s.Action: %q does not cover execute-api:Invoke, the only action that a REST API asks about", r.at, []string(w.Action))
	}
	if s.resources = w.Resource; len(s.resources) == 0 {
		r.report(`%s.Resource: name what it is about, such as "execute-api:/*"`, r.at)
	}
	for i, one := range s.resources {
		if one != "*" && !strings.HasPrefix(one, short+"/") && !strings.HasPrefix(one, "arn:") && !strings.HasPrefix(one, short+"*") {
			r.report(`%s.Resource[%d]: %q must be like "execute-api:/prod/GET/users" or an ARN`, r.at, i, one)
		}
	}
	s.conditions = r.conditions(w.Condition)
	return s
}

func (r reader) principals(text json.RawMessage) (all []string) {
	var everyone texts
	if json.Unmarshal(text, &everyone) == nil {
		all = everyone
	} else {
		var named map[string]texts
		if err := json.Unmarshal(text, &named); err != nil {
			r.report(`%s.Principal: "*" or {"AWS": …} is needed`, r.at)
			return nil
		}
		for kind, names := range named {
			if kind != "AWS" {
				r.report("%s.Principal.%s: principals other than AWS ones are not modelled", r.at, kind)
			}
			all = append(all, names...)
		}
	}
	if len(all) == 0 {
		r.report(`%s.Principal: name who it is about: "*" for everyone`, r.at)
	}
	return all
}
