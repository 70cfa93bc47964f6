package bisect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tollgate/results/compare"
)

// A repository is what a search looks at: commits whose servers have a median, and a
// machine whose blocks vary. It knows nothing of how the search thinks.
type repository struct {
	slower []float64 // how much slower than the good revision each commit is; the first is the good one
	block  float64   // standard deviation of the logarithm of a block's ratio
	start  float64   // of the level that a start of two servers has
	stall  float64   // share of blocks in which one of the servers stood still
	broken []int
}

// stepAt is a repository of commits of which one made everything slower.
func stepAt(commits, first int, slower, block float64) repository {
	r := repository{slower: make([]float64, commits+1), block: block, start: 0.004, stall: 0.03}
	for i := first; first > 0 && i <= commits; i++ {
		r.slower[i] = slower
	}
	return r
}

// measured are the logarithms of the ratios of some blocks of two commits.
func (r repository) measured(chance *rand.Rand, base, head, blocks int) (xs []float64) {
	level := math.Log1p(r.slower[head]) - math.Log1p(r.slower[base]) + r.start*chance.NormFloat64()
	for range blocks {
		x := level + r.block*chance.NormFloat64()
		if chance.Float64() < r.stall {
			x += (0.1 + 0.4*chance.Float64()) * float64(1-2*chance.IntN(2))
		}
		xs = append(xs, x)
	}
	return xs
}

// search runs a search to its end.
func (r repository) search(chance *rand.Rand, blocks, steps int) (*Search, Result) {
	s := New(len(r.slower)-1, compare.P50, 0.05, steps)
	for {
		base, head, ok := s.Next()
		if !ok {
			return s, s.Result()
		}
		if slices.Contains(r.broken, head) {
			s.Skip(head)
			continue
		}
		s.Add(base, head, r.measured(chance, base, head, blocks))
	}
}

// rates are how often searches ended how, and how many blocks they took in the mean.
type rates struct {
	n, right, wrong, none, undecided int
	blocks                           float64
}

// counted searches n repositories of 32 commits, with a commit that made all of them slower, or
// with none.
func counted(n int, slower, block float64, seed uint64) (c rates) {
	const commits, blocks, steps = 32, 6, 60
	c.n = n
	for i := range n {
		chance := rand.New(rand.NewPCG(seed, uint64(i)))
		first := 0
		if slower > 0 {
			first = 1 + chance.IntN(commits)
		}
		_, r := stepAt(commits, first, slower, block).search(chance, blocks, steps)
		switch {
		case r.Outcome == None:
			c.none++
		case r.Outcome == Undecided:
			c.undecided++
		case slices.Equal(r.Commits, []int{first}):
			c.right++
		default:
			c.wrong++
		}
		c.blocks += float64(r.Blocks) / float64(n)
	}
	return c
}

// row is one row of the table of error rates.
type row struct {
	name          string
	slower, block float64
	right, none   float64 // shares that are needed
}

var table = []row{
	{"quiet, 10 % slower", 0.10, 0.02, 0.95, 0},
	{"quiet, no change", 0, 0.02, 0, 0.99},
	{"noisy, 10 % slower", 0.10, 0.04, 0.95, 0},
	{"noisy, no change", 0, 0.04, 0, 0.99},
	{"quiet, 20 % slower", 0.20, 0.02, 0.95, 0},
	{"very noisy, 30 % slower", 0.30, 0.10, 0.95, 0},
}

func (r row) count(t *testing.T, n int, seed uint64) {
	c := counted(n, r.slower, r.block, seed)
	share := func(k int) float64 { return float64(k) / float64(n) }
	t.Logf("%-24s %5d | right %5.1f%% wrong %5.2f%% none %5.1f%% undecided %4.1f%% | %4.0f blocks", r.name, n,
		100*share(c.right), 100*share(c.wrong), 100*share(c.none), 100*share(c.undecided), c.blocks)
	slack := 2.33 * math.Sqrt(0.05*0.95/float64(n)) // what a true rate explains with 99 %
	if share(c.right) < r.right-slack || share(c.none) < r.none-slack {
		t.Errorf("%s: right %.1f %%, none %.1f %%; want %.0f %% and %.0f %%", r.name, 100*share(c.right), 100*share(c.none), 100*r.right, 100*r.none)
	}
}

func TestErrorRatesOfSearches(t *testing.T) {
	t.Parallel()
	for i, r := range table {
		r.count(t, 60, uint64(i))
	}
}

func TestSearchesOfRepositoriesThatAreNotPlain(t *testing.T) {
	t.Parallel()
	plain := stepAt(32, 9, 0.10, 0.02)
	broken := plain
	broken.broken = []int{8, 9, 20}
	noEnd := plain
	noEnd.broken = []int{32}
	spread := stepAt(32, 0, 0, 0.02)
	for i := range spread.slower {
		spread.slower[i] = 0.15 * float64(i) / 32
	}
	faster := stepAt(32, 9, -0.20, 0.02)
	for _, row := range []struct {
		name    string
		r       repository
		steps   int
		outcome Outcome
		commits []int
	}{
		{"one step", plain, 60, Found, []int{9}},
		{"the first commit", stepAt(32, 1, 0.10, 0.02), 60, Found, []int{1}},
		{"the last commit", stepAt(32, 32, 0.10, 0.02), 60, Found, []int{32}},
		{"a single commit", stepAt(1, 1, 0.10, 0.02), 60, Found, []int{1}},
		{"commits that cannot be built", broken, 60, Found, []int{8, 9, 10}},
		{"a bad revision that cannot be built", noEnd, 60, Undecided, nil},
		{"a change that is faster", faster, 60, None, nil},
		{"too few measurements", plain, 4, Undecided, nil},
		{"a change that is spread over all commits", spread, 60, Undecided, nil},
	} {
		_, r := row.r.search(rand.New(rand.NewPCG(7, 7)), 6, row.steps)
		if r.Outcome != row.outcome || row.commits != nil && !slices.Equal(r.Commits, row.commits) {
			t.Errorf("%s: %+v", row.name, r)
		}
		if r.Outcome == Found && (r.Effect.Low <= 0 || r.Effect.Low > 0.1 || r.Effect.High < 0.1 || r.Parent != row.commits[0]-1) {
			t.Errorf("%s: effect %+v against %d", row.name, *r.Effect, r.Parent)
		}
	}
}

func TestMoreOfWhatIsGoodIsNoChangeForTheWorse(t *testing.T) {
	for _, row := range []struct {
		metric compare.Metric
		x      float64
		want   Outcome
	}{
		{compare.Goodput, math.Log(0.8), Found},
		{compare.Goodput, math.Log(1.25), None},
		{compare.ErrorShare, 0.05, Found},
		{compare.ErrorShare, -0.05, None},
	} {
		s := New(1, row.metric, 0.02, 10)
		for base, head, ok := s.Next(); ok; base, head, ok = s.Next() {
			s.Add(base, head, []float64{row.x, row.x * 1.01, row.x * 0.99, row.x, row.x})
		}
		if r := s.Result(); r.Outcome != row.want {
			t.Errorf("%s by %g: %+v", row.metric, row.x, r)
		}
	}
}
