package cache

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A fakeCache is a cache on a clock of its own: entries live for ttl from when
// they were stored, and room makes place by dropping what was used longest ago.
type fakeCache struct {
	ttl    time.Duration
	room   int
	stored map[int]time.Duration
	used   []int // the longest ago first
}

// boundless is room for everything.
const boundless = 1e6

func newFakeCache(ttl time.Duration, room int) *fakeCache {
	return &fakeCache{ttl: ttl, room: room, stored: map[int]time.Duration{}}
}

func (c *fakeCache) get(key int, now time.Duration) (hit bool) {
	if c.room < boundless {
		if i := slices.Index(c.used, key); i >= 0 {
			c.used = slices.Delete(c.used, i, i+1)
		}
	}
	c.used = append(c.used, key)
	if at, ok := c.stored[key]; ok && now-at < c.ttl {
		return true
	}
	for _, known := c.stored[key]; !known && len(c.stored) >= c.room; {
		delete(c.stored, c.used[0])
		c.used = c.used[1:]
	}
	c.stored[key] = now
	return false
}

// A cacheWorld is a simulated door with a cache: hits take the door's time,
// misses the function's as well, three times as long at the median.
type cacheWorld struct {
	chance  *rand.Rand
	cache   *fakeCache
	headers bool
	hits    int64
	samples []results.Sample
}

func (w *cacheWorld) ask(key int, at time.Duration) {
	took := 6 * math.Exp(0.25*w.chance.NormFloat64())
	said := "HIT"
	if w.cache.get(key, at+probe.FromMS(took/2)) {
		w.hits++
	} else {
		took += 12 * math.Exp(0.25*w.chance.NormFloat64())
		said = "MISS"
		w.cache.stored[key] = at + probe.FromMS(took) // when the answer is there
	}
	s := results.Sample{Code: 200, Request: uint16(key), Due: at, Begun: at, Sent: at, FirstByte: probe.FromMS(took), Service: probe.FromMS(took)}
	if w.headers {
		s.Mark.Cache = said
	}
	w.samples = append(w.samples, s)
}

// byHeader reads what the responses' headers say.
var byHeader = reading{header: true}

func (w *cacheWorld) visits() []visit { return byHeader.visits(probe.Measured{Samples: w.samples}) }

func TestAKeySpaceIsAimedAtAHitRatio(t *testing.T) {
	for _, row := range []struct {
		name         string
		want, s      float64
		rate         float64
		ttl          time.Duration
		room         int
		offBy        float64
		longerByTTLs int
	}{
		{"80 % of uniform keys", 0.8, 0, 200, 5 * time.Second, 0, 0.02, 20},
		{"50 % of Zipf keys", 0.5, 1, 100, 5 * time.Second, 0, 0.02, 20},
		{"30 % of uniform keys where the room decides", 0.3, 0, 200, time.Hour, 300, 0.03, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			n, err := aimKeys(row.want, row.s, row.rate, row.ttl, row.room, 65_000)
			if err != nil {
				t.Fatal(err)
			}
			room := row.room
			if room == 0 {
				room = boundless
			}
			cache, draw, chance := newFakeCache(row.ttl, room), zipfKeys(n, row.s).draw(3), rand.New(rand.NewPCG(1, 1))
			now, hits, all := 0.0, 0.0, 0.0
			for i := range 20_000 {
				now += chance.ExpFloat64() / row.rate
				hit := cache.get(draw(), time.Duration(now*1e9))
				if i > 4000 { // the cache has filled
					all++
					if hit {
						hits++
					}
				}
			}
			t.Logf("%d keys give %.3f, aimed at %.3f", n, hits/all, row.want)
			if math.Abs(hits/all-row.want) > row.offBy {
				t.Errorf("%d keys give a hit ratio of %.3f, want %.2f", n, hits/all, row.want)
			}
		})
	}
}

