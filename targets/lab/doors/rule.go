package doors

import (
	"net/http"
	"net/netip"
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
	sources   []netip.Prefix
	integrate integration
}

func newRules(d *door) []rule {
	var rules []rule
	for i, config := range d.config.Rules {
		it := rule{Rule: config, integrate: d.call}
		for _, block := range config.Sources {
			it.sources = append(it.sources, netip.MustParsePrefix(block)) // checked
		}
		switch {
		case len(config.Targets) > 0:
			it.integrate = newGroup(d, config.Targets, config.Sticky, i).forward
		case len(config.Groups) > 0:
			it.integrate = newShares(d, config, i).forward
		case config.Action != nil:
			filled := config.Action.filled()
			it.integrate = integrations[filled.Type](d, &filled)
		}
		rules = append(rules, it)
	}
	return rules
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

// valuesMatch says whether each name has a value that matches its pattern.
func valuesMatch(patterns map[string]string, values func(name string) []string) bool {
	for name, pattern := range patterns {
		if !slices.ContainsFunc(values(name), func(value string) bool { return wildFold(pattern, value) }) {
			return false
		}
	}
	return true
}

// parameters finds what a query says for a key in any case.
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

// comesFrom says whether an address is in one of the rule's blocks.
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
