package probes

import (
	"fmt"
	"slices"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// guideClaims are what guides about API Gateway and Lambda say of latency,
// limits and errors.
func guideClaims() []claim {
	return slices.Concat(latencyClaims(), throttleClaims(), limitClaims())
}

var (
	onlyREST = []*targets.Kind{&targets.RESTAPI}
	onlyHTTP = []*targets.Kind{&targets.HTTPAPI}
	gateways = []*targets.Kind{&targets.RESTAPI, &targets.HTTPAPI}
)

// claimed checks one value of one probe against bounds.
func claimed(probe, name string, low, high float64) func(*claimEvidence) claimAnswer {
	return func(e *claimEvidence) claimAnswer {
		v, missing, ok := e.value(probe, name)
		if !ok {
			return missing
		}
		return within(v, low, high)
	}
}

// untold is a claim that no single run can check.
func untold(why string) func(*claimEvidence) claimAnswer {
	return func(*claimEvidence) claimAnswer { return claimAnswer{why: why} }
}

func latencyClaims() []claim {
	return []claim{
		{says: "the first request of the sample application, a cold start, takes 3 to 5 s", check: claimed("cold-start", "cold_p50", 3000, 5000)},
		{says: "a warm request takes less than 100 ms", check: warmBelow},
		{says: "API Gateway adds about 50 ms", kinds: gateways, check: claimed("overhead", "gateway", 40, 60)},
		{says: "a REST API adds 10 to 25 ms", kinds: onlyREST, check: claimed("overhead", "gateway", 10, 25)},
		{says: "an HTTP API adds 2 to 5 ms", kinds: onlyHTTP, check: claimed("overhead", "gateway", 2, 5)},
		{says: "an HTTP API answers up to 60 % faster than a REST API", kinds: onlyHTTP, check: fasterThanREST},
		{says: "a simple GET takes about 110 ms end to end", kinds: gateways, check: claimed("overhead", "total", 90, 130)},
		{says: "a cached response takes 10 ms, an uncached one 100 to 200 ms", kinds: onlyREST, check: cachedFaster},
		{says: "a request that validation refuses invokes no function", kinds: onlyREST, check: refusedByDoor},
		{says: "provisioned concurrency, a smaller package and more memory lower cold starts", check: coldStartsLowered},
	}
}

// warmBelow looks at the median of warm responses, which the steady stage shows.
func warmBelow(e *claimEvidence) claimAnswer {
	var ms []float64
	for i := range e.history {
		for j := range e.history[i].Samples {
			if s := &e.history[i].Samples[j]; s.Outcome() == results.OK {
				ms = append(ms, millis(s.Service))
			}
		}
	}
	slices.Sort(ms)
	q, ok := estimate.Quantile(ms, 0.5)
	if !ok {
		return claimAnswer{why: "too few good responses"}
	}
	return within(valueOf(q, "ms", ""), 0, 100)
}

// fasterThanREST compares the gateways' own time at two targets of a scenario.
func fasterThanREST(e *claimEvidence) claimAnswer {
	own, missing, ok := e.value("overhead", "gateway")
	if !ok {
		return missing
	}
	for _, f := range e.earlier {
		rest, there := f.Values["gateway"]
		if f.Probe != "overhead" || f.Target == e.target.Name || !there || rest.Value <= 0 {
			continue
		}
		less := 1 - own.Value/rest.Value
		a := claimAnswer{measured: fmt.Sprintf("%.0f %% less gateway time than %s", 100*less, f.Target), holds: "yes"}
		if less <= 0 || less > 0.65 {
			a.holds, a.why = "no", "the guides say up to 60 % less"
		}
		return a
	}
	return claimAnswer{why: "it takes a REST API in the same scenario, and the probe overhead at both"}
}

func cachedFaster(e *claimEvidence) claimAnswer {
	hit, miss, missing, ok := e.pair("cache", "hit_p50", "miss_p50")
	if !ok {
		return missing
	}
	a, b := within(hit, 0, 15), within(miss, 100, 200)
	return both(a, b, "hit "+a.measured+", miss "+b.measured, fmt.Sprintf("a hit is %.1f times as fast here", miss.Value/hit.Value))
}

// refusedByDoor reads what the limits probe saw of a malformed body: where the
// door refused it, nothing behind it was asked.
func refusedByDoor(e *claimEvidence) claimAnswer {
	row, missing, ok := e.row("a body that is not what was agreed")
	if !ok {
		return missing
	}
	if containsAny(row[2], "by the door itself", "Invalid request body", "BadRequestException") {
		return claimAnswer{measured: row[2], holds: "yes"}
	}
	return claimAnswer{why: "the API validates nothing: the application answered " + row[2]}
}

// coldStartsLowered looks for another target of the scenario whose function has
// less memory. A package that is smaller, or concurrency that is provisioned,
// cannot be seen from outside.
func coldStartsLowered(e *claimEvidence) claimAnswer {
	own, missing, ok := e.value("cold-start", "cold_p50")
	if !ok {
		return missing
	}
	for _, other := range e.beside {
		less, _, ok := (&claimEvidence{target: other, earlier: e.earlier}).value("cold-start", "cold_p50")
		if !ok || other.Function.MemoryMB == 0 || other.Function.MemoryMB >= e.target.Function.MemoryMB {
			continue
		}
		a := claimAnswer{
			measured: fmt.Sprintf("%s with %d MB, %s at %s with %d MB", valueText(own), e.target.Function.MemoryMB, valueText(less), other.Name, other.Function.MemoryMB),
			holds:    "unknown", why: "the intervals overlap: measure more cold starts",
		}
		switch mine, theirs := intervalOf(own), intervalOf(less); {
		case mine.High < theirs.Low:
			a.holds, a.why = "yes", "of memory; the others were not tried"
		case mine.Low > theirs.High:
			a.holds, a.why = "no", "more memory made them longer here"
		}
		return a
	}
	return claimAnswer{why: "it takes two deployments: name both as targets of one scenario, with the memory of their functions, and put the probe cold-start before this one"}
}
