//go:build foreign && linux

package foreign

import (
	"net/http"
	"testing"
	"time"
)

// coldProbe asks for cold starts, and for how long an environment is kept.
const coldProbe = "cold-start: {fan_out: 40, warm_requests: 200, settle: 1500ms, idle: {first: 1s, longest: 8s, precision: 20%}}"

// neverCold are systems that have slow responses and no environments: a share that is
// slow, queues that a fan-out fills, and a cache whose entry expires.
func neverCold() []system {
	none := statement{claim: noColdStarts}
	return []system{
		{
			name: "nginx: one request in ten is slow", truth: "no cold starts", quick: true,
			probe: "cold-start: {fan_out: 40, warm_requests: 200, settle: 1s}",
			start: plain(mixed(20*time.Millisecond, 200*time.Millisecond, 0.1), none),
		},
		{name: "nginx: two speeds, 20 and 60 ms", truth: "no cold starts", probe: coldProbe, start: plain(twoSpeeds, none)},
		{name: "nginx: one speed", truth: "no cold starts", probe: coldProbe, start: plain(always(20*time.Millisecond), none)},
		{
			name: "HAProxy: queue of 4 × 20 ms, fan-out", truth: "no cold starts", probe: coldProbe,
			start: func(t *testing.T) running { return known(workers(4, 20*time.Millisecond)(t).url, none) },
		},
		{
			name: "nginx: limit_req 50 per s, burst 200, waiting, fan-out", truth: "no cold starts", probe: coldProbe,
			start: limited("limit_req_zone $server_name zone=all:1m rate=50r/s;", "limit_req zone=all burst=200;", 20*time.Millisecond, none),
		},
		{
			name: "Varnish: an entry of 3 s", truth: "no cold starts", probe: coldProbe,
			start: func(t *testing.T) running {
				b := newBackend(t, 100, always(200*time.Millisecond))
				return known(varnish{ttl: "3s", tells: tellsNone}.start(t, nil, b), none)
			},
		},
	}
}

// plain is nginx before a backend.
func plain(wait func(*http.Request) time.Duration, is ...statement) func(*testing.T) running {
	return func(t *testing.T) running {
		b := newBackend(t, 5, wait)
		return known(startNginx(t, folder(t), "", "proxy_pass "+b.URL+";"), is...)
	}
}
