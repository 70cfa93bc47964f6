package compare

import (
	"math"
	"testing"
)

func TestSharesDifferByAllOfOneAtMost(t *testing.T) {
	shares, ratio := Effect{Scale: Difference}, Effect{Scale: Ratio}
	for x, want := range map[float64]float64{0.8: 0.8, 1.1: 1, -3: -1} {
		if got := shares.onScale(x); *got != want {
			t.Errorf("a difference of shares of %g is shown as %g, want %g", x, *got, want)
		}
	}
	if got := ratio.onScale(math.Log(3)); math.Abs(*got-3) > 1e-9 {
		t.Errorf("a ratio of 3 is shown as %g", *got)
	}
	if shares.onScale(math.Inf(1)) != nil || shares.onScale(math.NaN()) != nil {
		t.Error("a bound that is not known is shown")
	}
}
