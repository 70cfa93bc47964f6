package report

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/results"
)

func TestACurveEndsWhereItsSampleCarriesNoMore(t *testing.T) {
	for n, last := range map[int]float64{0: 0, 1: 0, 100: 0.9, 368: 0.99, 10_000: 0.999} {
		h := results.New()
		for i := range n {
			h.Record(time.Duration(i+1) * time.Millisecond)
		}
		points := quantiles(h)
		before := -1.0
		for _, p := range points {
			if p.Quantile <= before || !h.Carries(p.Quantile) {
				t.Errorf("of %d: the point %v is out of order or not carried", n, p.Quantile)
			}
			before = p.Quantile
		}
		if last > 0 && (before < last || h.Carries(before+(1-before)/2)) {
			t.Errorf("of %d: the curve ends at %v", n, before)
		}
	}
}

// TestBarsHoldEveryRequest checks that the area of a timeline's bars is the
// number of requests, whatever the blocks and seconds.
func TestBarsHoldEveryRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		targets, blocks := rapid.IntRange(1, 3).Draw(t, "targets"), rapid.IntRange(1, 40).Draw(t, "blocks")
		length := rapid.Float64Range(1, 60).Draw(t, "block")
		m := newMaker([]string{"rest", "http", "alb"}[:targets]...)
		m.run.Document.Stages = []results.StageDoc{{Blocks: blocks, BlockS: length}}
		at, want := 0.0, map[int]int64{}
		for b := range blocks {
			for i := range targets {
				for s := int(at); s <= int(at+length); s++ {
					n := int64(rapid.IntRange(0, 500).Draw(t, "n"))
					row := results.Second{Second: s, Target: uint16(i), Block: uint32(b)}
					row.Ended[results.OK], row.Ended[results.Throttled] = n, n/10
					want[i] += n + n/10
					m.run.Seconds = append(m.run.Seconds, row)
				}
				at += length
			}
		}
		ch := timeline(m.run, reportedDoors(m.run))
		if ch == nil {
			t.Fatal("no timeline")
		}
		for i, panel := range ch.Panels {
			sum, end := 0.0, 0.0
			if len(panel.Bins) > mostBars {
				t.Fatalf("%d bars", len(panel.Bins))
			}
			for _, b := range panel.Bins {
				if b.From < end-1e-6 || b.To < b.From {
					t.Fatalf("the bar from %v to %v lies on the one before, which ends at %v", b.From, b.To, end)
				}
				end = b.To
				for _, r := range b.Rates {
					sum += r * (b.To - b.From)
				}
			}
			if math.Abs(sum-float64(want[i])) > 1e-6*float64(want[i]+1) {
				t.Fatalf("target %d: the bars hold %v requests of %d", i, sum, want[i])
			}
		}
	})
}

func reportedDoors(run *results.Run) []Door {
	var doors []Door
	for i, t := range run.Document.Targets {
		doors = append(doors, Door{t, i})
	}
	return doors
}

func BenchmarkReport(b *testing.B) {
	m := newMaker("rest", "http", "function", "alb")
	for i := range 4 {
		m.fill(i, 20*time.Millisecond, nil)
	}
	run := m.done()
	for b.Loop() {
		r, err := New(run, nil, nil)
		if err == nil {
			err = writeHTML(discard{}, r)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
