package doors

import (
	"net/http"
	"strings"
)

// Invalidation is what becomes of a client's Cache-Control: max-age=0.
// Source: API Gateway developer guide, "Invalidate an API Gateway cache entry";
// the names are those of its API, the words of the warning from knowledge.
type Invalidation struct {
	Open         bool   `json:"open,omitempty"`         // everyone may; else only callers whose signature an iam authorizer verified
	Unauthorized string `json:"unauthorized,omitempty"` // default "FAIL_WITH_403"; "SUCCEED_WITH_RESPONSE_HEADER" or "SUCCEED_WITHOUT_RESPONSE_HEADER" ignore the wish
}

const (
	failWith403  = "FAIL_WITH_403"
	warnOfIt     = "SUCCEED_WITH_RESPONSE_HEADER"
	keepQuiet    = "SUCCEED_WITHOUT_RESPONSE_HEADER"
	staleWarning = "199 Cache-control headers were ignored because the caller was unauthorized"
)

// A wish is what a client asks of a cache.
type wish uint8

const (
	wishNothing wish = iota
	wishFresh        // and it may
	wishRefused      // 403
)

// wished reads a client's wish.
func (d *door) wished(x *exchange, it *route) wish {
	if !asksFresh(x.request.Header) {
		return wishNothing
	}
	rule := Invalidation{}
	if d.config.Cache.Invalidation != nil {
		rule = *d.config.Cache.Invalidation
	}
	switch {
	case rule.Open, it.Authorizer != nil && it.Authorizer.Type == "iam":
		return wishFresh
	case rule.Unauthorized == warnOfIt:
		x.extra = append(x.extra, [2]string{"Warning", staleWarning})
	case rule.Unauthorized != keepQuiet:
		return wishRefused
	}
	return wishNothing
}

func asksFresh(h http.Header) bool {
	for _, line := range h["Cache-Control"] {
		for directive := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(directive), "max-age=0") {
				return true
			}
		}
	}
	return false
}

func (v Invalidation) check(at string, faults *faultList) {
	switch v.Unauthorized {
	case "", failWith403, warnOfIt, keepQuiet:
	default:
		faults.add("%s.unauthorized: %q must be %s, %s or %s", at, v.Unauthorized, failWith403, warnOfIt, keepQuiet)
	}
}
