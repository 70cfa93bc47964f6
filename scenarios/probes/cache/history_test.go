package cache

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// A keeper answers a request for a key: it says how long it takes, in ms.
type keeper func(key int, at float64) float64

// drawn draws log-normal times.
func drawn(c *rand.Rand) func(median float64) float64 {
	return func(median float64) float64 { return median * math.Exp(0.2*c.NormFloat64()) }
}

// storesAtThird is a cache that stores what was asked for three times, for ten seconds.
func storesAtThird(ms func(float64) float64) keeper {
	asked, until := map[int]int{}, map[int]float64{}
	return func(key int, at float64) float64 {
		if at < until[key] {
			return ms(6)
		}
		if asked[key]++; asked[key] > 3 {
			until[key] = at + 10
		}
		return ms(40)
	}
}

// keepsTen is a cache of the ten keys that were asked for last.
func keepsTen(ms func(float64) float64) keeper {
	var kept []int
	return func(key int, _ float64) float64 {
		took := ms(40)
		for i, k := range kept {
			if k == key {
				kept, took = append(kept[:i:i], kept[i+1:]...), ms(6)
				break
			}
		}
		if kept = append(kept, key); len(kept) > 10 {
			kept = kept[1:]
		}
		return took
	}
}

// twoTiers is a cache of two seconds before one of a minute.
func twoTiers(ms func(float64) float64) keeper {
	near, far := map[int]float64{}, map[int]float64{}
	return func(key int, at float64) float64 {
		switch {
		case at < near[key]:
			return ms(5)
		case at < far[key]:
			near[key] = at + 2
			return ms(20)
		}
		near[key], far[key] = at+2, at+60
		return ms(80)
	}
}

// swinging keeps nothing, and is fast and slow in turn.
func swinging(period float64) func(func(float64) float64) keeper {
	return func(ms func(float64) float64) keeper {
		return func(_ int, at float64) float64 { return ms(20 * math.Exp(1.3*math.Sin(2*math.Pi*at/period))) }
	}
}

// swingingCache is a cache of five seconds, as fast as its target is at the time.
func swingingCache(ms func(float64) float64) keeper {
	until := map[int]float64{}
	return func(key int, at float64) float64 {
		speed := math.Exp(0.7 * math.Sin(2*math.Pi*at/7))
		if at < until[key] {
			return ms(6 * speed)
		}
		until[key] = at + 5
		return ms(18 * speed)
	}
}

func TestWhatDoesNotBehaveLikeOneCacheIsNotTakenForOneOrNone(t *testing.T) {
	for _, row := range []struct {
		name string
		make func(func(float64) float64) keeper
		says string
	}{
		{"a cache that stores what was asked for three times", storesAtThird, "a cache shows"},
		{"a cache of ten keys", keepsTen, "a cache shows"},
		{"a cache before a cache", twoTiers, "it cannot be told more closely"},
		{"no cache, a speed that swings with the control", swinging(0.6), none},
		{"a cache before a target whose speed swings", swingingCache, "steady hit ratio cannot be told"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			answer := row.make(drawn(rand.New(rand.NewPCG(17, 4))))
			f, _ := simulate.Play(t, simulate.Question(t, Probe(), `cache: {path: "/?key={key}", rate: 100/s, for: 20s, keys: 200}`), simulate.Each(func(all []results.Sample) {
				for i := range all { // evenly spaced requests arrive in order
					all[i].Service = time.Duration(1e6 * answer(int(all[i].Request), all[i].Sent.Seconds()))
					all[i].FirstByte = all[i].Service
				}
			}))
			if !strings.Contains(f.Conclusion, row.says) {
				t.Errorf("want %q: %s", row.says, f.Conclusion)
			}
			if v, said := f.Values["hit_ratio"]; said && *v.High-*v.Low < 0.3 {
				t.Errorf("a hit ratio of %.2f to %.2f", *v.Low, *v.High)
			}
		})
	}
}
