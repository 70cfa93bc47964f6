package foreign

import (
	"testing"

	"tollgate/results"
)

func bucketFinding(verdict results.Verdict, rate results.Value) results.Finding {
	return results.Finding{Probe: "usage-plan", Verdict: verdict, Conclusion: "A token bucket.", Values: map[string]results.Value{
		"rate": rate, "burst": results.Between(20, 19, 21, "requests", ""),
	}}
}

// An evaluation that never says WRONG would make the suite worthless.
func TestFindingsAreHeldAgainstTheTruth(t *testing.T) {
	bucket := []statement{{tokenBucket, map[string]span{"rate": exactly(50), "burst": exactly(20)}}, {concurrency, map[string]span{"concurrency": exactly(20)}}}
	cacheOf := func(ratio float64, words string) results.Finding {
		f := results.Finding{Probe: "cache", Verdict: results.Valid, Conclusion: words, Values: map[string]results.Value{}}
		if ratio >= 0 {
			f.Values["hit_ratio"] = results.Between(ratio, ratio-0.03, ratio+0.03, "share", "")
		}
		return f
	}
	for _, row := range []struct {
		name    string
		finding results.Finding
		truth   []statement
		want    verdict
		missed  int
	}{
		{"an interval that holds the truth", bucketFinding(results.Valid, results.Between(50.5, 49.9, 51, "per_s", "")), bucket, right, 0},
		{"an interval that misses it by a little", bucketFinding(results.Valid, results.Between(50.5, 50.1, 51, "per_s", "")), bucket, right, 1},
		{"a tight interval elsewhere", bucketFinding(results.Valid, results.Between(53, 52.9, 53.1, "per_s", "")), bucket, wrong, 0},
		{"a very tight interval that is off by less than clocks are", bucketFinding(results.Valid, results.Between(50.04, 50.039, 50.041, "per_s", "")), bucket, right, 1},
		{"an interval without width", bucketFinding(results.Valid, results.Between(50.1, 50.1, 50.1, "per_s", "")), bucket, wrong, 0},
		{"a value without an interval, one in fifty off", bucketFinding(results.Valid, results.Exactly(50.9, "per_s", "")), bucket, right, 1},
		{"a value outside of its own interval", bucketFinding(results.Valid, results.Between(51.2, 49.9, 51, "per_s", "")), bucket, wrong, 0},
		{"another rule", bucketFinding(results.Valid, results.Between(50, 49, 51, "per_s", "")), []statement{{fixedWindow, nil}}, wrong, 0},
		{"one of two true rules", results.Finding{Probe: "usage-plan", Conclusion: "A limit on concurrency.", Values: map[string]results.Value{"concurrency": results.Between(20, 20, 20, "requests", "")}}, bucket, right, 0},
		{"a false value of a true rule", results.Finding{Probe: "usage-plan", Conclusion: "A limit on concurrency.", Values: map[string]results.Value{"concurrency": results.Between(12, 12, 13, "requests", "")}}, bucket, wrong, 0},
		{"an invalid finding", bucketFinding(results.Invalid, results.Exactly(1, "per_s", "")), bucket, disturbed, 0},
		{"a rule that cannot be told", results.Finding{Probe: "usage-plan", Conclusion: "9 of 20 requests were refused, and by which rule cannot be told: none fits.", Values: map[string]results.Value{"refused": results.Exactly(9, "count", "")}}, bucket, knows, 0},
		{"hits where there is no cache", cacheOf(0.476, "47.6 % hits."), []statement{{claim: uncached}}, wrong, 0},
		{"no hits where there is no cache", cacheOf(0.004, "0.4 % hits."), []statement{{claim: uncached}}, right, 0},
		{"no cache where there is one", cacheOf(-1, "No cache can be seen."), []statement{{claim: cached}}, wrong, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if j, err := evaluate(row.finding, row.truth); err != nil || j.verdict != row.want || j.missed != row.missed {
				t.Errorf("%+v, %v; want %s with %d missed", j, err, row.want, row.missed)
			}
		})
	}
}

func TestAFindingInNewWordsIsAnError(t *testing.T) {
	if _, err := evaluate(results.Finding{Probe: "cache", Conclusion: "All is well."}, nil); err == nil {
		t.Error("accepted")
	}
}

func TestTooManyMissesAreUnlikely(t *testing.T) {
	for _, row := range []struct {
		missed, of int
		want       bool
	}{{0, 0, false}, {0, 60, false}, {3, 60, false}, {8, 60, false}, {12, 60, true}, {60, 60, true}, {1, 1, false}} {
		if got := unlikely(row.missed, row.of); got != row.want {
			t.Errorf("%d misses of %d: unlikely %v, want %v", row.missed, row.of, got, row.want)
		}
	}
}
