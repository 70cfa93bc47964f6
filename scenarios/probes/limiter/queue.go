package limiter

import (
	"cmp"
	"slices"
)

const (
	leastLooks   = 20  // that passed, and that were refused
	surelyFollow = 0.9 // the chance that more were in flight at a refusal than at a request that passed
	surelyWait   = 1.5 // times as long in the fullest quarter as in the emptiest
)

// queues says whether refusals follow the number of requests in flight, and requests that
// pass wait for each other. The queue of a server drains at its capacity as a bucket does,
// and a limit on its length is a burst: decisions do not tell them apart.
func queues(all []Decision) bool {
	type look struct{ flight, took float64 }
	var passed []look
	var refused []float64
	for i, n := range loads(&inFlight{}, all) {
		if d := &all[i]; d.Passed {
			passed = append(passed, look{n, d.Done - d.Sent})
		} else {
			refused = append(refused, n)
		}
	}
	if len(passed) < leastLooks || len(refused) < leastLooks {
		return false
	}
	slices.SortStableFunc(passed, func(a, b look) int { return cmp.Compare(a.flight, b.flight) })
	usual := func(some []look) float64 {
		times := make([]float64, len(some))
		for i := range some {
			times[i] = some[i].took
		}
		slices.Sort(times)
		return times[len(times)/2]
	}
	quarter := len(passed) / 4
	if usual(passed[len(passed)-quarter:]) < surelyWait*usual(passed[:quarter]) {
		return false
	}
	flights := make([]float64, len(passed))
	for i := range passed {
		flights[i] = passed[i].flight
	}
	return more(refused, flights) > surelyFollow
}

// more is the chance that one of some is more than one of the others, which are in order
// (Mann and Whitney 1947).
func more(some, others []float64) float64 {
	sum := 0
	for _, x := range some {
		below, _ := slices.BinarySearch(others, x)
		above, _ := slices.BinarySearchFunc(others, x, func(a, b float64) int {
			if a <= b {
				return -1
			}
			return 1
		})
		sum += below + above
	}
	return float64(sum) / 2 / float64(len(some)) / float64(len(others))
}
