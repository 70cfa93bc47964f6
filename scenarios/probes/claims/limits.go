package claims

import (
	"fmt"
	"strings"

	"tollgate/scenarios/probes/limits"
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
