package foreign

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"tollgate/results"
)

// A span is where a value truly lies.
type span struct{ low, high float64 }

func exactly(x float64) span { return span{x, x} }

// about is a span around a value that was measured, by a share of it.
func about(x, share float64) span { return span{x * (1 - share), x * (1 + share)} }

// A statement is something true about a system. A finding need not state all of its
// values.
type statement struct {
	claim  claim
	values map[string]span
}

// A verdict is how a finding stands to the truth.
type verdict string

const (
	right     verdict = "right"
	knows     verdict = "knows that it does not know"
	wrong     verdict = "WRONG"
	disturbed verdict = "disturbed" // by the machine, which says nothing about the probe
)

// A evaluation is a finding next to the truth.
type evaluation struct {
	verdict verdict
	why     string
	stated  int // values with an interval that the truth tells
	missed  int // of them, those whose interval misses it by a little
}

// evaluate holds a finding against the true statements about a system: the one that it is
// nearest to counts.
func evaluate(f results.Finding, truth []statement) (best evaluation, err error) {
	if f.Verdict == results.Invalid {
		return evaluation{verdict: disturbed}, nil
	}
	said, err := claimOf(f)
	if err != nil {
		return evaluation{}, err
	}
	if said == unknown {
		return evaluation{verdict: knows}, nil
	}
	best = evaluation{verdict: wrong, why: fmt.Sprintf("it is said to be this: %s", said)}
	for _, s := range truth {
		if s.claim != said {
			continue
		}
		if j := s.evaluate(f); better(j, best) || best.stated == 0 {
			best = j
		}
	}
	return best, nil
}

func better(a, b evaluation) bool {
	rank := map[verdict]int{right: 1}
	return rank[a.verdict] > rank[b.verdict] || a.verdict == b.verdict && a.missed < b.missed
}

func (s *statement) evaluate(f results.Finding) evaluation {
	j := evaluation{verdict: right}
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		v, there := f.Values[name]
		if !there {
			continue
		}
		if v.Low != nil && v.High != nil {
			j.stated++
		}
		switch off := distance(v, s.values[name]); {
		case v.Low != nil && v.High != nil && (v.Value < *v.Low || v.Value > *v.High):
			faults = append(faults, fmt.Sprintf("%s is %s, outside of its own interval", name, valueText(v)))
		case off > 1:
			faults = append(faults, fmt.Sprintf("%s is %s, in truth %s", name, valueText(v), s.values[name]))
		case off > 0:
			j.missed++
		}
	}
	if len(faults) > 0 {
		j.verdict, j.why = wrong, strings.Join(faults, "; ")
	}
	return j
}

// The shares by which a value without an interval may be off, and by which one with an
// interval may miss the truth and not be called wrong: clocks differ by so much while
// they are corrected, and no decision depends on it.
const (
	pointSlack = 0.02
	clockSlack = 0.001
)

// distance is how far a value's interval is from the truth: 0 if they meet, else in half
// widths of the interval. A value without one has what pointSlack allows for, and one
// more that counts, as is known of events at the border of a stage.
func distance(v results.Value, truth span) float64 {
	low, high := v.Value, v.Value
	half := pointSlack * math.Abs(v.Value)
	if v.Unit == "count" || v.Unit == "requests" {
		half = max(half, 1)
	}
	if v.Low != nil && v.High != nil {
		low, high = *v.Low, *v.High
		half = (high - low) / 2
	}
	gap := max(low-truth.high, truth.low-high, 0)
	switch {
	case gap == 0:
		return 0
	case gap <= clockSlack*math.Abs(v.Value):
		return min(gap/half, 1)
	}
	return gap / half // infinite if the interval has no width
}

func (s span) String() string {
	if s.low == s.high {
		return fmt.Sprintf("%.5g", s.low)
	}
	return fmt.Sprintf("%.5g to %.5g", s.low, s.high)
}

func valueText(v results.Value) string {
	if v.Low == nil || v.High == nil {
		return fmt.Sprintf("%.5g", v.Value)
	}
	return fmt.Sprintf("%.5g (%.5g to %.5g)", v.Value, *v.Low, *v.High)
}

// The chance of an interval of 95 % to miss, and the chance of as many misses as there
// are from which they are too many.
const (
	missChance = 0.05
	tooRare    = 0.001
)

// unlikely says whether so many of n intervals of 95 % miss the truth by chance only
// once in a thousand times, by the binomial distribution.
func unlikely(missed, n int) bool {
	fewer, term := 0.0, math.Pow(1-missChance, float64(n))
	for k := range missed {
		fewer += term
		term *= float64(n-k) / float64(k+1) * missChance / (1 - missChance)
	}
	return 1-fewer < tooRare
}
