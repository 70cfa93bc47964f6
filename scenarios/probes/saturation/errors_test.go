package saturation

import (
	"math/rand/v2"
	"testing"

	"tollgate/results"
)

// Of all requests 0.9 % fail, whatever the rate is: chance makes steps break the 1 %.
func TestErrorsNearTheLimitAreNoSaturation(t *testing.T) {
	for seed := range uint64(4) {
		server, chance := workers(), rand.New(rand.NewPCG(seed, 8))
		f, _ := play(t, quickly, func(all []results.Sample) {
			server.Respond(all)
			for i := range all {
				if chance.Float64() < 0.009 {
					all[i].Code = 500
				}
			}
		})
		if v, said := f.Values["highest_rate"]; said && (*v.Low > 800 || *v.High < 800) {
			t.Errorf("seed %d: %s", seed, f.Conclusion)
		}
	}
}
