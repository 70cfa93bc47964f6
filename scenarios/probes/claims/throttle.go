package claims

import (
	"fmt"
	"math"
	"strings"

	"tollgate/targets"
)

func throttleClaims() []claim {
	return []claim{
		{says: "the usage plan lets 1000/s pass, with a burst of 2000", kinds: onlyREST, check: planOf1000},
		{says: "500/s under a plan of 1000/s: nothing is throttled", kinds: onlyREST, check: between("usage-plan", "rate", 500, math.Inf(1))},
		{says: "1500/s for 5 s under a plan of 1000/s and 2000: the first 2000 pass, the rest is throttled", kinds: onlyREST, check: burstOf7500},
		{says: "2000/s sustained under a plan of 1000/s: 1000/s pass and 1000/s get 429", kinds: onlyREST, check: between("usage-plan", "rate", 970, 1030)},
		{says: "the free plan lets 100/s pass", kinds: onlyREST, check: between("usage-plan", "rate", 97, 103)},
		{says: "the pro plan lets 1000/s pass", kinds: onlyREST, check: between("usage-plan", "rate", 970, 1030)},
		{says: "a key has 100,000 requests a month in the free plan, 1,000,000 in the example and 10,000,000 in the pro one", kinds: onlyREST, check: monthlyQuota},
		{says: "an account lets 10,000/s pass", kinds: gateways, check: never("it takes load beyond 10,000/s, which throttles every other API of the account and region: run saturation where that is acceptable")},
		{says: "1000 simultaneous requests get 1000 environments, without queueing", check: environmentsForAll},
		{says: "a function has 1000 environments at once at most", check: never("it takes more than 1000 simultaneous requests, which leave nothing to the other functions of the account and region: run cold-start with such a fan-out where that is acceptable")},
		{says: "a load balancer does not pass WebSocket", kinds: []*targets.Kind{&targets.ALB}, check: never("it takes a server behind it that speaks WebSocket; AWS documents that instances, IP addresses and containers get it, and that functions do not")},
	}
}

// monthlyQuota knows of a quota only when it is used up.
func monthlyQuota(f *findings) answer {
	found, there := f.of("usage-plan", f.target.Name)
	switch {
	case !there:
		return unknown("put the probe usage-plan before this one")
	case strings.Contains(found.Conclusion, "quota is used up"):
		return answer{measured: "the key's quota is used up", why: "no response says how large it was: see the usage plan's configuration"}
	}
	return unknown("a quota shows only when it is used up: see the usage plan's configuration")
}

func planOf1000(f *findings) answer {
	rate, burst, missing, ok := f.pair("usage-plan", "rate", "burst")
	if !ok {
		return missing
	}
	a, b := within(rate, 970, 1030), within(burst, 1940, 2060)
	return both(a, b, "rate "+a.measured+", burst "+b.measured, "another plan is in force")
}

// burstOf7500 computes what the measured bucket passes: it is refilled meanwhile,
// which the claim forgets.
func burstOf7500(f *findings) answer {
	rate, burst, missing, ok := f.pair("usage-plan", "rate", "burst")
	if !ok {
		return missing
	}
	const offered, seconds, claimed = 1500.0, 5.0, 2000.0
	pass := min(offered*seconds, burst.Value+rate.Value*seconds)
	a := answer{holds: "no", why: "tokens come back while requests come: a bucket holds its burst and rate × time"}
	if rate.Value >= offered {
		a.measured = fmt.Sprintf("all %.0f pass", offered*seconds)
	} else {
		full := burst.Value / (offered - rate.Value)
		a.measured = fmt.Sprintf("the measured bucket lets everything pass for %.2f s (%.0f requests), then %.0f/s: %.0f in all", full, offered*min(full, seconds), rate.Value, pass)
	}
	if math.Abs(pass-claimed) < 0.02*claimed {
		a.holds, a.why = "yes", ""
	}
	return a
}

// environmentsForAll reads the largest fan-out.
func environmentsForAll(f *findings) answer {
	v, missing, ok := f.value("cold-start", "environments_per_request")
	if !ok {
		return missing
	}
	a := within(v, 0.9, 1)
	a.measured = "environments per simultaneous request: " + a.measured
	if a.holds == "no" {
		a.why = "requests waited for the environments of others"
	}
	return a
}
