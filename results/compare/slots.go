package compare

import (
	"math"
	"math/rand/v2"
	"slices"

	"tollgate/results"
)

// A slot is one target in one block: what it received, and the metrics of that.
type slot struct {
	good     *results.Histogram
	walks    *results.Histogram                   // durations of completed flows
	clocks   map[results.Clock]*results.Histogram // good responses by other clocks
	requests int64
	failed   int64
	values   map[Metric]float64
}

// slots are the blocks of one target of a run.
type slots struct {
	name      string
	blocks    map[uint32]*slot
	dominated map[Metric]bool // of the whole run: more the generator's than the target's
	spread    bool            // of the whole run: first bytes say something else than last ones
}

// slotsOf reads every target of a run, block by block.
func slotsOf(run *results.Run, price func(part *results.Run, target uint16) (usd float64, ok bool)) []slots {
	all := make([]slots, len(run.Document.Targets))
	for i, t := range run.Document.Targets {
		all[i] = slots{name: t.Name, blocks: map[uint32]*slot{}, spread: t.Spread()}
	}
	for k, part := range run.ByBlock() {
		if int(k.Target) >= len(all) {
			continue
		}
		s := slotOf(part, k.Target)
		if price != nil {
			if usd, ok := price(part, k.Target); ok {
				s.values[Dollars] = usd
			}
		}
		if s.requests > 0 {
			all[k.Target].blocks[k.Block] = s
		}
	}
	for i := range all {
		for _, c := range run.ColdStarts(uint16(i)) {
			if s, ok := all[i].blocks[c.Block]; ok && c.Invocations > 0 {
				s.values[ColdShare] = float64(c.Cold) / float64(c.Invocations)
			}
		}
	}
	return all
}

// slotOf reads one target of a run, or of a part of one.
func slotOf(run *results.Run, target uint16) *slot {
	f := run.Figures(target)
	s := &slot{good: run.Good(target), walks: run.GoodFlows(target), requests: f.Requests, failed: f.Failed, values: map[Metric]float64{}, clocks: run.GoodByClock(target, results.FirstByte, results.FirstEvent, results.LongestGap)}
	if f.Requests > 0 {
		s.values[Goodput] = f.Goodput
		s.measure()
	}
	s.forget(&f, run.Document.Imported)
	return s
}

// forget takes out what the files of an imported run do not say. Where a sample is the mean
// of a batch, one is enough for the median of a block: it is what is replicated.
func (s *slot) forget(f *results.Figures, i *results.ImportDoc) {
	if !f.Known(results.LackTimes) {
		delete(s.values, Goodput)
	}
	if !f.Known(results.LackOutcomes) {
		delete(s.values, ErrorShare)
	}
	if i != nil && i.Keeps == results.KeepsMeans && s.good.Count() > 0 {
		s.values[P50] = float64(s.good.Quantile(0.5)) / 1e6
	}
}

func (s *slot) measure() {
	if s.requests > 0 {
		s.values[ErrorShare] = float64(s.failed) / float64(s.requests)
	}
	for _, t := range traits {
		if h := s.times(t); t.quantile > 0 && h.Carries(t.quantile) {
			s.values[t.metric] = float64(h.Quantile(t.quantile)) / 1e6
		}
	}
}

// times are those that a latency is one of.
func (s *slot) times(t trait) *results.Histogram {
	switch {
	case t.flow:
		return s.walks
	case t.clock != results.Response:
		return s.clocks[t.clock]
	}
	return s.good
}

func (s *slot) value(m Metric) *float64 {
	if v, ok := s.values[m]; ok {
		return &v
	}
	return nil
}

// doubtedSlotsOf also says what of the run is more the generator's than a target's.
func doubtedSlotsOf(run *results.Run, price func(part *results.Run, target uint16) (usd float64, ok bool)) []slots {
	all := slotsOf(run, price)
	for i := range all {
		all[i].doubt(run, uint16(i))
	}
	return all
}

// doubt notes which quantiles of the whole run are more the generator's than the
// target's.
func (t *slots) doubt(run *results.Run, target uint16) {
	t.dominated = map[Metric]bool{}
	added, all := addedOf(run, target), slotOf(run, target)
	for _, tr := range traits {
		t.dominated[tr.metric] = tr.dominated(Value{Value: float64(all.times(tr).Quantile(tr.quantile)) / 1e6, Added: added[tr.metric]})
	}
}

// shared lists the blocks that both have, in order.
func (t *slots) shared(o *slots) []uint32 {
	var blocks []uint32
	for b := range t.blocks {
		if _, ok := o.blocks[b]; ok {
			blocks = append(blocks, b)
		}
	}
	slices.Sort(blocks)
	return blocks
}

func (t *slots) between(from, to uint32) (blocks []uint32) {
	for b := from; b < to; b++ {
		if _, ok := t.blocks[b]; ok {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

func (t *slots) over(blocks []uint32) *slot {
	sum := &slot{good: results.New(), walks: results.New(), values: map[Metric]float64{}, clocks: map[results.Clock]*results.Histogram{}}
	means := map[Metric][]float64{}
	for _, b := range blocks {
		part := t.blocks[b]
		sum.good.Merge(part.good)
		sum.walks.Merge(part.walks)
		for clock, h := range part.clocks {
			if sum.clocks[clock] == nil {
				sum.clocks[clock] = results.New()
			}
			sum.clocks[clock].Merge(h)
		}
		sum.requests += part.requests
		sum.failed += part.failed
		for _, m := range []Metric{Goodput, ColdShare, Dollars} {
			if v, ok := part.values[m]; ok {
				means[m] = append(means[m], v)
			}
		}
	}
	for m, vs := range means {
		sum.values[m] = mean(vs)
	}
	sum.measure()
	return sum
}

// ratioQuantiles are the quantiles that two distributions are compared at.
var ratioQuantiles = []float64{0.01, 0.02, 0.05, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 0.95, 0.98, 0.99, 0.995, 0.999}

const (
	ratioLevel     = 0.05
	ratioResamples = 999
)

// ratioAt is one quantile of head ÷ base, where both have enough requests.
func ratioAt(q float64, base, head *results.Histogram) (ratio float64, ok bool) {
	far := max(q, 1-q)
	if !base.Carries(far) || !head.Carries(far) || base.Quantile(q) <= 0 {
		return 0, false
	}
	return float64(head.Quantile(q)) / float64(base.Quantile(q)), true
}

// quantileRatios returns the ratios of two targets over blocks, with intervals; where the
// number of blocks depends on the results, with those that hold for any number.
func quantileRatios(base, head *slots, blocks []uint32, followed bool, chance *rand.Rand) []QuantileRatio {
	out := []QuantileRatio{}
	for _, q := range ratioQuantiles {
		var xs []float64
		for _, b := range blocks {
			if ratio, ok := ratioAt(q, base.blocks[b].good, head.blocks[b].good); ok && ratio > 0 {
				xs = append(xs, math.Log(ratio))
			}
		}
		if len(xs) < 2 {
			continue
		}
		e, ok := estimate{}, len(xs) >= MinBlocks
		if followed {
			e, ok = followedLocation(xs, ratioLevel, true)
		} else {
			e = studentised(xs, ratioLevel, true, ratioResamples, chance)
		}
		r := QuantileRatio{Quantile: q, Ratio: math.Exp(e.at), Blocks: len(xs)}
		if ok {
			r.Low, r.High = ptr(math.Exp(e.low)), ptr(math.Exp(e.high))
		}
		out = append(out, r)
	}
	return out
}
