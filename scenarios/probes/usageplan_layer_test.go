package probes

import (
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/targets"
)

func TestTheLimitThatIsSetToWhatWasMeasuredIsNamed(t *testing.T) {
	const answers = "the key's usage plan, or the stage's or the account's throttle"
	free, stage := ConfiguredLimit{`usage plan "free"`, 50, 100}, ConfiguredLimit{"stage prod", 500, 100}
	fit := bucketFit{RateLow: 49.9, RateHigh: 50.2, BurstLow: 99, BurstHigh: 100}
	refused := func(fault targets.Fault) History {
		return History{{Samples: []results.Sample{{Code: 200}, {Code: 429, Mark: results.Mark{Fault: fault}}}}}
	}
	for _, row := range []struct {
		name    string
		fault   targets.Fault
		limits  []ConfiguredLimit
		says    string
		assumes string
	}{
		{"nothing is known", targets.FaultThrottled, nil, answers, ""},
		{"one of two is", targets.FaultThrottled, []ConfiguredLimit{free, stage}, `usage plan "free", which is set to 50/s with a burst of 100`, "is taken for the one that refused"},
		{"two are set alike", targets.FaultThrottled, []ConfiguredLimit{free, {"stage prod", 50, 100}}, `usage plan "free", which is set to 50/s with a burst of 100, or stage prod, which is set to 50/s with a burst of 100`, "is taken for"},
		{"none is", targets.FaultThrottled, []ConfiguredLimit{stage}, answers, "is what was measured: it has stage prod, which is set to 500/s with a burst of 100"},
		{"Lambda refuses", targets.FaultConcurrency, []ConfiguredLimit{free}, answers, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			name, assumed := nameLayer(refused(row.fault), answers, fit, row.limits)
			if said := strings.Join(assumed, "\n"); name != row.says || !strings.Contains(said, row.assumes) || row.assumes == "" && said != "" {
				t.Errorf("%s\n%s", name, said)
			}
		})
	}
}

func TestAUsagePlanIsToldTheLimitsThatAreConfigured(t *testing.T) {
	b := newPlayed(20, 10, 1e-3, 0.005, 0.005, 3)
	q := posed(t, "usage-plan: {expect: {rate: 20/s, burst: 10}}")
	_, h := play(t, q, b.answers)
	f := q.Answer(h, Told{Limits: []ConfiguredLimit{{`usage plan "free"`, 20, 10}}, Troubles: []string{"a trouble"}})
	if said := strings.Join(f.Assumptions, "\n"); !q.Wants.Limits || !strings.Contains(f.Conclusion, `applied by usage plan "free", which is set to 20/s`) || !strings.Contains(said, "a trouble") {
		t.Errorf("%s\n%s", f.Conclusion, said)
	}
}
