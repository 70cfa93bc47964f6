package engines

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"tollgate/results"
)

// attempts is how often a comparison of times is tried before it counts: the
// machine that runs the tests may freeze for a moment, an engine that is wrong
// is wrong each time.
const attempts = 4

// retried runs a comparison until it finds nothing to complain about.
func retried(t *testing.T, compare func() (complaint string)) {
	t.Helper()
	var complaint string
	for range attempts {
		if complaint = compare(); complaint == "" {
			return
		}
	}
	t.Error(complaint)
}

// patient retries with four times the time, a timeout or the length of a turn: on a
// busy machine the first is over before anything happens.
func patient(t *testing.T, given time.Duration, compare func(given time.Duration) (complaint string)) {
	t.Helper()
	given /= 4
	retried(t, func() string {
		given *= 4
		return compare(given)
	})
}

// responses returns the response times of samples, in order.
func responses(samples []results.Sample) []time.Duration {
	var all []time.Duration
	for i := range samples {
		all = append(all, samples[i].Response())
	}
	slices.Sort(all)
	return all
}

// quantile is the smallest of sorted times that a share q of them does not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(int(math.Ceil(q*float64(len(sorted))))-1, 0)]
}

// lateness measures the machine until stop, which returns, in order, how late a
// goroutine woke that sleeps a millisecond at a time: it waits for a processor as
// requests and responses do.
func lateness(t *testing.T) (stop func() []time.Duration) {
	ctx, cancel := cancelled(t)
	var late []time.Duration
	var asleep sync.WaitGroup
	asleep.Go(func() {
		for ctx.Err() == nil {
			began := time.Now()
			time.Sleep(time.Millisecond) // how much longer it takes is what is measured
			late = append(late, time.Since(began)-time.Millisecond)
		}
	})
	return func() []time.Duration {
		cancel()
		asleep.Wait()
		slices.Sort(late)
		return late
	}
}

// All engines measure the same target alike: their counts are equal, and no service time
// is shorter than the server took. A busy machine makes some of them longer, an
// engine that adds to them adds to all.
func TestEnginesAgree(t *testing.T) {
	const gap, n, most = 4 * time.Millisecond, 125, time.Millisecond
	type counts struct{ in, out, n int64 }
	var first counts
	for _, e := range served() {
		retried(t, func() string {
			s := newStalled(t, n, nil, func(i int) time.Duration { return time.Duration(i*7919%40) * time.Millisecond })
			var got counts
			var added []time.Duration
			for _, x := range s.drive(t, e, every(gap, n)) {
				got.in, got.n = got.in+x.In, got.n+1
				got.out += x.Out - int64(len(s.job.Targets[0].URL.Host)) // its port has four digits or five
				added = append(added, x.Service-time.Duration(s.took[x.Request].Load()))
			}
			if first == (counts{}) {
				first = got
			}
			if got.n != n || got != first {
				t.Fatalf("%s has %d samples, %d bytes in and %d out, the first engine %d, %d and %d", e.Name, got.n, got.in, got.out, first.n, first.in, first.out)
			}
			slices.Sort(added)
			if added[0] < 0 {
				t.Fatalf("%s: a service time is %v shorter than the server took", e.Name, -added[0])
			}
			if usual := quantile(added, 0.25); usual > most {
				return fmt.Sprintf("%s adds %v and more to three quarters of the service times, want at most %v", e.Name, usual, most)
			}
			return ""
		})
	}
}
