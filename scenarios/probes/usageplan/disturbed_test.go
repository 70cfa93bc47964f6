package usageplan

import (
	"context"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
)

// A disturbed driver sends stages to a token bucket of 50/s with a burst of 100. In some
// stages its generator is late by seconds.
type disturbed struct {
	bucket *simulate.Bucket
	now    time.Duration
	sent   map[string]int                     // how often each stage was sent
	late   func(stage string, times int) bool // the generator is
}

func (d *disturbed) Cost(s probe.Stage) (n int64, peak float64, err error) {
	for range s.Shape().Schedule(s.For, 1) {
		n++
	}
	return n, 0, nil
}

func (d *disturbed) Drive(_ context.Context, s probe.Stage) (probe.Measured, error) {
	d.sent[s.Name]++
	m := probe.Measured{Stage: s, Started: d.now, CPUs: 2}
	for due := range s.Shape().Schedule(s.For, uint64(d.now)) {
		x := results.Sample{Due: d.now + due, Begun: d.now + due, Service: 5 * time.Millisecond, FirstByte: 5 * time.Millisecond, Code: 200}
		if d.late(s.Name, d.sent[s.Name]) && len(m.Samples)%2 == 0 {
			x.Begun += s.For / 4
		}
		x.Sent = x.Begun
		m.Samples = append(m.Samples, x)
	}
	m.Due = int64(len(m.Samples))
	d.bucket.Respond(m.Samples)
	d.now += 5 * s.For / 4
	return m, nil
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
			d := &disturbed{bucket: simulate.NewBucket(50, 100, 1e-3, 0, 0, 3), sent: map[string]int{}, late: row.late}
			h, err := q.Measure(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			f := q.Answer(h, probe.Evidence{})
			if f.Verdict != row.verdict || row.again != "" && d.sent[row.again] < 2 || !strings.Contains(strings.Join(f.Disturbed, "\n"), row.says) {
				t.Errorf("%s, sent %v: %s %v; %v", f.Verdict, d.sent, f.Conclusion, f.Reasons, f.Disturbed)
			}
			rate, there := f.Values["rate"]
			if there != (row.verdict != results.Invalid) || there && (*rate.Low > 50 || *rate.High < 50) {
				t.Errorf("rate %v in %s", rate.Value, f.Conclusion)
			}
		})
	}
}
