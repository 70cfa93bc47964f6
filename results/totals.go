package results

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// totals are a run added up, in one pass, by the smallest parts that figures are made of:
// one request at one target in one stage. Larger parts are sums of these.
type totals struct {
	doc      *Document
	smallest map[partKey]*part
	sums     map[partKey]*part // those that were asked for
	turns    map[Turn]stretch
	starts   map[Turn]stretch // of flows
	oneTurn  bool             // see Run.ByBlock
	ends     map[Turn]time.Duration
}

// A partKey names a part of the load at a target: all of it, one population, one request
// or both, in all stages or one. All stages are those that figures are of: without the
// warm-up.
type partKey struct {
	target                     uint16
	population, request, stage int // every: all
}

// every population, request or stage.
const every = -1

// allOf is all of the load at a target.
func allOf(target int) partKey { return partKey{uint16(target), every, every, every} }

// request is one request at a target, in the time of the population that sends it.
func (d *Document) request(target, request int) partKey {
	return partKey{uint16(target), d.sender(request), request, every}
}

// sentBy is what a population sends to a target; all of it where there are none.
func (d *Document) sentBy(target int, population string) partKey {
	k := allOf(target)
	if population != "" {
		k.population = slices.Index(d.populationNames(), population)
	}
	return k
}

// A part is what came of a part of the load.
type part struct {
	latency                  [NumOutcomes][NumClocks]*Histogram
	sum                      Second // of all its rows; where and when does not count
	requestSizes, replySizes Sizes
	preflights, unmet        int64 // of all that was received, and of those, answered by 403 or 429; see totals.received
}

func newPart() *part {
	return &part{sum: Second{Status: map[int]int64{}, Errors: map[ErrClass]int64{}, Failures: map[Cause]int64{}}}
}

// total adds up run.
func total(run *Run) *totals {
	t := &totals{doc: &run.Document, smallest: map[partKey]*part{}, sums: map[partKey]*part{}, turns: map[Turn]stretch{}, starts: map[Turn]stretch{}, oneTurn: run.oneTurn, ends: run.ends}
	for _, part := range run.parts() {
		t.add(part)
	}
	return t
}

func (t *totals) add(run *Run) {
	for _, series := range []map[Key]*Histogram{run.Series, run.FlowSeries} {
		for k, h := range series {
			t.cell(k.Target, k.Request, k.Block).count(k.Outcome, k.Clock, h)
		}
	}
	for i := range run.FlowSeconds {
		s := &run.FlowSeconds[i]
		t.cell(s.Target, s.Request, s.Block).add(s)
		if t.doc.owner(s.Request) == ofFlow {
			widen(t.starts, s)
		}
	}
	for i := range run.Seconds {
		s := &run.Seconds[i]
		t.cell(s.Target, s.Request, s.Block).add(s)
		widen(t.turns, s)
	}
	for k, s := range run.Sizes {
		p := t.cell(k.Target, k.Request, k.Block)
		if k.Response {
			p.replySizes.Merge(s)
		} else {
			p.requestSizes.Merge(s)
		}
	}
}

// cell is the smallest part that a block's request belongs to.
func (t *totals) cell(target, request uint16, block uint32) *part {
	stage := t.doc.stageOf(block)
	k := partKey{target, t.doc.populationOf(stage), int(request), stage}
	p, ok := t.smallest[k]
	if !ok {
		p = newPart()
		t.smallest[k] = p
	}
	return p
}

// part adds up what k names.
func (t *totals) part(k partKey) *part {
	if p, ok := t.sums[k]; ok {
		return p
	}
	p := newPart()
	for cell, of := range t.smallest {
		if !k.holds(cell) || k.stage == every && t.warmUp(cell.stage) {
			continue
		}
		switch owner := t.doc.owner(uint16(cell.request)); {
		case k.request != every || !t.doc.apart(uint16(cell.request)) && owner != ofBrowser:
			p.merge(of)
		case owner == ofBrowser:
			p.sum.Opened += of.sum.Opened // they carry the requests as well
		}
	}
	t.sums[k] = p
	return p
}

// warmUp says whether a stage is in no sum.
func (t *totals) warmUp(stage int) bool {
	return stage < len(t.doc.Stages) && t.doc.Stages[stage].WarmUp
}

