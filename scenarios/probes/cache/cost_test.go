package cache

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

func TestTheCacheSavesTime(t *testing.T) {
	w := cacheWorld{chance: rand.New(rand.NewPCG(3, 5)), cache: newFakeCache(4*time.Second, boundless), headers: true}
	draw := zipfKeys(300, 0).draw(3)
	for i := range 4000 {
		w.ask(draw(), time.Duration(i)*5*time.Millisecond)
	}
	visits := w.visits()
	s := steadiness{visits: visits}
	_, slow := byHeader.latencies(visits)
	f := results.Finding{Values: map[string]results.Value{}}
	said := s.addMeans(slow, &f)
	with, without := f.Values["mean_with_cache"], f.Values["mean_without_cache"]
	spread := math.Exp(0.25 * 0.25 / 2) // mean ÷ median of the world's log-normals
	misses := 1 - float64(w.hits)/4000
	for _, row := range []struct {
		name string
		got  results.Value
		want float64
	}{{"with", with, spread * (6 + 12*misses)}, {"without", without, spread * 18}} {
		if math.Abs(row.got.Value/row.want-1) > 0.02 || *row.got.Low > row.got.Value || *row.got.High < row.got.Value || *row.got.High-*row.got.Low > 0.2*row.want {
			t.Errorf("%s the cache %.3f ms [%.3f, %.3f], want %.3f", row.name, row.got.Value, *row.got.Low, *row.got.High, row.want)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "would take 18.") {
		t.Errorf("said %q", said)
	}
}

func TestWithoutResponsesThereAreNoMeans(t *testing.T) {
	f := results.Finding{Values: map[string]results.Value{}}
	if said := (&steadiness{}).addMeans(nil, &f); said != nil || len(f.Values) != 0 {
		t.Errorf("said %q, %v", said, f.Values)
	}
}
