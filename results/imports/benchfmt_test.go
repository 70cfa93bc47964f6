package imports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/perf/benchmath"

	"tollgate/results"
	"tollgate/results/compare"
)

// benchmarked are lines of one benchmark, in ns/op, and the values in them.
func benchmarked(lines int, scale float64, seed uint64) (text string, values []float64) {
	chance := rand.New(rand.NewPCG(seed, 7))
	var b strings.Builder
	b.WriteString("goos: linux\ngoarch: amd64\npkg: example.com/api\n")
	for range lines {
		x := math.Round(5_200_000 * scale * math.Exp(0.02*chance.NormFloat64()))
		values = append(values, x)
		fmt.Fprintf(&b, "BenchmarkServe/size=10-8 \t 20000\t %.0f ns/op\t 120 B/op\t 3 allocs/op\n", x)
	}
	b.WriteString("PASS\n")
	return b.String(), values
}

// TestBenchmarksAreComparedLikeBenchstat holds medians and changes against benchstat's own
// statistics. The median of an odd number of lines is the same up to three digits. The
// change is estimated from a trimmed mean of logarithms in place of the medians, so it agrees within
// benchstat's intervals.
func TestBenchmarksAreComparedLikeBenchstat(t *testing.T) {
	before, xs := benchmarked(15, 1, 1)
	after, ys := benchmarked(15, 1.1, 2)
	base, head := imported(t, []byte(before), Options{}), imported(t, []byte(after), Options{})
	c, err := compare.Runs(base, head, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Pairs[0].Effects[0]
	var centers, lows, highs [2]float64
	for i, values := range [][]float64{xs, ys} {
		s := benchmath.AssumeNothing.Summary(benchmath.NewSample(values, &benchmath.DefaultThresholds), 0.95)
		centers[i], lows[i], highs[i] = s.Center/1e6, s.Lo/1e6, s.Hi/1e6
	}
	for i, got := range []*float64{e.Base, e.Head} {
		if got == nil || math.Abs(*got/centers[i]-1) > 0.001 {
			t.Errorf("side %d: the median is %v ms, and benchstat says %g", i, *got, centers[i])
		}
	}
	if e.Metric != compare.P50 || e.Estimate == nil || *e.Estimate < lows[1]/highs[0] || *e.Estimate > highs[1]/lows[0] {
		t.Errorf("%s changed by %v, and by benchstat's intervals from %g to %g", e.Metric, e.Estimate, lows[1]/highs[0], highs[1]/lows[0])
	}
	if e.Verdict != compare.Inconclusive || !strings.Contains(e.Why, "not recorded") {
		t.Errorf("%s (%s): benchmarks have no time, so how such runs vary cannot be told", e.Verdict, e.Why)
	}
	for _, other := range c.Pairs[0].Effects {
		if other.Metric == compare.ErrorShare || other.Metric == compare.Goodput {
			t.Errorf("%s is compared, which the files do not have", other.Metric)
		}
	}
	if f := base.Document.Targets[0]; f.Name != "Serve/size=10-8" || f.Requests != 15 || base.Document.Imported.Keeps != results.KeepsMeans {
		t.Errorf("%s: %d samples, %+v", f.Name, f.Requests, base.Document.Imported)
	}
}
