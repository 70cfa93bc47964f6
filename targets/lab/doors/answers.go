package doors

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

// An Answer is what a modelled function answers at a route in place of the sample application.
type Answer struct {
	Status int   `json:"status,omitempty"` // default 200
	Bytes  int64 `json:"bytes,omitempty"`  // of the body
}

// Answers are these by routes: "GET /users/{id}", where a place such as {id} is any segment.
type Answers map[string]Answer

// mostAnswered is the longest body, in bytes: what Lambda returns without streaming. Source:
// Lambda developer guide, "Lambda quotas", 6 MB.
const mostAnswered = 6 << 20

var answerKey = document.Form(`^([A-Z]{1,16}) (/[!-~]{0,1000})$`)

func (a Answers) check(at string, f Function, p *problems) {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if !answerKey().MatchString(key) {
			p.add(`%s.answers: %q must be a method and a path, such as "GET /users/{id}"`, at, key)
		}
		p.status(at+".answers["+key+"].status", cmp.Or(a[key].Status, http.StatusOK))
		within(p, at+".answers["+key+"].bytes", int(min(a[key].Bytes, mostAnswered+1)), 0, mostAnswered)
	}
	if len(a) > 0 && (len(f.Command) > 0 || f.Proxy != "") {
		p.add("%s.answers: they are of modelled functions; a command or a server answers by itself", at)
	}
}

// readyAnswers are the answers as they are found and sent.
type readyAnswers struct {
	exact    map[string]*response // by method and path
	patterns []patternAnswer      // the most specific first
}

type patternAnswer struct {
	method, path string
	pattern      *regexp.Regexp
	response     *response
}

func (a Answers) ready() (all readyAnswers) {
	all.exact = map[string]*response{}
	for _, key := range slices.Sorted(maps.Keys(a)) {
		r := newResponse(cmp.Or(a[key].Status, http.StatusOK), "text/plain", "")
		r.padding, r.length = a[key].Bytes, []string{strconv.FormatInt(a[key].Bytes, 10)}
		method, path, _ := strings.Cut(key, " ")
		if !strings.Contains(path, "{") {
			all.exact[key] = r
			continue
		}
		all.patterns = append(all.patterns, patternAnswer{method, path, pathPattern(path), r})
	}
	slices.SortStableFunc(all.patterns, func(a, b patternAnswer) int { // as few places as there are
		return cmp.Compare(strings.Count(a.path, "{"), strings.Count(b.path, "{"))
	})
	return all
}

// find is what is answered; nil: what the application says.
func (a *readyAnswers) find(method, path string) *response {
	if r := a.exact[method+" "+path]; r != nil {
		return r
	}
	for _, p := range a.patterns {
		if p.method == method && p.pattern.MatchString(path) {
			return p.response
		}
	}
	return nil
}
