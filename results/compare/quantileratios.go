package compare

import (
	"math"
	"math/rand/v2"
)

// bandQuantiles are those that the picture of two distributions is drawn from.
var bandQuantiles = []float64{0.01, 0.02, 0.05, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 0.95, 0.98, 0.99, 0.995, 0.999}

const (
	bandLevel     = 0.05
	bandResamples = 999
)

// bands returns the ratio of each quantile that blocks carry, with an interval.
func bands(base, head *turns, blocks []uint32, chance *rand.Rand) []Band {
	out := []Band{}
	for _, q := range bandQuantiles {
		var xs []float64
		for _, block := range blocks {
			b, h := base.blocks[block].good, head.blocks[block].good
			far := max(q, 1-q)
			if !b.Carries(far) || !h.Carries(far) {
				continue
			}
			if at, to := b.Quantile(q), h.Quantile(q); at > 0 && to > 0 {
				xs = append(xs, math.Log(float64(to)/float64(at)))
			}
		}
		if len(xs) < 2 {
			continue
		}
		e := studentised(xs, bandLevel, true, bandResamples, chance)
		band := Band{Quantile: q, Ratio: math.Exp(e.at), Blocks: len(xs)}
		if len(xs) >= MinBlocks {
			band.Low, band.High = ptr(math.Exp(e.low)), ptr(math.Exp(e.high))
		}
		out = append(out, band)
	}
	return out
}
