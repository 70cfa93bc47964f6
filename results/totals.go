package results

import (
	"fmt"
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
		case k.request == every && t.doc.Posted(cell.target, uint16(cell.request)):
			p.merge(of.untimed())
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

// figures are those of a part.
func (t *totals) figures(k partKey) Figures {
	f := t.part(k).figures(t.active(k))
	if f.Lacks = t.doc.Imported.figureLacks(); f.lacks(LackTimes) {
		f.Rate, f.Goodput = 0, 0
	}
	return f
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
	return r.good(target, Response)
}

// GoodByClock are the good responses of a target by those of the clocks that timed any.
func (r *Run) GoodByClock(target uint16, clocks ...Clock) map[Clock]*Histogram {
	var all map[Clock]*Histogram
	for k, h := range r.Series {
		if k.Target != target || k.Outcome != OK || !slices.Contains(clocks, k.Clock) || r.Document.Posted(target, k.Request) {
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
