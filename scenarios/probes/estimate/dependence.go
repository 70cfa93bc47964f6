package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Trial is one value of a randomised comparison. Within a block, chance decided
// which of the trials were treated.
type Trial struct {
	Block   int
	Treated bool
	Value   float64
}

// A Lowering is how far treated values lie below the untreated ones of their blocks.
type Lowering struct {
	P        float64 // of values as low without any effect of the treatment
	Smallest float64 // share of the treated that would be found in 9 of 10 repetitions, were they below all other values; above 1: none
	Compared int     // trials in blocks that have both kinds
}

const (
	shuffles  = 1999
	cutPoints = 39
	// LoweringAlpha is below which P an effect is taken as real.
	LoweringAlpha = 0.0001
)

// Found says whether the treatment lowers values, with a false-positive rate of
// LoweringAlpha.
func (l Lowering) Found() bool { return l.P <= LoweringAlpha }

// Lowers tests whether the treatment lowers some or all values, whatever their
// distribution is. Null model: it has no effect, so within a block every assignment of the
// treatment was as likely. The statistic is the largest of the Cochran-Mantel-Haenszel
// z values for "below the cut", over cuts at each fortieth of the values: unlike a rank
// sum, it finds a few low values as well as a shift of all. Its distribution comes from
// shuffling the treatment within the blocks (Fisher's randomisation test), so it needs
// no assumption, and what changes slowly is the same for both kinds of a block.
// Sources: Mantel and Haenszel, "Statistical aspects of the analysis of data from
// retrospective studies" (1959); Phipson and Smyth, "Permutation p-values should never
// be zero" (2010).
func Lowers(trials []Trial, seed uint64) Lowering {
	c := newComparison(trials)
	l := Lowering{P: 1, Smallest: math.Inf(1), Compared: len(c.bins)}
	if len(c.cuts) == 0 {
		return l
	}
	seen, chance := c.statistic(), rand.New(rand.NewPCG(seed, 1))
	null, extreme := make([]float64, shuffles), 1
	for i := range null {
		c.shuffle(chance)
		if null[i] = c.statistic(); null[i] >= seen-1e-9 {
			extreme++
		}
	}
	l.P = float64(extreme) / (shuffles + 1)
	most := slices.Max(null)
	if seen > most {
		l.P *= extrapolated(most, seen)
	}
	l.Smallest = c.smallest(math.Sqrt(most*most - 2*math.Log(LoweringAlpha*(shuffles+1))))
	return l
}

// extrapolated is how much less likely than the largest statistic of the shuffles a larger one
// is: its tail falls as that of a normal variable, as it is the largest of some.
// Source: Knijnenburg et al., "Fewer permutations, more accurate P-values" (2009), on
// extrapolating the tail in place of more shuffles.
func extrapolated(most, seen float64) float64 { return math.Exp((most*most - seen*seen) / 2) }

// A comparison is the trials of the blocks that have both kinds, block by block.
type comparison struct {
	bins    []int // of each trial: the number of cuts at or below its value
	treated []bool
	ends    []int // of the blocks
	cuts    []cut
	of      []float64 // scratch: treated trials in each bin
}

// A cut is a bin below which values count, with the number of treated ones that is
// expected there without an effect, and its standard deviation.
type cut struct {
	bin          int
	expected, sd float64
}

func newComparison(trials []Trial) *comparison {
	c := &comparison{}
	byBlock := map[int][]Trial{}
	for _, t := range trials {
		byBlock[t.Block] = append(byBlock[t.Block], t)
	}
	var kept []Trial
	for _, b := range sortedKeys(byBlock) {
		block := byBlock[b]
		if n := countTreated(block); n > 0 && n < len(block) {
			kept = append(kept, block...)
			c.ends = append(c.ends, len(kept))
		}
	}
	if len(kept) == 0 {
		return c
	}
	values := make([]float64, len(kept))
	for i, t := range kept {
		values[i] = t.Value
	}
	slices.Sort(values)
	var bounds []float64
	for i := 1; i <= cutPoints; i++ {
		bounds = append(bounds, values[i*len(values)/(cutPoints+1)])
	}
	bounds = slices.Compact(bounds)
	for _, t := range kept {
		bin, there := slices.BinarySearch(bounds, t.Value)
		if there {
			bin++
		}
		c.bins, c.treated = append(c.bins, bin), append(c.treated, t.Treated)
	}
	c.of = make([]float64, len(bounds)+1)
	for bin := 1; bin <= len(bounds); bin++ {
		if cut := c.expect(bin); cut.sd > 0 {
			c.cuts = append(c.cuts, cut)
		}
	}
	return c
}

func sortedKeys(m map[int][]Trial) (keys []int) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func countTreated(block []Trial) (n int) {
	for _, t := range block {
		if t.Treated {
			n++
		}
	}
	return n
}

// expect is the hypergeometric expectation over all blocks for one cut.
func (c *comparison) expect(bin int) cut {
	k := cut{bin: bin}
	variance, from := 0.0, 0
	for _, to := range c.ends {
		n, treated, below := float64(to-from), 0.0, 0.0
		for i := from; i < to; i++ {
			if c.treated[i] {
				treated++
			}
			if c.bins[i] < bin {
				below++
			}
		}
		k.expected += treated * below / n
		variance += treated * (n - treated) * below * (n - below) / (n * n * (n - 1))
		from = to
	}
	k.sd = math.Sqrt(variance)
	return k
}

func (c *comparison) statistic() float64 {
	clear(c.of)
	for i, bin := range c.bins {
		if c.treated[i] {
			c.of[bin]++
		}
	}
	most, below, bin := math.Inf(-1), 0.0, 0
	for _, k := range c.cuts {
		for ; bin < k.bin; bin++ {
			below += c.of[bin]
		}
		most = max(most, (below-k.expected)/k.sd)
	}
	return most
}

func (c *comparison) shuffle(chance *rand.Rand) {
	from := 0
	for _, to := range c.ends {
		block := c.treated[from:to]
		chance.Shuffle(len(block), func(i, j int) { block[i], block[j] = block[j], block[i] })
		from = to
	}
}

// smallest is the share of the treated that gives z at the cut just above it, with 1.28
// standard deviations of its own number: k lowest values, all treated, of n in halves
// have a z of √(k ÷ (1 − k/n)).
func (c *comparison) smallest(z float64) float64 {
	n, treated := float64(len(c.bins)), 0.0
	for _, t := range c.treated {
		if t {
			treated++
		}
	}
	const power90 = 1.2816
	k := max(z*z/(1+z*z/n), n/(cutPoints+1))
	return (k + power90*math.Sqrt(k)) / treated
}
