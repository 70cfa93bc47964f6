//go:build probes

package doors

import (
	"math"
	"testing"
)

// Where durations vary a prediction holds on the average, and less for one trial: the log has
// the durations of its own invocations, and those of the replay are others wherever a hit or a
// cold start changes which invocation is the n'th; INITs are taken as their mean. On a virtual
// clock nothing else differs.
func TestPredictionsWhereDurationsVary(t *testing.T) {
	hits, cold, happenedHits, happenedCold := int64(0), int64(0), int64(0), int64(0)
	for number := 1; number <= virtualTrials; number++ {
		one := drawn(number)
		one.function.Init.Sigma, one.function.Warm.Sigma = 0.15, 0.3
		x, h := one.virtually(t)
		hits, cold = hits+x.hits, cold+x.cold
		happenedHits, happenedCold = happenedHits+h.cached.CacheHits, happenedCold+h.provisioned.ColdStarts
		if off := 100 * math.Abs(float64(x.hits-h.cached.CacheHits)) / float64(x.lookups); off > 2*hitPoints {
			t.Errorf("trial %d: %d hits predicted, %d happened", number, x.hits, h.cached.CacheHits)
		}
		if off := max(x.cold-h.provisioned.ColdStarts, h.provisioned.ColdStarts-x.cold); off > max(4, x.cold/20) {
			t.Errorf("trial %d: %d cold starts predicted, %d happened", number, x.cold, h.provisioned.ColdStarts)
		}
		if x.refused != h.refused() {
			t.Errorf("trial %d: %d refusals predicted, %d happened", number, x.refused, h.refused())
		}
	}
	t.Logf("%d trials: %d hits predicted, %d happened; %d cold starts predicted, %d happened", virtualTrials, hits, happenedHits, cold, happenedCold)
	if beyond(hits, happenedHits, 0.01) || beyond(cold, happenedCold, coldShare/2) {
		t.Error("predictions are off on the average")
	}
}
