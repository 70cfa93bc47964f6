package compare

import (
	"math"
	"slices"
)

// Two gamblers bet on the blocks of a pair of targets: one that the next difference lies
// above θ, one that it lies below. Where differences are symmetric about θ, whatever the
// earlier ones were, both bets are fair, and a fair game multiplies its stake by c with a
// probability of at most 1/c at any time (Ville's inequality). The values of θ at which
// neither gambler has become rich are a confidence sequence: it holds for all numbers of
// blocks together, so anyone may look at any time, and stop or go on.
//
// Each block multiplies the stake by 1 + λ·g((x−θ)/s), where g is odd and clipped at ±1
// and s is the spread of the blocks before it: a block of any size moves the stake by a
// factor of two at most. The bet λ is a mixture, as the effect is not known. (Symmetric
// increments: de la Peña, Annals of Probability 27, 1999, lemma 6.1, and Howard, Ramdas,
// McAuliffe and Sekhon, Probability Surveys 17, 2020, table 3; bets and their mixture:
// Waudby-Smith and Ramdas, Journal of the Royal Statistical Society B 86, 2024, section 4;
// clipping: Huber, Annals of Mathematical Statistics 35, 1964.)
const (
	clipAt    = 1.5  // spreads: 96 % of the efficiency of a mean of normal differences (Huber)
	mostBet   = 0.95 // share of the stake
	betSteps  = 9    // each bet is 1/√2 of the one before: down to 6 %, for some ten thousand blocks
	newSpread = 1.25 // the spread is measured again after as many times as many blocks
	mostKept  = 100  // of the latest blocks are in it
)

// mixture are the shares of a stake that are bet, and how much is bet so: large bets
// decide a large difference within ten blocks, and have more.
func mixture() (bets, weights [betSteps]float64) {
	bet, sum := mostBet, 0.0
	for j := range bets {
		bets[j], weights[j] = bet, math.Sqrt(bet)
		bet /= math.Sqrt2
		sum += weights[j]
	}
	for j := range weights {
		weights[j] /= sum
	}
	return bets, weights
}

// spreads are, for each value, the spread of some before it; 0: there are too few, or
// they are alike, and only the sign of a difference counts.
func spreads(xs []float64) []float64 {
	all := make([]float64, len(xs))
	next := 2
	for i := range xs {
		if i > 0 {
			all[i] = all[i-1]
		}
		if i == next {
			all[i] = spread(xs[max(0, i-mostKept):i])
			next = max(i+1, int(math.Ceil(newSpread*float64(i))))
		}
	}
	return all
}

// A game is the bets on a series of differences, in the order of the blocks.
type game struct {
	xs, spreads   []float64
	bets, weights [betSteps]float64
}

func newGame(xs []float64) *game {
	g := &game{xs: xs, spreads: spreads(xs)}
	g.bets, g.weights = mixture()
	return g
}

// gain is the logarithm of what one unit has become if it was bet on differences above
// theta (side 1) or below it (side −1). It falls, or rises, with theta.
func (g *game) gain(theta, side float64) float64 {
	const batch = 32 // factors up to 2 multiply without overflow
	var logs [betSteps]float64
	for from := 0; from < len(g.xs); from += batch {
		var product [betSteps]float64
		for j := range product {
			product[j] = 1
		}
		for i := from; i < min(from+batch, len(g.xs)); i++ {
			z := side * clipped(g.xs[i]-theta, g.spreads[i])
			for j, bet := range g.bets {
				product[j] *= 1 + bet*z
			}
		}
		for j := range logs {
			logs[j] += math.Log(product[j])
		}
	}
	most := slices.Max(logs[:])
	var sum float64
	for j, l := range logs {
		sum += g.weights[j] * math.Exp(l-most)
	}
	return most + math.Log(sum)
}

// clipped is d in spreads, clipped to ±1.
func clipped(d, spread float64) float64 {
	z := d / (clipAt * spread)
	switch {
	case math.IsNaN(z): // 0 ÷ 0
		return 0
	case z > 1:
		return 1
	case z < -1:
		return -1
	}
	return z
}

// interval is the confidence sequence at a level; false: the bets were too few to exclude
// anything.
func (g *game) interval(level float64) (low, high float64, ok bool) {
	rich := math.Log(2 / level) // each gambler has half of the level
	reach := clipAt*slices.Max(g.spreads) + math.SmallestNonzeroFloat64
	least, most := slices.Min(g.xs)-reach, slices.Max(g.xs)+reach
	if g.gain(least, 1) < rich || g.gain(most, -1) < rich {
		return math.Inf(-1), math.Inf(1), false
	}
	return g.edge(least, most, 1, rich), g.edge(most, least, -1, rich), true
}

// edge is how far from a value that is excluded the excluded ones reach, towards another
// that is not. It is on the excluded side, by less than any rounding that is shown.
func (g *game) edge(out, in, side, rich float64) float64 {
	const halvings = 50
	for range halvings {
		middle := (out + in) / 2
		if g.gain(middle, side) >= rich {
			out = middle
		} else {
			in = middle
		}
	}
	return out
}

// p bounds the probability that either gambler is ever as rich if there is no difference.
func (g *game) p() float64 {
	return min(1, 2*math.Exp(-max(g.gain(0, 1), g.gain(0, -1))))
}

// asymptotic is the confidence sequence of a mean, of blocks of any distribution, which
// holds for all numbers of blocks together as far as their mean is normal (Waudby-Smith,
// Arbour, Sinha, Kennedy and Ramdas, Annals of Statistics 52, 2024, theorem 2.2). It is
// narrowest at bestBlocks.
func asymptotic(xs []float64, level float64) estimate {
	l, n := locate(slices.Sorted(slices.Values(xs)), nil, 0), float64(len(xs))
	if l.alike() {
		return l.exact(0)
	}
	least := -2 * math.Log(level)
	rho := (least + math.Log1p(least)) / bestBlocks // ρ² of the paper, its equation for t*
	v := n*rho + 1
	half := l.se * math.Sqrt(v/(n*rho)*(least+math.Log(v)))
	// The level at which the interval would end at zero.
	t := distance(l.mean, l.se)
	p := math.Sqrt(v) * math.Exp(-t*t*n*rho/(2*v))
	return estimate{at: l.mean, low: l.mean - half, high: l.mean + half, se: l.se, p: min(1, p)}
}

// bestBlocks is the number of blocks for which asymptotic intervals are tuned.
const bestBlocks = 30
