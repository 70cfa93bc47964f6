package report

import (
	"iter"
	"math"
	"slices"

	"tollgate/report/chart"
	"tollgate/results"
)

const (
	heatRows    = 26 // ranges of latency
	mostColumns = 96 // of one target; beyond it neighbors are merged
	fewColumns  = 3  // with fewer there is no time to look at
	mostMoments = 12 // rows of one target in the table over time
)

// A span is a part of a target's own time with the latencies in it.
type span struct {
	from, to float64
	good     *results.Histogram
}

// A strip is a target's own time, or that of a population at it.
type strip struct {
	title string
	spans []span
}

// A blockTime is when a block lies in a target's own time.
type blockTime struct{ from, length float64 }

// blockTimes lays the blocks that figures are of end to end, since other targets had the
// time between them.
func blockTimes(stages []results.StageDoc) iter.Seq2[uint32, blockTime] {
	return func(yield func(uint32, blockTime) bool) {
		number, from := uint32(0), 0.0
		for _, st := range stages {
			if st.WarmUp {
				number += uint32(st.Blocks)
				continue
			}
			for range st.Blocks {
				if !yield(number, blockTime{from, st.BlockS}) {
					return
				}
				from += st.BlockS
				number++
			}
		}
	}
}

// A lane is a target with the blocks that make up its own time. Of several populations
// each has its own at each target, as their blocks coincide.
type lane struct {
	door   Door
	title  string
	blocks iter.Seq2[uint32, blockTime]
}

func lanes(d *results.Document, doors []Door) (all []lane) {
	for _, door := range doors {
		if len(d.Populations) < 2 {
			all = append(all, lane{door, door.Name, blockTimes(d.Stages)})
		}
		for i := range d.Populations {
			if p := &d.Populations[i]; len(d.Populations) > 1 && slices.Contains(p.Targets, door.Name) {
				all = append(all, lane{door, door.Name + ", " + p.Name, blocksOf(p, d)})
			}
		}
	}
	return all
}

// blocksOf are the blocks of one population, in its own time.
func blocksOf(p *results.PopulationDoc, d *results.Document) iter.Seq2[uint32, blockTime] {
	return func(yield func(uint32, blockTime) bool) {
		began := -1.0
		for number, b := range blockTimes(d.Stages) {
			if !p.Holds(d, number) {
				continue
			}
			if began < 0 {
				began = b.from
			}
			if !yield(number, blockTime{b.from - began, b.length}) {
				return
			}
		}
	}
}

// joined merges neighbors until there are at most so many.
func joined[T any](parts []T, most int, merge func([]T) T) (out []T) {
	each := (len(parts) + most - 1) / most
	if each <= 1 {
		return parts
	}
	for group := range slices.Chunk(parts, each) {
		out = append(out, merge(group))
	}
	return out
}

// strips are the targets' own times, merged until there are few enough spans to
// see. Histograms merge exactly, so the slowest request of a day stays in its place.
func strips(run *results.Run, doors []Door, most int) (all []strip) {
	good := map[results.Turn]*results.Histogram{}
	for k, h := range run.Series {
		if k.Outcome == results.OK && k.Clock == results.Response && !run.Document.Posted(k.Target, k.Request) {
			at := results.Turn{Target: k.Target, Block: k.Block}
			if good[at] == nil {
				good[at] = results.New()
			}
			good[at].Merge(h)
		}
	}
	for _, lane := range lanes(&run.Document, doors) {
		var spans []span
		for number, b := range lane.blocks {
			if h := good[results.Turn{Target: uint16(lane.door.Index), Block: number}]; h.Count() > 0 {
				spans = append(spans, span{b.from, b.from + b.length, h})
			}
		}
		spans = joined(spans, most, func(group []span) span {
			sum := span{group[0].from, group[len(group)-1].to, results.New()}
			for _, s := range group {
				sum.good.Merge(s.good)
			}
			return sum
		})
		if len(spans) > 0 {
			all = append(all, strip{lane.title, spans})
		}
	}
	return all
}

func heat(run *results.Run, doors []Door) *chart.Heat {
	all := strips(run, doors, mostColumns)
	ch := &chart.Heat{Title: "Latency over time", Edges: edges(all)}
	ch.Desc = "Response time of good responses in milliseconds on a log axis, over each target's own time; the stronger a cell's color, the larger its share of that time's requests. The table below has percentiles by time."
	if ch.Edges == nil {
		return nil
	}
	for _, s := range all {
		panel := chart.HeatPanel{Title: s.title}
		for _, sp := range s.spans {
			panel.Columns = append(panel.Columns, chart.HeatColumn{From: sp.from, To: sp.to, Shares: sharesOf(sp.good, ch.Edges)})
		}
		ch.Panels = append(ch.Panels, panel)
	}
	return ch
}

// edges are the bounds of the rows, evenly spaced on a log axis; nil without enough columns.
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

// A Moment is a row of the table over time: a part of a target's own time.
type Moment struct {
	Target        string
	From, To      float64 // seconds
	Requests      int64   // good ones
	P50, P90, P99 *float64
	Max           float64
}

func moments(run *results.Run, doors []Door) (ms []Moment) {
	for _, s := range strips(run, doors, mostMoments) {
		for _, sp := range s.spans {
			ms = append(ms, Moment{
				Target: s.title, From: sp.from, To: sp.to, Requests: sp.good.Count(), Max: milliseconds(sp.good.Max()),
				P50: carried(sp.good, 0.5), P90: carried(sp.good, 0.9), P99: carried(sp.good, 0.99),
			})
		}
	}
	return ms
}

// carried is a quantile in milliseconds, nil if there are too few requests for it.
func carried(h *results.Histogram, q float64) *float64 {
	if !h.Carries(q) {
		return nil
	}
	v := milliseconds(h.Quantile(q))
	return &v
}