// holds says whether a smallest part is in the part that k names.
func (k partKey) holds(cell partKey) bool {
	return cell.target == k.target && (k.population == every || k.population == cell.population) && (k.request == every || k.request == cell.request) && (k.stage == every || k.stage == cell.stage)
}

// named returns the key of what a threshold is about at a target.
func (d *Document) named(target uint16, t Threshold) (partKey, error) {
	k := d.sentBy(int(target), t.Population)
	if t.Request != "" {
		i := slices.Index(d.Requests, t.Request)
		if flow := slices.Index(d.flowNames(), t.Request); flow >= 0 {
			i = int(d.Flow(flow))
		}
		if of, is := d.releaseNamed(t.Request); i < 0 && is {
			i = int(d.release(of))
		}
		if i < 0 {
			return k, fmt.Errorf("the run has no request %q", t.Request)
		}
		k = d.request(int(target), i)
	}
	if t.Stage != "" {
		if k.stage = slices.Index(d.StageNames(), t.Stage); k.stage < 0 {
			return k, fmt.Errorf("the run has no stage %q", t.Stage)
		}
	}
	return k, nil
}

// blockTotals adds up run by block of one target.
func blockTotals(run *Run, target uint16) map[uint32]*totals {
	parts := map[uint32]*totals{}
	for turn, r := range run.ByBlock() {
		if turn.Target == target {
			parts[turn.Block] = total(r)
		}
	}
	return parts
}

func (p *part) add(s *Second) { p.sum = p.sum.and(*s) }

// merge adds what o holds.
func (p *part) merge(o *part) {
	p.add(&o.sum)
	for o, clocks := range o.latency {
		for c, h := range clocks {
			p.count(Outcome(o), Clock(c), h)
		}
	}
	p.requestSizes.Merge(&o.requestSizes)
	p.replySizes.Merge(&o.replySizes)
	p.preflights += o.preflights
	p.unmet += o.unmet
}

// count adds latencies.
func (p *part) count(o Outcome, c Clock, h *Histogram) {
	if h == nil {
		return
	}
	if p.latency[o][c] == nil {
		p.latency[o][c] = New()
	}
	p.latency[o][c].Merge(h)
}

// requests counts what ended, without the generator's own faults.
func (p *part) requests() int64 { return p.sum.requests() }

// sent counts those of requests that were sent, or for which a connection was tried.
func (p *part) sent() int64 { return max(0, p.requests()-p.sum.unsent()) }

func (p *part) good(c Clock) *Histogram { return p.latency[OK][c] }

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

// figures are those of a part.
func (t *totals) figures(k partKey) Figures { return t.part(k).figures(t.active(k)) }

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

// Figures sums up one target of a run.
func (r *Run) Figures(target uint16) Figures {
	return total(r).figures(allOf(int(target)))
}

// GoodFlows merges the durations of a target's completed flows.
func (r *Run) GoodFlows(target uint16) *Histogram {
	all := New()
	for k, h := range r.FlowSeries {
		if k.Target == target && k.Outcome == OK && k.Clock == Response && r.Document.owner(k.Request) == ofFlow {
			all.Merge(h)
		}
	}
	return all
}

// RequestsPerFlow is how many requests a flow at a target had in the mean, 0 where none began.
func (r *Run) RequestsPerFlow(target uint16) float64 {
	started, flows := r.flowsStarted(target, every)
	if !flows || started == 0 {
		return 0
	}
	return per(total(r).part(allOf(int(target))).sent(), float64(started))
}

// Good merges the response times of a target's good responses.
func (r *Run) Good(target uint16) *Histogram {
	return r.Histogram(func(k Key) bool { return k.Target == target && k.Outcome == OK && k.Clock == Response })
}

// GoodByClock are the good responses of a target by those of the clocks that timed any.
func (r *Run) GoodByClock(target uint16, clocks ...Clock) map[Clock]*Histogram {
	var all map[Clock]*Histogram
	for k, h := range r.Series {
		if k.Target != target || k.Outcome != OK || !slices.Contains(clocks, k.Clock) {
			continue
		}
		if all == nil {
			all = map[Clock]*Histogram{}
		}
		if all[k.Clock] == nil {
			all[k.Clock] = New()
		}
		all[k.Clock].Merge(h)
	}
	return all
}
