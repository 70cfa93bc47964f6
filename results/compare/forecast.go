package compare

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/aclements/go-moremath/stats"

	"tollgate/results"
)

// A Forecast is how many blocks a run would take until it is decided.
type Forecast struct {
	Median, Ninety int    // within which half, and nine tenths, of such runs are decided; 0: more than Most
	Most           int    // that are simulated: those that the run may have, or mostForecast
	Of             int    // blocks of the earlier run that it rests on; 0: it is assumed how blocks vary
	Run            string // the earlier run
}

const (
	forecasts    = 100  // simulated runs: enough for the ninth tenth, to about a tenth of its blocks
	mostForecast = 1000 // blocks, for which a simulation takes a moment

	// Without an earlier run blocks vary as those of the simulated servers do whose error
	// rates are counted: log-normal response times, and a level of each target's blocks.
	assumedRequest = 0.5
	assumedBlock   = 0.02
)

// ForecastFrom simulates runs whose blocks differ as those of an earlier run of the same
// load did, drawn again with replacement; nil if it has too few that have what is asked.
func ForecastFrom(run *results.Run, d *results.Decide) *Forecast {
	all := slotsOf(run, nil)
	if len(all) < 2 || run.Document.Verdict == results.Invalid {
		return nil
	}
	var series [][]float64
	for i := range all[1:] {
		blocks := all[0].shared(&all[1+i])
		for _, m := range d.Metrics {
			t, _ := traitOf(Metric(m))
			xs := sidesOf(t, &all[0], &all[1+i], blocks).differences()
			if len(xs) < MinBlocks {
				return nil
			}
			series = append(series, xs)
		}
	}
	f := forecast(d, len(all)-1, func(chance *rand.Rand) []float64 {
		at, drawn := chance.Float64(), make([]float64, len(series))
		for i, xs := range series { // one block of all metrics and targets: they go together
			drawn[i] = xs[int(at*float64(len(xs)))]
		}
		return drawn
	})
	f.Run, f.Of = run.Document.ID, len(series[0])
	return f
}

// ForecastAssumed simulates runs of targets that do not differ, with so many requests in a
// block, where nothing is known of how blocks vary.
func ForecastAssumed(d *results.Decide, targets int, requests int64) *Forecast {
	var spreads []float64
	for range targets - 1 {
		for _, m := range d.Metrics {
			t, _ := traitOf(Metric(m))
			spreads = append(spreads, t.assumedSpread(max(1, requests)))
		}
	}
	return forecast(d, targets-1, func(chance *rand.Rand) []float64 {
		drawn := make([]float64, len(spreads))
		for i, s := range spreads {
			drawn[i] = s * chance.NormFloat64()
		}
		return drawn
	})
}

// assumedSpread is that of the logarithm of the ratio of two blocks of n requests. The
// variance of an estimated quantile q is q(1−q) ÷ n ÷ the square of the density there.
func (t trait) assumedSpread(n int64) float64 {
	variance := assumedBlock * assumedBlock
	if q := t.quantile; q > 0 {
		density := stats.StdNormal.PDF(stats.StdNormal.InvCDF(q)) / assumedRequest
		variance += q * (1 - q) / float64(n) / (density * density)
	}
	return math.Sqrt(2 * variance)
}

// forecast simulates runs, of which draw makes block after block: the differences of each
// metric of each target.
func forecast(d *results.Decide, heads int, draw func(*rand.Rand) []float64) *Forecast {
	level := DefaultLevel * askedShare / float64(heads*len(d.Metrics))
	f := &Forecast{Most: min(d.Most, mostForecast)}
	var took []int // by those that are decided
	for i := range forecasts {
		if blocks := f.simulated(d.Margin, level, rand.New(rand.NewPCG(1, uint64(i))), draw); blocks > 0 {
			took = append(took, blocks)
		}
		if i+1-len(took) > forecasts/2 {
			return f
		}
	}
	slices.Sort(took)
	f.Median = took[forecasts/2-1]
	if rank := forecasts * 9 / 10; rank <= len(took) {
		f.Ninety = took[rank-1]
	}
	return f
}

// simulated is the number of blocks at whose look a simulated run is decided; 0: at none.
func (f *Forecast) simulated(margin, level float64, chance *rand.Rand, draw func(*rand.Rand) []float64) int {
	var series [][]float64
	for blocks, next := 1, NextLook(0); blocks <= f.Most; blocks++ {
		for i, x := range draw(chance) {
			if len(series) <= i {
				series = append(series, nil)
			}
			series[i] = append(series[i], x)
		}
		if blocks < next && blocks < f.Most {
			continue
		}
		next = NextLook(blocks)
		if !slices.ContainsFunc(series, func(xs []float64) bool { return !newGame(xs).decides(math.Log1p(margin), level) }) {
			return blocks
		}
	}
	return 0
}

// decides says whether the interval at a level excludes no difference, or lies within a
// margin.
func (g *game) decides(margin, level float64) bool {
	rich := math.Log(2 / level)
	return max(g.gain(0, 1), g.gain(0, -1)) >= rich || g.gain(-margin, 1) >= rich && g.gain(margin, -1) >= rich
}
