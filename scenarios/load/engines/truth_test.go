package engines

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
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

// Both engines measure the same target alike: the intervals of their
// percentiles overlap, and their counts are equal.
func TestEnginesAgree(t *testing.T) {
	const gap, n = 4 * time.Millisecond, 125
	type measured struct {
		service    []time.Duration
		in, out, k int64
	}
	measure := func(e load.Kind) measured {
		var count atomic.Int64
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Duration(count.Add(1)*7919%40) * time.Millisecond) // the service times under test
			w.Header()["Date"] = nil
			_, _ = w.Write(make([]byte, 1000))
		})
		r := newRig(s.URL)
		var m measured
		for _, s := range r.drive(t, e, every(gap, n)) {
			m.service = append(m.service, s.Service)
			m.in, m.k = m.in+s.In, m.k+1
			m.out += s.Out - int64(len(r.job.Targets[0].URL.Host)) // its port has four digits or five
		}
		slices.Sort(m.service)
		return m
	}
	for _, other := range served() {
		if other.Name == nethttp.Kind.Name {
			continue
		}
		retried(t, func() string {
			var a, b measured // at the same time, so that the machine disturbs both
			var both sync.WaitGroup
			stop := lateness(t)
			both.Go(func() { a = measure(nethttp.Kind) })
			both.Go(func() { b = measure(other) })
			both.Wait()
			late := stop()
			if a.k != n || b.k != n || a.in != b.in || a.out != b.out {
				t.Fatalf("samples, bytes in and out: vegeta %d, %d, %d; %s %d, %d, %d", a.k, a.in, a.out, other.Name, b.k, b.in, b.out)
			}
			for _, q := range []float64{0.1, 0.25, 0.5, 0.75, 0.9, 0.95} {
				low, high := interval(a.service, q)
				l, h := interval(b.service, q)
				if machine := quantile(late, q); l > high+machine || h < low-machine {
					return fmt.Sprintf("p%g: vegeta says %v to %v, %s says %v to %v", 100*q, low, high, other.Name, l, h)
				}
			}
			return ""
		})
	}
}

// interval is a 95 % confidence interval of the quantile q, by the order of
// the times, and half a millisecond for the ways of reading a clock.
func interval(sorted []time.Duration, q float64) (low, high time.Duration) {
	n := float64(len(sorted))
	half := 1.96 * math.Sqrt(q*(1-q)/n)
	const clocks = 500 * time.Microsecond
	return quantile(sorted, max(q-half, 0)) - clocks, quantile(sorted, min(q+half, 1)) + clocks
}
