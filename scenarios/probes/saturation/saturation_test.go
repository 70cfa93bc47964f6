package saturation

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
)

func play(t *testing.T, options string, respond func([]results.Sample)) (results.Finding, probe.History) {
	t.Helper()
	return simulate.Play(t, simulate.Question(t, Probe(), options), simulate.Each(respond))
}

func TestTheHighestRateIsFound(t *testing.T) {
	pool := func(n int, service float64) func([]results.Sample) {
		return (&simulate.Pool{Servers: n, Service: service, Chance: rand.New(rand.NewPCG(1, 2))}).Respond
	}
	for _, row := range []struct {
		name, probe string
		answer      func([]results.Sample)
		want        float64
		gave        string
	}{
		{"a bucket", "saturation: {from: 10/s, to: 2000/s, for: 5s}", simulate.NewBucket(300, 60, 1e-4, 0, 0, 1).Respond, 300, "throttled"},
		{"a bucket that lasts for half of a step", "saturation: {from: 10/s, to: 2000/s, for: 8s}", simulate.NewBucket(130, 520, 1e-4, 0, 0, 1).Respond, 130, "throttled"},
		{"a few environments", "saturation: {from: 20/s, to: 2000/s, for: 20s}", pool(20, 0.05), simulate.ErlangRate(0.01, 0.05, 20), "concurrency"},
		{"many environments, and a higher limit", "saturation: {from: 100/s, to: 2000/s, for: 10s, thresholds: [error_share < 5%]}", pool(100, 0.12), simulate.ErlangRate(0.05, 0.12, 100), "concurrency"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, h := play(t, row.probe, row.answer)
			v := f.Values["highest_rate"]
			t.Logf("%.5g of %.5g, off by %+.2f %%; %d stages; %s", v.Value, row.want, 100*(v.Value/row.want-1), len(h), f.Conclusion)
			if math.Abs(v.Value/row.want-1) > 0.03 || !strings.Contains(f.Conclusion, row.gave) {
				t.Errorf("want %.5g and %q: %v", row.want, row.gave, f.Tables[0].Rows)
			}
			if knee := f.Values["knee"].Value; knee > 1.05*row.want {
				t.Errorf("the knee is at %v", knee)
			}
			if len(f.Series) != 3 || len(f.Series[0].Points) < 5 {
				t.Errorf("series %v", f.Series)
			}
		})
	}
}

// A generator that cannot send faster than 200/s must not be taken for a target
// that cannot answer faster.
func TestTheGeneratorsOwnKneeIsNeverReported(t *testing.T) {
	free := 0.0
	f, _ := play(t, `saturation: {from: 20/s, to: 2000/s, for: 5s, thresholds: ["p(99) < 100ms"]}`, func(all []results.Sample) {
		for i := range all {
			s := &all[i]
			free = max(free, s.Due.Seconds())
			s.Begun, s.Sent = time.Duration(free*1e9), time.Duration(free*1e9)
			free += 0.005
		}
	})
	if f.Verdict != results.Invalid || len(f.Values) != 0 || !strings.Contains(strings.Join(f.Reasons, ";"), "the generator gave way first") {
		t.Errorf("%s: %s %v", f.Verdict, f.Conclusion, f.Values)
	}
}

func TestWhereNothingBreaksNoKneeIsMadeUp(t *testing.T) {
	f, _ := play(t, "saturation: {from: 10/s, to: 200/s, for: 1s}", func([]results.Sample) {})
	if f.Verdict != results.Valid || f.Values["highest_rate_tried"].Value != 200 {
		t.Errorf("%s: %s", f.Verdict, f.Conclusion)
	}
	f, _ = play(t, "saturation: {from: 10/s, to: 200/s, for: 1s}", func(all []results.Sample) {
		for i := range all {
			all[i].Code = 500
		}
	})
	if _, there := f.Values["highest_rate"]; there || !strings.Contains(f.Conclusion, "did not hold at any rate") {
		t.Errorf("%s: %s", f.Verdict, f.Conclusion)
	}
}