// What the scenario knows of the cache decides how many keys a hit ratio takes.
func TestKeysAreChosenByWhatIsKnownOfTheCache(t *testing.T) {
	keys := func(aim string) int {
		s, err := scenarios.Parse("x.yaml", []byte("name: x\ntargets: {rest: {kind: rest-api, url: lab}}\nrequests: [{name: a, path: /}]\nprobes:\n  - cache: {path: \"/?key={key}\", rate: 100/s, for: 1s, hit_ratio: 50%"+aim+"}\n"), func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		c := options{rate: 100, length: time.Second}
		c.readKeys(s.Probes[0].Options, probe.About{Scenario: s, Target: s.Targets[0]})
		return len(c.keys.shares)
	}
	// Of n keys at 100/s each is asked for 100/n × TTL times within the TTL: as
	// often as it is missed where that is once.
	if got := keys(", aim: {ttl: 10s}"); got < 990 || got > 1010 {
		t.Errorf("%d keys for half of the requests with a TTL of 10 s, want 1000", got)
	}
	if got := keys(""); got < 29_000 {
		t.Errorf("%d keys with the usual 300 s, want 30000", got)
	}
	// With room for 200, half of the requests find what was asked for last.
	if got := keys(", aim: {ttl: 1h, entries: 200}"); got < 350 || got > 450 {
		t.Errorf("%d keys for room of 200, want about 400", got)
	}
}

func TestAHitRatioThatTheRateCannotGiveIsRejected(t *testing.T) {
	if n, err := aimKeys(0.99, 0, 1, time.Second, 0, 1000); err == nil {
		t.Errorf("%d keys", n)
	}
	if n, err := aimKeys(1.2, 0, 1, time.Second, 0, 1000); err == nil {
		t.Errorf("%d keys", n)
	}
}

func TestTheTTLIsRecovered(t *testing.T) {
	worst := 0.0
	for seed := range uint64(20) {
		chance := rand.New(rand.NewPCG(seed, 9))
		truth := time.Duration((1 + 9*chance.Float64()) * float64(time.Second))
		w := cacheWorld{chance: chance, cache: newFakeCache(truth, boundless), headers: true}
		at, low, high := time.Duration(0), 0.5, 20.0
		var seen []estimate.Survival
		for round, n := range []int{24, 24} {
			first := len(w.samples)
			keys := round * 1000
			for i, age := range estimate.Ages(low, high, n) {
				w.ask(keys+i, at+time.Duration(i))
				w.ask(keys+i, at+time.Duration(i)+time.Duration(age*float64(time.Second)))
			}
			at += time.Duration(2 * high * float64(time.Second))
			seen = append(seen, ages(byHeader.visits(probe.Measured{Samples: w.samples[first:]}), 0.006, true, false)...)
			l, _ := estimate.Bracket(seen)
			low, high = l.Low, l.High
		}
		l, ok := estimate.Bracket(seen)
		if !ok || !l.Bracketed || l.Uneven || !l.Holds(truth.Seconds()) {
			t.Errorf("seed %d, TTL %v: %+v", seed, truth, l)
		}
		worst = max(worst, math.Abs(l.Value/truth.Seconds()-1))
	}
	t.Logf("worst error of 20 TTLs: %.2f %%", 100*worst)
	if worst > 0.02 {
		t.Errorf("a TTL is off by %.2f %%", 100*worst)
	}
}

func TestTheCapacityIsRecovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		room := rapid.IntRange(1, 200).Draw(t, "room")
		keys := rapid.IntRange(1, 300).Draw(t, "keys")
		w := cacheWorld{chance: rand.New(rand.NewPCG(1, 9)), cache: newFakeCache(time.Hour, room), headers: true}
		for i := range 2 * keys {
			key := min(i, 2*keys-1-i) // up and down again
			w.ask(key, time.Duration(i)*30*time.Millisecond)
		}
		got := byHeader.capacityOf(w.visits(), 0)
		if want := float64(min(room, keys)); got.entries != estimate.Exact(want) || got.stored != int64(keys) || got.aged {
			t.Fatalf("%+v, want %v of %d", got, want, keys)
		}
	})
}

func TestACapacityThatTheTTLHidesSaysSo(t *testing.T) {
	w := cacheWorld{chance: rand.New(rand.NewPCG(1, 9)), cache: newFakeCache(time.Second, 1000), headers: true}
	for i := range 200 {
		w.ask(min(i, 199-i), time.Duration(i)*30*time.Millisecond)
	}
	if got := byHeader.capacityOf(w.visits(), 1); !got.aged {
		t.Errorf("%+v", got)
	}
}

func TestCacheHeadersAreUnderstood(t *testing.T) {
	for header, want := range map[string]answer{
		"Hit from cloudfront": hit, "Miss from cloudfront": miss, "RefreshHit from cloudfront": miss,
		"Error from cloudfront": miss, "HIT": hit, "MISS": miss, "EXPIRED": miss, "STALE": hit,
		"BYPASS": miss, "REVALIDATED": miss, "UPDATING": hit, "ExampleCache; hit": hit,
		"ExampleCache; fwd=uri-miss": miss, "": silent, "whatever": silent,
		"Age: 12": hit, "Age: 0": silent, "Age: soon": silent,
	} {
		if got := readHeader(header); got != want {
			t.Errorf("%q is %d, want %d", header, got, want)
		}
	}
}
