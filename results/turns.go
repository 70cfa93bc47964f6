package results

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"
)

// widen notes when a turn's first request was due and its last one was begun.
func widen(turns map[Turn]stretch, s *Second) {
	k := Turn{s.Target, s.Block}
	have, ok := turns[k]
	if !ok || s.FirstDue < have.from {
		have.from = s.FirstDue
	}
	have.to = max(have.to, s.LastBegun)
	turns[k] = have
}

// active says how many seconds the turns of a target, and of its population and stage,
// took together.
func (t *totals) active(of partKey) float64 { return t.taken(of, t.turns) }

// taken adds up the turns in which something began: each block from its first due time to
// its planned end, or to when the last began if that is later; time that two blocks share
// counts once. A block in which nothing began counts as well, once the run has finished: at
// a low rate there are some, and so there are where a target holds all of its users up.
func (t *totals) taken(of partKey, turns map[Turn]stretch) float64 {
	of.request = every
	var stretches []stretch
	began := map[int]int{} // in how many blocks of a stage
	for k, s := range turns {
		stage := t.doc.stageOf(k.Block)
		if !t.counts(of, k.Target, stage) {
			continue
		}
		planned := s.from + t.doc.blockLength(k.Block)
		if t.cutShort() {
			planned = min(planned, t.end(k))
		}
		stretches = append(stretches, stretch{s.from, max(planned, s.to)})
		began[stage]++
	}
	covered := union(stretches)
	if len(stretches) == 0 || t.oneTurn || t.cutShort() {
		return covered.Seconds()
	}
	if of.population == every && len(t.doc.Populations) > 1 { // they run side by side: together at least as long as any
		all := covered.Seconds()
		for i := range t.doc.Populations {
			of.population = i
			all = max(all, t.taken(of, turns))
		}
		return all
	}
	var planned, silent time.Duration
	for i, s := range t.doc.Stages {
		if n := s.Blocks - s.FirstBlock; t.counts(of, of.target, i) {
			length := time.Duration(s.BlockS * 1e9)
			planned += length * time.Duration(n)
			silent += length * time.Duration(max(n-began[i], 0))
		}
	}
	return max(covered, min(covered+silent, planned)).Seconds()
}

// end is when a turn was over at the latest, in a run that was cut short: when the next turn
// of its population began, or else with the load. A turn without data left ends early, and so
// that of the next target begins early.
func (t *totals) end(k Turn) time.Duration {
	if t.ends == nil {
		t.ends = map[Turn]time.Duration{}
		next := map[int]time.Duration{} // by population
		order := slices.SortedFunc(maps.Keys(t.turns), func(a, b Turn) int { return cmp.Compare(t.turns[b].from, t.turns[a].from) })
		for _, turn := range order {
			population := t.doc.populationOf(t.doc.stageOf(turn.Block))
			t.ends[turn] = min(time.Duration(t.doc.Sending()*1e9), cmp.Or(next[population], never))
			next[population] = t.turns[turn].from
		}
	}
	return t.ends[k]
}

// never is later than any time of a run.
const never = time.Duration(math.MaxInt64)

// counts reports whether a target's blocks of a stage belong to a part.
func (t *totals) counts(of partKey, target uint16, stage int) bool {
	return of.holds(partKey{target, t.doc.populationOf(stage), every, stage}) && (of.stage != every || !t.warmUp(stage))
}

// cutShort reports whether load was interrupted, or out of data.
func (t *totals) cutShort() bool { return t.doc.State != Finished || t.doc.Stopped > 0 }

// blockLength returns how long the given block was planned to be.
func (d *Document) blockLength(block uint32) time.Duration {
	if i := d.stageOf(block); i < len(d.Stages) {
		return time.Duration(d.Stages[i].BlockS * 1e9)
	}
	return 0
}

// union measures the time that at least one of ss covers.
func union(ss []stretch) (sum time.Duration) {
	slices.SortFunc(ss, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var end time.Duration = -1 << 62
	for _, s := range ss {
		if from := max(s.from, end); s.to > from {
			sum += s.to - from
		}
		end = max(end, s.to)
	}
	return sum
}

// A Turn is one target in one block: what comparisons replicate.
type Turn struct {
	Target uint16
	Block  uint32
}

// ByBlock splits a run into its turns. Each is a Run of its own, with the
// series, lags, sizes and seconds of one target in one block, that figures and
// traffic can be made of. They share the document, and the histograms, with r.
// What AWS saw is not in them: its minutes are longer than blocks.
func (r *Run) ByBlock() map[Turn]*Run {
	turns := map[Turn]*Run{}
	var ends map[Turn]time.Duration
	if all := total(r); all.cutShort() {
		all.end(Turn{})
		ends = all.ends
	}
	of := func(target uint16, block uint32) *Run {
		k := Turn{target, block}
		t, ok := turns[k]
		if !ok {
			t = &Run{
				oneTurn: true, ends: ends, Dir: r.Dir, Document: r.Document, Scenario: r.Scenario,
				Series: map[Key]*Histogram{}, Lag: map[Group]*Histogram{}, Sizes: map[SizeKey]*Sizes{}, FlowSeries: map[Key]*Histogram{},
			}
			t.Preflights = r.asideOf(k)
			turns[k] = t
		}
		return t
	}
	for k, h := range r.Series {
		of(k.Target, k.Block).Series[k] = h
	}
	for k, h := range r.FlowSeries {
		of(k.Target, k.Block).FlowSeries[k] = h
	}
	for g, h := range r.Lag {
		of(g.Target, g.Block).Lag[g] = h
	}
	for k, s := range r.Sizes {
		of(k.Target, k.Block).Sizes[k] = s
	}
	for i := range r.Seconds {
		s := r.Seconds[i]
		t := of(s.Target, s.Block)
		t.Seconds = append(t.Seconds, s)
	}
	return turns
}
