package cache

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// A system is an endpoint, how it is asked, and what is true of it.
type system struct {
	name    string
	keys    int
	zipf    float64
	rate    float64
	seconds int
	more    string // options
	path    string
	front   func(seed uint64) *simulate.CacheFront

	says  string // the conclusion has to
	share bool   // the steady hit ratio has to be found
	truth map[string]float64
}

func (s *system) options() string {
	path := s.path
	if path == "" {
		path = "/?key={key}"
	}
	return fmt.Sprintf(`cache: {path: %q, rate: %.2f/s, for: %ds, keys: %d, exponent: %g%s}`, path, s.rate, s.seconds, s.keys, s.zipf, s.more)
}

func (s *system) finding(t testing.TB, seed uint64) (results.Finding, *simulate.CacheFront) {
	t.Helper()
	f := s.front(seed)
	finding, _ := simulate.Play(t, simulate.Question(t, Probe(), s.options()), f.Respond)
	return finding, f
}

// steadyTruth is the hit ratio of a long time at the same endpoint, after the warm-up.
func (s *system) steadyTruth(seed uint64, warm, requests int) float64 {
	f, draw := s.front(seed+1000), zipfKeys(s.keys, s.zipf).draw(seed+7)
	hits := 0
	for i := range warm + requests {
		hit, _, _ := f.Answer(fmt.Sprintf("/%d", draw()), float64(i)/s.rate)
		if hit && i >= warm {
			hits++
		}
	}
	return float64(hits) / float64(requests)
}

// wrong says what is false of a finding; "" if nothing is.
func (s *system) wrong(f results.Finding, truth map[string]float64) string {
	if !strings.Contains(f.Conclusion, s.says) {
		return fmt.Sprintf("the conclusion does not say %q", s.says)
	}
	for name, want := range truth {
		v, there := f.Values[name]
		switch {
		case !there:
			return "there is no " + name
		case want < *v.Low || want > *v.High:
			return fmt.Sprintf("%s is %.4g (%.4g to %.4g), and in truth %.4g", name, v.Value, *v.Low, *v.High, want)
		}
	}
	return ""
}

func varnish(ttl float64, room int) *simulate.CacheStore {
	return &simulate.CacheStore{TTL: ttl, Room: room}
}

func manyOf(n int, store simulate.CacheStore) (all []simulate.CacheStore) {
	for range n {
		all = append(all, store)
	}
	return all
}

func nginx(ttl float64) *simulate.CacheStore {
	return &simulate.CacheStore{TTL: ttl, Clock: 1, Phase: 0.37}
}

// usedThrice is a cache that stores a key at its third request.
func usedThrice(c *simulate.CacheStore) *simulate.CacheStore {
	c.MinUses = 3
	return c
}

// cached makes fronts with fresh caches.
func cached(change func(*simulate.CacheFront), stores ...simulate.CacheStore) func(uint64) *simulate.CacheFront {
	return func(seed uint64) *simulate.CacheFront {
		f := simulate.NewCacheFront(seed)
		for i := range stores {
			store := stores[i]
			f.Nodes = append(f.Nodes, &store)
		}
		f.Jitter = 2e-4
		if change != nil {
			change(f)
		}
		return f
	}
}

// uncached makes fronts without a cache whose backend has two speeds.
func uncached(change func(*simulate.CacheFront)) func(uint64) *simulate.CacheFront {
	return cached(func(f *simulate.CacheFront) {
		f.Miss, f.Second, f.SecondFor = simulate.Speed{Median: 60, SD: 0.1}, simulate.Speed{Median: 20, SD: 0.1}, 0.476
		if change != nil {
			change(f)
		}
	})
}

func header(name string) func(*simulate.CacheFront) {
	return func(f *simulate.CacheFront) { f.Header = name }
}

const (
	none    = "No cache can be seen: latency does not depend on whether the key was asked before"
	anyHits = "% hits"
)

var ages1to9 = ", ttl: {from: 1s, to: 9s}"

