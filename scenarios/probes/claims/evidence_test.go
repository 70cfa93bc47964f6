package claims

import (
	"slices"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

func between95(v, low, high float64, unit string) results.Value {
	return results.Between(v, low, high, unit, "test")
}

func exactly(v float64, unit string) results.Value { return results.Exactly(v, unit, "test") }

// found is a valid finding of a probe at rest; pairs are names and values.
func found(probe string, values map[string]results.Value) results.Finding {
	return results.Finding{Probe: probe, Target: "rest", Verdict: results.Valid, Values: values, Requests: 500, Seconds: 10, Conclusion: "It is so."}
}

// limitsRow is a finding of the limits probe with one row.
func limitsRow(fact, response, verdict, took, by string) results.Finding {
	f := found("limits", nil)
	f.Tables = []results.Table{{
		Columns: []string{"request", "documented", "response", "verdict", "what it means", "took", "answered by"},
		Rows:    [][]string{{fact, "", response, verdict, "what it means", took, by}},
	}}
	f.Checks = []results.Check{{About: "one request, GET /x with the API key of rest"}}
	return f
}

const own = "the front door"

func steady(ms float64, n int) probe.History {
	m := probe.Measured{Stage: probe.Constant("steady", 20, 1e9), Due: int64(n)}
	for range n {
		m.Samples = append(m.Samples, results.Sample{Code: 200, Service: probe.FromMS(ms)})
	}
	return probe.History{m}
}

// at is the evidence of findings at a REST API called rest that is deployed.
func at(earlier ...results.Finding) *evidence {
	rest := targets.Target{Name: "rest", Kind: &targets.RESTAPI, Function: targets.Function{Name: "f", MemoryMB: 1024}, Auth: targets.Auth{APIKey: targets.NewSecret("secret")}}
	return &evidence{
		Evidence: probe.Evidence{Target: rest, Earlier: earlier}, history: steady(30, 60), target: rest,
		scenario: &scenarios.Scenario{Targets: []targets.Target{rest}, Requests: []scenarios.Request{{Name: "health", Method: "GET", Path: "/health"}}},
	}
}

func named(t *testing.T, name string) claim {
	t.Helper()
	for _, c := range slices.Concat(table()...) {
		if c.name == name {
			return c
		}
	}
	t.Fatalf("there is no claim %q", name)
	return claim{}
}

// byLatency is a finding whose values are from latencies.
func byLatency(f results.Finding) results.Finding {
	for name, v := range f.Values {
		v.Method = "by latency"
		f.Values[name] = v
	}
	return f
}

func of(plan string, e *evidence) *evidence { e.plan = plan; return e }

func configured(e *evidence, plan string, limit int64) *evidence {
	e.Quotas = []probe.ConfiguredQuota{{Plan: plan, Limit: limit, Period: "MONTH"}}
	return e
}

// limitsRows is a finding of the limits probe with several rows, each of the arguments of limitsRow.
func limitsRows(rows ...[5]string) results.Finding {
	f := limitsRow("", "", "", "", "")
	f.Tables[0].Rows, f.Checks = nil, nil
	for _, r := range rows {
		one := limitsRow(r[0], r[1], r[2], r[3], r[4])
		f.Tables[0].Rows, f.Checks = append(f.Tables[0].Rows, one.Tables[0].Rows...), append(f.Checks, one.Checks...)
	}
	return f
}

// there is a finding at the variant.
func there(f results.Finding) results.Finding { f.Target = "other"; return f }

// differing is the evidence of findings at a target and at one that has a part besides.
func differing(part string, earlier ...results.Finding) *evidence {
	e := at(earlier...)
	e.variants = variants{part: "other"}
	return e
}

// loaded had load in so many blocks at both targets, whose comparison says nothing.
func loaded(blocks int, margin float64, e *evidence) *evidence {
	e.Added = map[string]results.Value{}
	e.scenario.Blocks, e.scenario.Decide.Margin = blocks, margin
	return e
}

func encrypting(encrypted bool, e *evidence) *evidence { e.CacheEncrypted = &encrypted; return e }
