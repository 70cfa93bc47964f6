package doors

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/timer"
)

// BenchmarkHandler is the CPU that a door takes for one request beside net/http's
// own: working out the answer, counting it and writing it, without modelled time.
// The ratio is to a handler that writes a ready answer.
func BenchmarkHandler(b *testing.B) {
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		healthy.send(w)
	})
	var base float64
	b.Run("bare", func(b *testing.B) { base = handle(b, bare, "/") })
	w := timer.Portable()
	defer w.Close()
	for _, kind := range kinds {
		config := only(instant(kind)).filled()
		d := newDoor(config.Doors[0], 1, "127.0.0.1:80", newBucket(Throttle{Rate: 1e6, Burst: 1e6}, time.Now()), w, nil, nil, time.Now())
		d.metrics = newMetrics(d, cloudwatch.New(time.Now, 0))
		b.Run(kind, func(b *testing.B) { b.ReportMetric(handle(b, d, root(kind))/base, "×bare") })
	}
}

// instant is a door without modelled time.
func instant(kind string) DoorConfig {
	return DoorConfig{Kind: kind, Overhead: exactly(0), Function: &Function{Init: exactly(0), Warm: exactly(0), Concurrency: new(100_000)}}
}

// handle lets a handler answer, and returns the nanoseconds of one request.
func handle(b *testing.B, h http.Handler, path string) float64 {
	b.ReportAllocs()
	path = strings.TrimSuffix(path, "/")
	for b.Loop() {
		r := httptest.NewRequest("POST", path+"/predict", strings.NewReader(features))
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	return float64(b.Elapsed().Nanoseconds()) / float64(b.N)
}

// BenchmarkExcess is how much longer doors take than their model says, at 2,000
// requests a second over all four and a bare net/http handler that waits as long:
// from a request's head to its last byte being handed to net/http, less the
// modelled time. The spread is how far the doors' medians lie apart.
func BenchmarkExcess(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(2000)) // as in a lab's process
	const delay = 8 * time.Millisecond
	w := timer.New()
	defer w.Close()
	names, urls := []string{"bare"}, []string(nil)
	handlers := []http.Handler{http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		_ = w.Wait(r.Context(), time.Now().Add(delay))
		healthy.send(out)
	})}
	for _, kind := range kinds {
		config := instant(kind)
		config.Overhead = exactly(delay)
		d := newDoor(only(config).filled().Doors[0], 1, "127.0.0.1:80", newBucket(Throttle{Rate: 1e6, Burst: 1e6}, time.Now()), w, nil, nil, time.Now())
		d.metrics = newMetrics(d, cloudwatch.New(time.Now, 0))
		names, handlers = append(names, kind), append(handlers, d)
	}
	excess := make([][]time.Duration, len(names))
	for i, h := range handlers {
		excess[i] = make([]time.Duration, b.N)
		var next atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begun := time.Now()
			h.ServeHTTP(w, r)
			excess[i][next.Add(1)-1] = time.Since(begun) - delay
		}))
		defer server.Close()
		urls = append(urls, server.URL+root(names[i]))
	}
	paceGets(b, w, urls)
	var medians []time.Duration
	for i, name := range names {
		slices.Sort(excess[i])
		medians = append(medians, excess[i][b.N/2])
		b.ReportMetric(float64(excess[i][b.N/2].Microseconds()), name+"-p50-µs")
		b.ReportMetric(float64(excess[i][b.N*99/100].Microseconds()), name+"-p99-µs")
	}
	b.ReportMetric(float64((slices.Max(medians[1:]) - slices.Min(medians[1:])).Microseconds()), "spread-p50-µs")
}
