package results

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// totals are a run added up, in one pass: by target, and by request at it.
type totals struct {
	parts  map[partKey]*part
	active map[uint16]time.Duration // how long it was each target's turn
}

// A partKey names a target, or one request at it.
type partKey struct {
	target  uint16
	request int // -1: all
}

// A part is one target, or one request at it, over the whole run.
type part struct {
	latency                  [NumOutcomes][NumClocks]*Histogram
	sum                      Second // of all its rows; where and when does not count
	requestSizes, replySizes Sizes
}

func newPart() *part {
	return &part{sum: Second{Status: map[int]int64{}, Errors: map[ErrClass]int64{}, Failures: map[Cause]int64{}}}
}

// total adds up run.
func total(run *Run) totals {
	t := totals{parts: map[partKey]*part{}, active: activeTimes(run)}
	for k, h := range run.Series {
		for _, p := range t.both(k.Target, k.Request) {
			p.count(k.Outcome, k.Clock, h)
		}
	}
	for i := range run.Seconds {
		s := &run.Seconds[i]
		for _, p := range t.both(s.Target, s.Request) {
			p.add(s)
		}
	}
	for k, s := range run.Sizes {
		for _, p := range t.both(k.Target, k.Request) {
			if k.Response {
				p.replySizes.Merge(s)
			} else {
				p.requestSizes.Merge(s)
			}
		}
	}
	return t
}

// blockParts adds up run by block of one target.
func blockParts(run *Run, target uint16) map[uint32]*part {
	parts := map[uint32]*part{}
	for turn, r := range run.ByBlock() {
		if turn.Target == target {
			parts[turn.Block] = total(r).part(partKey{target, -1})
		}
	}
	return parts
}

func (t totals) both(target, request uint16) [2]*part {
	return [2]*part{t.part(partKey{target, -1}), t.part(partKey{target, int(request)})}
}

func (t totals) part(k partKey) *part {
	p, ok := t.parts[k]
	if !ok {
		p = newPart()
		t.parts[k] = p
	}
	return p
}

// named returns the part of a request by its name, "" for all of them.
func (t totals) named(target uint16, request string, names []string) (*part, error) {
	k := partKey{target, -1}
	if request != "" {
		i := slices.Index(names, request)
		if i < 0 {
			return nil, fmt.Errorf("the run has no request %q", request)
		}
		k.request = i
	}
	return t.part(k), nil
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

func (p *part) good(c Clock) *Histogram { return p.latency[OK][c] }

// activeTimes says how long each target's turns took together: for each block
// from its first due time to its planned end, or to when its last request was
// begun if that is later; time that two blocks share counts once.
func activeTimes(run *Run) map[uint16]time.Duration {
	type turn struct {
		target uint16
		block  uint32
	}
	turns := map[turn]stretch{}
	for i := range run.Seconds {
		s := &run.Seconds[i]
		k := turn{s.Target, s.Block}
		have, ok := turns[k]
		if !ok || s.FirstDue < have.from {
			have.from = s.FirstDue
		}
		have.to = max(have.to, s.LastBegun)
		turns[k] = have
	}
	stretches := map[uint16][]stretch{}
	for k, s := range turns {
		planned := s.from + run.Document.blockLength(k.block)
		if run.Document.State != Finished {
			planned = min(planned, time.Duration(run.Document.Seconds*1e9))
		}
		stretches[k.target] = append(stretches[k.target], stretch{s.from, max(planned, s.to)})
	}
	active := map[uint16]time.Duration{}
	for target, ss := range stretches {
		active[target] = union(ss)
	}
	return active
}

// blockLength returns how long the given block was planned to be. Blocks are
// numbered on from stage to stage.
func (d *Document) blockLength(block uint32) time.Duration {
	n := int64(block)
	for _, s := range d.Stages {
		if n < int64(s.Blocks) {
			return time.Duration(s.BlockS * 1e9)
		}
		n -= int64(s.Blocks)
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
	of := func(target uint16, block uint32) *Run {
		k := Turn{target, block}
		t, ok := turns[k]
		if !ok {
			t = &Run{
				Dir: r.Dir, Document: r.Document, Scenario: r.Scenario,
				Series: map[Key]*Histogram{}, Lag: map[Group]*Histogram{}, Sizes: map[SizeKey]*Sizes{},
			}
			turns[k] = t
		}
		return t
	}
	for k, h := range r.Series {
		of(k.Target, k.Block).Series[k] = h
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
	all := total(r)
	return all.part(partKey{target, -1}).figures(all.active[target])
}

// Good merges the response times of a target's good responses.
func (r *Run) Good(target uint16) *Histogram {
	return r.Histogram(func(k Key) bool { return k.Target == target && k.Outcome == OK && k.Clock == Response })
}
