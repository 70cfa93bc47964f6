package coldstart

import (
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// ask plays the probe against an endpoint.
func ask(t *testing.T, options string, e *simulate.Endpoint) results.Finding {
	t.Helper()
	f, _ := simulate.Play(t, simulate.Question(t, Probe(), options), e.Respond)
	return f
}

const (
	coldSaid   = "waited for a cold start"
	noneSaid   = "No cold start"
	cannotSaid = "cannot be told"
)

// holds says whether a value's interval holds the truth.
func holds(f results.Finding, name string, truth float64) bool {
	v, there := f.Values[name]
	return there && v.Low != nil && *v.Low <= truth && truth <= *v.High
}

func slowPart(e *simulate.Endpoint, share, times float64) *simulate.Endpoint {
	e.Slow, e.Times = share, times
	return e
}

func drifting(e *simulate.Endpoint, perMinute float64) *simulate.Endpoint {
	e.Drift = perMinute
	return e
}

func connected(e *simulate.Endpoint, opening, first float64) *simulate.Endpoint {
	e.Opening, e.FirstOn, e.Sigma = opening, first, 0.05
	return e
}

func busyNowAndThen(e *simulate.Endpoint, every, busy float64) *simulate.Endpoint {
	e.Every, e.Busy = every, busy
	return e
}

func lambda(init, idle float64, seed uint64) *simulate.Lambda {
	return simulate.NewLambda(init, 0.15, idle, seed)
}

func TestLatencyTellsColdStartsAndNothingElse(t *testing.T) {
	t.Parallel()
	plain := func(b simulate.Backend) *simulate.Endpoint { return simulate.NewEndpoint(b, 0.02, 0.1, 5) }
	constant := func(b simulate.Backend) *simulate.Endpoint { return simulate.NewEndpoint(b, 0.02, 0, 5) }
	for name, row := range map[string]struct {
		endpoint *simulate.Endpoint
		options  string
		said     string
	}{
		"a function, environments kept for 20 s":       {plain(lambda(0.25, 20, 1)), "", coldSaid},
		"a function, environments kept for 3 s":        {plain(lambda(0.25, 3, 1)), "", coldSaid},
		"the same, and two speeds":                     {slowPart(plain(lambda(0.25, 20, 1)), 0.1, 10), "", coldSaid},
		"a function of constant latency that drifts":   {drifting(constant(lambda(0.25, 20, 1)), -0.2), "", coldSaid},
		"a function that is renewed":                   {plain(lambda(0.25, 20, 1)), "renew: true", coldSaid},
		"a small fan-out":                              {plain(lambda(0.25, 20, 1)), "cold_starts: 10, fan_out: 10, warm_requests: 40", coldSaid},
		"INIT shorter than the spread":                 {simulate.NewEndpoint(lambda(0.01, 20, 1), 0.06, 0.4, 5), "", cannotSaid},
		"environments kept for less than a stage":      {plain(lambda(0.25, 1, 1)), "", cannotSaid},
		"two speeds, 1 %":                              {slowPart(plain(simulate.Endless{}), 0.01, 10), "", noneSaid},
		"two speeds, 10 %":                             {slowPart(plain(simulate.Endless{}), 0.1, 10), "", noneSaid},
		"two speeds, 10 %, few requests":               {slowPart(plain(simulate.Endless{}), 0.1, 10), "cold_starts: 10, fan_out: 10, warm_requests: 40", noneSaid},
		"two speeds, half":                             {slowPart(plain(simulate.Endless{}), 0.5, 2), "", cannotSaid},
		"two constant speeds that become faster":       {drifting(slowPart(constant(simulate.Endless{}), 0.1, 10), -0.2), "", noneSaid},
		"latency that rises by 20 % a minute":          {drifting(plain(simulate.Endless{}), 0.2), "", noneSaid},
		"four workers with a queue":                    {plain(simulate.NewWorkers(4)), "", cannotSaid},
		"a processor of eight cores":                   {plain(&simulate.Shared{Cores: 8}), "", cannotSaid},
		"a cached response, fetched again after 7.5 s": {plain(&simulate.Cached{Kept: 7.5, Fetch: 0.2}), "cold_starts: 10, fan_out: 10, warm_requests: 40", ""},
		"a cached response, fetched again after 3 s":   {plain(&simulate.Cached{Kept: 3, Fetch: 0.2}), "fan_out: 40, warm_requests: 200, settle: 1500ms", ""},
		"a first request on a connection takes longer": {connected(plain(simulate.Endless{}), 5e-4, 4e-3), "", cannotSaid},
		"connections take as long as what is slow":     {connected(plain(simulate.Endless{}), 0.06, 0.05), "", cannotSaid},
		"a function, with connections":                 {connected(plain(lambda(0.25, 20, 1)), 0.03, 1e-3), "", coldSaid},
		"a machine that is busy for 1.7 of each 4.1 s": {busyNowAndThen(plain(simulate.Endless{}), 4.1, 1.7), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := ask(t, "cold-start: {"+row.options+"}", row.endpoint)
			t.Log(f.Conclusion)
			if row.said != coldSaid && strings.Contains(f.Conclusion, coldSaid) || !strings.Contains(f.Conclusion, row.said) {
				t.Errorf("want %q", row.said)
			}
			if row.said != coldSaid {
				if _, said := f.Values["cold_starts"]; said {
					t.Error("cold starts are counted all the same")
				}
				return
			}
			if truth := float64(row.endpoint.Cold); !holds(f, "cold_starts", truth) || !holds(f, "cold_share", truth/float64(row.endpoint.Requests)) {
				t.Errorf("cold starts %+v, truly %v of %d", f.Values["cold_starts"], truth, row.endpoint.Requests)
			}
			if row.options != "cold_starts: 10, fan_out: 10, warm_requests: 40" && !holds(f, "init_p50", 250) {
				t.Errorf("INIT p50 %+v", f.Values["init_p50"])
			}
			if _, said := f.Values["latency_f1"]; said {
				t.Error("a fit is evaluated against itself")
			}
		})
	}
}

