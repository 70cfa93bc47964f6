package engines

import (
	"fmt"
	"math"
	"net/http"
	"slices"
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

// A target that freezes for a second makes every request wait that was due
// meanwhile, until it thaws. So the percentiles of the response time are known
// beforehand, and the ones that are measured are within three percent of them.
func TestAStallHasTheTruePercentiles(t *testing.T) {
	const gap, n, stall = 2 * time.Millisecond, 750, time.Second
	tolerance := 0.03
	if raceEnabled { // which makes the server slow to recover
		tolerance = 0.15
	}
	for _, e := range served() {
		if e.Name == nethttp.Kind.Name {
			continue // it takes too long to recover for three percent
		}
		retried(t, func() string {
			g := newGate()
			r := newRig(serve(t, g.ServeHTTP).URL)
			engine := r.open(t, e)
			start := time.Since(r.job.Epoch) + 5*time.Millisecond
			thawed := make(chan time.Duration)
			time.AfterFunc(5*time.Millisecond+200*time.Millisecond, func() {
				g.shut()
				time.Sleep(stall) // the stall under test
				g.release()
				thawed <- time.Since(r.job.Epoch)
			})
			if err := engine.Run(t.Context(), every(gap, n), start); err != nil {
				t.Fatal(err)
			}
			end := <-thawed
			var truth []time.Duration // as if nothing but the stall took time
			for i := range n {
				due := start + time.Duration(i)*gap
				truth = append(truth, max(end-due, 0))
				if due < end-stall {
					truth[i] = 0
				}
			}
			slices.Sort(truth)
			got := responses(r.sorted())
			if len(got) != n {
				t.Fatalf("%d samples, want %d: none may be lost or invented", len(got), n)
			}
			for _, q := range []float64{0.75, 0.9, 0.99, 0.999} {
				want, have := quantile(truth, q), quantile(got, q)
				if off := float64(have-want) / float64(stall); math.Abs(off) > tolerance {
					return fmt.Sprintf("%s: p%g is %v in truth, and was measured as %v", e.Name, 100*q, want, have)
				}
			}
			return ""
		})
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
		retried(t, func() string {
			a, b := measure(nethttp.Kind), measure(other)
			if a.k != n || b.k != n || a.in != b.in || a.out != b.out {
				t.Fatalf("samples, bytes in and out: vegeta %d, %d, %d; %s %d, %d, %d", a.k, a.in, a.out, other.Name, b.k, b.in, b.out)
			}
			for _, q := range []float64{0.1, 0.25, 0.5, 0.75, 0.9, 0.95} {
				low, high := interval(a.service, q)
				if l, h := interval(b.service, q); l > high || h < low {
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
