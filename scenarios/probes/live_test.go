//go:build probes

package probes_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/observe"
	"tollgate/scenarios/session"
	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// live asks a door of a lab in this process by one probe, and lets check compare
// the finding with what really happened.
func live(t *testing.T, c lab.Config, probe string, check func(results.Finding, lab.DoorTruth) []error) {
	t.Helper()
	tried(t, func() []error {
		l, doors := targettest.StartLab(t, c)
		f := finding(t, doors[0], probe)
		return check(f, l.Truth().Doors[0])
	})
}

// finding runs a scenario of one probe at a target.
func finding(t *testing.T, target targets.Target, probe string) results.Finding {
	t.Helper()
	c := asking(t, target, probe)
	c.Observer = observe.Observer{Live: observe.Pace{Every: 100 * time.Millisecond, Limit: time.Second}}
	run, err := session.Run(t.Context(), c)
	if run == nil || len(run.Findings) != 1 {
		t.Fatalf("no finding: %v", err)
	}
	f := run.Findings[0]
	t.Logf("%s %q (%.1f s, %d requests)", f.Conclusion, f.Reasons, f.Seconds, f.Requests)
	return f
}

func median(d time.Duration, sigma float64) *lab.LogNormal {
	return &lab.LogNormal{Median: lab.Duration(d), Sigma: sigma}
}

// near compares a value with the truth, and tells by how much it is off.
func near(t *testing.T, f results.Finding, name string, truth, within float64) error {
	t.Helper()
	v, there := f.Values[name]
	if !there {
		return fmt.Errorf("there is no %s: %s", name, f.Conclusion)
	}
	off := v.Value/truth - 1
	t.Logf("%s: %.5g, truth %.5g, off by %+.2f %%", name, v.Value, truth, 100*off)
	if math.Abs(off) > within {
		return fmt.Errorf("%s is off by %+.2f %%, want %.0f %% at most", name, 100*off, 100*within)
	}
	return nil
}

func TestColdStartsOfTheLab(t *testing.T) {
	live(t, lab.Config{
		Seed: 4, Function: lab.Function{Init: median(1200*time.Millisecond, 0.05), Warm: median(20*time.Millisecond, 0.2)},
		Doors: []lab.DoorConfig{{Kind: "function-url"}},
	}, "cold-start: {cold_starts: 36, fan_out: 40, warm_requests: 100, settle: 1800ms}", func(f results.Finding, truth lab.DoorTruth) []error {
		return []error{
			near(t, f, "cold_starts", float64(truth.ColdStarts), 0.02),
			near(t, f, "init_mean", truth.InitMS/float64(truth.ColdStarts), 0.02),
			near(t, f, "init_p50", 1200, 0.02),
		}
	})
}

func TestIdleExpiryOfTheLab(t *testing.T) {
	const expiry = 900 * time.Millisecond
	live(t, lab.Config{
		Seed: 4, Function: lab.Function{Init: median(500*time.Millisecond, 0.02), Warm: median(15*time.Millisecond, 0.1), Idle: lab.Duration(expiry)},
		Doors: []lab.DoorConfig{{Kind: "function-url"}},
	}, "cold-start: {cold_starts: 10, fan_out: 10, warm_requests: 60, settle: 700ms, idle: {first: 500ms, longest: 10s, precision: 4%}}", func(f results.Finding, _ lab.DoorTruth) []error {
		return []error{near(t, f, "idle_expiry", expiry.Seconds(), 0.05)}
	})
}

func TestTheTTLOfTheLab(t *testing.T) {
	const ttl = 1500 * time.Millisecond
	live(t, cachedLab(lab.Cache{TTL: lab.Duration(ttl)}),
		`cache: {path: "/?key={key}", rate: 100/s, for: 2s, keys: 50, ttl: {from: 700ms, to: 3s}}`, func(f results.Finding, _ lab.DoorTruth) []error {
			return []error{near(t, f, "ttl", ttl.Seconds(), 0.02)}
		})
}

func TestTheHitRatioOfTheLab(t *testing.T) {
	live(t, cachedLab(lab.Cache{TTL: lab.Duration(2 * time.Second)}), `cache: {path: "/?key={key}", rate: 150/s, for: 5s, keys: 150}`, func(f results.Finding, truth lab.DoorTruth) []error {
		ratio := float64(truth.CacheHits) / float64(truth.CacheHits+truth.CacheMisses)
		v, steady := f.Values["hit_ratio_of_all_stages"], f.Values["hit_ratio"]
		t.Logf("%s: %.4f, truth %.4f", v.Method, v.Value, ratio)
		if math.Abs(v.Value-ratio) > 0.005 {
			return []error{fmt.Errorf("the hit ratio of all stages is off by %.2f points", 100*(v.Value-ratio))}
		}
		// Of 150 keys at 150/s each is asked for twice within its 2 s, and 0.12 times while it is fetched.
		if want := 2 / (1 + 2 + 0.12); steady.Low == nil || want < *steady.Low || want > *steady.High {
			return []error{fmt.Errorf("the steady hit ratio is %+v, want %.3f in it", steady, want)}
		}
		return nil
	})
}

func TestTheCapacityOfTheLabsCache(t *testing.T) {
	body := strings.Repeat("x", 20_000)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, body) // fails when the client is gone
	}))
	defer slow.Close()
	c := cachedLab(lab.Cache{TTL: lab.Duration(time.Hour), Bytes: 1 << 20})
	c.Doors[0].Routes = []lab.Route{{Method: "GET", Path: "/", Integration: &lab.Integration{Type: "http", URL: slow.URL}}}
	// The lab counts an entry as its key and body and 256 bytes more.
	room := (1 << 20) / (len("GET /?query.key=abcdef-1234") + len(body) + 256)
	live(t, c, `cache: {path: "/?key={key}", rate: 50/s, for: 2s, keys: 10, capacity: {keys: 200, rate: 60/s}}`, func(f results.Finding, _ lab.DoorTruth) []error {
		return []error{near(t, f, "capacity", float64(room), 0.05)}
	})
}

// cachedLab is a lab whose hits and misses are far apart.
func cachedLab(c lab.Cache) lab.Config {
	c.Params = []string{"key"}
	return lab.Config{
		Seed: 4, Function: lab.Function{Init: median(time.Millisecond, 0.05), Warm: median(120*time.Millisecond, 0.1)},
		Doors: []lab.DoorConfig{{Kind: "rest-api", Cache: &c}},
	}
}
