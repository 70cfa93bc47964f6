package probes

import (
	"fmt"
	"strings"

	"tollgate/targets"
)

// row is a row of the limits probe's table, by the beginning of its first cell.
func (e *claimEvidence) row(fact string) ([]string, claimAnswer, bool) {
	f, there := e.about("limits")
	if !there || len(f.Tables) == 0 {
		return nil, claimAnswer{why: "put the probe limits before this one"}, false
	}
	for _, row := range f.Tables[0].Rows {
		if strings.HasPrefix(row[0], fact) {
			return row, claimAnswer{}, true
		}
	}
	return nil, claimAnswer{why: fmt.Sprintf("the probe limits did not ask for %q", fact)}, false
}

// answered checks that a row of the limits probe was answered by a status, and by
// words within its body where there are any.
func answered(fact string, status int, words string) func(*claimEvidence) claimAnswer {
	return func(e *claimEvidence) claimAnswer {
		row, missing, ok := e.row(fact)
		if !ok {
			return missing
		}
		a := claimAnswer{measured: row[2], holds: "yes"}
		switch {
		case row[3] == limitVerdicts[notAsked]:
			return claimAnswer{why: row[2]}
		case !strings.HasPrefix(row[2], fmt.Sprint(status)) || !strings.Contains(row[2], words):
			a.holds, a.why = "no", row[4]
		}
		return a
	}
}

func containsAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func limitClaims() []claim {
	return []claim{
		{says: "an integration may take 29 s, then the answer is 504", kinds: onlyREST, check: answered("a backend that takes longer than", 504, "")},
		{says: "requests may have 10 MB: beyond, 413", kinds: gateways, check: answered("a body of 10240 KiB and a byte", 413, "")},
		{says: "Lambda takes 6 MB: beyond, 413", check: sixMegabytes},
		{says: "responses may have 10 MB", kinds: gateways, check: tenMegabytesBack},
		{says: "a cached response lives for 300 s unless the stage says otherwise", kinds: onlyREST, check: claimed("cache", "ttl", 294, 306)},
		{says: "a wrong path: 403 Missing Authentication Token", kinds: onlyREST, check: answered("a path that is not there", 403, "Missing Authentication Token")},
		{says: "a missing stage: 403 Missing Authentication Token", kinds: onlyREST, check: answered("the stage left out of the path", 403, "Missing Authentication Token")},
		{says: "a missing key: 403", kinds: onlyREST, check: answered("no proof of who sends it", 403, "")},
		{says: "a request without access, by its key, token or signature: 403", check: answered("a wrong proof of who sends it", 403, "")},
		{says: "a bad request: 400", check: answered("a body that is not what was agreed", 400, "")},
		{says: "a throttled request: 429", kinds: gateways, check: throttledBy429},
		{says: "a response of the function that is none: 502", check: answered(tooLargeBack, 502, "")},
		{says: "a backend that is not there: 503", check: untold("it takes a backend that is down: stop it, or let the lab fail (fault 5xx), and run limits")},
		{says: "a client that is authorised renews an entry of the cache by Cache-Control: max-age=0", kinds: onlyREST, check: untold("send that header in a request of a scenario with the probe cache: what it gets are misses")},
		{says: "a cache has 0.5 to 237 GB and keeps an entry for an hour at most", kinds: onlyREST, check: untold("larger ones and longer times are refused when they are configured: nothing is sent to see it")},
	}
}

// tooLargeBack is the row of a response that Lambda does not pass on.
var tooLargeBack = "a response of " + bytesText(targets.LambdaBody*11/10)

// tenMegabytesBack looks at a response beyond Lambda's limit: where that is
// refused, the door's own limit of 10 MB is of no use to a function.
func tenMegabytesBack(e *claimEvidence) claimAnswer {
	row, missing, ok := e.row(tooLargeBack)
	switch {
	case !ok:
		missing.why += ": give it a path that answers with as many bytes as it is told (large)"
		return missing
	case row[3] == limitVerdicts[notAsked]:
		return claimAnswer{why: row[2]}
	case strings.HasPrefix(row[2], "200"):
		return claimAnswer{measured: tooLargeBack + ": " + row[2], why: "more than Lambda's 6 MB come through; how much more was not asked"}
	}
	return claimAnswer{measured: tooLargeBack + ": " + row[2], holds: "no", why: "a function may answer with 6 MB, whatever its door takes"}
}

// sixMegabytes looks at a body between Lambda's limit and the door's, or beyond
// the limit of a Function URL, which is Lambda's.
func sixMegabytes(e *claimEvidence) claimAnswer {
	for _, fact := range []string{"a body of 9216 KiB", "a body of 6144 KiB and a byte"} {
		row, _, ok := e.row(fact)
		if !ok {
			continue
		}
		if row[3] == limitVerdicts[notAsked] {
			return claimAnswer{why: row[2]}
		}
		a := claimAnswer{measured: fact + ": " + row[2], holds: "yes"}
		if !strings.HasPrefix(row[2], "413") {
			a.holds, a.why = "no", "no function with a limit of its own stands behind the door"
		}
		return a
	}
	_, missing, _ := e.row("a body of 9216 KiB")
	return missing
}

func throttledBy429(e *claimEvidence) claimAnswer {
	f, there := e.about("usage-plan")
	if !there {
		return claimAnswer{why: "put the probe usage-plan before this one"}
	}
	if v, there := f.Values["refused"]; there && v.Value > 0 {
		return claimAnswer{measured: fmt.Sprintf("%.0f answers of 429", v.Value), holds: "yes"}
	}
	return claimAnswer{why: "the probe usage-plan was not throttled"}
}
