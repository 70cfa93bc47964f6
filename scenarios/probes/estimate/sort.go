package estimate

import "math"

// IsSlow assigns a value to one of the two sorts: to the slow one beyond the cut.
func (m Mixture) IsSlow(value float64) bool { return value > m.Cut }

// Confused are the shares of all values that lie on the wrong side of the cut,
// as far as the two distributions are what they were fitted to be.
func (m Mixture) Confused() (fastAsSlow, slowAsFast float64) {
	cut := math.Log(m.Cut)
	return m.Fast.Weight * upper((cut-m.Fast.Mean)/m.Fast.SD), m.Slow.Weight * upper((m.Slow.Mean-cut)/m.Slow.SD)
}

// F1 is the expected harmonic mean of precision and recall when slow values are
// picked by the cut: the stated confidence of the assignment.
func (m Mixture) F1() float64 {
	wrong, missed := m.Confused()
	found := m.Slow.Weight - missed
	return 2 * found / (2*found + wrong + missed)
}

// SlowShare is the share of slow values: the weight that was fitted, which counts
// what lies on the wrong side of the cut where it belongs. The interval is that
// of a share, widened by how many values cannot be told apart.
func (m Mixture) SlowShare() Interval {
	n := int64(m.samples)
	share, ok := Share(int64(math.Round(m.Slow.Weight*m.samples)), n)
	if !ok {
		return Interval{}
	}
	wrong, missed := m.Confused()
	blur := wrong + missed
	return Interval{m.Slow.Weight, max(share.Low-blur, 0), min(share.High+blur, 1)}
}

// upper is the chance of a normal variable above z.
func upper(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
