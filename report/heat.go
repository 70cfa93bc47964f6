package report

import (
	"math"
	"slices"

	"tollgate/report/chart"
	"tollgate/results"
)

const (
	heatRows    = 26 // ranges of latency
	mostColumns = 96 // of one target; beyond it neighbours are merged
	fewColumns  = 3  // with fewer there is no time to look at
)

// A span is a stretch of a target's own time with the latencies in it.
type span struct {
	from, to float64
	good     *results.Histogram
}

// A strip is one target's spans.
type strip struct {
	door  Door
	spans []span
}

// strips lays each target's blocks end to end, merged until there are few
// enough to see. Histograms merge exactly, so the slowest request of a day
// stays where it was.
func strips(run *results.Run, doors []Door, most int) []strip {
	good := map[results.Turn]*results.Histogram{}
	for k, h := range run.Series {
		if k.Outcome == results.OK && k.Clock == results.Response {
			at := results.Turn{Target: k.Target, Block: k.Block}
			if good[at] == nil {
				good[at] = results.New()
			}
			good[at].Merge(h)
		}
	}
	var all []strip
	for _, d := range doors {
		s := strip{door: d}
		number, from := uint32(0), 0.0
		for _, st := range run.Document.Stages {
			for range st.Blocks {
				if h := good[results.Turn{Target: uint16(d.Index), Block: number}]; h.Count() > 0 {
					s.spans = append(s.spans, span{from, from + st.BlockS, h})
				}
				from += st.BlockS
				number++
			}
		}
		s.spans = joined(s.spans, most)
		if len(s.spans) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// joined merges neighbours until there are at most so many.
func joined(spans []span, most int) []span {
	each := (len(spans) + most - 1) / most
	if each <= 1 {
		return spans
	}
	var out []span
	for group := range slices.Chunk(spans, each) {
		sum := span{group[0].from, group[len(group)-1].to, results.New()}
		for _, s := range group {
			sum.good.Merge(s.good)
		}
		out = append(out, sum)
	}
	return out
}

// heat draws where the latencies of good responses lay over time.
func heat(run *results.Run, doors []Door) *chart.Heat {
	ch := &chart.Heat{Title: "Latency over time"}
	ch.Desc = "Response time of good responses in milliseconds on a log axis, over the time that was each target's own turn; the stronger a cell's colour, the larger the share of that time's requests that it holds. The table beneath has percentiles by time."
	all := strips(run, doors, mostColumns)
	if ch.Edges = edges(all); ch.Edges == nil {
		return nil
	}
	for _, s := range all {
		panel := chart.HeatPanel{Title: s.door.Name}
		for _, sp := range s.spans {
			panel.Columns = append(panel.Columns, chart.HeatColumn{From: sp.from, To: sp.to, Shares: sharesOf(sp.good, ch.Edges)})
		}
		ch.Panels = append(ch.Panels, panel)
	}
	return ch
}

// edges are the bounds of the rows, evenly spaced on a log axis; nil where no
// target has enough columns.
func edges(all []strip) []float64 {
	lo, hi, columns := math.Inf(1), 0.0, 0
	for _, s := range all {
		columns = max(columns, len(s.spans))
		for _, sp := range s.spans {
			lo, hi = min(lo, milliseconds(sp.good.Min())), max(hi, milliseconds(sp.good.Max()))
		}
	}
	if columns < fewColumns || lo <= 0 {
		return nil
	}
	lo, hi = lo*0.97, hi*1.03
	if hi < 2*lo {
		lo, hi = lo/1.5, hi*1.5
	}
	es := make([]float64, heatRows+1)
	for i := range es {
		es[i] = lo * math.Pow(hi/lo, float64(i)/heatRows)
	}
	return es
}

// sharesOf counts h into rows.
func sharesOf(h *results.Histogram, edges []float64) []float64 {
	shares := make([]float64, len(edges)-1)
	per := float64(len(shares)) / math.Log(edges[len(edges)-1]/edges[0])
	n := float64(max(1, h.Count()))
	for d, count := range h.Buckets() {
		row := int(math.Log(milliseconds(d)/edges[0]) * per)
		shares[min(max(row, 0), len(shares)-1)] += float64(count) / n
	}
	return shares
}

// mostMoments is how many rows of one target a table over time has.
const mostMoments = 12

// A Moment is a row of the table over time: a stretch of a target's own time.
type Moment struct {
	Target        string
	Index         int
	From, To      float64 // seconds
	Requests      int64   // good ones
	P50, P90, P99 *float64
	Max           float64
}

// moments are what the pictures over time show, in figures.
func moments(run *results.Run, doors []Door) (ms []Moment) {
	for _, s := range strips(run, doors, mostMoments) {
		for _, sp := range s.spans {
			ms = append(ms, Moment{
				Target: s.door.Name, Index: s.door.Index, From: sp.from, To: sp.to, Requests: sp.good.Count(),
				P50: carried(sp.good, 0.5), P90: carried(sp.good, 0.9), P99: carried(sp.good, 0.99), Max: milliseconds(sp.good.Max()),
			})
		}
	}
	return ms
}

// carried is a quantile in milliseconds, nil where the sample is too small for it.
func carried(h *results.Histogram, q float64) *float64 {
	if !h.Carries(q) {
		return nil
	}
	v := milliseconds(h.Quantile(q))
	return &v
}
