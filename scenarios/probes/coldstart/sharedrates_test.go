//go:build probes

package coldstart

import (
	"math/rand/v2"
	"testing"

	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/simulate"
)

// Of random Web Functions few are counted wrongly, and waits lie in their interval.
func TestSharedEnvironmentsAreCounted(t *testing.T) {
	const n = 500
	wrong, told, why, wait := 0, 0, map[string]int{}, tally{}
	for i := range n {
		s := randomWeb(untouched + i)
		f := askShared(t, "", s.Endpoint)
		if _, is := f.Values["requests_that_waited"]; is {
			told++
		}
		if text := s.check(f); text != "" {
			wrong++
			why[text]++
		}
		if _, told := f.Values["wait_p50"]; told {
			wait.add(f, "wait_p50", 1e3*estimate.Median(s.web.Waits))
		}
	}
	if t.Logf("of %d, %d were counted, %d of them wrongly: %v; wait p50 %v", n, told, wrong, why, &wait); wrong > n/100 || told < n*9/10 {
		t.Errorf("%d of %d were counted, %d of them wrongly: want 90 %% at least, and 1 %% wrongly at most: %v", told, n, wrong, why)
	}
}

// Instances that are there from the start are no cold starts, whatever their work is like.
func TestInstancesThatWereThereAreNoColdStarts(t *testing.T) {
	const n = 500
	wrong := 0
	for i := range n {
		c := rand.New(rand.NewPCG(uint64(untouched+i), 109))
		s := randomWeb(untouched + i)
		w := simulate.NewWebFunctions(0, 0, []int{1, 4, 16, 64}[c.IntN(4)], uint64(i))
		s.Backend, s.web = w, w
		if f := askShared(t, "", s.Endpoint); f.Values["requests_that_waited"].Value > 0.002*float64(s.Requests) {
			wrong++
			t.Logf("%d: %s", i, f.Conclusion)
		}
	}
	if t.Logf("%d of %d were said to have cold starts", wrong, n); wrong > n/100 {
		t.Errorf("%d of %d were said to have cold starts", wrong, n)
	}
}
