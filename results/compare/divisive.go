package compare

import (
	"math"
	"math/rand/v2"
)

// minSegment is the smallest number of runs that can be a level of its own: one
// or two bad runs are no change of level.
const minSegment = 3

// A split is a place where a stretch of a series falls in two.
type split struct {
	at  int     // of the first value of the second part
	gap float64 // between the parts, see energy
}

// divide finds the place where zs falls best in two, of all places at and all
// ends of the second part: E-divisive (Matteson and James, Journal of the
// American Statistical Association 109, 2014). For parts of n and m values it
// maximises
//
//	nm/(n+m) · [ 2·mean|x−y| − mean|x−x′| − mean|y−y′| ]
//
// where the means are over pairs: of one value from either part, and of two
// different values within a part, so that short parts are not favoured.
func divide(zs []float64, w *workspace) split {
	w.fill(zs)
	best := split{at: -1, gap: math.Inf(-1)}
	for at := minSegment; at <= len(zs)-minSegment; at++ {
		for end := at + minSegment; end <= len(zs); end++ {
			if gap := w.gap(at, end); gap > best.gap {
				best = split{at, gap}
			}
		}
	}
	return best
}

// A workspace holds the sums of distances between the values of a stretch:
// sums[i][j] is over all pairs of one of the first i and one of the first j.
type workspace struct {
	width int
	sums  []float64
}

func (w *workspace) fill(zs []float64) {
	w.width = len(zs) + 1
	if need := w.width * w.width; cap(w.sums) < need {
		w.sums = make([]float64, need)
	}
	w.sums = w.sums[:w.width*w.width]
	clear(w.sums[:w.width])
	for i, a := range zs {
		row, above := w.sums[(i+1)*w.width:(i+2)*w.width], w.sums[i*w.width:(i+1)*w.width]
		row[0] = 0
		var sum float64
		for j, b := range zs {
			sum += math.Abs(a - b)
			row[j+1] = above[j+1] + sum
		}
	}
}

// gap is the distance between the values up to at and those from there to end.
func (w *workspace) gap(at, end int) float64 {
	n, m := float64(at), float64(end-at)
	first := w.sums[at*w.width+at] // each pair twice
	both := w.sums[at*w.width+end] - first
	second := w.sums[end*w.width+end] - first - 2*both
	energy := 2*both/(n*m) - first/(n*(n-1)) - second/(m*(m-1))
	return n * m / (n + m) * energy
}

// permutations is how often the values of a stretch are shuffled to see what
// gap chance alone makes.
const permutations = 499

// changes returns the first index of each new level of zs. A split is kept as
// long as hardly any other order of the same values has a gap as large. Shuffling
// is seeded: equal series have equal changes.
func changes(zs []float64, level float64) []int {
	var found []int
	chance := rand.New(rand.NewPCG(0, uint64(len(zs))))
	w := &workspace{}
	shuffled := make([]float64, len(zs))
	var cut func(from, to int)
	cut = func(from, to int) {
		if to-from < 2*minSegment {
			return
		}
		best := divide(zs[from:to], w)
		if best.gap <= 0 || !unusual(zs[from:to], best.gap, level, w, shuffled[:to-from], chance) {
			return
		}
		at := from + best.at
		cut(from, at)
		found = append(found, at)
		cut(at, to)
	}
	cut(0, len(zs))
	return found
}

// unusual says whether at most the share level of all orders of zs has such a gap.
func unusual(zs []float64, gap, level float64, w *workspace, shuffled []float64, chance *rand.Rand) bool {
	most := int(level*float64(permutations+1)) - 1 // the order that was measured counts as one
	copy(shuffled, zs)
	for range permutations {
		chance.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if divide(shuffled, w).gap >= gap {
			if most--; most < 0 {
				return false
			}
		}
	}
	return true
}
