//go:build probes

package cache

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
)

// randomBackend is without a cache, and has two speeds: by chance or by the key, and some
// drift or swing slowly, have outliers, or speeds of their own for each key.
func randomBackend(i int) system {
	c := rand.New(rand.NewPCG(uint64(i), 2011))
	fast, ratio, sd, share := logUniform(c, 3, 80), logUniform(c, 1.3, 20), logUniform(c, 0.02, 0.4), 0.02+0.96*c.Float64()
	by := c.IntN(5)
	noise, amount, every := []float64{0, 0.005, 0.02}[c.IntN(3)], 0.6*c.Float64(), logUniform(c, 1, 60)
	return system{
		name: fmt.Sprintf("%d: %.0f %% at %.3g ms, else %.3g ms", i, 100*share, fast, fast*ratio),
		keys: int(logUniform(c, 20, 2000)), zipf: float64(c.IntN(2)), rate: math.Round(logUniform(c, 20, 400)), seconds: 10,
		front: cached(func(f *simulate.CacheFront) {
			f.Second, f.Miss, f.SecondFor = simulate.Speed{Median: fast, SD: sd}, simulate.Speed{Median: fast * ratio, SD: sd}, share
			f.Outliers = noise
			switch by {
			case 1:
				f.ByKey = true
			case 2:
				f.ByKey, f.KeySD = true, amount
			case 3:
				f.Swing, f.SwingEvery = amount, every
			case 4:
				f.Drift = amount
			}
		}),
	}
}

func TestNoBackendOfTwoSpeedsHasACache(t *testing.T) {
	const n = 1000
	var lock sync.Mutex
	found, doubtful := 0, 0
	var smallest []float64
	simulate.Many(n, func(i int) {
		s := randomBackend(i)
		f, _ := s.finding(t, uint64(i))
		lock.Lock()
		defer lock.Unlock()
		switch {
		case strings.HasPrefix(f.Conclusion, none):
			var share float64
			_, after, _ := strings.Cut(f.Conclusion, "fastest responses, to ")
			if _, err := fmt.Sscanf(after, "%f", &share); err == nil {
				smallest = append(smallest, share)
			}
		case strings.Contains(f.Conclusion, "Whether there is a cache cannot be told"):
			doubtful++
		default:
			found++
			t.Logf("%s: %s", s.name, f.Conclusion)
		}
	})
	slices.Sort(smallest)
	t.Logf("of %d backends without a cache %d are said to have one, and of %d it cannot be told; a hit share of %.0f %% in the median would have been found", n, found, doubtful, smallest[len(smallest)/2])
	if found > 1 { // 1 in 10,000 is expected
		t.Errorf("%d false discoveries", found)
	}
	if doubtful > n/20 {
		t.Errorf("%d cannot be told", doubtful)
	}
}

// randomCache has a hit ratio of 10 to 90 %, by its TTL or by its size, and modes that
// are three spreads apart or more. Where no number of keys gives the ratio, there are two.
func randomCache(i int) (s system, noise float64) {
	c := rand.New(rand.NewPCG(uint64(i), 2012))
	want, rate, sd := 0.1+0.8*c.Float64(), math.Round(logUniform(c, 50, 400)), logUniform(c, 0.05, 0.4)
	apart := logUniform(c, 3, 12)
	hit := logUniform(c, 2, 30)
	noise = []float64{0, 0.005, 0.02}[i%3]
	s = system{rate: rate, seconds: 20, zipf: []float64{0, 0, 0.8, 1}[c.IntN(4)], share: true, says: anyHits}
	store := simulate.CacheStore{TTL: logUniform(c, 1.5, 6)}
	if i%4 == 3 {
		store = simulate.CacheStore{TTL: 3600, Room: 10 + c.IntN(300)}
	} else if i%4 == 2 {
		store.TTL, store.Clock, store.Phase = float64(2+c.IntN(4)), 1, c.Float64()
	}
	s.keys = sizes[max(slices.IndexFunc(sizes, func(n int) bool {
		return zipfKeys(n, s.zipf).hitRatio(rate, probe.Seconds(store.TTL), 0, store.Room) < want
	}), 0)]
	drift := 0.2 * c.Float64()
	s.name = fmt.Sprintf("%d: TTL %.3g s (clock %g), room %d, %d keys (exponent %g) at %.0f/s, hit %.3g ms, %.1f spreads of %.2f apart, noise %.3f", i, store.TTL, store.Clock, store.Room, s.keys, s.zipf, rate, hit, apart, sd, noise)
	s.front = cached(func(f *simulate.CacheFront) {
		f.Hit, f.Miss = simulate.Speed{Median: hit, SD: sd}, simulate.Speed{Median: hit * math.Exp(apart*sd), SD: sd}
		f.Outliers, f.Drift = noise, drift
		if i%5 == 0 {
			f.Header = "X-Cache"
		}
	}, store)
	return s, noise
}

