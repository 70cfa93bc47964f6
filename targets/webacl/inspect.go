package webacl

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Verdict is what a web ACL says of one request.
type Verdict struct {
	Blocked bool
	Rule    string   // that decided; "": none, so that the default did
	Counted []string // rules that matched and only count
}

// An Inspector is a web ACL at work.
type Inspector struct {
	fallback bool // blocks what no rule decides
	rules    []rule
}

type rule struct {
	Rule
	ranges []netip.Prefix
	rate   *counter // nil: it has none
}

// New puts a web ACL, which has no problems, to work.
func New(a *ACL, now time.Time) *Inspector {
	in := &Inspector{fallback: a.Default == block}
	for _, r := range a.Rules {
		one := rule{Rule: r}
		for _, text := range r.Addresses {
			prefix, _ := prefixOf(text) // checked
			one.ranges = append(one.ranges, prefix)
		}
		if q := r.Rate; q != nil {
			one.rate = newCounter(q.Limit, time.Duration(cmp.Or(q.Window, Window(defaultWindow))), now)
		}
		in.rules = append(in.rules, one)
	}
	return in
}

// Inspect says what becomes of a request from an address.
func (in *Inspector) Inspect(r *http.Request, from netip.Addr, now time.Time) (v Verdict) {
	for i := range in.rules {
		rule := &in.rules[i]
		if !rule.matches(r, from.Unmap()) || rule.rate != nil && !rule.exceeded(r, from, now) {
			continue
		}
		switch cmp.Or(rule.Action, block) {
		case count:
			v.Counted = append(v.Counted, rule.Name)
		case allow:
			v.Rule = rule.Name
			return v
		default:
			v.Rule, v.Blocked = rule.Name, true
			return v
		}
	}
	v.Blocked = in.fallback
	return v
}

func (r *rule) matches(q *http.Request, from netip.Addr) bool {
	for name, text := range r.Headers {
		if !slices.ContainsFunc(q.Header.Values(name), func(v string) bool { return strings.Contains(v, text) }) {
			return false
		}
	}
	begins := func(beginning string) bool { return strings.HasPrefix(q.URL.Path, beginning) }
	holds := func(p netip.Prefix) bool { return p.Contains(from) }
	return (len(r.Paths) == 0 || slices.ContainsFunc(r.Paths, begins)) &&
		(len(r.Methods) == 0 || slices.Contains(r.Methods, q.Method)) &&
		(len(r.ranges) == 0 || slices.ContainsFunc(r.ranges, holds)) &&
		strings.Contains(q.URL.RawQuery, r.Query)
}

// exceeded counts a request, and says whether its client is beyond the limit. A request
// without the header that it is counted by is not counted at all.
func (r *rule) exceeded(q *http.Request, from netip.Addr, now time.Time) bool {
	key := from.String()
	switch by := r.Rate.By; {
	case by == byAll:
		key = ""
	case by == byForwarded:
		first, _, _ := strings.Cut(q.Header.Get("X-Forwarded-For"), ",")
		if key = strings.TrimSpace(first); key == "" {
			return false
		}
	case byHeader.MatchString(by):
		if key = q.Header.Get(byHeader.FindStringSubmatch(by)[1]); key == "" {
			return false
		}
	}
	return r.rate.add(key, now)
}

// When AWS WAF looks at a rate, and when what it finds takes effect.
const (
	checkEvery = 10 * time.Second
	takesUp    = 10 * time.Second
)

// mostKeys is how many clients a rule tells apart. Source: AWS WAF developer guide,
// "Rate-based rule aggregation instances and counts".
const mostKeys = 10_000

// A counter counts the requests of each client by the second.
type counter struct {
	limit  int
	window int64 // seconds
	since  time.Time

	mu   sync.Mutex
	keys map[string]*history
}

// A history is what one client sent lately. Its counts are of the seconds up to last, each
// at its second's number modulo their length.
type history struct {
	counts  []int32
	last    int64 // second
	looked  int64 // which look the verdict is of, from 1; 0: none yet
	limited bool
}

func newCounter(limit int, window time.Duration, now time.Time) *counter {
	return &counter{limit: limit, window: int64(window / time.Second), since: now, keys: map[string]*history{}}
}

// kept is how many seconds of counts a look may still need.
func (c *counter) kept() int64 {
	return c.window + int64((checkEvery+takesUp)/time.Second) + 1
}

// add counts a request of a client at a time, and says whether the client is beyond the
// limit. Callers may be a little out of order.
func (c *counter) add(key string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	second := max(0, int64(now.Sub(c.since)/time.Second))
	h := c.keys[key]
	if h == nil {
		if len(c.keys) >= mostKeys {
			return false
		}
		h = &history{counts: make([]int32, c.kept()), last: second}
		c.keys[key] = h
	}
	h.forward(second)
	if h.last-second < c.kept() {
		h.counts[second%c.kept()]++
	}
	c.look(h, now)
	return h.limited
}

// forward clears the seconds up to one that begins.
func (h *history) forward(second int64) {
	n := int64(len(h.counts))
	for from := max(h.last+1, second-n+1); from <= second; from++ {
		h.counts[from%n] = 0
	}
	h.last = max(h.last, second)
}

// look brings the verdict up to date: that of the last look which has taken effect.
func (c *counter) look(h *history, now time.Time) {
	look := int64((now.Sub(c.since) - takesUp) / checkEvery)
	if look <= h.looked {
		return
	}
	end := look * int64(checkEvery/time.Second) // of the window: the second that begins there is not in it
	sum := 0
	for s := max(0, end-c.window, h.last-c.kept()+1); s < end; s++ {
		sum += int(h.counts[s%c.kept()])
	}
	h.looked, h.limited = look, sum > c.limit
}
