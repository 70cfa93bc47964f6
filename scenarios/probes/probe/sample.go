package probe

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// Throttled says whether a limit on rate or concurrency rejected a request.
func Throttled(s *results.Sample) bool {
	switch s.Mark.Fault {
	case targets.FaultThrottled, targets.FaultConcurrency, targets.FaultQuota:
		return true
	}
	return s.Code == 429 || s.Code == 503 && s.Mark.Fault == ""
}

// ThrottledLately says whether the second half of a stage was throttled in part,
// and too often for chance.
func ThrottledLately(m Measured) bool {
	half := m.Samples[len(m.Samples)/2:]
	n := 0
	for i := range half {
		if Throttled(&half[i]) {
			n++
		}
	}
	return n >= 6 && n*6 >= len(half)
}

// Seconds is a duration of so many seconds, to the millisecond.
func Seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond)
}

// MS is a duration in milliseconds.
func MS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// FromMS is the duration of so many milliseconds.
func FromMS(f float64) time.Duration { return time.Duration(f * float64(time.Millisecond)) }

// Value is the value of an estimate.
func Value(i estimate.Interval, unit, method string) results.Value {
	return results.Between(i.Value, i.Low, i.High, unit, method)
}

// Percentiles are the percentiles that findings report.
var Percentiles = []struct {
	Name string
	Q    float64
}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}}

// A Latency is a class of responses with their service times in ms.
type Latency struct {
	Name string
	MS   []float64
}

// AddLatencies adds the percentiles of each class to a finding, as values, as a
// table and as a histogram. A percentile that the sample is too small for is left
// out.
func AddLatencies(f *results.Finding, class string, all ...Latency) {
	table := results.Table{Title: "service time in ms", Columns: []string{class, "responses", "p50", "p90", "p99", "max"}}
	for _, l := range all {
		if len(l.MS) == 0 {
			continue
		}
		ms := slices.Sorted(slices.Values(l.MS))
		cells := []string{l.Name, fmt.Sprint(len(ms))}
		for _, p := range Percentiles {
			cell := "–"
			if q, ok := estimate.Quantile(ms, p.Q); ok {
				cell = fmt.Sprintf("%.1f", q.Value)
				f.Values[l.Name+"_"+p.Name] = Value(q, "ms", "order statistics of service times, 95 %")
			}
			cells = append(cells, cell)
		}
		table.Rows = append(table.Rows, append(cells, fmt.Sprintf("%.1f", ms[len(ms)-1])))
		f.Series = append(f.Series, histogram(l.Name, ms))
	}
	f.Tables = append(f.Tables, table)
}

// histogram counts values in twenty logarithmic steps per decade.
func histogram(name string, ms []float64) results.Series {
	const steps = 20
	counts := map[int]int{}
	for _, v := range ms {
		counts[int(math.Floor(math.Log10(max(v, 1e-3))*steps))]++
	}
	s := results.Series{Name: name, X: "service time (ms)", Y: "responses"}
	for at, n := range counts {
		s.Points = append(s.Points, [2]float64{math.Pow(10, (float64(at)+0.5)/steps), float64(n)})
	}
	slices.SortFunc(s.Points, func(a, b [2]float64) int { return int(math.Copysign(1, a[0]-b[0])) })
	return s
}
