package webacl

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"time"
)

// An ACL is a web ACL. Its zero value lets everything pass.
type ACL struct {
	Name    string `json:"name,omitempty"`    // in CloudWatch; "": that of the front door
	Default string `json:"default,omitempty"` // what becomes of a request that no rule decides; allow unless stated
	Rules   []Rule `json:"rules,omitempty"`
}

// A Rule allows, blocks or counts the requests that match all that it states.
type Rule struct {
	Name      string            `json:"name"`
	Action    string            `json:"action,omitempty"`    // block unless stated
	Paths     []string          `json:"paths,omitempty"`     // beginnings of the path, the stage included; any of them
	Methods   []string          `json:"methods,omitempty"`   // any of them
	Addresses []string          `json:"addresses,omitempty"` // of the client, such as 192.0.2.0/24; any of them
	Headers   map[string]string `json:"headers,omitempty"`   // what each must contain
	Query     string            `json:"query,omitempty"`     // what the query string must contain
	Rate      *Rate             `json:"rate,omitempty"`      // of the requests that match all else: only those of clients beyond it
}

// A Rate is the limit of a rate-based rule.
type Rate struct {
	Limit  int    `json:"limit"`            // requests in the window
	Window Window `json:"window,omitempty"` // 5m unless stated
	By     string `json:"by,omitempty"`     // whose requests are counted together: "address" (default), "forwarded-address" (the first in X-Forwarded-For), "all" or "header NAME"
}

// A Window is how far a rate-based rule looks back.
type Window time.Duration

// windows are those that AWS WAF has.
var windows = []time.Duration{time.Minute, 2 * time.Minute, defaultWindow, 10 * time.Minute}

const defaultWindow = 5 * time.Minute

// MarshalText writes w as "1m0s".
func (w Window) MarshalText() ([]byte, error) { return []byte(time.Duration(w).String()), nil }

// UnmarshalText reads "5m".
func (w *Window) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || !slices.Contains(windows, d) {
		return fmt.Errorf("%q is no window of a rate-based rule: it is 1m, 2m, 5m or 10m", text)
	}
	*w = Window(d)
	return nil
}

// The bounds of a rate-based rule's limit. Source: WAFV2 API reference, RateBasedStatement.
const (
	leastLimit = 10
	mostLimit  = 2_000_000_000
)

var (
	plainName   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	plainMethod = regexp.MustCompile(`^[A-Z]{1,16}$`)
	byHeader    = regexp.MustCompile(`^header ([A-Za-z0-9-]{1,64})$`)
)

// Problems reports everything that is wrong with a, each by its place below at.
func (a *ACL) Problems(at string, report func(format string, args ...any)) {
	if a == nil {
		return
	}
	if a.Name != "" && !plainName.MatchString(a.Name) {
		report("%s.name: %q must be 1 to 128 letters, digits, - or _", at, a.Name)
	}
	if !slices.Contains([]string{"", allow, block}, a.Default) {
		report("%s.default: %q must be allow or block", at, a.Default)
	}
	seen := map[string]bool{}
	for i, r := range a.Rules {
		here := fmt.Sprintf("%s.rules[%d]", at, i)
		if seen[r.Name] {
			report("%s.name: %q is in the list already", here, r.Name)
		}
		seen[r.Name] = true
		r.problems(here, report)
	}
}

func (r *Rule) problems(at string, report func(format string, args ...any)) {
	if !plainName.MatchString(r.Name) {
		report("%s.name: %q must be 1 to 128 letters, digits, - or _", at, r.Name)
	}
	if !r.states() && r.Rate == nil {
		report("%s: state what it matches (paths, methods, addresses, headers, query) or a rate", at)
	}
	if !slices.Contains([]string{"", allow, block, count}, r.Action) {
		report("%s.action: %q must be block, count or allow", at, r.Action)
	}
	for i, a := range r.Addresses {
		if _, err := prefixOf(a); err != nil {
			report("%s.addresses[%d]: %q is not an address or a range such as 192.0.2.0/24", at, i, a)
		}
	}
	for i, m := range r.Methods {
		if !plainMethod.MatchString(m) {
			report("%s.methods[%d]: %q must be a method in capitals", at, i, m)
		}
	}
	for i, path := range r.Paths {
		if path == "" || path[0] != '/' {
			report("%s.paths[%d]: %q must begin with /", at, i, path)
		}
	}
	if r.Rate != nil {
		r.rateProblems(at, report)
	}
}

func (r *Rule) rateProblems(at string, report func(format string, args ...any)) {
	q := r.Rate
	if q.Limit < leastLimit || q.Limit > mostLimit {
		report("%s.rate.limit: %d must be from %d to %d requests in the window", at, q.Limit, leastLimit, mostLimit)
	}
	if q.By == byAll && !r.states() {
		report("%s.rate.by: AWS WAF counts all requests together only of those that a rule narrows down: state paths, methods, addresses, headers or query", at)
	}
	if !slices.Contains(plainKeys, q.By) && !byHeader.MatchString(q.By) {
		report(`%s.rate.by: %q must be "address", "forwarded-address", "all" or "header NAME"`, at, q.By)
	}
	if r.Action == allow {
		report("%s.action: a rate-based rule blocks or counts", at)
	}
}

// states says whether r narrows requests down.
func (r *Rule) states() bool {
	return len(r.Paths)+len(r.Methods)+len(r.Addresses)+len(r.Headers) > 0 || r.Query != ""
}

const (
	allow = "allow"
	count = "count"
	block = "block"
)

// What requests of a rate-based rule are counted by.
const (
	byAddress   = "address"
	byForwarded = "forwarded-address"
	byAll       = "all"
)

var plainKeys = []string{"", byAddress, byForwarded, byAll}

// prefixOf reads an address or a range of them.
func prefixOf(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}
