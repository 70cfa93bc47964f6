package coldstart

import (
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// askShared plays the probe against environments that serve several requests at a time.
func askShared(t testing.TB, options string, e *simulate.Endpoint) results.Finding {
	t.Helper()
	q, err := simulate.ParseAt(t, Probe(), "kind: lambda-web, url: lab", "cold-start: {"+options+"}", true)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := simulate.Play(t, q, e.Respond)
	return f
}

// A webSystem is a random Web Function, or a service whose instances are there from the
// start, and the noise around it.
type webSystem struct {
	*simulate.Endpoint
	web *simulate.WebFunctions
}

// randomWeb is one with an INIT of three spreads of the latency or more: every third has
// work of two speeds, and every second keeps headroom.
func randomWeb(i int) webSystem {
	c := rand.New(rand.NewPCG(uint64(i), 107))
	base, sigma := 0.004+0.03*c.Float64(), 0.02+0.3*c.Float64()
	w := simulate.NewWebFunctions(base*(1+max(4*sigma, 0.5)+8*c.Float64()), 0.05+0.2*c.Float64(), []int{1, 4, 16, 64, 128}[i%5], uint64(i))
	s := webSystem{simulate.NewEndpoint(w, base, sigma, uint64(i)), w}
	if i%3 == 2 {
		s.Slow, s.Times = 0.01+0.2*c.Float64(), 2+8*c.Float64()
	}
	if i%2 == 1 {
		w.Headroom = 0.2
	}
	s.Stalled = []float64{0, 0.005, 0.02}[c.IntN(3)]
	s.Lost = s.Stalled
	return s
}

// check compares a finding with what happened: a request that waited for a small part of
// INIT is like one that did not, so that it may be missed.
func (s webSystem) check(f results.Finding) (wrong string) {
	waited, told := f.Values["requests_that_waited"]
	environments := f.Values["environments"]
	switch {
	case !told && strings.Contains(f.Conclusion, cannotSaid):
		return "" // which is right, if it does not help
	case !told:
		return "nothing was told"
	case waited.Value > float64(s.web.Waited)+0.02*waited.Value+1:
		return "more waited than did"
	case waited.Value < 0.8*float64(s.web.Waited)-2:
		return "fewer waited than did"
	case environments.Value > float64(s.web.Started):
		return "there are more environments than were started"
	}
	return ""
}

func TestRequestsThatWaitTogetherAreCounted(t *testing.T) {
	for i := range 6 {
		s := randomWeb(i)
		if f := askShared(t, "", s.Endpoint); s.check(f) != "" {
			t.Errorf("%d: %s: %d waited for %d environments: %s", i, s.check(f), s.web.Waited, s.web.Started, f.Conclusion)
		}
	}
}

// Fan-outs show nothing where an environment serves several requests at a time: nothing is
// concluded from latency.
func TestLatencyTellsNothingOfSharedEnvironments(t *testing.T) {
	for i := range 4 {
		s := randomWeb(i)
		s.web.Nameless = true
		f := askShared(t, "", s.Endpoint)
		if !strings.Contains(f.Conclusion, cannotSaid) || len(f.Values) > 0 {
			t.Errorf("%d: %s, %v", i, f.Conclusion, f.Values)
		}
	}
}

func TestEnvironmentsOfAWebFunctionCannotBeRenewed(t *testing.T) {
	_, err := simulate.ParseAt(t, Probe(), "kind: lambda-web, url: lab", "cold-start: {renew: true}", true)
	if err == nil || !strings.Contains(err.Error(), "replaced by a new revision alone") {
		t.Error(err)
	}
}
