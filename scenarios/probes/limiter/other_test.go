package limiter

import (
	"testing"

	"tollgate/scenarios/probes/simulate"
)

// A lossyPath is one to a bucket.
type lossyPath struct {
	name         string
	jitter, lost float64
	shows        bool // that some refusals are not the bucket's
}

// A bucket on a path with jitter decides requests in another order than that in which
// they were sent: no other refusals follow from that. Those that are real show.
func TestRefusalsForAnotherReasonAreNoErrorsOfTheEdge(t *testing.T) {
	for _, row := range otherRefusals {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := simulate.NewFront(simulate.NewTokens(300, 400), 7)
			f.Jitter, f.RefusedAfter = row.jitter, row.lost
			a := Identify(decided(f, around(300, 400, 2), 7))
			o := a.Fits[0].Other
			if a.Fits[0].Kind != TokenBucket || row.lost < o.Low && row.lost > 0 || (o.Low > 0) != row.shows || o.High < row.lost {
				t.Errorf("a %s, other refusals %+v", a.Fits[0].Kind, o)
			}
		})
	}
}

func TestClearRequestsAreFarFromTheLimit(t *testing.T) {
	bucket := Fit{Kind: TokenBucket, Rate: Interval{10, 10, 10}, Burst: Interval{3, 3, 3}}
	window := Fit{Kind: FixedWindow, start: func() rule { return &capped{meter: &fixed{length: 1}, Limit: 3, Haze: 0.1} }}
	for _, row := range []struct {
		name  string
		of    *Fit
		sent  []float64
		clear []bool
	}{
		{"a full bucket", &bucket, []float64{0.5}, []bool{true}},
		{"two at once, and a third", &bucket, []float64{0.5, 0.5, 0.6}, []bool{true, false, true}},
		{"the last token", &bucket, []float64{0.5, 0.52, 0.54}, []bool{true, true, true}},
		{"no token", &bucket, []float64{0.5, 0.52, 0.54, 0.56}, []bool{true, true, true, false}},
		{"three at once of a bucket of three", &bucket, []float64{0.5, 0.5, 0.5}, []bool{false, false, false}},
		{"a window with room", &window, []float64{0.5, 0.55}, []bool{true, true}},
		{"the last of a window", &window, []float64{0.5, 0.55, 0.6, 0.65}, []bool{true, true, true, false}},
		{"the edge of a window", &window, []float64{0.5, 0.55, 0.6, 0.995, 1.005, 1.5}, []bool{true, true, true, false, false, true}},
	} {
		var all []Decision
		for _, t := range row.sent {
			all = append(all, Decision{Sent: t, Done: t, Passed: true})
		}
		for i, got := range row.of.surely(all) {
			if got != row.clear[i] {
				t.Errorf("%s: request %d: %v, want %v", row.name, i, got, row.clear[i])
			}
		}
	}
}
