package observe

import (
	"testing"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/targettest"
)

// Where a distribution and what is behind it are both targets, CloudWatch counts at the origin
// what both sent there, and so does the comparison.
func TestADistributionAndItsOriginAreCountedTogether(t *testing.T) {
	t.Parallel()
	doors := targettest.FourDoors()
	url := doors[2]
	cdn := url
	cdn.Name, cdn.Kind, cdn.Distribution = "cdn", &targets.CloudFront, &targets.Distribution{ID: "E1", Origin: &url}
	ts := []targets.Target{url, cdn, doors[0]}
	row := func(target uint16, n int64) results.Second {
		s := results.Second{Target: target, Status: map[int]int64{200: n}, Errors: map[results.ErrClass]int64{}}
		s.Ended[results.OK] = n
		return s
	}
	run := &results.Run{Document: results.Document{Targets: []results.TargetDoc{{Name: "url"}, {Name: "cdn"}, {Name: "rest"}}}, Seconds: []results.Second{row(0, 20), row(1, 40), row(2, 50)}}
	run.Seconds[1].Cached[targets.CacheMiss], run.Seconds[1].Cached[targets.CacheHit] = 30, 10
	for i, want := range []thoroughfare{
		{30, 30, "with what came there from cdn"},
		{20, 20, "with what came there from url"},
		{},
	} {
		if got := through(run, ts, i); got != want {
			t.Errorf("%s: %+v, want %+v", ts[i].Name, got, want)
		}
	}
}
