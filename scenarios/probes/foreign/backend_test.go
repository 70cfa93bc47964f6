//go:build foreign && linux

package foreign

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
)

// A backend is the server behind a foreign program. It records what reaches it.
type backend struct {
	*httptest.Server
	lock     sync.Mutex
	arrivals []time.Time
	took     time.Duration // by all requests together
}

// newBackend answers each request after a time, with a body of some bytes.
func newBackend(t *testing.T, body int, wait func(*http.Request) time.Duration) *backend {
	b := &backend{}
	text := strings.Repeat("x", body)
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived := time.Now()
		time.Sleep(wait(r)) // the service time is what is measured
		w.Header().Set("Cache-Control", "max-age=5")
		_, _ = io.WriteString(w, text) // fails when the client is gone
		b.lock.Lock()
		defer b.lock.Unlock()
		b.arrivals, b.took = append(b.arrivals, arrived), b.took+time.Since(arrived)
	}))
	t.Cleanup(b.Close)
	return b
}

// host is the backend's address.
func (b *backend) host() string { return b.Listener.Addr().String() }

// serviceTime is the mean time that a request took.
func (b *backend) serviceTime() time.Duration {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.took / time.Duration(max(len(b.arrivals), 1))
}

// reached counts the requests that arrived between two times.
func (b *backend) reached(from, until time.Time) (n int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, at := range b.arrivals {
		if !at.Before(from) && at.Before(until) {
			n++
		}
	}
	return n
}

// always takes the same time.
func always(d time.Duration) func(*http.Request) time.Duration {
	return func(*http.Request) time.Duration { return d }
}

// mixed is slow for a share of the requests, whatever they ask for.
func mixed(fast, slow time.Duration, share float64) func(*http.Request) time.Duration {
	return func(*http.Request) time.Duration {
		if rand.Float64() < share {
			return slow
		}
		return fast
	}
}

// byKey is slow for a share of the keys, each time.
func byKey(fast, slow time.Duration, share float64) func(*http.Request) time.Duration {
	return func(r *http.Request) time.Duration {
		h := fnv.New32a()
		_, _ = io.WriteString(h, r.URL.String()) // a hash takes everything
		if float64(h.Sum32()%1000) < 1000*share {
			return slow
		}
		return fast
	}
}

// stageRatio is the cache probe's word for the stage that shows the hit ratio.
const stageRatio = "hit-ratio"

// hitRatio is what the backend knows of the hit ratio: of the requests of the stage, those
// that did not reach it. It is a span, over the whole stage and over its ends without a
// warm-up of several lengths, since a probe may leave one out.
func (b *backend) hitRatio(t *testing.T, run *results.Run) span {
	t.Helper()
	var sent []time.Duration
	var end time.Duration
	_, err := results.ReadSamples(run.Dir, func(stage results.SampleStage, samples []results.Sample) error {
		if stage.Stage == stageRatio {
			for i := range samples {
				sent, end = append(sent, samples[i].Sent), max(end, samples[i].Sent+samples[i].Service)
			}
		}
		return nil
	})
	if err != nil || len(sent) == 0 {
		t.Fatalf("no samples of stage %s: %v", stageRatio, err)
	}
	s := span{1, 0}
	for _, part := range []float64{0, 0.1, 0.2, 0.3, 0.5} {
		from := sent[0] + time.Duration(part*float64(end-sent[0]))
		n := 0
		for _, at := range sent {
			if at >= from {
				n++
			}
		}
		epoch := run.Document.Started
		hits := 1 - float64(b.reached(epoch.Add(from), epoch.Add(end)))/float64(max(n, 1))
		s.low, s.high = min(s.low, hits), max(s.high, hits)
	}
	return s
}
