package scenarios

import (
	"slices"
	"testing"
	"time"
)

func TestThinkTimesHaveTheirQuantiles(t *testing.T) {
	d := Distribution{P50: time.Second, P99: 5 * time.Second}
	const n = 100_000
	all := make([]time.Duration, n)
	var sum time.Duration
	for seq := range all {
		all[seq] = d.After(7, uint64(seq))
		sum += all[seq]
	}
	slices.Sort(all)
	for _, q := range []struct {
		name      string
		got, want time.Duration
	}{
		{"median", all[n/2], d.P50},
		{"99th percentile", all[n*99/100], d.P99},
		{"mean", sum / n, d.Mean()},
	} {
		if off := float64(q.got)/float64(q.want) - 1; off < -0.05 || off > 0.05 {
			t.Errorf("%s: %v, want %v", q.name, q.got, q.want)
		}
	}
	if all[0] < d.Least() || d.Least() <= 0 {
		t.Errorf("the shortest is %v, and Least says %v", all[0], d.Least())
	}
}

func TestThinkTimesDependOnSeedAndRequestAlone(t *testing.T) {
	d := Distribution{P50: time.Second, P99: 5 * time.Second}
	if a, b := d.After(1, 2), d.After(1, 2); a != b {
		t.Errorf("%v and %v after the same request", a, b)
	}
	if a, b := d.After(1, 2), d.After(2, 2); a == b {
		t.Errorf("%v with two seeds", a)
	}
}

func TestAConstantThinkTimeIsAlwaysTheSame(t *testing.T) {
	for _, d := range []time.Duration{0, time.Second} {
		c := Always(d)
		if c.After(1, 2) != d || c.Mean() != d || c.Least() != d || c.String() != d.String() {
			t.Errorf("%v: after %v, mean %v, least %v, in words %q", d, c.After(1, 2), c.Mean(), c.Least(), c)
		}
	}
}
