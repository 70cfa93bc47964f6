package usageplan

import (
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
)

// disturbed drives stages to a token bucket of 50/s with a burst of 100. In some stages
// its generator is late by seconds.
func disturbed(late func(stage string, times int) bool) *simulate.Driver {
	bucket := simulate.NewBucket(50, 100, 1e-3, 0, 0, 3)
	return &simulate.Driver{Respond: func(m *probe.Measured, n int) {
		for i := range m.Samples {
			if x := &m.Samples[i]; late(m.Name, n) && i%2 == 0 {
				x.Begun += m.For / 4
				x.Sent = x.Begun
			}
		}
		bucket.Respond(m.Samples)
	}}
}

func TestDisturbedStagesAreSentAgainOrLeftOut(t *testing.T) {
	for _, row := range []struct {
		name    string
		late    func(stage string, times int) bool
		verdict results.Verdict
		again   string // the stage that is sent twice
		says    string
	}{
		{"none", func(string, int) bool { return false }, results.Valid, "", ""},
		{"the flood, once", func(s string, n int) bool { return s == stageBurst && n == 1 }, results.Valid, stageFill, "stage burst at"},
		{"the overload, once", func(s string, n int) bool { return s == stageOverload && n == 1 }, results.Valid, stageBurst, "stage overload at"},
		{"the second flood, whenever it is sent", func(s string, _ int) bool { return s == stageAgain }, results.Suspect, stageAgain, "was left out"},
		{"the search", func(s string, _ int) bool { return s == stageSearch }, results.Valid, "", "was left out"},
		{"every stage", func(string, int) bool { return true }, results.Invalid, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			q := simulate.Question(t, Probe(), "usage-plan: {expect: {rate: 50/s, burst: 100}}")
			d := disturbed(row.late)
			h, err := q.Measure(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			f := q.Answer(h, probe.Evidence{})
			if f.Verdict != row.verdict || row.again != "" && d.Sent[row.again] < 2 || !strings.Contains(strings.Join(f.Disturbed, "\n"), row.says) {
				t.Errorf("%s, sent %v: %s %v; %v", f.Verdict, d.Sent, f.Conclusion, f.Reasons, f.Disturbed)
			}
			rate, there := f.Values["rate"]
			if there != (row.verdict != results.Invalid) || there && (*rate.Low > 50 || *rate.High < 50) {
				t.Errorf("rate %v in %s", rate.Value, f.Conclusion)
			}
		})
	}
}
