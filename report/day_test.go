package report

import (
	"runtime"
	"testing"
	"time"

	"tollgate/results"
)

const (
	daySeconds = 86_400
	dayBlock   = 60 // seconds
)

// day is a run of so many targets over 24 hours as it is opened from its minute
// rollups: a row of counts for every second of each target, and histograms by
// block. One answer of the day takes a minute.
func day(targets int) *results.Run {
	m := newMaker([]string{"rest", "http", "function", "alb", "a", "b", "c", "d"}[:targets]...)
	m.run.Document.Stages = []results.StageDoc{{Load: "constant 100/s", Seconds: daySeconds, Blocks: daySeconds / dayBlock, BlockS: dayBlock, Due: 100 * daySeconds}}
	m.run.Seconds = make([]results.Second, 0, daySeconds*targets)
	for target := range targets {
		for s := range daySeconds {
			row := results.Second{Second: s*targets + target, Target: uint16(target), Block: uint32(s / dayBlock)}
			row.Ended[results.OK], row.Ended[results.Throttled] = 99, int64(s/3600%2)
			m.run.Seconds = append(m.run.Seconds, row)
		}
		for block := range daySeconds / dayBlock {
			for _, clock := range []results.Clock{results.Response, results.Service} {
				h := results.New()
				for i := range 20 {
					h.RecordN(time.Duration(8+target)*time.Millisecond+time.Duration(m.chance.IntN(12_000)+i)*time.Microsecond, 99)
				}
				if target == 1 && block == 777 {
					h.Record(time.Minute)
				}
				m.run.Series[results.Key{Target: uint16(target), Block: uint32(block), Clock: clock}] = h
			}
		}
	}
	return m.done()
}

// TestADayKeepsItsExtremes renders two targets’ day small enough for a page, in which the
// one slow answer is still where it was.
func TestADayKeepsItsExtremes(t *testing.T) {
	r := reported(t, day(2), nil)
	if n := len(written(t, "html", r)); n > 5<<20 {
		t.Errorf("the page has %d bytes", n)
	}
	seen := 0
	for _, column := range r.Heat.Panels[1].Columns {
		if column.From <= 777*dayBlock && 778*dayBlock <= column.To {
			seen++
			if top := column.Shares[len(column.Shares)-1]; top <= 0 {
				t.Error("the answer that took a minute is not where it was")
			}
		} else if column.Shares[len(column.Shares)-1] > 0 {
			t.Errorf("a slow answer is shown at %v s", column.From)
		}
	}
	if seen != 1 || len(r.Heat.Panels[1].Columns) > mostColumns || len(r.Timeline.Panels[1].Bins) > mostBars {
		t.Errorf("%d columns hold the slow answer; %d columns, %d bars", seen, len(r.Heat.Panels[1].Columns), len(r.Timeline.Panels[1].Bins))
	}
}

func BenchmarkADay(b *testing.B) {
	run := day(8)
	var before, after runtime.MemStats
	size := 0
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := New(run, nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		w := new(counter)
		if err := writeHTML(w, r); err != nil {
			b.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		size = w.n
	}
	b.ReportMetric(float64(size)/1e6, "MB-page")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6, "MB-allocated")
	b.ReportMetric(float64(after.Sys)/1e6, "MB-from-system")
}

// A counter counts what is written to it.
type counter struct{ n int }

func (c *counter) Write(p []byte) (int, error) {
	c.n += len(p)
	return len(p), nil
}
