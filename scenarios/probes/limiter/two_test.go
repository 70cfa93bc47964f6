//go:build probes

package limiter

import (
	"testing"

	"tollgate/scenarios/probes/simulate"
)

// Two limits are none of the known rules.
func TestABucketAndALimitOnConcurrencyAreDoubted(t *testing.T) {
	f := simulate.NewFront(simulate.Row{simulate.NewTokens(100, 50), &simulate.Concurrency{Most: 8}}, 7)
	f.Jitter, f.Service = 3e-4, 0.06
	if a := Identify(decided(f, around(100, 50, 4), 7)); a.Doubt == "" {
		t.Errorf("no doubt about a %s", a.Fits[0].Kind)
	}
}
