package claims

import (
	"fmt"
	"math"
	"strings"

	"tollgate/scenarios/probes/limits"
	"tollgate/targets"
)

// malformedBody is the fact of a row of the limits probe.
const malformedBody = "a malformed body"

// responds checks that a row of the limits probe was answered with a status, and
// with a text in its body.
func responds(fact string, status int, text string) check {
	return func(f *findings) answer {
		row, missing, ok := f.row(fact)
		switch {
		case !ok:
			return missing
		case row[3] == limits.NotAsked:
			return unknown(row[2])
		case !strings.HasPrefix(row[2], fmt.Sprint(status)) || !strings.Contains(row[2], text):
			return answer{measured: row[2], holds: "no", why: row[4]}
		}
		return answer{measured: row[2], holds: "yes"}
	}
}

func limitClaims() []claim {
	return []claim{
		{says: "an integration may take 29 s, then the answer is 504", kinds: onlyREST, check: responds("a backend that takes longer than", 504, "")},
		{says: "requests may have 10 MB: beyond, 413", kinds: gateways, check: responds("a body of 10240 KiB and a byte", 413, "")},
		{says: "Lambda takes 6 MB: beyond, 413", check: sixMegabytes},
		{says: "responses may have 10 MB", kinds: gateways, check: tenMegabytesBack},
		{says: "a cached response lives for 300 s unless the stage says otherwise", kinds: onlyREST, check: between("cache", "ttl", 294, 306)},
		{says: "a wrong path: 403 Missing Authentication Token", kinds: onlyREST, check: responds("a path that is not there", 403, "Missing Authentication Token")},
		{says: "a missing stage: 403 Missing Authentication Token", kinds: onlyREST, check: responds("the stage left out of the path", 403, "Missing Authentication Token")},
		{says: "a missing key: 403", kinds: onlyREST, check: responds("no credentials", 403, "")},
		{says: "a request without access, by its key, token or signature: 403", check: responds("wrong credentials", 403, "")},
		{says: "a bad request: 400", check: responds(malformedBody, 400, "")},
		{says: "a throttled request: 429", kinds: gateways, check: throttledBy429},
		{says: "a malformed response of the function: 502", check: responds(limits.LargestRow, 502, "")},
		{says: "a backend that is not there: 503", check: never("it takes a backend that is down: stop it, or let the lab fail (fault 5xx), and run limits")},
		{says: "an authorised client renews an entry of the cache by Cache-Control: max-age=0", kinds: onlyREST, check: never("send that header in a request of a scenario with the probe cache: its requests are misses then")},
		{says: "a cache has 0.5 to 237 GB and keeps an entry for an hour at most", kinds: onlyREST, check: never("larger sizes and longer times are rejected in the configuration: no request shows it")},
	}
}

// tenMegabytesBack reads the row of a response beyond Lambda's limit: if that is
// rejected, a function cannot use the front door's own limit of 10 MB.
func tenMegabytesBack(f *findings) answer {
	row, missing, ok := f.row(limits.LargestRow)
	switch {
	case !ok:
		missing.why += ": give it a path that answers with as many bytes as it is told (large)"
		return missing
	case row[3] == limits.NotAsked:
		return unknown(row[2])
	case strings.HasPrefix(row[2], "200"):
		return answer{measured: limits.LargestRow + ": " + row[2], why: "more than Lambda's 6 MB pass; larger responses were not tried"}
	}
	return answer{measured: limits.LargestRow + ": " + row[2], holds: "no", why: "a function may answer with 6 MB, whatever its front door accepts"}
}

// sixMegabytes reads the row of a body between Lambda's limit and the front door's,
// or beyond the limit of a Function URL, which is Lambda's.
func sixMegabytes(f *findings) answer {
	var missing answer
	for _, fact := range []string{"a body of 6144 KiB and a byte", "a body of 9216 KiB"} {
		row, none, ok := f.row(fact)
		if missing = none; !ok {
			continue
		}
		a := responds(fact, 413, "")(f)
		if a.measured != "" {
			a.measured = fact + ": " + row[2]
		}
		if a.holds == "no" {
			a.why = "no function with a limit of its own stands behind the front door"
		}
		return a
	}
	return missing
}

func throttledBy429(f *findings) answer {
	found, there := f.of("usage-plan", f.target.Name)
	if !there {
		return unknown("put the probe usage-plan before this one")
	}
	if v := found.Values["refused"]; v.Value > 0 {
		return answer{measured: fmt.Sprintf("%.0f responses with 429", v.Value), holds: "yes"}
	}
	return unknown("the probe usage-plan was not throttled")
}

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
