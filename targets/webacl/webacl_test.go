package webacl

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	began = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	home  = netip.MustParseAddr("127.0.0.1")
)

func get(t *testing.T, target string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func TestRulesAreTriedInTheirOrder(t *testing.T) {
	admin := Rule{Name: "admin", Paths: []string{"/prod/admin"}}
	for _, row := range []struct {
		name  string
		acl   ACL
		path  string
		from  string
		want  Verdict
		heads []string
	}{
		{"no rule lets everything pass", ACL{}, "/", "127.0.0.1", Verdict{}, nil},
		{"a default of block stops the rest", ACL{Default: "block"}, "/", "127.0.0.1", Verdict{Blocked: true}, nil},
		{"a path that a rule names is blocked", ACL{Rules: []Rule{admin}}, "/prod/admin/users", "127.0.0.1", Verdict{Blocked: true, Rule: "admin"}, nil},
		{"another path passes", ACL{Rules: []Rule{admin}}, "/prod/", "127.0.0.1", Verdict{}, nil},
		{
			"what is allowed before is not blocked after",
			ACL{Rules: []Rule{{Name: "us", Action: "allow", Addresses: []string{"127.0.0.0/8"}}, admin}},
			"/prod/admin", "127.0.0.1",
			Verdict{Rule: "us"},
			nil,
		},
		{
			"an address that is mapped into IPv6 is the same address",
			ACL{Rules: []Rule{{Name: "us", Addresses: []string{"127.0.0.1"}}}},
			"/", "::ffff:127.0.0.1",
			Verdict{Blocked: true, Rule: "us"},
			nil,
		},
		{
			"a rule that counts decides nothing",
			ACL{Rules: []Rule{{Name: "seen", Action: "count", Methods: []string{"GET"}}, admin}},
			"/prod/admin", "127.0.0.1",
			Verdict{Blocked: true, Rule: "admin", Counted: []string{"seen"}},
			nil,
		},
		{
			"all that a rule states has to match",
			ACL{Rules: []Rule{{Name: "both", Paths: []string{"/"}, Headers: map[string]string{"User-Agent": "curl"}, Query: "id="}}},
			"/?id=1", "127.0.0.1",
			Verdict{},
			[]string{"User-Agent", "wget/1"},
		},
		{
			"and then it does",
			ACL{Rules: []Rule{{Name: "both", Paths: []string{"/"}, Headers: map[string]string{"User-Agent": "curl"}, Query: "id="}}},
			"/?id=1", "127.0.0.1",
			Verdict{Blocked: true, Rule: "both"},
			[]string{"User-Agent", "curl/8"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := New(&row.acl, began).Inspect(get(t, row.path, row.heads...), netip.MustParseAddr(row.from), began)
			if got.Blocked != row.want.Blocked || got.Rule != row.want.Rule || !slices.Equal(got.Counted, row.want.Counted) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

// described is the rule as the developer guide describes it: every ten seconds a look at
// the requests of the window before it, which takes effect ten seconds later.
type described struct {
	limit  int
	window time.Duration
	at     []time.Duration // of each request, from the beginning
}

func (d *described) limited(now time.Duration) bool {
	last := (now - 10*time.Second) / (10 * time.Second)
	if now < 20*time.Second {
		return false
	}
	end := time.Duration(last) * 10 * time.Second
	n := 0
	for _, at := range d.at {
		if at < end && at >= end-d.window {
			n++
		}
	}
	return n > d.limit
}

func TestARateBasedRuleBlocksAsItIsDescribed(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		window := windows[random.IntN(len(windows))]
		limit := 10 + random.IntN(200)
		in := New(&ACL{Rules: []Rule{{Name: "rate", Rate: &Rate{Limit: limit, Window: Window(window)}}}}, began)
		want := &described{limit: limit, window: window}
		now, fast := time.Duration(0), true
		for range 3000 {
			if random.IntN(200) == 0 {
				fast = !fast
			}
			if fast {
				now += time.Duration(random.IntN(1000)) * time.Millisecond
			} else {
				now += time.Duration(random.IntN(40)) * time.Second
			}
			want.at = append(want.at, now)
			if got := in.Inspect(get(t, "/"), home, began.Add(now)); got.Blocked != want.limited(now) {
				t.Fatalf("seed %d: limit %d in %v: after %v blocked is %v", seed, limit, window, now, got.Blocked)
			}
		}
	}
}

func TestAClientIsBlockedWithinHalfAMinuteAndForgiven(t *testing.T) {
	in := New(&ACL{Rules: []Rule{{Name: "rate", Rate: &Rate{Limit: 100, Window: Window(time.Minute)}}}}, began)
	var passed int
	var blockedAt time.Duration
	for now := time.Duration(0); now < time.Minute; now += 100 * time.Millisecond { // 10 a second: the limit after 10 s
		switch v := in.Inspect(get(t, "/"), home, began.Add(now)); {
		case v.Blocked && blockedAt == 0:
			blockedAt = now
		case !v.Blocked:
			passed++
		}
	}
	if blockedAt < 15*time.Second || blockedAt > 30*time.Second {
		t.Errorf("blocked after %v, with a limit that was reached after 10s", blockedAt)
	}
	if passed <= 100 {
		t.Errorf("%d requests passed: AWS WAF lets more than the limit pass", passed)
	}
	if v := in.Inspect(get(t, "/"), netip.MustParseAddr("192.0.2.1"), began.Add(time.Minute)); v.Blocked {
		t.Error("another client is blocked as well")
	}
	if v := in.Inspect(get(t, "/"), home, began.Add(3*time.Minute)); v.Blocked {
		t.Error("a client that was silent for two minutes is still blocked")
	}
}

func TestWhatARequestIsCountedBy(t *testing.T) {
	flood := func(by string, header func(i int) []string) bool {
		in := New(&ACL{Rules: []Rule{{Name: "rate", Methods: []string{"GET"}, Rate: &Rate{Limit: 10, Window: Window(time.Minute), By: by}}}}, began)
		var last Verdict
		for i := range 40 {
			last = in.Inspect(get(t, "/", header(i)...), home, began.Add(time.Duration(i)*time.Second))
		}
		return last.Blocked
	}
	one := func(name string) func(int) []string { return func(int) []string { return []string{name, "a, b"} } }
	each := func(name string) func(int) []string {
		return func(i int) []string { return []string{name, fmt.Sprint(i)} }
	}
	for _, row := range []struct {
		name, by string
		header   func(int) []string
		want     bool
	}{
		{"one address", "", each("X"), true},
		{"all requests together", "all", each("X"), true},
		{"one forwarded address", "forwarded-address", one("X-Forwarded-For"), true},
		{"many forwarded addresses", "forwarded-address", each("X-Forwarded-For"), false},
		{"no forwarded address", "forwarded-address", each("X"), false},
		{"one value of a header", "header X-Api-Key", one("X-Api-Key"), true},
		{"many values of a header", "header X-Api-Key", each("X-Api-Key"), false},
	} {
		if got := flood(row.by, row.header); got != row.want {
			t.Errorf("%s: blocked is %v", row.name, got)
		}
	}
}

func TestAWebACLSaysWhatIsWrongWithIt(t *testing.T) {
	wrong := &ACL{Name: "a b", Default: "drop", Rules: []Rule{
		{Name: "x"},
		{Name: "x", Action: "stop", Paths: []string{"admin"}, Addresses: []string{"10.0.0.0/99"}, Methods: []string{"get"}},
		{Name: "rate", Action: "allow", Rate: &Rate{Limit: 9, By: "all"}},
		{Name: "key", Rate: &Rate{Limit: 10, By: "cookie"}},
	}}
	var got []string
	wrong.Problems("web_acl", func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) })
	for _, want := range []string{
		`web_acl.name: "a b" must be`, `web_acl.default: "drop" must be allow or block`, `web_acl.rules[0]: state what it matches`,
		`web_acl.rules[1].name: "x" is in the list already`, `web_acl.rules[1].action: "stop"`, `web_acl.rules[1].paths[0]: "admin" must begin with /`,
		`web_acl.rules[1].addresses[0]: "10.0.0.0/99" is not`, `web_acl.rules[1].methods[0]: "get"`, `web_acl.rules[2].rate.limit: 9 must be from 10`,
		`web_acl.rules[2].rate.by: AWS WAF counts all`, `web_acl.rules[2].action: a rate-based rule blocks or counts`, `web_acl.rules[3].rate.by: "cookie" must be`,
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("nothing says %s, but\n%s", want, strings.Join(got, "\n"))
		}
	}
	none := (*ACL)(nil)
	none.Problems("web_acl", func(format string, args ...any) { t.Errorf(format, args...) })
}

func TestAWindowIsOneOfFour(t *testing.T) {
	for text, ok := range map[string]bool{`"1m"`: true, `"120s"`: true, `"5m0s"`: true, `"10m"`: true, `"3m"`: false, `"soon"`: false} {
		var w Window
		if err := json.Unmarshal([]byte(text), &w); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
