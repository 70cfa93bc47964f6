package report

import (
	"slices"

	"tollgate/report/chart"
	"tollgate/results"
)

const (
	shortBlock = 5.0 // seconds; a shorter block is one bar, a longer one a bar a second
	mostBars   = 240 // of one target; beyond it neighbours are merged
)

// A stretch is a part of a target's own time with what ended in it.
type stretch struct {
	from, to float64
	ended    [results.NumOutcomes]int64
}

// timeline draws what came back over each target's own time.
func timeline(run *results.Run, doors []Door) *chart.Timeline {
	ch := &chart.Timeline{Title: "Throughput and outcomes over time"}
	ch.Desc = "Requests that ended per second, stacked by outcome, over the time that was each target's own turn. The totals are in the table of targets."
	ch.Codes = map[string]string{}
	for _, o := range []results.Outcome{results.ClientError, results.ServerError} {
		ch.Codes[o.String()] = codes(o, doors...)
	}
	for _, d := range doors {
		var rows []results.Second
		for _, s := range run.Seconds {
			if int(s.Target) == d.Index {
				rows = append(rows, s)
			}
		}
		if len(rows) == 0 {
			continue
		}
		var parts []stretch
		if len(doors) == 1 {
			parts = bySecond(rows)
		} else {
			parts = byBlock(rows, run.Document.Stages)
		}
		ch.Panels = append(ch.Panels, panel(d.Name, merged(parts)))
	}
	if len(ch.Panels) == 0 {
		return nil
	}
	return ch
}

// bySecond is for a lone target: its time is the run's.
func bySecond(rows []results.Second) []stretch {
	sums := map[int]*stretch{}
	first := rows[0].Second
	for _, r := range rows {
		first = min(first, r.Second)
	}
	for _, r := range rows {
		at := float64(r.Second - first)
		s, ok := sums[r.Second]
		if !ok {
			s = &stretch{from: at, to: at + 1}
			sums[r.Second] = s
		}
		s.add(r)
	}
	return inOrder(sums)
}

// byBlock lays a target's blocks end to end, since other targets had the time
// between them.
func byBlock(rows []results.Second, stages []results.StageDoc) []stretch {
	blocks := map[uint32][]results.Second{}
	for _, r := range rows {
		blocks[r.Block] = append(blocks[r.Block], r)
	}
	var all []stretch
	number, from := uint32(0), 0.0
	for _, st := range stages {
		for range st.Blocks {
			if rows := blocks[number]; len(rows) > 0 {
				all = append(all, withinBlock(rows, from, st.BlockS)...)
			}
			from += st.BlockS
			number++
		}
	}
	return all
}

// withinBlock splits a long block by the run's seconds. Its first and last
// second are parts of one, and nobody wrote down which parts, so what ended in
// both is spread over the time that both had.
func withinBlock(rows []results.Second, from, length float64) []stretch {
	if length <= 0 {
		return nil // there is no rate over no time
	}
	sums := map[int]*stretch{}
	whole := &stretch{from: from, to: from + length}
	for _, r := range rows {
		if sums[r.Second] == nil {
			sums[r.Second] = &stretch{from: float64(r.Second)}
		}
		sums[r.Second].add(r)
		whole.add(r)
	}
	parts := inOrder(sums)
	inner := float64(len(parts) - 2)
	if length < shortBlock || inner < 1 || inner >= length {
		return []stretch{*whole}
	}
	first, last := &parts[0], &parts[len(parts)-1]
	edges := length - inner
	head := edges
	if sum := first.total() + last.total(); sum > 0 {
		head = edges * float64(first.total()) / float64(sum)
	}
	at := from
	for i := range parts {
		width := 1.0
		switch i {
		case 0:
			width = head
		case len(parts) - 1:
			width = edges - head
		}
		parts[i].from, parts[i].to = at, at+width
		at += width
	}
	return slices.DeleteFunc(parts, func(s stretch) bool { return s.to <= s.from })
}

func (s *stretch) add(r results.Second) {
	for o, n := range r.Ended {
		s.ended[o] += n
	}
}

func (s *stretch) total() (n int64) {
	for _, e := range s.ended {
		n += e
	}
	return n
}

func inOrder(sums map[int]*stretch) []stretch {
	keys := make([]int, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]stretch, len(keys))
	for i, k := range keys {
		out[i] = *sums[k]
	}
	return out
}

// merged joins neighbours until there are few enough bars to see.
func merged(parts []stretch) []stretch {
	each := (len(parts) + mostBars - 1) / mostBars
	if each <= 1 {
		return parts
	}
	var out []stretch
	for group := range slices.Chunk(parts, each) {
		sum := group[0]
		for _, s := range group[1:] {
			sum.to = s.to
			for o, n := range s.ended {
				sum.ended[o] += n
			}
		}
		out = append(out, sum)
	}
	return out
}

// panel turns counts into rates, with the outcomes that occurred.
func panel(name string, parts []stretch) chart.TimelinePanel {
	var sum stretch
	for _, p := range parts {
		for o, n := range p.ended {
			sum.ended[o] += n
		}
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
