package compare

import (
	"slices"

	"tollgate/results"
)

// A turn is what one target received and answered in one block, in the numbers
// that are compared.
type turn struct {
	good     *results.Histogram
	requests int64
	failed   int64
	values   map[Metric]float64
}

// turns are the blocks of one target of a run.
type turns struct {
	name   string
	blocks map[uint32]*turn
}

// turnsOf reads every target of a run, block by block.
func turnsOf(run *results.Run, o *Options) []turns {
	all := make([]turns, len(run.Document.Targets))
	for i, t := range run.Document.Targets {
		all[i] = turns{name: t.Name, blocks: map[uint32]*turn{}}
	}
	for k, part := range run.ByBlock() {
		if int(k.Target) >= len(all) {
			continue
		}
		t := turnOf(part, k.Target)
		if o.Price != nil {
			if usd, ok := o.Price(part, k.Target); ok {
				t.values[Dollars] = usd
			}
		}
		if t.requests > 0 {
			all[k.Target].blocks[k.Block] = t
		}
	}
	for i := range all {
		for _, c := range run.ColdStarts(uint16(i)) {
			if t, ok := all[i].blocks[c.Block]; ok && c.Invocations > 0 {
				t.values[ColdShare] = float64(c.Cold) / float64(c.Invocations)
			}
		}
	}
	return all
}

// turnOf reads the numbers of one target off a run or a part of one.
func turnOf(run *results.Run, target uint16) *turn {
	f := run.Figures(target)
	t := &turn{good: run.Good(target), requests: f.Requests, failed: f.Failed, values: map[Metric]float64{}}
	if f.Requests == 0 {
		return t
	}
	t.values[ErrorShare] = f.ErrorShare
	t.values[Goodput] = f.Goodput
	for _, tr := range traits {
		if tr.quantile > 0 && t.good.Carries(tr.quantile) {
			t.values[tr.metric] = milliseconds(t.good, tr.quantile)
		}
	}
	return t
}

func milliseconds(h *results.Histogram, q float64) float64 { return float64(h.Quantile(q)) / 1e6 }

// shared lists the blocks that both have, in order.
func (t *turns) shared(o *turns) []uint32 {
	var blocks []uint32
	for b := range t.blocks {
		if _, ok := o.blocks[b]; ok {
			blocks = append(blocks, b)
		}
	}
	slices.Sort(blocks)
	return blocks
}

// over merges the given blocks of t.
func (t *turns) over(blocks []uint32) *turn {
	sum := &turn{good: results.New(), values: map[Metric]float64{}}
	means := map[Metric][]float64{}
	for _, b := range blocks {
		part := t.blocks[b]
		sum.good.Merge(part.good)
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
	if sum.requests > 0 {
		sum.values[ErrorShare] = float64(sum.failed) / float64(sum.requests)
	}
	for _, tr := range traits {
		if tr.quantile > 0 && sum.good.Carries(tr.quantile) {
			sum.values[tr.metric] = milliseconds(sum.good, tr.quantile)
		}
	}
	return sum
}

func mean(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}
