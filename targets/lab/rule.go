package lab

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tollgate/targets"
)

// A Rule is one rule of a load balancer's listener: what a request must be
// like, and what answers it then. Rules are tried in their order; the default
// rule, the function, comes after them.
type Rule struct {
	Method string `json:"method,omitempty"` // conditions that are left out hold for every request
	Path   string `json:"path,omitempty"`   // with * and ?
	Host   string `json:"host,omitempty"`   // with * and ?

	Action  *Integration `json:"action,omitempty"`  // "lambda" (default), "http" or "fixed-response"
	Targets []string     `json:"targets,omitempty"` // instances on this machine that take turns, in place of an action
	Sticky  Duration     `json:"sticky,omitempty"`  // how long a client stays at its target
}

// The documented edges of a listener.
// Source: Application Load Balancer user guide, "Quotas", "Edit attributes" and
// "Sticky sessions".
const (
	mostRules     = 100
	defaultIdling = 60 * time.Second
	longestIdling = 4_000 * time.Second
	longestSticky = 7 * 24 * time.Hour
)

// A rule is a Rule at work.
type rule struct {
	Rule
	integrate integration
}

// a group of targets takes turns, and knows its clients again where it is sticky.
type group struct {
	Rule
	members []integration
	cookies []string // of each member
	turn    atomic.Uint64
}

const stickyCookie = "AWSALB"

func newRules(d *door) []rule {
	var rules []rule
	for i, config := range d.config.Rules {
		it := rule{Rule: config, integrate: d.call}
		switch {
		case len(config.Targets) > 0:
			it.integrate = newGroup(d, config, i).forward
		case config.Action != nil:
			filled := config.Action.filled()
			it.integrate = integrations[filled.Type](d, &filled)
		}
		rules = append(rules, it)
	}
	return rules
}

func newGroup(d *door, config Rule, nth int) *group {
	g := &group{Rule: config}
	for i, url := range config.Targets {
		g.members = append(g.members, httpIntegration(d, &Integration{URL: url}))
		g.cookies = append(g.cookies, identifier(fmt.Sprintf("%s rule %d target %d", d.Name, nth, i), d.seed, 100))
	}
	return g
}

// forward asks the client's target, or else the next one.
func (g *group) forward(x *exchange, path string) {
	i := -1
	if g.Sticky > 0 {
		if c, err := x.request.Cookie(stickyCookie); err == nil {
			i = slices.Index(g.cookies, c.Value)
		}
	}
	if i < 0 {
		i = int((g.turn.Add(1) - 1) % uint64(len(g.members)))
	}
	g.members[i](x, path)
	if g.Sticky > 0 {
		expires := x.begun.Add(time.Duration(g.Sticky)).UTC().Format(http.TimeFormat)
		for name, more := range map[string]string{stickyCookie: "", stickyCookie + "CORS": "; SameSite=None; Secure"} {
			x.extra = append(x.extra, [2]string{"Set-Cookie", name + "=" + g.cookies[i] + "; Expires=" + expires + "; Path=/" + more})
		}
	}
}

// choose returns what answers a request, and how many rules that took, the
// default rule included where it came to that.
func choose(rules []rule, otherwise integration, r *http.Request) (chosen integration, processed int) {
	for i := range rules {
		if rules[i].matches(r) {
			return rules[i].integrate, i + 1
		}
	}
	return otherwise, len(rules) + 1
}

func (r *Rule) matches(q *http.Request) bool {
	return (r.Method == "" || r.Method == q.Method) &&
		(r.Path == "" || wild(r.Path, q.URL.Path)) &&
		(r.Host == "" || wild(strings.ToLower(r.Host), strings.ToLower(hostOf(q.Host))))
}

func hostOf(host string) string {
	name, _, _ := strings.Cut(host, ":")
	return name
}

// wild matches a pattern in which * stands for any text, slashes included, and
// ? for one character. Only the last * is ever gone back to, so that no pattern
// takes long.
func wild(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark, p = p, t, p+1
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// checkRules says what is wrong with a listener.
func (d DoorConfig) checkRules(at string, faults *faultList) {
	if d.Kind != targets.ALB.Name {
		if len(d.Rules) > 0 || d.Idle != 0 {
			faults.add("%s: only a load balancer has rules and an idle timeout", at)
		}
		return
	}
	faults.span(at+".idle_timeout", d.Idle, time.Second, longestIdling)
	if len(d.Rules) > mostRules {
		faults.add("%s.rules: a load balancer has at most %d", at, mostRules)
	}
	for i, r := range d.Rules {
		r.check(fmt.Sprintf("%s.rules[%d]", at, i), faults)
	}
}

func (r Rule) check(at string, faults *faultList) {
	if r.Method+r.Path+r.Host == "" {
		faults.add("%s: give a method, a path or a host; the default rule takes everything", at)
	}
	if r.Path != "" && !path.IsAbs(r.Path) && r.Path[0] != '*' {
		faults.add(`%s.path: %q must be like "/api/*"`, at, r.Path)
	}
	if r.Action != nil {
		r.Action.filled().check(at+".action", targets.ALB.Name, faults)
		if len(r.Targets) > 0 {
			faults.add("%s: give an action or targets, not both", at)
		}
	}
	for i, t := range r.Targets {
		if !onThisMachine(t) {
			faults.add("%s.targets[%d]: %q must be on this machine, such as http://127.0.0.1:8000", at, i, t)
		}
	}
	if r.Sticky != 0 && len(r.Targets) == 0 {
		faults.add("%s.sticky: clients stay at one of several targets; give them", at)
	}
	faults.span(at+".sticky", r.Sticky, 0, longestSticky)
}
