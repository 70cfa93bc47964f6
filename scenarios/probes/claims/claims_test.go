package claims

import (
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// findingsOf are what other probes concluded at a target called rest.
func findingsOf() []results.Finding {
	between := func(v, low, high float64, unit string) results.Value {
		return results.Between(v, low, high, unit, "test")
	}
	of := func(probe string, values map[string]results.Value) results.Finding {
		return results.Finding{Probe: probe, Target: "rest", Verdict: results.Valid, Values: values}
	}
	limits := of("limits", nil)
	limits.Tables = []results.Table{{Rows: [][]string{
		{"a path that is not there", "", `403 {"message":"Missing Authentication Token"}`, "as documented", ""},
		{"no credentials", "", `200 {"message":"…"}`, "NOT as documented", "anybody may call it"},
		{"a body of 10240 KiB and a byte", "", "not sent", "not asked", ""},
		{"a response of 6920601 bytes", "", `502 {"message":"Internal server error"}`, "as documented", ""},
	}}}
	return []results.Finding{
		of("usage-plan", map[string]results.Value{"rate": between(1000, 995, 1005, "per_s"), "burst": between(2000, 1990, 2010, "requests")}),
		of("cold-start", map[string]results.Value{"cold_p50": between(120, 110, 130, "ms"), "environments_per_request": between(1, 0.93, 1, "share")}),
		of("overhead", map[string]results.Value{"gateway": between(12, 9, 14, "ms")}),
		limits,
	}
}

func steadyHistory(ms_ float64, n int) probe.History {
	m := probe.Measured{Stage: probe.Constant("steady", 20, 1e9), Due: int64(n)}
	for range n {
		m.Samples = append(m.Samples, results.Sample{Code: 200, Service: probe.FromMS(ms_)})
	}
	return probe.History{m}
}

func TestClaimsAreCheckedAgainstFindings(t *testing.T) {
	about := probe.About{Scenario: &scenarios.Scenario{}, Target: targets.Target{Name: "rest", Kind: &targets.RESTAPI}}
	f := conclude(steadyHistory(30, 60), probe.Evidence{Earlier: findingsOf()}, about)
	got := map[string][]string{}
	for _, row := range f.Tables[0].Rows {
		got[row[0]] = row
	}
	for _, claim := range []struct{ says, want string }{
		{"a warm request takes less than 100 ms", "holds"},
		{"the first request of the sample application, a cold start, takes 3 to 5 s", "does not hold"},
		{"a REST API adds 10 to 25 ms", "unknown"}, // the interval reaches below 10
		{"API Gateway adds about 50 ms", "does not hold"},
		{"the usage plan lets 1000/s pass, with a burst of 2000", "holds"},
		{"1500/s for 5 s under a plan of 1000/s and 2000: the first 2000 pass, the rest is throttled", "does not hold"},
		{"2000/s sustained under a plan of 1000/s: 1000/s pass and 1000/s get 429", "holds"},
		{"the free plan lets 100/s pass", "does not hold"},
		{"1000 simultaneous requests get 1000 environments, without queueing", "holds"},
		{"a wrong path: 403 Missing Authentication Token", "holds"},
		{"a missing key: 403", "does not hold"},
		{"requests may have 10 MB: beyond, 413", "unknown"},
		{"a cached response takes 10 ms, an uncached one 100 to 200 ms", "unknown"},
		{"provisioned concurrency, a smaller package and more memory shorten cold starts", "unknown"},
		{"an account lets 10,000/s pass", "unknown"},
		{"the pro plan lets 1000/s pass", "holds"},
		{"a key has 100,000 requests a month in the free plan, 1,000,000 in the example and 10,000,000 in the pro one", "unknown"},
		{"responses may have 10 MB", "does not hold"},
		{"a malformed response of the function: 502", "holds"},
		{"a request without access, by its key, token or signature: 403", "unknown"},
	} {
		if row := got[claim.says]; row == nil || row[2] != claim.want {
			t.Errorf("%q: %q, want %q", claim.says, row, claim.want)
		}
	}
	truth := got["1500/s for 5 s under a plan of 1000/s and 2000: the first 2000 pass, the rest is throttled"][1]
	if !strings.Contains(truth, "everything pass for 4.00 s (6000 requests), then 1000/s: 7000 in all") {
		t.Errorf("the measured truth is %q", truth)
	}
	for _, row := range f.Tables[0].Rows {
		if row[2] == "unknown" && row[3] == "" {
			t.Errorf("%q does not say what it takes", row[0])
		}
	}
}

func TestAClaimOfTwoHalves(t *testing.T) {
	yes, no, open := answer{holds: "yes"}, answer{holds: "no", why: "less"}, answer{why: "longer"}
	for _, row := range []struct {
		name      string
		a, b      answer
		want, why string
	}{
		{"both hold", yes, yes, "yes", ""},
		{"one does not", yes, no, "no", "so"},
		{"one does not, and the other is open", no, open, "no", "so"},
		{"one is open", open, yes, "", "longer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := both(row.a, row.b, "m", "so"); got.holds != row.want || got.why != row.why || got.measured != "m" {
				t.Errorf("%+v, want %s for %q", got, row.want, row.why)
			}
		})
	}
}

