package doors

import (
	"fmt"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"
)

// A Rule is one rule of a load balancer's listener: what a request must be
// like, and what answers it then. Rules are tried in their order; the default
// rule, the function, comes after them.
type Rule struct {
	Method  string            `json:"method,omitempty"`    // conditions that are left out hold for every request
	Path    string            `json:"path,omitempty"`      // with * and ?
	Host    string            `json:"host,omitempty"`      // with * and ?
	Headers map[string]string `json:"headers,omitempty"`   // by name, with * and ?, in any case
	Query   map[string]string `json:"query,omitempty"`     // by key, with * and ?, in any case
	Sources []string          `json:"source_ip,omitempty"` // address blocks, one of which the client's address is in

	Action  *Integration  `json:"action,omitempty"`  // "lambda" (default), "http", "fixed-response" or "redirect"
	Targets []string      `json:"targets,omitempty"` // instances on this machine that take turns, in place of an action
	Groups  []TargetGroup `json:"groups,omitempty"`  // that share the requests by weight, in place of an action
	Sticky  Duration      `json:"sticky,omitempty"`  // how long a client stays at its target
}

// Source: Application Load Balancer user guide, "Quotas" and "Sticky sessions".
const (
	mostRules     = 100
	longestSticky = 7 * 24 * time.Hour
)

func (r Rule) check(at string, k *kind, p *problems) {
	if r.Method+r.Path+r.Host == "" && len(r.Headers)+len(r.Query)+len(r.Sources) == 0 {
		p.add("%s: give a method, path, host, headers, query or source_ip; the default rule takes everything", at)
	}
	if r.Path != "" && !path.IsAbs(r.Path) && r.Path[0] != '*' {
		p.add(`%s.path: %q must be like "/api/*"`, at, r.Path)
	}
	for name := range r.Headers {
		if !plainHeader().MatchString(name) {
			p.add("%s.headers: %q must be a plain name", at, name)
		}
	}
	for i, block := range r.Sources {
		if _, err := netip.ParsePrefix(block); err != nil {
			p.add("%s.source_ip[%d]: %q must be a block of addresses such as 10.0.0.0/8", at, i, block)
		}
	}
	r.checkAction(at, k, p)
}

func (r Rule) checkAction(at string, k *kind, p *problems) {
	given := 0
	for _, is := range []bool{r.Action != nil, len(r.Targets) > 0, len(r.Groups) > 0} {
		if is {
			given++
		}
	}
	if given > 1 {
		p.add("%s: give an action, targets or groups, one of them", at)
	}
	if r.Action != nil {
		r.Action.filled().check(at+".action", k, p)
	}
	checkTargets(at, r.Targets, p)
	for i, g := range r.Groups {
		g.check(fmt.Sprintf("%s.groups[%d]", at, i), p)
	}
	if len(r.Groups) > 0 && r.weight() == 0 {
		p.add("%s.groups: a weight must be above 0, or nothing gets any request", at)
	}
	if r.Sticky != 0 && len(r.Targets)+len(r.Groups) == 0 {
		p.add("%s.sticky: clients stay at one of several targets; give them", at)
	}
	p.between(at+".sticky", r.Sticky, 0, longestSticky)
}

func checkTargets(at string, urls []string, p *problems) {
	for i, t := range urls {
		if !onThisMachine(t) {
			p.add("%s.targets[%d]: %q must be on this machine, such as http://127.0.0.1:8000", at, i, t)
		}
	}
}

// A listener tries its rules in their order; the default rule is the function.
type listener struct {
	rules     []rule
	otherwise stage
}

type rule struct {
	Rule
	sources []netip.Prefix
	forward stage
}

func newListener(d *door) *listener {
	l := &listener{otherwise: d.lambda}
	for i, config := range d.config.Rules {
		it := rule{Rule: config, forward: d.lambda}
		for _, block := range config.Sources {
			it.sources = append(it.sources, netip.MustParsePrefix(block)) // checked
		}
		switch {
		case len(config.Targets) > 0:
			it.forward = newGroup(d, config.Targets, config.Sticky, i).forward
		case len(config.Groups) > 0:
			it.forward = newShares(d, config, i).forward
		case config.Action != nil:
			filled := config.Action.filled()
			it.forward = integrations[filled.Type](d, &filled)
		}
		l.rules = append(l.rules, it)
	}
	return l
}

// forward lets the first rule that matches answer, and counts the rules that this
// took, the default rule included where it came to that.
func (l *listener) forward(x *exchange) bool {
	for i := range l.rules {
		if l.rules[i].matches(x.request) {
			x.rules = i + 1
			return l.rules[i].forward(x)
		}
	}
	x.rules = len(l.rules) + 1
	return l.otherwise(x)
}

// matches says whether all conditions hold. Paths are compared as they are
// written, hosts, headers and queries in any case.
// Source: Application Load Balancer user guide, "Rule condition types".
func (r *rule) matches(q *http.Request) bool {
	return (r.Method == "" || r.Method == q.Method) &&
		(r.Path == "" || wild(r.Path, q.URL.Path)) &&
		(r.Host == "" || wildFold(r.Host, hostOf(q.Host))) &&
		(r.Headers == nil || valuesMatch(r.Headers, q.Header.Values)) &&
		(r.Query == nil || valuesMatch(r.Query, parameters(q))) &&
		(r.sources == nil || r.comesFrom(q.RemoteAddr))
}

func valuesMatch(patterns map[string]string, values func(name string) []string) bool {
	for name, pattern := range patterns {
		if !slices.ContainsFunc(values(name), func(value string) bool { return wildFold(pattern, value) }) {
			return false
		}
	}
	return true
}

func parameters(q *http.Request) func(key string) []string {
	query := q.URL.Query()
	return func(key string) (values []string) {
		for name, said := range query {
			if strings.EqualFold(name, key) {
				values = append(values, said...)
			}
		}
		return values
	}
}

func (r *rule) comesFrom(address string) bool {
	from, err := netip.ParseAddrPort(address)
	return err == nil && slices.ContainsFunc(r.sources, func(p netip.Prefix) bool { return p.Contains(from.Addr().Unmap()) })
}

func hostOf(host string) string {
	name, _, _ := strings.Cut(host, ":")
	return name
}

func wildFold(pattern, text string) bool {
	return wild(strings.ToLower(pattern), strings.ToLower(text))
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
