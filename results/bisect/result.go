package bisect

import (
	"math"
	"slices"
)

// An Outcome is what a search concludes.
type Outcome string

// The outcomes.
const (
	Found     Outcome = "found"     // a commit, or a few that cannot be separated
	None      Outcome = "none"      // the bad revision is equivalent to the good one, or better
	Undecided Outcome = "undecided" // too few measurements, or no single commit made the change
)

// A Result is the conclusion of a search.
type Result struct {
	Outcome Outcome
	Commits []int   // that made the change, or of which one did with a probability of 95 %; the last is the first that was seen to be bad
	Parent  int     // that they were compared with
	Ends    *Effect // of the bad revision against the good one; nil: not measured
	Effect  *Effect // of the last of Commits against Parent; nil: not measured
	Better  bool    // the bad revision is better than the good one, for certain
	Spread  bool    // the likely commit does not differ from its parent: several made the change, or it came and went
	Blocks  int     // that were measured
	Steps   int     // measurements
}

// An Effect is a change of the metric, as a share of one or a difference of shares, with its
// interval at the level of the look.
type Effect struct {
	Change float64 `json:"change"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Starts int     `json:"measurements"`
}

// Likely is the probability that a set of commits that is not certain has.
const Likely = 0.95

// Result concludes from what was measured.
func (s *Search) Result() Result {
	r := Result{Outcome: Undecided, Steps: s.taken, Ends: s.effect(0, s.commits)}
	for _, e := range s.against {
		r.Blocks += len(e.xs)
	}
	switch end := s.ends(); end {
	case alike, better:
		r.Outcome, r.Better = None, end == better
		return r
	case open:
		return r
	}
	groups, ps := s.posterior()
	i := best(ps)
	if ps[i] < sure {
		r.Commits = s.likely(groups, ps)
		return r
	}
	if i > 0 {
		r.Parent = groups[i-1]
	}
	for c := r.Parent + 1; c <= groups[i]; c++ {
		r.Commits = append(r.Commits, c)
	}
	r.Effect = s.effect(r.Parent, groups[i])
	switch s.of(r.Parent, groups[i]).test(s.margin) {
	case worse:
		r.Outcome = Found
	case alike, better:
		r.Spread = true
	}
	return r
}

// likely are the fewest commits that hold the change with the probability Likely, as far as
// their groups go.
func (s *Search) likely(groups []int, ps []float64) (commits []int) {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case ps[a] > ps[b]:
			return -1
		case ps[a] < ps[b]:
			return 1
		}
		return 0
	})
	sum := 0.0
	for _, i := range order {
		if sum >= Likely {
			break
		}
		sum += ps[i]
		first := 1
		if i > 0 {
			first = groups[i-1] + 1
		}
		for c := first; c <= groups[i]; c++ {
			commits = append(commits, c)
		}
	}
	slices.Sort(commits)
	return commits
}

// effect is the difference of head from base; nil if it was not measured.
func (s *Search) effect(base, head int) *Effect {
	e := s.against[[2]int{base, head}]
	if e == nil || len(e.xs) < fewest {
		return nil
	}
	x, low, high := e.within()
	if s.metric.MoreIsBetter() {
		x.At, low, high = -x.At, -high, -low
	}
	return &Effect{Change: s.shown(x.At), Low: s.shown(low), High: s.shown(high), Starts: e.starts}
}

// shown turns a difference into a share of one, or leaves it a difference of shares.
func (s *Search) shown(x float64) float64 {
	if s.metric.Ratio() {
		return math.Expm1(x)
	}
	return x
}

// Effect is what is known of head against base; nil: nothing.
func (s *Search) Effect(base, head int) *Effect { return s.effect(base, head) }

// Left are the commits of which one made the change with the probability Likely; all where
// the ends do not differ yet.
func (s *Search) Left() int {
	if s.ends() != worse {
		return s.commits
	}
	groups, ps := s.posterior()
	return len(s.likely(groups, ps))
}
