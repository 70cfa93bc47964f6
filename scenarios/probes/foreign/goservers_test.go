//go:build foreign && linux

package foreign

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The servers of testdata/goservers are a module of their own, so that no library that
// they limit by is one of ours. They are built once.
var goServers = sync.OnceValues(func() (string, error) {
	to, err := filepath.Abs(filepath.Join("testdata", "goservers", "goservers.out"))
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-C", filepath.Join("testdata", "goservers"), "-o", to, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build of testdata/goservers: %w\n%s", err, out)
	}
	return to, nil
})

// goServer is a server with flags.
func goServer(flags string, is ...statement) func(*testing.T) running {
	return func(t *testing.T) running {
		t.Helper()
		file, err := goServers()
		if err != nil {
			t.Fatal(err)
		}
		at := address(t)
		return known(program{name: file, args: append(strings.Fields(flags), "-listen", at), listens: at, log: folder(t)}.start(t), is...)
	}
}

// tokens is what is true of a token bucket.
func tokens(rate, burst float64) statement {
	return statement{tokenBucket, map[string]span{"rate": exactly(rate), "burst": exactly(burst), "other_refused": exactly(0)}}
}

// timeRates are buckets of golang.org/x/time/rate.
func timeRates() (all []system) {
	for _, row := range []struct {
		rate, burst float64
		more        string // flags
		truth       string
		values      map[string]span // besides
	}{
		{rate: 12, burst: 3},
		{rate: 13, burst: 5},
		{rate: 33.3, burst: 19},
		{rate: 13, burst: 1},
		{rate: 2.1, burst: 1},
		{rate: 9.2, burst: 1},
		{rate: 700, burst: 900},
		{rate: 12, burst: 3, more: "-lose 0.02", truth: "2 % refused after they took a token", values: map[string]span{"other_refused": exactly(0.02)}},
		{rate: 33.3, burst: 19, more: "-lose 0.02", truth: "2 % refused after they took a token", values: map[string]span{"other_refused": exactly(0.02)}},
		{rate: 100, burst: 150, more: "-refuse 0.05", truth: "5 % refused before", values: map[string]span{"other_refused": exactly(0.05)}},
	} {
		is := tokens(row.rate, row.burst)
		for name, s := range row.values {
			is.values[name] = s
		}
		both := []statement{is}
		if row.burst == 1 { // the same rule: one request in the time that a token takes
			both = append(both, statement{slidingWindow, map[string]span{"window": exactly(1 / row.rate), "window_requests": exactly(1)}})
		}
		all = append(all, system{
			name: strings.TrimSpace(fmt.Sprintf("Go time rate: %g per s, burst %g %s", row.rate, row.burst, row.more)), alone: row.rate > 500,
			truth: strings.TrimPrefix(fmt.Sprintf("%s, %g/s burst %g", row.truth, row.rate, row.burst), ", "), probe: "usage-plan: {}",
			start: goServer(fmt.Sprintf("-rate %g -burst %g %s", row.rate, row.burst, row.more), both...),
		})
	}
	two := statement{twoLimits, map[string]span{"slow_rate": exactly(60), "slow_burst": exactly(300), "fast_rate": exactly(150), "fast_burst": exactly(40)}}
	return append(all,
		system{name: "Go time rate: two in a row", truth: "60/s burst 300, then 150/s burst 40", probe: "usage-plan: {}", start: goServer("-rate 60 -burst 300 -rate2 150 -burst2 40", two)},
		system{name: "Go semaphore: 10 × 50 ms", truth: "10 in flight", probe: "usage-plan: {}", start: goServer("-flight 10 -service 50ms", inFlight(10))},
		system{name: "Go semaphore: 50 × 200 ms", truth: "50 in flight", probe: "usage-plan: {}", start: goServer("-flight 50 -service 200ms", inFlight(50))},
		system{name: "Go time rate and a semaphore", truth: "100/s burst 50 and 8 in flight of 60 ms", probe: "usage-plan: {}", start: goServer("-rate 100 -burst 50 -flight 8 -service 60ms", bucketAndFlight(100, 50, 8))},
	)
}

func bucketAndFlight(rate, burst, n float64) statement {
	return statement{twoKinds, map[string]span{"first_rate": exactly(rate), "first_burst": exactly(burst), "second_concurrency": exactly(n)}}
}

func inFlight(n float64) statement {
	return statement{concurrency, map[string]span{"concurrency": exactly(n)}}
}

// goLibraries are other libraries that limit a rate:
//   - httprate counts in a sliding window counter that begins with the second
//   - throttled is the generic cell rate algorithm: of a pause, burst + 1 requests pass
//   - sethvargo refills all tokens at the end of each period, and ulule begins a period
//     with a request: both are fixed windows
//   - juju refills a bucket by a number of tokens at once
//
// Source: their code, which testdata/goservers/go.mod names.
func goLibraries() (all []system) {
	window := func(c claim, length, count float64) statement {
		return statement{c, map[string]span{"window": exactly(length), "window_requests": exactly(count)}}
	}
	rounded := func(length, count float64) statement { // httprate rounds what it counts
		return statement{slidingWindow, map[string]span{"window": exactly(length), "window_requests": {count - 1, count}}}
	}
	for _, row := range []struct {
		flags, truth string
		is           []statement
	}{
		{"-library httprate -count 100 -period 1s", "sliding window counter, 100 in 1 s", []statement{rounded(1, 100)}},
		{"-library httprate -count 300 -period 10s", "sliding window counter, 300 in 10 s", []statement{rounded(10, 300)}},
		{"-library throttled -count 50 -period 1s -above 20", "50/s burst 21", []statement{tokens(50, 21)}},
		{"-library throttled -count 10 -period 1s -above 0", "10/s burst 1", []statement{tokens(10, 1)}},
		{"-library sethvargo -count 100 -period 1s", "fixed window, 100 in 1 s", []statement{window(fixedWindow, 1, 100)}},
		{"-library sethvargo -count 500 -period 10s", "fixed window, 500 in 10 s", []statement{window(fixedWindow, 10, 500)}},
		{"-library ulule -count 100 -period 1s", "fixed window, 100 in 1 s", []statement{window(fixedWindow, 1, 100)}},
		{"-library ulule -count 1000 -period 1m", "fixed window, 1,000 in 60 s", []statement{window(fixedWindow, 60, 1000)}},
		{"-library juju -count 1 -period 20ms -above 100", "50/s burst 100", []statement{tokens(50, 100)}},
		{"-library juju -count 10 -period 200ms -above 100", "50/s burst 100, ten tokens at a time", []statement{
			{tokenBucket, map[string]span{"rate": exactly(50), "burst": {90, 100}}},
			{refilledBucket, map[string]span{"refill_interval": exactly(0.2), "refill_requests": exactly(10), "refill_burst": {99, 101}}},
		}},
	} {
		all = append(all, system{name: "Go: " + strings.TrimPrefix(row.flags, "-library "), truth: row.truth, probe: "usage-plan: {}", start: goServer(row.flags, row.is...)})
	}
	return all
}