// sizes are numbers of keys to choose from.
var sizes = func() (all []int) {
	for n := 2.0; n < 20_000; n *= 1.1 {
		all = append(all, int(n)+len(all)%2)
	}
	slices.Sort(all)
	return slices.Compact(all)
}()

type ratioCoverage struct {
	lock                          sync.Mutex
	all, missed, doubtful, covers int
	widths                        []float64
}

func TestIntervalsOfHitRatiosHoldTheTruth(t *testing.T) {
	const n = 600
	var c, ttl, full ratioCoverage
	simulate.Many(n, func(i int) {
		s, _ := randomCache(i)
		f, _ := s.finding(t, uint64(i))
		truth := s.steadyTruth(uint64(i), int(60*s.rate), 30_000)
		kind := &ttl
		if i%4 == 3 {
			kind = &full
		}
		for _, into := range []*ratioCoverage{&c, kind} {
			into.lock.Lock()
			into.all++
			v, there := f.Values["hit_ratio"]
			switch {
			case strings.HasPrefix(f.Conclusion, "No cache"):
				into.missed++
			case !there:
				into.doubtful++
			default:
				into.widths = append(into.widths, *v.High-*v.Low)
				if *v.Low <= truth && truth <= *v.High {
					into.covers++
				}
			}
			if into == &c && (!there || *v.Low > truth || truth > *v.High) {
				t.Logf("%s: in truth %.4f: %s", s.name, truth, f.Conclusion)
			}
			into.lock.Unlock()
		}
	})
	c.report(t, "all")
	ttl.report(t, "with a TTL")
	full.report(t, "with evictions")
}

func (c *ratioCoverage) report(t *testing.T, which string) {
	t.Helper()
	slices.Sort(c.widths)
	said := len(c.widths)
	t.Logf("%s: of %d caches %d are not found, and of %d the hit ratio cannot be told; %d of %d intervals hold the truth (%.1f %%), the median width is %.1f points",
		which, c.all, c.missed, c.doubtful, c.covers, said, 100*float64(c.covers)/float64(said), 100*c.widths[said/2])
	if c.covers < 92*said/100 || c.missed > c.all/20 || c.doubtful > c.all/20 {
		t.Errorf("%s: too few are found, can be told, or are covered", which)
	}
}

// TTLs are found without headers, by the shares that latency mistakes.
func TestIntervalsOfTTLsHoldTheTruth(t *testing.T) {
	const n = 200
	var lock sync.Mutex
	covers, doubtful := 0, 0
	var widths []float64
	simulate.Many(n, func(i int) {
		c := rand.New(rand.NewPCG(uint64(i), 2013))
		ttl, sd, noise := logUniform(c, 1.2, 8), logUniform(c, 0.05, 0.4), []float64{0, 0.005, 0.02}[i%3]
		s := system{keys: 200, rate: 100, seconds: 5, more: ages1to9, front: cached(func(f *simulate.CacheFront) {
			f.Hit, f.Miss = simulate.Speed{Median: 6, SD: sd}, simulate.Speed{Median: 6 * math.Exp(sd*logUniform(c, 3, 9)), SD: sd}
			f.Outliers = noise
		}, *varnish(ttl, 0))}
		f, _ := s.finding(t, uint64(i))
		v, there := f.Values["ttl"]
		lock.Lock()
		defer lock.Unlock()
		if !there {
			doubtful++
			t.Logf("TTL %.3f s: %s", ttl, f.Conclusion)
			return
		}
		widths = append(widths, (*v.High-*v.Low)/ttl)
		if *v.Low <= ttl && ttl <= *v.High {
			covers++
		} else {
			t.Logf("TTL %.3f s: %.4f (%.4f to %.4f)", ttl, v.Value, *v.Low, *v.High)
		}
	})
	slices.Sort(widths)
	t.Logf("of %d TTLs %d cannot be told; %d of %d intervals hold the truth, the median width is %.2f %%", n, doubtful, covers, len(widths), 100*widths[len(widths)/2])
	if covers < 92*len(widths)/100 || doubtful > n/20 {
		t.Errorf("too few TTLs are told, or covered")
	}
}

// The named systems are told rightly with other seeds as well.
func TestNamedCachesAreToldWithEverySeed(t *testing.T) {
	for i := range systems {
		row := systems[i]
		t.Run(row.name, func(t *testing.T) {
			missed := 0
			for seed := range uint64(40) {
				f, _ := row.finding(t, seed)
				if what := row.wrong(f, row.truths(seed)); what != "" {
					missed++
					t.Logf("%s: %s", what, f.Conclusion)
				}
			}
			if missed > 6 { // of intervals that hold 95 %: in 1 of 100 tables
				t.Errorf("%d of 40 are wrong", missed)
			}
		})
	}
}
