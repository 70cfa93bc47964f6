package claims

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"tollgate/scenarios/probes/limits"
	"tollgate/targets"
)

const (
	mb       = 1 << 20
	wrongURL = "Missing Authentication Token"
)

// sizes and times that guides state.
var sizes = []claim{
	{
		name: "timeout", says: "an integration may take 29 s, then the answer is 504", kinds: onlyREST,
		premise: "a path whose function runs for longer than 29 s (slow of the probe limits), and time to wait for it (max_wait: 35s)", decide: onRow(limits.Slow, timeout29),
	},
	{name: "request-10mb", says: "requests may have 10 MB: beyond, 413", kinds: gateways, premise: "a POST request with a body in the scenario, and the probe limits", decide: tooLarge(limits.Body(10*mb + 1))},
	{name: "response-10mb", says: "responses may have 10 MB", kinds: gateways, premise: "a backend other than a function, as Lambda's own limit of 6 MB comes first, and a path that answers with as many bytes as it is asked for (large of the probe limits)", decide: tenMegabytesBack},
	{name: "lambda-6mb", says: "Lambda takes 6 MB: beyond, 413", premise: "a function behind the front door, and a POST request with a body in the scenario", decide: sixMegabytes},
}

var errorMap = []claim{
	{name: "error-400", says: "a bad request: 400", premise: "a POST request with a body in the scenario, and the probe limits", decide: onRow(limits.MalformedBody, badRequest)},
	{name: "error-403-path", says: "a wrong path: 403 Missing Authentication Token", kinds: onlyREST, premise: "an API without a greedy route, which takes every path", decide: byFrontDoor(limits.NoPath, 403, wrongURL)},
	{name: "error-403-stage", says: "a missing stage: 403 Missing Authentication Token", kinds: onlyREST, premise: "the API's own address, which has the stage in its path", decide: byFrontDoor(limits.NoStage, 403, wrongURL)},
	{name: "error-403-slash", says: "a missing trailing slash: 403 Missing Authentication Token", kinds: onlyREST, premise: "a request GET / in the scenario, and the probe limits", decide: onRow(limits.NoSlash, trailingSlash)},
	{name: "error-403-key", says: "a missing key: 403", kinds: onlyREST, premise: "methods that require an API key, and a target that has one", decide: byFrontDoor(limits.NoProof, 403, "")},
	{name: "error-403-access", says: "a request without access, by its key, token or signature: 403", premise: "methods that require a key, a token or a signature, and a target that has one", decide: byFrontDoor(limits.WrongProof, 403, "")},
	{name: "error-403-waf", says: "a request that AWS WAF blocks: 403", kinds: guarded, premise: "a web ACL whose rule blocks a path, and that path (blocked of the probe limits), while requests of the scenario pass", decide: blockedByWAF},
	{name: "error-429-quota", says: "a key whose quota is used up: 429", kinds: onlyREST, premise: "a key whose quota is used up, and the probe usage-plan with it", decide: quotaUsedUp},
	{name: "error-502", says: "a malformed response of the function: 502", premise: "a path whose function returns no valid response (malformed of the probe limits), or too large a one (large)", decide: malformedResponse},
	{name: "error-503", says: "a backend that is not there: 503", premise: "a path whose backend cannot be reached (down of the probe limits)", decide: byFrontDoor(limits.Unreachable, 503, "")},
	{name: "error-504", says: "an integration that takes too long: 504", kinds: onlyREST, premise: "a path that outlasts the integration's timeout (slow of the probe limits, and timeout where it is not 29 s)", decide: onRow(limits.Slow, timedOut)},
}

// byFrontDoor checks that the front door answers a row of the limits probe with a
// status, and with a text in its body. What stands behind it proves nothing.
func byFrontDoor(fact string, status int, text string) func(*evidence) answer {
	return onRow(fact, func(row limits.Row) answer { return responds(row, status, text) })
}

func responds(row limits.Row, status int, text string) answer {
	a := answer{about: row.About, measured: row.Response}
	switch {
	case !row.Own:
		a.why = "what stands behind the front door answered, or a response that was customised"
	case row.Status == status && strings.Contains(row.Response, text):
		a.holds = "yes"
	default:
		a.holds, a.why = "no", row.Means
	}
	return a
}

// timeout29 needs a backend that outlasts 29 s, and nothing set to less.
func timeout29(row limits.Row) answer {
	const claimed = 29 * time.Second
	a := answer{about: row.About, measured: fmt.Sprintf("%s, after %v", row.Response, row.Took)}
	switch {
	case row.Fact != limits.Slow+claimed.String():
		a.why = "the probe limits was told of another timeout (timeout)"
	case row.Verdict == limits.AsDocumented || row.Verdict == limits.WordedOtherwise:
		a.holds = "yes"
	case row.Status < 400 && row.Took > claimed*11/10:
		a.holds, a.why = "no", "the timeout was raised, which AWS allows for regional and private REST APIs since 2024"
	case row.Own && row.Took < claimed:
		a.why = "the integration's timeout is set to less than 29 s"
	default:
		a.why = "the response is neither the front door's timeout nor what a longer one would let pass"
	}
	return a
}