// systems are named; the long form of this test is behind the build tag probes.
var systems = []system{
	{name: "a backend of two speeds without a cache", keys: 200, rate: 100, seconds: 10, front: uncached(nil), says: none},
	{name: "a backend whose speed depends on the key", keys: 200, rate: 100, seconds: 10, front: uncached(func(f *simulate.CacheFront) { f.ByKey = true }), says: none},
	{name: "a backend whose speed changes", keys: 200, rate: 100, seconds: 10, front: uncached(func(f *simulate.CacheFront) { f.Swing, f.SwingEvery, f.Drift = 0.4, 3, 0.5 }), says: none},
	{name: "a header that says miss each time", keys: 200, rate: 100, seconds: 10, front: uncached(header("X-Cache")), says: "The headers of all responses say that they are misses"},
	{name: "Varnish without a header", keys: 300, rate: 100, seconds: 20, front: cached(nil, *varnish(5, 0)), says: anyHits, share: true},
	{name: "Varnish with Age", keys: 300, rate: 100, seconds: 20, front: cached(header("Age"), *varnish(5, 0)), says: anyHits, share: true},
	{name: "Varnish before a backend of two speeds", keys: 300, rate: 100, seconds: 20, front: cached(func(f *simulate.CacheFront) {
		f.Miss, f.Second, f.SecondFor = simulate.Speed{Median: 60, SD: 0.1}, simulate.Speed{Median: 20, SD: 0.1}, 0.5
	}, *varnish(5, 0)), says: anyHits, share: true},
	{name: "nginx with X-Cache", keys: 300, rate: 100, seconds: 20, front: cached(header("X-Cache"), *nginx(5)), says: anyHits, share: true},
	{name: "fewer entries than keys", keys: 300, rate: 100, seconds: 20, front: cached(header("X-Cache"), *varnish(3600, 120)), says: "entries are evicted", share: true},
	{name: "fewer entries than keys, without a header", keys: 300, rate: 100, seconds: 20, front: cached(nil, *varnish(3600, 120)), says: "entries are evicted", share: true},
	{name: "a TTL without a header", keys: 100, rate: 100, seconds: 10, more: ages1to9, front: cached(nil, *varnish(4, 0)), says: anyHits, share: true, truth: map[string]float64{"ttl": 4}},
	{name: "a TTL by a clock of whole seconds", keys: 100, rate: 100, seconds: 10, more: ages1to9, front: cached(nil, *nginx(4)), says: anyHits, share: true, truth: map[string]float64{"ttl": 4.5}},
	{name: "nginx that stores a key at its third request", keys: 100, rate: 100, seconds: 20, more: ages1to9, front: cached(header("X-Cache"), *usedThrice(nginx(4))), says: "no key was a hit before it was asked 4 times", share: true, truth: map[string]float64{"ttl": 4.5}},
	{name: "two caches behind one address", keys: 200, rate: 100, seconds: 20, front: cached(nil, *varnish(5, 0), *varnish(5, 0)), says: "a cache in several parts", share: true, truth: map[string]float64{"parts": 2}},
	{name: "twenty caches behind one address", keys: 50, rate: 100, seconds: 10, front: cached(nil, manyOf(20, *varnish(60, 0))...), says: "a cache in several parts", truth: map[string]float64{"parts": 20}},
	{name: "a cache of three entries", keys: 50, rate: 50, seconds: 10, front: cached(nil, *varnish(60, 3)), says: "entries are evicted", share: true},
	{name: "a cache that ignores the query, with a header", keys: 200, rate: 100, seconds: 10, front: cached(func(f *simulate.CacheFront) { f.IgnoresQuery, f.Header = true, "X-Cache" }, *varnish(5, 0)), says: "The cache ignores the key"},
	{name: "a cache that ignores the query, with Age", keys: 200, rate: 100, seconds: 10, front: cached(func(f *simulate.CacheFront) { f.IgnoresQuery, f.Header = true, "Age" }, *varnish(30, 0)), says: "The cache ignores the key"},
	{name: "a cache that ignores the query, without a header", keys: 200, rate: 100, seconds: 10, front: cached(func(f *simulate.CacheFront) { f.IgnoresQuery = true }, *varnish(5, 0)), says: "A cache that ignores the query would look the same"},
	{name: "too few requests", keys: 20, rate: 1, seconds: 5, front: cached(nil, *varnish(60, 0)), says: "Whether there is a cache cannot be told"},
}

func TestCachesAreToldForWhatTheyAre(t *testing.T) {
	for _, row := range systems {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.check(t, 3)
		})
	}
}

// truths are the true values of what a finding says, for a seed.
func (s *system) truths(seed uint64) map[string]float64 {
	all := map[string]float64{}
	maps.Copy(all, s.truth)
	if s.share {
		all["hit_ratio"] = s.steadyTruth(seed, int(60*s.rate), 20_000)
	}
	return all
}

func (s *system) check(t *testing.T, seed uint64) {
	t.Helper()
	f, _ := s.finding(t, seed)
	truth := s.truths(seed)
	if what := s.wrong(f, truth); what != "" {
		t.Errorf("%s: %s", what, f.Conclusion)
	}
	if _, ratio := f.Values["hit_ratio"]; ratio != s.share {
		t.Errorf("a hit ratio: %v, want %v: %s", ratio, s.share, f.Conclusion)
	}
	t.Logf("%v | %s (%d requests, %.0f s)", truth, f.Conclusion, f.Requests, f.Seconds)
}

// A capacity is found by its sweep with and without headers.
func TestTheCapacityIsFoundInASweep(t *testing.T) {
	for _, name := range []string{"X-Cache", ""} {
		s := system{keys: 20, rate: 50, seconds: 2, more: ", capacity: {keys: 400, rate: 200/s}", front: cached(header(name), *varnish(3600, 150)), says: "there is room for", truth: map[string]float64{"capacity": 150}}
		f, _ := s.finding(t, 5)
		if what := s.wrong(f, s.truth); what != "" {
			t.Errorf("header %q: %s: %s", name, what, f.Conclusion)
		}
	}
}

// Entries of a cache with a clock of whole seconds live for different times, and the ages
// that the probe asks for are some of them only.
func TestAClockOfWholeSecondsGivesARangeOfLives(t *testing.T) {
	for _, name := range []string{"X-Cache", ""} {
		s := system{keys: 200, rate: 100, seconds: 30, more: ", ttl: {from: 2s, to: 14s}", front: cached(header(name), *nginx(10)), says: anyHits}
		for seed := range uint64(3) {
			f, _ := s.finding(t, seed)
			if ttl := f.Values["ttl"]; ttl.Low == nil || *ttl.Low > 10 || *ttl.High < 11 {
				t.Errorf("header %q: %s", name, f.Conclusion)
			}
		}
	}
}

// Keys that are asked twice show neither a TTL nor a capacity of a cache that stores a key
// at its third request.
func TestOfACacheThatStoresLateNoAgesAreAsked(t *testing.T) {
	s := system{keys: 400, rate: 100, seconds: 10, more: ages1to9 + ", capacity: {keys: 400}", front: cached(header("X-Cache"), *usedThrice(varnish(60, 0))), says: "the capacity cannot be told"}
	f, front := s.finding(t, 3)
	if what := s.wrong(f, nil); what != "" || front.Asked[stageAges]+front.Asked[stageCapacity] > 0 || f.Values["stored_at_request"].Value != 3 {
		t.Errorf("%s: %v: %s", what, front.Asked, f.Conclusion)
	}
}
