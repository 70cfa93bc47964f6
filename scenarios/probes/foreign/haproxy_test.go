//go:build foreign && linux

package foreign

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// haproxyConf is one frontend and one backend of HAProxy: an address, what is asked of
// the frontend, what of the backend, and other sections.
const haproxyConf = `
global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 60s
frontend all
  bind %[1]s
%[2]s
  default_backend behind
backend behind
%[3]s
%[4]s
`

// startHAProxy starts HAProxy before a backend.
func startHAProxy(t *testing.T, frontend, backend, more string) *url.URL {
	t.Helper()
	dir, at := folder(t), address(t)
	conf := write(t, dir, "haproxy.cfg", fmt.Sprintf(haproxyConf, at, frontend, backend, more))
	return program{
		name: "haproxy", install: "on Debian, apt-get install haproxy",
		args: []string{"-db", "-f", conf}, listens: at, log: dir,
	}.start(t)
}

// haproxyLimits are limits on what HAProxy counts in a stick table, and on connections.
//
// A rate of a stick table is a sliding window counter: the count of the current period
// and, by the time that is left of it, that of the period before. http_req_rate counts
// refused requests; gpc0_rate counts what a rule asks it to, here accepted requests.
// Source: HAProxy configuration manual, "stick-table" and "be_conn"; freq_ctr.c.
func haproxyLimits() []system {
	return []system{
		stickTable("http_req_rate(1s)", "gt 100", "", "100 in 1 s, refused requests count", span{1, 1}, span{100, 101}),
		stickTable("http_req_rate(10s)", "gt 300", "", "300 in 10 s, refused requests count", span{10, 10}, span{300, 301}),
		stickTable("gpc0_rate(1s)", "ge 100", "  http-request sc-inc-gpc0(0)", "100 in 1 s", span{1, 1}, span{99, 101}),
		stickTable("gpc0_rate(10s)", "ge 300", "  http-request sc-inc-gpc0(0)", "300 in 10 s", span{10, 10}, span{299, 301}),
		{
			name: "HAProxy: be_conn 10 × 50 ms", truth: "10 in flight", probe: "usage-plan: {}",
			start: denied("  http-request deny deny_status 429 if { be_conn(behind) ge 10 }", 50*time.Millisecond,
				statement{concurrency, map[string]span{"concurrency": {10, 11}}}),
		},
		{
			name: "HAProxy: 20 % denied at random", truth: "20 % refused", probe: "usage-plan: {}",
			start: denied("  http-request deny deny_status 429 if { rand(100) lt 20 }", 5*time.Millisecond,
				statement{refusesSome, map[string]span{"refused_share": exactly(0.2)}}),
		},
		{
			name: "HAProxy: everything denied", truth: "everything refused", probe: "usage-plan: {}",
			start: denied("  http-request deny deny_status 429", 5*time.Millisecond, statement{claim: refusesAll}),
		},
	}
}

func stickTable(store, limit, count, truth string, length, requests span) system {
	fetch, _, _ := strings.Cut(store, "(")
	return system{
		name: "HAProxy: " + store + " " + limit, truth: truth, probe: "usage-plan: {}",
		start: denied(fmt.Sprintf(`  stick-table type integer size 10 expire 10m store %s
  http-request track-sc0 int(1)
  http-request deny deny_status 429 if { sc_%s(0) %s }
%s`, store, fetch, limit, count), 5*time.Millisecond, statement{slidingWindow, map[string]span{"window": length, "window_requests": requests}}),
	}
}

// denied is HAProxy with rules before a backend that takes so long.
func denied(rules string, service time.Duration, is ...statement) func(*testing.T) running {
	return func(t *testing.T) running {
		b := newBackend(t, 5, always(service))
		return known(startHAProxy(t, rules, "  server one "+b.host(), ""), is...)
	}
}
