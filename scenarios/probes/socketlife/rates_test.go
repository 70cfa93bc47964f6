package socketlife

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

var servers = flag.Int("servers", 240, "the number of random servers to ask")

// A family is random servers of one sort, and what of them would be wrong.
type family struct {
	name  string
	make  func(e *simulate.Enders, random *rand.Rand)
	wrong func(e *simulate.Enders, f results.Finding) string
}

// hasTimeout says that a timeout that is named has to be the true one, up to the steps of
// its timers.
func hasTimeout(e *simulate.Enders, f results.Finding) string {
	if v, is := f.Values["idle_timeout"]; is && (*v.Low > e.Idle+e.Step+1e-6 || *v.High < e.Idle-1e-6) {
		return fmt.Sprintf("the timeout of %g s is named as %g to %g", e.Idle, *v.Low, *v.High)
	}
	if v, is := f.Values["lifetime"]; is && (e.Life == 0 || *v.Low > e.Life+1e-6 || *v.High < e.Life-1e-6) {
		return fmt.Sprintf("the lifetime of %g s is named as %g to %g", e.Life, *v.Low, *v.High)
	}
	return effectsAre(f, !e.Deaf, !e.DeafPing)
}

func effectsAre(f results.Finding, message, ping bool) string {
	for words, true := range map[string]bool{"A message starts": message, "A message does not": !message, "A ping starts": ping, "A ping does not": !ping} {
		if strings.Contains(f.Conclusion, words) && !true {
			return words + " is said, and is wrong"
		}
	}
	return ""
}

func namesNothing(_ *simulate.Enders, f results.Finding) string {
	for name := range f.Values {
		if name == "idle_timeout" || name == "lifetime" {
			return name + " is named, and there is none"
		}
	}
	return ""
}

var families = []family{
	{"a timer", func(*simulate.Enders, *rand.Rand) {}, hasTimeout},
	{"a timer with steps", func(e *simulate.Enders, r *rand.Rand) { e.Step = e.Idle * 0.01 * r.Float64() }, hasTimeout},
	{"deaf timers", func(e *simulate.Enders, r *rand.Rand) { e.Deaf, e.DeafPing = r.IntN(2) == 0, r.IntN(2) == 0 }, func(e *simulate.Enders, f results.Finding) string {
		if e.Deaf && e.DeafPing { // nothing that is sent changes it: it is a lifetime
			e.Life = e.Idle
		}
		return hasTimeout(e, f)
	}},
	{"a lifetime", func(e *simulate.Enders, _ *rand.Rand) { e.Life, e.Idle = e.Idle, 0 }, hasTimeout},
	{"both", func(e *simulate.Enders, r *rand.Rand) { e.Life = e.Idle * (1.5 + 3*r.Float64()) }, hasTimeout},
	{"a sweep", func(e *simulate.Enders, r *rand.Rand) {
		e.Sweep = e.Idle * 0.2 * r.Float64()
		e.Phase = e.Sweep * r.Float64()
	}, hasTimeout},
	{"timeouts that vary", func(e *simulate.Enders, r *rand.Rand) { e.Vary = 0.05 + r.Float64() }, namesNothing},
	{"lost connections", func(e *simulate.Enders, r *rand.Rand) { e.Losses = 0.2 * r.Float64() }, hasTimeout},
	{"a path that loses all", func(e *simulate.Enders, _ *rand.Rand) { e.Losses = 1 }, namesNothing},
	{"a restart", func(e *simulate.Enders, r *rand.Rand) {
		e.Idle = max(e.Idle, 2)
		e.Restart = 0.5 + e.Idle*(0.11+0.3*r.Float64())
	}, namesNothing},
	{"a late restart", func(e *simulate.Enders, r *rand.Rand) { e.Restart = e.Idle * (1.1 + r.Float64()) }, func(e *simulate.Enders, f results.Finding) string {
		if strings.Contains(f.Conclusion, "in use is ended") {
			return "the restart is named as a lifetime"
		}
		delete(f.Values, "lifetime")
		return hasTimeout(e, f)
	}},
	{"nothing", func(e *simulate.Enders, _ *rand.Rand) { e.Idle = 0 }, namesNothing},
}

// Servers whose timeouts are between half a second and twenty minutes, on ways of a tenth
// of a millisecond to a tenth of a second.
func TestRandomServersAreNotMistaken(t *testing.T) {
	counts := map[string][3]int{}
	for i := range *servers {
		of, random := families[i%len(families)], rand.New(rand.NewPCG(uint64(i), 3))
		e := simulate.Enders{Code: 1001, Seed: uint64(i), Wild: 0.5 * random.Float64()}
		e.Idle = 0.5 * math.Exp(random.Float64()*math.Log(2400))
		e.Trip = min(1e-4*math.Exp(random.Float64()*math.Log(1000)), e.Idle/20)
		of.make(&e, random)
		longest := max(e.Idle, e.Life) * (1.1 + random.Float64())
		if longest == 0 {
			longest = 10
		}
		longest = min(longest, 7000)
		f := simulate.AskSockets(t, Probe(), fmt.Sprintf("connection-life: {idle: %.0fms, lifetime: %.0fms, connections: %d}", math.Ceil(1e3*longest), math.Ceil(3e3*longest), 4+random.IntN(20)), e.Open)
		c := counts[of.name]
		c[0]++
		_, idle := f.Values["idle_timeout"]
		_, life := f.Values["lifetime"]
		if idle || life {
			c[1]++
		}
		if why := of.wrong(&e, f); why != "" {
			c[2]++
			t.Logf("%s, %+v: %s: %s", of.name, e, why, f.Conclusion)
		}
		counts[of.name] = c
	}
	wrong := 0
	for _, of := range families {
		c := counts[of.name]
		wrong += c[2]
		t.Logf("%-22s %4d asked, %4d named, %2d wrong", of.name, c[0], c[1], c[2])
	}
	if 50*wrong > *servers {
		t.Errorf("%d of %d answers are wrong", wrong, *servers)
	}
}
