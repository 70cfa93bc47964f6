//go:build foreign && linux

package foreign

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// nginxLimits are nginx's limits on rate and concurrency.
//
// limit_req is a leaky bucket: of an empty one, burst + 1 requests pass at once. Without
// nodelay those above the rate wait, so as many are in flight: the same decisions are
// those of a limit on concurrency. Limit_conn counts requests that are being served.
// Sources: nginx, ngx_http_limit_req_module and ngx_http_limit_conn_module.
func nginxLimits() []system {
	all := []system{
		limitReq(50, 20, "nodelay"),
		limitReq(200, 99, "nodelay"),
		limitReq(15, 0, ""),
		limitReq(50, 20, ""),
		limitReq(50, 40, "delay=20"),
		{
			name: "nginx: two limit_req", truth: "60/s burst 301 and 150/s burst 41",
			probe: "usage-plan: {expect: {rate: 60/s, burst: 301}}",
			start: limited("limit_req_zone $server_name zone=slow:1m rate=60r/s; limit_req_zone $server_name zone=fast:1m rate=150r/s;",
				"limit_req zone=slow burst=300 nodelay; limit_req zone=fast burst=40 nodelay; limit_req_status 429;", 5*time.Millisecond,
				statement{twoLimits, map[string]span{"slow_rate": exactly(60), "slow_burst": {300, 301}, "fast_rate": exactly(150), "fast_burst": {40, 41}}}),
		},
		{
			name: "nginx: limit_req that answers 503", truth: "50/s burst 21, refused by another status code than 429",
			probe: "usage-plan: {expect: {rate: 50/s, burst: 21}}",
			start: limited("limit_req_zone $server_name zone=all:1m rate=50r/s;", "limit_req zone=all burst=20 nodelay;", 5*time.Millisecond, leaky(50, 20)),
		},
		limitConn(10, 50*time.Millisecond),
		limitConn(20, 100*time.Millisecond),
		{
			name: "nginx: limit_conn and limit_req", truth: "100/s burst 51 and 8 in flight of 60 ms",
			probe: "usage-plan: {}",
			start: limited("limit_req_zone $server_name zone=all:1m rate=100r/s; limit_conn_zone $server_name zone=flight:1m;",
				"limit_req zone=all burst=50 nodelay; limit_req_status 429; limit_conn flight 8; limit_conn_status 429;", 60*time.Millisecond, bucketAndFlight(100, 51, 8)),
		},
		{
			name: "nginx: no limit", truth: "nothing is refused", probe: "usage-plan: {most: 400/s}",
			start: limited("", "", 5*time.Millisecond, statement{claim: noLimit}),
		},
	}
	all[0].quick, all[0].sure = true, true
	return all
}

// leaky is what is true of limit_req.
func leaky(rate, burst float64) statement {
	return tokens(rate, burst+1)
}

func limitReq(rate, burst float64, how string) system {
	is, above := []statement{leaky(rate, burst)}, ""
	if burst > 0 {
		above = fmt.Sprintf("burst=%g %s", burst, how)
	}
	if how == "" && burst > 0 {
		is = append(is, statement{concurrency, map[string]span{"concurrency": {burst, burst + 1}}})
	}
	return system{
		name: strings.TrimSpace(fmt.Sprintf("nginx: limit_req %g per s, burst %g %s", rate, burst, how)), truth: fmt.Sprintf("%g/s burst %g", rate, burst+1),
		probe: fmt.Sprintf("usage-plan: {expect: {rate: %g/s, burst: %g}}", rate, burst+1),
		start: limited(fmt.Sprintf("limit_req_zone $server_name zone=all:1m rate=%gr/s;", rate),
			fmt.Sprintf("limit_req zone=all %s; limit_req_status 429;", above), 5*time.Millisecond, is...),
	}
}

func limitConn(most float64, service time.Duration) system {
	return system{
		name: fmt.Sprintf("nginx: limit_conn %g × %v", most, service), truth: fmt.Sprintf("%g in flight", most), probe: "usage-plan: {}",
		start: limited("limit_conn_zone $server_name zone=flight:1m;", fmt.Sprintf("limit_conn flight %g; limit_conn_status 429;", most), service,
			statement{concurrency, map[string]span{"concurrency": exactly(most)}}),
	}
}

// limited is nginx with limits, before a backend that takes so long.
func limited(outside, inside string, service time.Duration, is ...statement) func(*testing.T) running {
	return func(t *testing.T) running {
		b := newBackend(t, 5, always(service))
		return known(startNginx(t, folder(t), outside, "proxy_pass "+b.URL+"; "+inside), is...)
	}
}
