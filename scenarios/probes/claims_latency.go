package probes

import (
	"fmt"
	"math"
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
		{says: "provisioned concurrency, a smaller package and more memory lower cold starts", check: untold("it takes two deployments: run the probe cold-start at both, and compare them")},
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
	hit, missing, ok := e.value("cache", "hit_p50")
	if !ok {
		return missing
	}
	miss, missing, ok := e.value("cache", "miss_p50")
	if !ok {
		return missing
	}
	a, b := within(hit, 0, 15), within(miss, 100, 200)
	both := claimAnswer{measured: "hit " + a.measured + ", miss " + b.measured, holds: "yes"}
	switch {
	case a.holds == "no" || b.holds == "no":
		both.holds, both.why = "no", fmt.Sprintf("a hit is %.1f times as fast here", miss.Value/hit.Value)
	case a.holds == "unknown" || b.holds == "unknown":
		both.holds, both.why = "unknown", a.why+b.why
	}
	return both
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

func throttleClaims() []claim {
	return []claim{
		{says: "the usage plan lets 1000/s pass, with a burst of 2000", kinds: onlyREST, check: planOf1000},
		{says: "500/s under a plan of 1000/s: nothing is throttled", kinds: onlyREST, check: claimed("usage-plan", "rate", 500, math.Inf(1))},
		{says: "1500/s for 5 s under a plan of 1000/s and 2000: the first 2000 pass, the rest is throttled", kinds: onlyREST, check: burstOf7500},
		{says: "2000/s sustained under a plan of 1000/s: 1000/s pass and 1000/s get 429", kinds: onlyREST, check: claimed("usage-plan", "rate", 970, 1030)},
		{says: "the free plan lets 100/s pass", kinds: onlyREST, check: claimed("usage-plan", "rate", 97, 103)},
		{says: "an account lets 10,000/s pass", kinds: gateways, check: untold("it takes load beyond 10,000/s, which throttles every other API of the account and region: run saturation there if that may be")},
		{says: "1000 simultaneous requests meet 1000 environments, without queueing", check: environmentsForAll},
	}
}

func planOf1000(e *claimEvidence) claimAnswer {
	rate, missing, ok := e.value("usage-plan", "rate")
	if !ok {
		return missing
	}
	burst, missing, ok := e.value("usage-plan", "burst")
	if !ok {
		return missing
	}
	a, b := within(rate, 970, 1030), within(burst, 1940, 2060)
	both := claimAnswer{measured: "rate " + a.measured + ", burst " + b.measured, holds: "yes"}
	if a.holds != "yes" || b.holds != "yes" {
		both.holds, both.why = "no", "another plan is in force"
	}
	return both
}

// burstOf7500 says what the measured bucket lets pass: it is refilled meanwhile,
// which the claim forgets.
func burstOf7500(e *claimEvidence) claimAnswer {
	rate, missing, ok := e.value("usage-plan", "rate")
	if !ok {
		return missing
	}
	burst, missing, ok := e.value("usage-plan", "burst")
	if !ok {
		return missing
	}
	const offered, seconds, said = 1500.0, 5.0, 2000.0
	pass := min(offered*seconds, burst.Value+rate.Value*seconds)
	a := claimAnswer{holds: "no", why: "tokens come back while requests come: a bucket holds its burst and rate × time"}
	if rate.Value >= offered {
		a.measured = fmt.Sprintf("all %.0f pass", offered*seconds)
	} else {
		full := burst.Value / (offered - rate.Value)
		a.measured = fmt.Sprintf("the measured bucket lets everything pass for %.2f s (%.0f requests), then %.0f/s: %.0f in all", full, offered*min(full, seconds), rate.Value, pass)
	}
	if math.Abs(pass-said) < 0.02*said {
		a.holds, a.why = "yes", ""
	}
	return a
}

// environmentsForAll looks at the largest fan-out.
func environmentsForAll(e *claimEvidence) claimAnswer {
	v, missing, ok := e.value("cold-start", "environments_per_request")
	if !ok {
		return missing
	}
	a := within(v, 0.9, 1)
	a.measured = "environments for each of the most requests at once: " + a.measured
	if a.holds == "no" {
		a.why = "requests waited for environments of others"
	}
	return a
}
