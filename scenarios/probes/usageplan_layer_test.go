package probes

import (
	"strings"
	"testing"

	"tollgate/targets"
)

func TestTheLimitThatIsSetToWhatWasMeasuredIsNamed(t *testing.T) {
	free := ConfiguredLimit{`usage plan "free"`, 50, 100}
	stage := ConfiguredLimit{"stage prod", 500, 100}
	b := newPlayed(50, 100, 1e-3, 0.005, 0.005, 3)
	q := posed(t, "usage-plan: {expect: {rate: 50/s, burst: 100}}")
	_, h := play(t, q, b.answers)
	if !q.Wants.Limits {
		t.Error("nobody is asked for the limits")
	}
	for _, row := range []struct {
		name    string
		limits  []ConfiguredLimit
		says    string
		assumes string
	}{
		{"nothing is known", nil, "applied by the key's usage plan, or the stage's or the account's throttle.", "answer alike"},
		{"one of two is", []ConfiguredLimit{free, stage}, `applied by usage plan "free", which is set to 50/s with a burst of 100.`, "is taken for the one that refused"},
		{"two are set alike", []ConfiguredLimit{free, {"stage prod", 50, 100}}, `50/s with a burst of 100, or stage prod, which is set to 50/s`, "is taken for"},
		{"none is", []ConfiguredLimit{stage}, "applied by the key's usage plan, or", "is what was measured: it has stage prod, which is set to 500/s with a burst of 100"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := q.Answer(h, Told{Limits: row.limits, Troubles: []string{"a trouble"}})
			said := strings.Join(f.Assumptions, "\n")
			if !strings.Contains(f.Conclusion, row.says) || !strings.Contains(said, row.assumes) || !strings.Contains(said, "a trouble") {
				t.Errorf("%s\n%s", f.Conclusion, said)
			}
		})
	}
	for i := range h { // Lambda refuses in other words: no limit of API Gateway's is meant
		for j := range h[i].Samples {
			if s := &h[i].Samples[j]; s.Mark.Fault != "" {
				s.Mark.Fault = targets.FaultConcurrency
			}
		}
	}
	if f := q.Answer(h, Told{Limits: []ConfiguredLimit{free}}); !strings.Contains(f.Conclusion, "applied by Lambda") {
		t.Errorf("%s", f.Conclusion)
	}
}
