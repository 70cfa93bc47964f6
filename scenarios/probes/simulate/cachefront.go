package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

// A Speed is a log-normal latency: the median in milliseconds, and the standard deviation
// of the logarithm.
type Speed struct{ Median, SD float64 }

func (s Speed) draw(chance *rand.Rand) float64 { return s.Median * math.Exp(s.SD*chance.NormFloat64()) }

// A CacheFront is an endpoint with a cache or without one: what it keeps, how fast it
// and the backend are, and what else happens on the way.
type CacheFront struct {
	Nodes        []*CacheStore // a request goes to one by chance; none: no cache
	IgnoresQuery bool
	Renews       string  // what Cache-Control: max-age=0 does: "always", "refused" (403); "": nothing
	Flushes      float64 // share of the entries that a flush empties
	Header       string  // "X-Cache" (hit or miss), "Age" (whole seconds since it was stored), "": none

	Hit, Miss  Speed
	Second     Speed   // of the backend, for a share of the requests
	SecondFor  float64 // that share
	ByKey      bool    // the key, and not chance, decides about the second speed
	KeySD      float64 // standard deviation of the logarithm of a factor that each key has
	Swing      float64 // share by which all latencies swing, as a sine
	SwingEvery float64 // seconds
	Drift      float64 // share by which all latencies rise in a minute
	Outliers   float64 // share of the responses that take 3 to 30 times as long
	Jitter     float64 // seconds, mean of an exponential, until a request arrives

	Chance *rand.Rand
	Hits   map[string]int // counted by the name of the stage
	Asked  map[string]int
	age    map[string]float64 // when a key was last stored
	seed   uint64
	keys   numbers
}

// NewCacheFront is an endpoint without noise.
func NewCacheFront(seed uint64, nodes ...*CacheStore) *CacheFront {
	return &CacheFront{
		Nodes: nodes, Chance: rand.New(rand.NewPCG(seed, 41)), Hits: map[string]int{}, Asked: map[string]int{}, age: map[string]float64{}, seed: seed, keys: numbers{},
		Hit: Speed{6, 0.25}, Miss: Speed{25, 0.25},
	}
}

// Respond answers samples, which are in the order of sending.
func (f *CacheFront) Respond(stage probe.Stage, samples []results.Sample) {
	if stage.Flush && len(samples) > 0 {
		f.forget(samples[0].Sent.Seconds(), func(string) bool { return f.Chance.Float64() < f.Flushes })
	}
	for i := range samples {
		s := &samples[i]
		path := stage.Requests[s.Request].Path
		if stage.Requests[s.Request].Header.Has("Cache-Control") {
			switch f.Renews {
			case "always":
				f.forget(s.Sent.Seconds(), func(key string) bool { return key == path })
			case "refused":
				s.Code, s.Service = 403, time.Millisecond
				continue
			}
		}
		hit, ms, mark := f.Answer(path, s.Sent.Seconds())
		f.Asked[stage.Name]++
		if hit {
			f.Hits[stage.Name]++
		}
		s.Service = time.Duration(ms * float64(time.Millisecond))
		s.FirstByte, s.Mark.Cache = s.Service, mark
	}
}

func (f *CacheFront) forget(at float64, which func(key string) bool) {
	for _, n := range f.Nodes {
		n.forget(which, at)
	}
}

// Answer answers a request that is sent at so many seconds.
func (f *CacheFront) Answer(path string, sent float64) (hit bool, ms float64, mark string) {
	key := path
	if f.IgnoresQuery {
		key, _, _ = strings.Cut(path, "?")
	}
	at := sent + f.Jitter*f.Chance.ExpFloat64()
	var node *CacheStore
	if len(f.Nodes) > 0 {
		node = f.Nodes[f.Chance.IntN(len(f.Nodes))]
		hit = node.Hit(key, at)
	}
	ms = f.speed(hit, path).draw(f.Chance) * f.factor(at)
	if f.Chance.Float64() < f.Outliers {
		ms *= 3 * math.Exp(f.Chance.Float64()*math.Log(10))
	}
	mark = f.mark(hit, key, at)
	if done := at + ms/1000; !hit && node != nil {
		node.Store(key, done)
		f.age[key] = done
	}
	return hit, ms + 1000*(at-sent), mark
}

func (f *CacheFront) factor(at float64) float64 {
	factor := 1 + f.Drift*at/60
	if f.SwingEvery > 0 {
		factor *= 1 + f.Swing*math.Sin(2*math.Pi*at/f.SwingEvery)
	}
	return factor
}

func (f *CacheFront) speed(hit bool, path string) Speed {
	if hit {
		return f.Hit
	}
	own := f.keys.chance(path, f.seed)
	second := f.Chance.Float64()
	if f.ByKey {
		second = own.Float64()
	}
	speed := f.Miss
	if second < f.SecondFor {
		speed = f.Second
	}
	speed.Median *= math.Exp(f.KeySD * own.NormFloat64())
	return speed
}

func (f *CacheFront) mark(hit bool, key string, at float64) string {
	switch {
	case f.Header == "Age" && hit:
		return fmt.Sprintf("Age: %d", int(max(at-f.age[key], 0)))
	case f.Header == "Age":
		return "Age: 0"
	case f.Header == "X-Cache" && hit:
		return "HIT"
	case f.Header == "X-Cache":
		return "MISS"
	}
	return ""
}
