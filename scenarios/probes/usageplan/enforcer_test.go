package usageplan

import (
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
	"tollgate/targets"
)

func TestTheLimitThatMatchesTheMeasurementIsNamed(t *testing.T) {
	const answers = "the key's usage plan, or the stage's or the account's throttle"
	limit := func(layer string, rate, burst float64) probe.ConfiguredLimit {
		return probe.ConfiguredLimit{Layer: layer, Rate: rate, Burst: burst}
	}
	free, stage := limit(`usage plan "free"`, 50, 100), limit("stage prod", 500, 100)
	fit := &limiter.Fit{Rate: limiter.Interval{Low: 49.9, High: 50.2}, Burst: limiter.Interval{Low: 99, High: 100}}
	refused := func(fault targets.Fault) probe.History {
		return probe.History{{Samples: []results.Sample{{Code: 200}, {Code: 429, Mark: results.Mark{Fault: fault}}}}}
	}
	for _, row := range []struct {
		name    string
		fault   targets.Fault
		limits  []probe.ConfiguredLimit
		says    string
		assumes string
	}{
		{"nothing is known", targets.FaultThrottled, nil, answers, ""},
		{"one of two is", targets.FaultThrottled, []probe.ConfiguredLimit{free, stage}, `usage plan "free", which is set to 50/s with a burst of 100`, "is taken as the one that throttled"},
		{"two are set alike", targets.FaultThrottled, []probe.ConfiguredLimit{free, limit("stage prod", 50, 100)}, `usage plan "free", which is set to 50/s with a burst of 100, or stage prod, which is set to 50/s with a burst of 100`, "is taken as"},
		{"none is", targets.FaultThrottled, []probe.ConfiguredLimit{stage}, answers, "is what was measured: it has stage prod, which is set to 500/s with a burst of 100"},
		{"Lambda refuses", targets.FaultConcurrency, []probe.ConfiguredLimit{free}, answers, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			name, assumed := configured(refused(row.fault), answers, fit, row.limits)
			if said := strings.Join(assumed, "\n"); name != row.says || !strings.Contains(said, row.assumes) || row.assumes == "" && said != "" {
				t.Errorf("%s\n%s", name, said)
			}
		})
	}
}

func TestTheConfiguredLimitIsNamed(t *testing.T) {
	b := simulate.NewBucket(20, 10, 1e-3, 0.005, 0.005, 3)
	q := ask(t, "usage-plan: {expect: {rate: 20/s, burst: 10}}")
	_, h := simulate.Play(t, q, simulate.Each(b.Respond))
	f := q.Answer(h, probe.Evidence{Configuration: probe.Configuration{Limits: []probe.ConfiguredLimit{{Layer: `usage plan "free"`, Rate: 20, Burst: 10}}}, Troubles: []string{"a trouble"}})
	if said := strings.Join(f.Assumptions, "\n"); !q.Wants.Limits || !strings.Contains(f.Conclusion, `applied by usage plan "free", which is set to 20/s`) || !strings.Contains(said, "a trouble") {
		t.Errorf("%s\n%s", f.Conclusion, said)
	}
}