func TestIdleExpiryIsFoundByLatency(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		idle, slow float64
	}{
		"3 s":                  {3, 0},
		"20 s":                 {20, 0},
		"3 s, and two speeds":  {3, 0.1},
		"20 s, and two speeds": {20, 0.1},
	} {
		t.Run(name, func(t *testing.T) {
			e := slowPart(simulate.NewEndpoint(lambda(0.25, row.idle, 2), 0.02, 0.1, 6), row.slow, 10)
			f := ask(t, "cold-start: {idle: {first: 1s, longest: 60s, precision: 5%}}", e)
			t.Log(f.Conclusion)
			if v := f.Values["idle_expiry"]; !holds(f, "idle_expiry", row.idle) || *v.High > 1.15**v.Low {
				t.Errorf("idle expiry %+v, want %v s", v, row.idle)
			}
			if !holds(f, "cold_starts", float64(e.Cold)) {
				t.Errorf("cold starts %+v, truly %d, %d of them to fan-outs", f.Values["cold_starts"], e.Cold, e.ColdInFan)
			}
		})
	}
}

// Requests at kept environments of one process are slow while others start: the interval
// still holds how many started.
func TestRequestsThatOthersHoldUpMayBeNoColdStarts(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		e := simulate.NewEndpoint(lambda(0.4, 60, seed), 0.02, 0.1, seed)
		e.OneProcess = true
		f := ask(t, "cold-start: {fan_out: 40, warm_requests: 200, settle: 1500ms}", e)
		if !strings.Contains(f.Conclusion, "may have waited only because others started") || !holds(f, "cold_starts", float64(e.Cold)) {
			t.Errorf("%d started cold: %s", e.Cold, f.Conclusion)
		}
	}
}
