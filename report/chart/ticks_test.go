package chart

import (
	"math"
	"testing"
)

// Axes have few ticks, whatever a run that came from elsewhere says.
func TestAxesEnd(t *testing.T) {
	odd := []float64{0, -1, 1e-320, 1e-9, 1, 1e18, 1e308, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, hi := range odd {
		for name, n := range map[string]int{"steps": len(steps(hi, 3, Short)), "clock": len(clock(hi, 6))} {
			if n > mostTicks {
				t.Errorf("%s up to %g: %d ticks", name, hi, n)
			}
		}
		for _, lo := range odd {
			if n := len(decades(lo, hi, Short)); n > 2000 {
				t.Errorf("decades from %g to %g: %d ticks", lo, hi, n)
			}
		}
	}
}