func TestMoreMemoryIsComparedWithLess(t *testing.T) {
	const says = "provisioned concurrency, a smaller package and more memory shorten cold starts"
	sized := func(name string, mb int64) targets.Target {
		return targets.Target{Name: name, Kind: &targets.RESTAPI, Function: targets.Function{MemoryMB: mb}}
	}
	cold := func(target string, ms float64) results.Finding {
		return results.Finding{Probe: "cold-start", Target: target, Verdict: results.Valid, Values: map[string]results.Value{
			"cold_p50": results.Between(ms, ms-20, ms+20, "ms", "test"),
		}}
	}
	for _, row := range []struct {
		name        string
		small, more float64 // ms
		memory      int64   // of the small one
		want        string
	}{
		{"cold starts are shorter with more memory", 900, 500, 512, "yes"},
		{"they are longer", 500, 900, 512, "no"},
		{"they are about the same", 500, 510, 512, "unknown"},
		{"both have the same memory", 900, 500, 1024, "unknown"},
	} {
		t.Run(row.name, func(t *testing.T) {
			all := []targets.Target{sized("small", row.memory), sized("more", 1024)}
			f := conclude(steadyHistory(30, 60), probe.Evidence{Earlier: []results.Finding{cold("small", row.small), cold("more", row.more)}}, probe.About{Scenario: &scenarios.Scenario{Targets: all}, Target: all[1]})
			for _, c := range f.Checks {
				if c.Claim == says && (c.Holds != row.want || (c.Why == "")) {
					t.Errorf("%+v, want %s", c, row.want)
				}
			}
		})
	}
}

func TestClaimsOfOtherKindsAreLeftOut(t *testing.T) {
	about := probe.About{Scenario: &scenarios.Scenario{}, Target: targets.Target{Name: "alb", Kind: &targets.ALB}}
	f := conclude(steadyHistory(30, 60), probe.Evidence{}, about)
	for _, row := range f.Tables[0].Rows {
		if strings.Contains(row[0], "REST API") || strings.Contains(row[0], "usage plan") {
			t.Errorf("%q is checked at a load balancer", row[0])
		}
	}
	about.Target.Kind = &targets.RESTAPI
	if rest := conclude(steadyHistory(30, 60), probe.Evidence{}, about); len(rest.Tables[0].Rows) < 22 {
		t.Errorf("%d claims about a REST API", len(rest.Tables[0].Rows))
	}
}

func TestAnInvalidFindingSupportsNoClaim(t *testing.T) {
	earlier := findingsOf()
	earlier[0].Verdict = results.Invalid
	about := probe.About{Scenario: &scenarios.Scenario{}, Target: targets.Target{Name: "rest", Kind: &targets.RESTAPI}}
	f := conclude(steadyHistory(30, 60), probe.Evidence{Earlier: earlier}, about)
	for _, c := range f.Checks {
		if strings.HasPrefix(c.Claim, "the usage plan lets") && c.Holds != "unknown" {
			t.Errorf("%+v", c)
		}
	}
}
