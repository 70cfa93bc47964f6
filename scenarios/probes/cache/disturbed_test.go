package cache

import (
	"maps"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
)

// disturbed drives stages to a cache that keeps everything, or nothing if it is empty:
// hits take 5 ms, misses 80 ms. In some stages its generator could not send every request.
func disturbed(empty bool, faulty func(stage string, times int) bool) *simulate.Driver {
	stored := map[uint16]bool{}
	return &simulate.Driver{Respond: func(m *probe.Measured, n int) {
		for i := range m.Samples {
			x := &m.Samples[i]
			took := 80 * time.Millisecond
			if stored[x.Request] && !empty {
				took = 5 * time.Millisecond
			}
			took += time.Duration(i%7) * 100 * time.Microsecond
			x.Service, x.FirstByte = took, took
			stored[x.Request] = true
			if faulty(m.Name, n) && i%10 == 0 {
				x.Code, x.Err = 0, results.ErrGenerator
			}
		}
	}}
}

func TestDisturbedStagesAreSentAgainWithOtherKeysOrLeftOut(t *testing.T) {
	for _, row := range []struct {
		name    string
		faulty  func(stage string, times int) bool
		verdict results.Verdict
		again   string // the stage that is sent twice
		says    string
	}{
		{"none", func(string, int) bool { return false }, results.Valid, "", ""},
		{"the steady stage, once", func(s string, n int) bool { return s == stageRatio && n == 1 }, results.Valid, stageRatio, "stage " + stageRatio + " at"},
		{"the second control, whenever it is sent", func(s string, n int) bool { return s == stageControl && n > 1 }, results.Valid, stageControl, "was left out"},
		{"the steady stage, whenever it is sent", func(s string, _ int) bool { return s == stageRatio }, results.Invalid, stageRatio, "was sent again"},
	} {
		t.Run(row.name, func(t *testing.T) {
			q := simulate.Question(t, Probe(), "cache: {path: '/?key=${key}', rate: 100/s, for: 10s, keys: 100}")
			d := disturbed(false, row.faulty)
			h, err := q.Measure(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			f := q.Answer(h, probe.Evidence{})
			if f.Verdict != row.verdict || row.again != "" && d.Sent[row.again] < 2 || !strings.Contains(strings.Join(f.Disturbed, "\n"), row.says) {
				t.Errorf("%s, sent %v: %s %v; %v", f.Verdict, d.Sent, f.Conclusion, f.Reasons, f.Disturbed)
			}
			// Of 1000 requests the first for each of 100 keys are misses: had the stage been
			// sent again with the same keys, none would be.
			ratio, there := f.Values["hit_ratio_with_warm_up"]
			if there != (row.verdict != results.Invalid) || there && (ratio.Value < 0.85 || ratio.Value > 0.95) {
				t.Errorf("hit ratio %v of %v in %s", ratio.Value, f.Values, f.Conclusion)
			}
		})
	}
}

// Of an endpoint without a cache keys are asked many times as well, and other keys if the
// generator was disturbed meanwhile: there is enough to spare for all three stages.
func TestDisturbedRepeatsAreSentAgainOrLeftOut(t *testing.T) {
	every := []string{stageControl, stageRepeats, stageRatio}
	for _, row := range []struct {
		name   string
		faulty func(stage string, times int) bool
		again  []string // stages that are sent once more
		says   string
	}{
		{"none", func(string, int) bool { return false }, nil, "No cache can be seen"},
		{"the repeats, once", func(s string, n int) bool { return s == stageRepeats && n == 1 }, []string{stageRepeats}, "No cache can be seen"},
		{"every stage, once", func(_ string, n int) bool { return n == 1 }, every, "No cache can be seen"},
		{"the repeats, whenever they are sent", func(s string, _ int) bool { return s == stageRepeats }, []string{stageRepeats}, "Whether there is a cache cannot be told: keys asked again a moment later are no faster"},
	} {
		t.Run(row.name, func(t *testing.T) {
			q := simulate.Question(t, Probe(), "cache: {path: '/?key=${key}', rate: 100/s, for: 10s, keys: 100}")
			d := disturbed(true, row.faulty)
			h, err := q.Measure(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			f := q.Answer(h, probe.Evidence{})
			want := map[string]int{stageControl: 2, stageRepeats: 1, stageRatio: 1}
			for _, stage := range row.again {
				want[stage]++
			}
			if f.Verdict != results.Valid || !maps.Equal(d.Sent, want) || !strings.HasPrefix(f.Conclusion, row.says) {
				t.Errorf("%s, sent %v, want %v: %s %v; %v", f.Verdict, d.Sent, want, f.Conclusion, f.Reasons, f.Disturbed)
			}
		})
	}
}
