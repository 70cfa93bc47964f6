//go:build probes

package saturation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/scenarios/probes/simulate"
)

// The rules of the probe were written with systems of other numbers than those of the
// described kinds that are counted here, and with the same kinds.
func TestCoverageOverDescribedSystems(t *testing.T) {
	all := counts{of: map[string]*count{}}
	simulate.Many(*systems/2, func(i int) {
		d := draw(i, rand.New(rand.NewPCG(uint64(i), 31)))
		truth := d.truth()
		options := "saturation: {from: 10/s, to: 2000/s, for: 5s}"
		if d.thresholds != nil {
			options = fmt.Sprintf("saturation: {from: 10/s, to: 2000/s, for: 5s, thresholds: [%s]}", strings.Join(d.thresholds, ", "))
		}
		f, h := play(t, options, d.fresh(rand.New(rand.NewPCG(uint64(i), 32))).Respond)
		if !all.add(d.kind, f, truth, d.changes || truth == 0) {
			last := h.Last()
			t.Logf("%d %s, truth %.4g (guess %.4g), after %.0f s: %s %s", i, d.kind, truth, d.guess, (last.Started + last.For).Seconds(), f.Conclusion, f.Reasons)
		}
	})
	all.evaluate(t, 0.95, 0.05, 0.1)
}
