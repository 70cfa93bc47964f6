package bisect

import (
	"math"
	"slices"

	"tollgate/results/compare"
)

// The levels of a search.
const (
	level   = 0.01 // of the tests of the ends and of the confirmation, each
	sure    = 0.98 // probability from which a commit is confirmed
	ofStart = 0.005
)

// A Search is a search for the commit, from 1 to Commits, that made a metric worse. Commit
// 0 is the good revision.
type Search struct {
	commits int
	metric  compare.Metric
	margin  float64 // on the scale of differences
	steps   int     // at most

	against map[[2]int]*evidence // by base and head
	broken  map[int]bool
	taken   int
}

// evidence is what was measured of one commit against another.
type evidence struct {
	xs     []float64 // worse is above 0
	starts int
}

// New begins a search among commits for a change of a metric by more than the margin, a
// share of one or points of a share. It ends after so many measurements at the latest.
func New(commits int, m compare.Metric, margin float64, steps int) *Search {
	if m.Ratio() {
		margin = math.Log1p(margin)
	}
	return &Search{commits: commits, metric: m, margin: margin, steps: steps, against: map[[2]int]*evidence{}, broken: map[int]bool{}}
}

// Add adds the differences of the blocks of one measurement of head against base.
func (s *Search) Add(base, head int, xs []float64) {
	e := s.of(base, head)
	for _, x := range xs {
		if s.metric.MoreIsBetter() {
			x = -x
		}
		e.xs = append(e.xs, x)
	}
	e.starts++
	s.taken++
}

func (s *Search) of(base, head int) *evidence {
	at := [2]int{base, head}
	if s.against[at] == nil {
		s.against[at] = &evidence{}
	}
	return s.against[at]
}

// Skip says that a commit cannot be measured.
func (s *Search) Skip(commit int) { s.broken[commit] = true }

// groups are the last commits of the groups that measurements can separate, in order.
func (s *Search) groups() (ends []int) {
	for i := 1; i <= s.commits; i++ {
		if !s.broken[i] || i == s.commits {
			ends = append(ends, i)
		}
	}
	return ends
}

// Next is what to measure next; false: nothing, the search has ended.
func (s *Search) Next() (base, head int, ok bool) {
	if s.taken >= s.steps || s.broken[0] || s.broken[s.commits] {
		return 0, 0, false
	}
	switch s.ends() {
	case open:
		return 0, s.commits, true
	case worse:
	default:
		return 0, 0, false
	}
	ends, ps := s.posterior()
	if i := best(ps); ps[i] >= sure {
		before := 0
		if i > 0 {
			before = ends[i-1]
		}
		return before, ends[i], s.of(before, ends[i]).test(s.margin) == open
	}
	return 0, ends[middle(ps)], true
}

// ends is what the comparison of the good and the bad revision says.
func (s *Search) ends() finding { return s.of(0, s.commits).test(s.margin) }

// middle is the group whose end splits the probability into halves best. The end of the
// last one is the bad revision, which is known to be bad.
func middle(ps []float64) (at int) {
	least, sum := math.Inf(1), 0.0
	for i, p := range ps[:len(ps)-1] {
		sum += p
		if d := math.Abs(sum - 0.5); d < least {
			at, least = i, d
		}
	}
	return at
}

// best is the index of the largest probability.
func best(ps []float64) (at int) {
	for i, p := range ps {
		if p > ps[at] {
			at = i
		}
	}
	return at
}

// effects is how many sizes of the change the posterior sums over, and reach how many
// standard errors of the ends they span in either direction.
const (
	effects = 61
	reach   = 5.0
)

// posterior is the probability that the change came within each group of commits, and the
// groups' ends.
func (s *Search) posterior() (groups []int, ps []float64) {
	groups = s.groups()
	whole := s.of(0, s.commits).estimate()
	var logs []float64
	for step := range effects {
		size := whole.At + reach*whole.SE*(2*float64(step)/(effects-1)-1)
		logs = append(logs, s.likelihoods(groups, size)...)
	}
	most := slices.Max(logs)
	ps = make([]float64, len(groups))
	var sum float64
	for i, l := range logs {
		p := math.Exp(l - most)
		ps[i%len(groups)] += p
		sum += p
	}
	for i := range ps {
		ps[i] /= sum
	}
	return groups, ps
}

// likelihoods are the logarithms of the likelihood of all measurements against the good
// revision if the change was of a size and came within each group, times the number of the
// group's commits.
func (s *Search) likelihoods(groups []int, size float64) []float64 {
	good, bad := make([]float64, len(groups)), make([]float64, len(groups))
	for i, end := range groups {
		if e := s.against[[2]int{0, end}]; e != nil {
			x := e.estimate()
			good[i], bad[i] = x.log(0), x.log(size)
		}
	}
	var all float64
	for _, l := range bad {
		all += l
	}
	out := make([]float64, len(groups))
	before := 0
	for i, end := range groups {
		out[i] = all + math.Log(float64(end-before)) // groups before this one are good
		all += good[i] - bad[i]
		before = end
	}
	return out
}
