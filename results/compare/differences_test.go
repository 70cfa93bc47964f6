package compare

import (
	"math"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

func TestDifferencesAreThoseOfBlocks(t *testing.T) {
	base, slower := Target{Name: "base"}, Target{Name: "head", Slower: 0.5}
	run := played(1, 12, 400, base, slower)
	for _, row := range []struct {
		name   string
		head   string
		metric Metric
		price  func(*results.Run, uint16) (float64, bool)
		blocks int
		at     float64
		wrong  string
	}{
		{"a median", "head", P50, nil, 12, math.Log(1.5), ""},
		{"shares of errors", "head", ErrorShare, nil, 12, 0, ""},
		{"costs", "head", Dollars, func(_ *results.Run, target uint16) (float64, bool) { return float64(1 + target), true }, 12, math.Ln2, ""},
		{"costs that are not known", "head", Dollars, nil, 0, 0, "no block has enough requests"},
		{"a quantile that no block carries", "head", P999, nil, 0, 0, "no block has enough requests for p99.9"},
		{"another target", "nowhere", P50, nil, 0, 0, `no targets "base" and "nowhere"`},
		{"another metric", "head", "p42", nil, 0, 0, `no metric "p42"`},
	} {
		xs, err := Differences(run, Options{Base: "base", Price: row.price}, row.head, row.metric)
		if row.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%s: %v", row.name, err)
			}
			continue
		}
		if l := Locate(xs); err != nil || len(xs) != row.blocks || math.Abs(l.At-row.at) > 0.03 || !(l.SE < 0.03) || l.Freedom != 9 {
			t.Errorf("%s: %v, %+v", row.name, err, l)
		}
	}
}

func TestBlocksOfALateGeneratorSayNothing(t *testing.T) {
	run := played(1, 12, 400, Target{Name: "base"}, Target{Name: "head"})
	for block := range uint32(12) {
		for target := range uint16(2) {
			lag := results.New()
			for range 400 {
				lag.Record(8 * time.Millisecond)
			}
			run.Lag[results.Group{Target: target, Block: block}] = lag
		}
	}
	if xs, err := Differences(run, Options{Base: "base"}, "head", P50); err == nil || !strings.Contains(err.Error(), "behind its schedule at p50 in base") {
		t.Errorf("%v, %v", xs, err)
	}
	if _, err := Differences(run, Options{Base: "base"}, "head", ErrorShare); err != nil {
		t.Errorf("errors do not depend on it: %v", err)
	}
}
