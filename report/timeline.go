package report

import (
	"iter"
	"maps"
	"slices"

	"tollgate/report/chart"
	"tollgate/results"
)

const (
	shortBlock = 5.0 // seconds; a shorter block is one bar, a longer one a bar a second
	mostBars   = 240 // of one target; beyond it neighbors are merged
)

// A stretch is a part of a target's own time with what ended in it.
type stretch struct {
	from, to float64
	ended    [results.NumOutcomes]int64
}

func (s *stretch) add(ended [results.NumOutcomes]int64) {
	for o, n := range ended {
		s.ended[o] += n
	}
}

func (s *stretch) total() (n int64) {
	for _, e := range s.ended {
		n += e
	}
	return n
}

func timeline(run *results.Run, doors []Door) *chart.Timeline {
	ch := &chart.Timeline{Title: "Throughput and outcomes over time", Codes: map[string]string{}}
	ch.Desc = "Requests that ended per second, stacked by outcome, over each target's own time. The totals are in the table of targets."
	for _, o := range []results.Outcome{results.ClientError, results.ServerError} {
		ch.Codes[o.String()] = codes(o, doors...)
	}
	all := lanes(&run.Document, doors)
	for _, lane := range all {
		var rows []results.Second
		for _, s := range run.Seconds {
			if int(s.Target) == lane.door.Index {
				rows = append(rows, s)
			}
		}
		if len(rows) == 0 {
			continue
		}
		parts := byBlock(rows, lane.blocks)
		if len(all) == 1 {
			parts = bySecond(rows) // the time of a single target is the run's
		}
		ch.Panels = append(ch.Panels, panel(lane.title, joined(parts, mostBars, func(group []stretch) stretch {
			sum := group[0]
			for _, s := range group[1:] {
				sum.to = s.to
				sum.add(s.ended)
			}
			return sum
		})))
	}
	if len(ch.Panels) == 0 {
		return nil
	}
	return ch
}

func bySecond(rows []results.Second) (parts []stretch) {
	sums := map[int]*stretch{}
	for _, r := range rows {
		if sums[r.Second] == nil {
			sums[r.Second] = &stretch{from: float64(r.Second), to: float64(r.Second) + 1}
		}
		sums[r.Second].add(r.Ended)
	}
	seconds := slices.Sorted(maps.Keys(sums))
	for _, s := range seconds {
		part := *sums[s]
		part.from, part.to = part.from-float64(seconds[0]), part.to-float64(seconds[0])
		parts = append(parts, part)
	}
	return parts
}

func byBlock(rows []results.Second, times iter.Seq2[uint32, blockTime]) (all []stretch) {
	blocks := map[uint32][]results.Second{}
	for _, r := range rows {
		blocks[r.Block] = append(blocks[r.Block], r)
	}
	for number, b := range times {
		if rows := blocks[number]; len(rows) > 0 && b.length > 0 { // there is no rate over no time
			all = append(all, withinBlock(rows, b.from, b.length)...)
		}
	}
	return all
}

// withinBlock splits a long block by the run's seconds. The block has unknown parts
// of its first and last second, so their time is divided by what ended in them.
func withinBlock(rows []results.Second, from, length float64) []stretch {
	parts := bySecond(rows)
	inner := float64(len(parts) - 2)
	if length < shortBlock || inner < 1 || inner >= length {
		whole := stretch{from: from, to: from + length}
		for _, p := range parts {
			whole.add(p.ended)
		}
		return []stretch{whole}
	}
	first, last := parts[0].total(), parts[len(parts)-1].total()
	outer := length - inner
	head := outer
	if first+last > 0 {
		head = outer * float64(first) / float64(first+last)
	}
	at := from
	for i := range parts {
		width := 1.0
		switch i {
		case 0:
			width = head
		case len(parts) - 1:
			width = outer - head
		}
		parts[i].from, parts[i].to = at, at+width
		at += width
	}
	return slices.DeleteFunc(parts, func(s stretch) bool { return s.to <= s.from })
}

// panel turns counts into rates, with the outcomes that occurred.
func panel(name string, parts []stretch) chart.TimelinePanel {
	var sum stretch
	for _, p := range parts {
		sum.add(p.ended)
	}
	t := chart.TimelinePanel{Title: name}
	var shown []results.Outcome
	for o := range results.NumOutcomes {
		if sum.ended[o] > 0 {
			shown = append(shown, o)
			t.Outcomes = append(t.Outcomes, o.String())
		}
	}
	for _, p := range parts {
		b := chart.Bin{From: p.from, To: p.to}
		for _, o := range shown {
			b.Rates = append(b.Rates, float64(p.ended[o])/(p.to-p.from))
		}
		t.Bins = append(t.Bins, b)
	}
	return t
}
