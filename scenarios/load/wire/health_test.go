//go:build linux

package wire

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLagsAreRightToThreePercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Minute)), 1, 300).Draw(t, "lags")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		var one, other lags
		for _, d := range all[:cut] {
			one.record(time.Duration(d))
		}
		for _, d := range all[cut:] {
			other.record(time.Duration(d))
		}
		one.merge(&other)
		slices.Sort(all)
		truth := time.Duration(all[len(all)-len(all)/100-1])
		if got := one.p99(); got < truth || got > truth+truth/32+1 {
			t.Fatalf("p99 of %d lags is %d, want %d", len(all), got, truth)
		}
		if one.longest != time.Duration(all[len(all)-1]) {
			t.Fatalf("longest is %d, want %d", one.longest, all[len(all)-1])
		}
		one.reset()
		if one.p99() != 0 || slices.ContainsFunc(one.count[:], func(n uint32) bool { return n != 0 }) {
			t.Fatal("something is left after a reset")
		}
	})
}

func TestALongLagIsCountedInTheLastBucket(t *testing.T) {
	var h lags
	h.record(1 << 62)
	h.record(-time.Second)
	if h.total != 2 || h.longest != 1<<62 {
		t.Errorf("total %d, longest %d", h.total, h.longest)
	}
}