// timedOut looks at the status code alone, whatever the timeout is set to.
func timedOut(row limits.Row) answer {
	return responds(row, http.StatusGatewayTimeout, "timed out")
}

func tooLarge(fact string) func(*evidence) answer {
	return onRow(fact, func(row limits.Row) answer {
		a := answer{about: row.About, measured: fact + ": " + row.Response}
		switch {
		case row.Status == http.StatusRequestEntityTooLarge:
			a.holds = "yes"
		case row.Status < 400:
			a.holds, a.why = "no", "it passes"
		case row.Own:
			a.holds, a.why = "no", row.Means
		default:
			a.why = "what stands behind the front door answered: the body may have passed"
		}
		return a
	})
}

// sixMegabytes reads the row of a body between Lambda's limit and the front door's,
// or beyond the limit of a Function URL, which is Lambda's. A body that passes may
// have met no function.
func sixMegabytes(e *evidence) answer {
	var first answer
	for _, fact := range []string{limits.Body(targets.LambdaBody + 1), limits.Body(10 * mb * 9 / 10)} {
		a := tooLarge(fact)(e)
		if a.holds == "no" && e.asked().Function.Name == "" {
			a.holds, a.why = "", "the scenario names no function behind the front door: another backend takes more"
		}
		if a.holds != "" {
			return a
		}
		if first == (answer{}) || a.measured != "" {
			first = a
		}
	}
	return first
}

// tenMegabytesBack reads the row of a response just within 10 MB. Where one beyond Lambda's
// limit is rejected, it was Lambda's limit that showed.
func tenMegabytesBack(e *evidence) answer {
	beyond, missing, ok := e.row(limits.Largest)
	if !ok {
		return missing
	}
	a := answer{about: beyond.About, measured: limits.Largest + ": " + beyond.Response, why: "a function may answer with 6 MB, whatever its front door passes"}
	if beyond.Status >= 400 {
		return a
	}
	const most = 10 * mb * 9 / 10
	row, missing, ok := e.row(limits.Response(most))
	if !ok {
		missing.about, missing.measured = a.about, a.measured
		return missing
	}
	a = answer{about: row.About, measured: limits.Response(most) + ": " + row.Response}
	switch {
	case row.Status < 400:
		a.holds, a.why = "yes", "nine tenths of 10 MB pass; that more do not is another question"
	case row.Own:
		a.holds, a.why = "no", row.Means
	default:
		a.why = "what stands behind the front door answered: it may not send as much"
	}
	return a
}

// blockedByWAF needs a request that passes: else it may be a missing key, which most front
// doors answer alike.
func blockedByWAF(e *evidence) answer {
	row, missing, ok := e.row(limits.Blocked)
	if !ok {
		return missing
	}
	a := answer{about: row.About, measured: row.Response}
	passing, _, ok := e.row(limits.Passes)
	switch {
	case row.Status < 400:
		a.why = "no rule of the web ACL blocks it"
	case !ok || passing.Verdict == limits.NotAsDocumented:
		a.why = "no other request passes either: something else may have refused it"
	case row.Verdict == limits.AsDocumented:
		a.holds = "yes"
	case row.Own && row.Status == http.StatusForbidden:
		a.why = "the front door refuses it for another reason than AWS WAF: " + row.Response
	case row.Own:
		a.holds, a.why = "no", row.Means
	default:
		a.why = "what stands behind the front door answered, or a response that was customised"
	}
	return a
}

func badRequest(row limits.Row) answer {
	a := answer{about: row.About, measured: row.Response, holds: "no", why: row.Means}
	if row.Status == http.StatusBadRequest {
		a.holds, a.why = "yes", "by the application"
		if row.Own {
			a.why = "by the front door"
		}
	}
	return a
}

func trailingSlash(row limits.Row) answer {
	if row.Status < 400 {
		return answer{about: row.About, measured: row.Response, holds: "no", why: "the path without the slash is the same resource"}
	}
	return responds(row, 403, wrongURL)
}

func malformedResponse(e *evidence) answer {
	a := byFrontDoor(limits.NoResponse, 502, "")(e)
	if a.holds != "" {
		return a
	}
	if row, _, ok := e.row(limits.Largest); ok && row.Own {
		return responds(row, 502, "")
	}
	return a
}

func quotaUsedUp(e *evidence) answer {
	f, missing, ok := e.of("usage-plan")
	if !ok {
		return missing
	}
	a := answer{about: e.at(f)}
	if strings.Contains(f.Conclusion, "quota is used up") || strings.Contains(f.Conclusion, "used up its quota") {
		a.measured, a.holds = "429 Limit Exceeded", "yes"
	}
	return a
}
