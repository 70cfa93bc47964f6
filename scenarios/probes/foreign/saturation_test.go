//go:build foreign && linux

package foreign

import (
	"fmt"
	"testing"
	"time"

	"tollgate/results"
)

// queues are systems with a limit on what they carry: a throttle, whose rate it is, or a
// queue, whose response time grows near the rate of its servers. A step of some seconds
// of random arrivals keeps a limit of several service times up to a share of that rate
// (queueShare): below it waits are short, above it the queue grows too slowly to be seen.
// Source: Tijms, "A First Course in Stochastic Models", 9.6 (the tail of waits in M/D/c).
func queues() []system {
	const wait = "saturation: {from: 25/s, to: 800/s, for: 4s, precision: 4%, thresholds: [p(95) < 150ms]}"
	const even = "saturation: {from: 25/s, to: 800/s, for: 2s, precision: 3%, arrivals: constant}"
	return []system{
		{name: "HAProxy: maxconn 4 × 20 ms", truth: "4 in 20 ms: 200/s", probe: wait, start: workers(4, 20*time.Millisecond)},
		{name: "HAProxy: maxconn 16 × 100 ms", truth: "16 in 100 ms: 160/s", probe: "saturation: {from: 25/s, to: 800/s, for: 4s, precision: 4%, thresholds: [p(95) < 400ms]}", start: workers(16, 100*time.Millisecond)},
		{
			name: "nginx: limit_req 200 per s, burst 2000, waiting", truth: "200/s", probe: wait,
			start: limited("limit_req_zone $server_name zone=all:1m rate=200r/s;", "limit_req zone=all burst=2000; limit_req_status 429;", 5*time.Millisecond, holds(queueShare(200), exactly(200))),
		},
		{name: "Go time rate: Wait, 200 per s", truth: "200/s", probe: wait, start: goServer("-rate 200 -burst 1 -queue", holds(queueShare(200), exactly(200)))},
		{
			name: "nginx: limit_req 200 per s, burst 20, saturation", truth: "throttled above 200/s", probe: even,
			start: limited("limit_req_zone $server_name zone=all:1m rate=200r/s;", "limit_req zone=all burst=20 nodelay; limit_req_status 429;", 5*time.Millisecond, holds(throttled(200), exactly(200))),
		},
		{name: "Go time rate: 150 per s, burst 30, saturation", truth: "throttled above 150/s", probe: even, start: goServer("-rate 150 -burst 30", holds(throttled(150), exactly(150)))},
		{
			name: "nginx: two speeds, saturation", truth: "nothing gives way", probe: "saturation: {from: 25/s, to: 200/s, for: 2s, thresholds: [error_share < 1%, p(95) < 250ms]}",
			start: plain(mixed(20*time.Millisecond, 100*time.Millisecond, 0.1), statement{claim: neverSaturates}),
		},
	}
}

// queueShare is where a queue before servers of this rate gives way.
func queueShare(rate float64) span { return span{0.9 * rate, 1.04 * rate} }

// throttled is where a throttle refuses one request of a hundred.
func throttled(rate float64) span { return span{rate, 1.012 * rate} }

// holds is what is true of a system that holds up to some rate and has some capacity.
func holds(up, capacity span) statement {
	return statement{saturates, map[string]span{"highest_rate": up, "capacity": capacity}}
}

// workers is HAProxy with a queue before so many that serve at the same time. How long
// each really takes is measured by themselves: sleeps are longer on a busy machine.
func workers(n int, service time.Duration) func(*testing.T) running {
	return func(t *testing.T) running {
		b := newBackend(t, 5, always(service))
		u := startHAProxy(t, "", fmt.Sprintf("  server one %s maxconn %d", b.host(), n), "")
		return running{u, func(*testing.T, *results.Run) []statement {
			slow, fast := float64(n)/b.serviceTime().Seconds(), float64(n)/service.Seconds()
			return []statement{holds(span{queueShare(slow).low, queueShare(fast).high}, span{slow, fast})}
		}}
	}
}
