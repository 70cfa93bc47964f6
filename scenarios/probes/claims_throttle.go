package probes

import (
	"fmt"
	"math"
	"strings"

	"tollgate/targets"
)

func throttleClaims() []claim {
	return []claim{
		{says: "the usage plan lets 1000/s pass, with a burst of 2000", kinds: onlyREST, check: planOf1000},
		{says: "500/s under a plan of 1000/s: nothing is throttled", kinds: onlyREST, check: claimed("usage-plan", "rate", 500, math.Inf(1))},
		{says: "1500/s for 5 s under a plan of 1000/s and 2000: the first 2000 pass, the rest is throttled", kinds: onlyREST, check: burstOf7500},
		{says: "2000/s sustained under a plan of 1000/s: 1000/s pass and 1000/s get 429", kinds: onlyREST, check: claimed("usage-plan", "rate", 970, 1030)},
		{says: "the free plan lets 100/s pass", kinds: onlyREST, check: claimed("usage-plan", "rate", 97, 103)},
		{says: "the pro plan lets 1000/s pass", kinds: onlyREST, check: claimed("usage-plan", "rate", 970, 1030)},
		{says: "a key has 100,000 requests a month in the free plan, 1,000,000 in the example and 10,000,000 in the pro one", kinds: onlyREST, check: monthlyQuota},
		{says: "an account lets 10,000/s pass", kinds: gateways, check: untold("it takes load beyond 10,000/s, which throttles every other API of the account and region: run saturation there if that may be")},
		{says: "1000 simultaneous requests meet 1000 environments, without queueing", check: environmentsForAll},
		{says: "a function has 1000 environments at once at most", check: untold("it takes more than 1000 requests at once, which leave nothing to the other functions of the account and region: run cold-start with such a fan-out where that may be")},
		{says: "a load balancer does not pass WebSocket", kinds: []*targets.Kind{&targets.ALB}, check: untold("it takes a server behind it that speaks WebSocket; AWS documents that instances, IP addresses and containers get it, and that functions do not")},
	}
}

// monthlyQuota knows of a quota only when it is used up.
func monthlyQuota(e *claimEvidence) claimAnswer {
	f, there := e.about("usage-plan")
	switch {
	case !there:
		return claimAnswer{why: "put the probe usage-plan before this one"}
	case strings.Contains(f.Conclusion, "quota is used up"):
		return claimAnswer{measured: "the key's quota is used up", why: "how much it was is not told by any answer: the usage plan's configuration says it"}
	}
	return claimAnswer{why: "a quota can be seen from outside only by using it up, which nobody wants: the usage plan's configuration says it"}
}

func planOf1000(e *claimEvidence) claimAnswer {
	rate, burst, missing, ok := e.pair("usage-plan", "rate", "burst")
	if !ok {
		return missing
	}
	a, b := within(rate, 970, 1030), within(burst, 1940, 2060)
	return both(a, b, "rate "+a.measured+", burst "+b.measured, "another plan is in force")
}

// burstOf7500 says what the measured bucket lets pass: it is refilled meanwhile,
// which the claim forgets.
func burstOf7500(e *claimEvidence) claimAnswer {
	rate, burst, missing, ok := e.pair("usage-plan", "rate", "burst")
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
