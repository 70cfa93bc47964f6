//go:build probes

package usageplan

import (
	"sync"
	"testing"
	"time"

	"tollgate/scenarios/probes/simulate"
)

func refillOf(interval, each, burst float64) map[string]float64 {
	return map[string]float64{"refill_interval": interval, "refill_requests": each, "refill_burst": burst}
}

var table = []limiterRow{
	{name: "tokens 12/s burst 3", limiter: tokens(12, 3), says: "A token bucket", truth: bucketOf(12, 3)},
	{name: "tokens 13/s burst 5", limiter: tokens(13, 5), says: "A token bucket", truth: bucketOf(13, 5)},
	{name: "tokens 33.3/s burst 19", limiter: tokens(33.3, 19), says: "A token bucket", truth: bucketOf(33.3, 19)},
	{name: "tokens 13/s burst 1", limiter: tokens(13, 1), says: "A token bucket", truth: bucketOf(13, 1)},
	{name: "tokens 2.1/s burst 1", limiter: tokens(2.1, 1), says: "A token bucket", truth: bucketOf(2.1, 1)},
	{name: "tokens 9.2/s burst 1", limiter: tokens(9.2, 1), says: "A token bucket", truth: bucketOf(9.2, 1)},
	{name: "tokens 80/s burst 1 on a path whose delay varies", limiter: tokens(80, 1), front: simulate.Front{Jitter: 3e-3}, says: "A token bucket", truth: bucketOf(80, 1)},
	{name: "tokens 1500/s burst 4000", limiter: tokens(1500, 4000), says: "A token bucket", truth: bucketOf(1500, 4000)},
	{name: "tokens 12/s burst 3, 2 % refused after", limiter: tokens(12, 3), front: simulate.Front{RefusedAfter: 0.02}, says: "A token bucket", truth: bucketOf(12, 3)},
	{name: "tokens 33.3/s burst 19, 2 % refused after", limiter: tokens(33.3, 19), front: simulate.Front{RefusedAfter: 0.02}, says: "A token bucket", truth: bucketOf(33.3, 19)},
	{name: "tokens 100/s burst 200, 2 % refused after", limiter: tokens(100, 200), front: simulate.Front{RefusedAfter: 0.02}, says: "A token bucket", truth: bucketOf(100, 200)},
	{name: "tokens 100/s burst 150, 5 % refused at random", limiter: tokens(100, 150), front: simulate.Front{RefusedBefore: 0.05}, says: "A token bucket", truth: map[string]float64{"rate": 100, "burst": 150, "other_refused": 0.05}},
	{name: "60/s burst 300, then 150/s burst 40", limiter: func(uint64) simulate.Limiter {
		return simulate.Row{simulate.NewTokens(60, 300), simulate.NewTokens(150, 40)}
	}, says: "More than one limit", truth: map[string]float64{"slow_rate": 60, "slow_burst": 300, "fast_rate": 150, "fast_burst": 40}},
	{name: "150/s burst 40, then 60/s burst 300", limiter: func(uint64) simulate.Limiter {
		return simulate.Row{simulate.NewTokens(150, 40), simulate.NewTokens(60, 300)}
	}, says: "More than one limit", truth: map[string]float64{"slow_rate": 60, "slow_burst": 300, "fast_rate": 150, "fast_burst": 40}},
	{name: "fixed window 100 in 1 s", limiter: fixedWindow(100, 1), says: "A fixed window", truth: windowOf(1, 100)},
	{name: "fixed window 500 in 10 s", limiter: fixedWindow(500, 10), says: "A fixed window", truth: windowOf(10, 500)},
	{name: "fixed window 1,000 in 60 s", limiter: fixedWindow(1000, 60), says: "A fixed window", truth: windowOf(60, 1000)},
	{name: "started window 100 in 1 s", limiter: func(uint64) simulate.Limiter { return &simulate.Started{Length: 1, Count: 100} }, says: "A fixed window", truth: windowOf(1, 100)},
	{name: "sliding window 100 in 1 s", limiter: func(uint64) simulate.Limiter { return &simulate.Sliding{Length: 1, Count: 100} }, says: "A sliding window", truth: windowOf(1, 100)},
	{name: "sliding window 300 in 5 s", limiter: func(uint64) simulate.Limiter { return &simulate.Sliding{Length: 5, Count: 300} }, says: "A sliding window", truth: windowOf(5, 300)},
	{name: "sliding counter 100 in 1 s", limiter: func(uint64) simulate.Limiter { return &simulate.Counter{Length: 1, Count: 100, Phase: 0.21} }, says: "A sliding window counter", truth: windowOf(1, 100)},
	{name: "sliding counter 300 in 10 s", limiter: func(uint64) simulate.Limiter { return &simulate.Counter{Length: 10, Count: 300, Phase: 2.1} }, says: "A sliding window counter", truth: windowOf(10, 300)},
	{name: "concurrency 10, 50 ms", limiter: concurrency(10), front: simulate.Front{Service: 0.05}, says: "A limit on concurrency", truth: map[string]float64{"concurrency": 10}},
	{name: "concurrency 20, 100 ms", limiter: concurrency(20), front: simulate.Front{Service: 0.1, Spread: 0.1}, says: "A limit on concurrency", truth: map[string]float64{"concurrency": 20}},
	{name: "concurrency 50, 200 ms", limiter: concurrency(50), front: simulate.Front{Service: 0.2, Spread: 0.3}, says: "A limit on concurrency", truth: map[string]float64{"concurrency": 50}},
	{name: "charging 80/s burst 100", limiter: charging(0), says: "charges refused requests", strange: true, truth: map[string]float64{"charging_rate": 80, "charging_burst": 100}},
	{name: "charging 80/s burst 100, as much debt", limiter: charging(100), says: "charges refused requests", strange: true, truth: map[string]float64{"charging_rate": 80, "charging_burst": 100}},
	{name: "charging 80/s burst 100, any debt", limiter: charging(1e9), says: "charges refused requests", strange: true, truth: map[string]float64{"charging_rate": 80, "charging_burst": 100}},
	{name: "four nodes", limiter: func(seed uint64) simulate.Limiter { return simulate.NewNodes(4, 100, 100, seed) }, says: "A token bucket", truth: bucketOf(100, 100)},
	{name: "four nodes that share every 100 ms", limiter: func(seed uint64) simulate.Limiter { return simulate.NewSynced(4, 100, 100, 0.1, seed) }, says: "A token bucket", strange: true, truth: bucketOf(100, 100)},
	{name: "20 % refused", limiter: refusing(0.2), says: "refused at random", truth: map[string]float64{"refused_share": 0.2}},
	{name: "50 % refused", limiter: refusing(0.5), says: "refused at random", truth: map[string]float64{"refused_share": 0.5}},
	{name: "all refused", limiter: refusing(1), says: "Every request was refused"},
	{name: "none refused", limiter: refusing(0), says: "none was refused"},
	{name: "nginx 50/s burst 20", limiter: func(uint64) simulate.Limiter { return &simulate.Leaky{Rate: 50, Burst: 20} }, says: "A token bucket", truth: bucketOf(50, 21)},
	{name: "HAProxy 100 in 1 s", limiter: func(uint64) simulate.Limiter { return &simulate.StickTable{Length: 1, Count: 100} }, says: "A sliding window", truth: windowOf(1, 100)},
	{name: "HAProxy 300 in 10 s", limiter: func(uint64) simulate.Limiter { return &simulate.StickTable{Length: 10, Count: 300} }, says: "A sliding window", truth: windowOf(10, 300)},
	{name: "refilled each second", limiter: func(uint64) simulate.Limiter { return &simulate.Refilled{Interval: 1, Each: 100, Most: 200} }, says: "that gets", strange: true, truth: refillOf(1, 100, 200)},
	{name: "refilled each 100 ms", limiter: func(uint64) simulate.Limiter { return &simulate.Refilled{Interval: 0.1, Each: 10, Most: 50} }, says: "that gets", strange: true, truth: refillOf(0.1, 10, 50)},
	{name: "bucket and concurrency", limiter: func(uint64) simulate.Limiter {
		return simulate.Row{simulate.NewTokens(100, 50), &simulate.Concurrency{Most: 8}}
	}, front: simulate.Front{Service: 0.06}, says: "More than one limit", strange: true, truth: map[string]float64{"first_rate": 100, "first_burst": 50, "second_concurrency": 8}},
	{name: "fixed window 100 in 1 s and 10 % refused", limiter: fixedWindow(100, 1), front: simulate.Front{RefusedBefore: 0.1}, says: "A fixed window", truth: windowOf(1, 100)},
	{name: "tokens 50/s burst 100 with 10/s of others", limiter: tokens(50, 100), front: simulate.Front{Others: 10}, says: "A token bucket", strange: true},
	{name: "10 in 1 s and 100 in 60 s", limiter: func(uint64) simulate.Limiter {
		return simulate.Row{&simulate.Fixed{Length: 1, Count: 10}, &simulate.Fixed{Length: 60, Count: 100}}
	}, says: "More than one limit", strange: true},
}

// No limiter is said to be what it is not.
func TestNoLimiterIsConfidentlyWrong(t *testing.T) {
	var lock sync.Mutex
	right, doubtful, wrong := 0, 0, 0
	simulate.Many(len(table), func(i int) {
		row := &table[i]
		begun := time.Now()
		f := row.finding(t, 3)
		what, said := row.wrong(f)
		lock.Lock()
		defer lock.Unlock()
		verdict := "right"
		switch {
		case what != "":
			wrong++
			verdict = "WRONG: " + what
			t.Errorf("%s: %s", row.name, what)
		case !said:
			doubtful++
			verdict = "cannot be told"
		default:
			right++
		}
		t.Logf("%s | %s | %s | %.0f s, %d requests, %s %q, fitted in %.1f s", row.name, verdict, f.Conclusion, f.Seconds, f.Requests, f.Verdict, f.Reasons, time.Since(begun).Seconds())
	})
	t.Logf("of %d limiters %d are named rightly, of %d the rule cannot be told, %d are wrong", len(table), right, doubtful, wrong)
	if 20*doubtful > len(table) {
		t.Errorf("of %d of %d limiters the rule cannot be told", doubtful, len(table))
	}
}
