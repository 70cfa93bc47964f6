package doors

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
)

// What becomes of a body whose content type has no mapping template.
// Source: API Gateway developer guide, "Method request behavior for payloads
// without mapping templates for REST APIs"; the names are those of its API.
const (
	passNoMatch     = "WHEN_NO_MATCH"     // it passes; the default
	passNoTemplates = "WHEN_NO_TEMPLATES" // it passes where no content type has a template
	passNever       = "NEVER"             // 415
)

// takes says whether the body of a request goes to the function. A body without
// a content type is one of JSON, and a request without a body has nothing that
// could be unfit. That parameters of a content type do not count is assumed.
// Source: as above.
func (i *Integration) takes(x *exchange) bool {
	if len(x.content()) == 0 {
		return true
	}
	kind, _, _ := strings.Cut(cmp.Or(x.request.Header.Get("Content-Type"), jsonType), ";")
	known := func(mapped string) bool { return strings.EqualFold(mapped, strings.TrimSpace(kind)) }
	switch i.Passthrough {
	case passNever:
		return slices.ContainsFunc(i.Templates, known)
	case passNoTemplates:
		return len(i.Templates) == 0 || slices.ContainsFunc(i.Templates, known)
	}
	return true
}

// checkCustom says what is wrong with what only a non-proxy integration has.
func (i Integration) checkCustom(at string, faults *faultList) {
	if i.Type != "lambda-custom" && (i.Passthrough != "" || len(i.Templates) > 0 || len(i.Errors) > 0) {
		faults.add("%s: passthrough, templates and errors are of lambda-custom; this is %q", at, i.Type)
	}
	switch i.Passthrough {
	case "", passNoMatch, passNoTemplates, passNever:
	default:
		faults.add("%s.passthrough: %q must be %s, %s or %s", at, i.Passthrough, passNoMatch, passNoTemplates, passNever)
	}
	for _, kind := range i.Templates {
		if !strings.Contains(kind, "/") || strings.Contains(kind, ";") {
			faults.add("%s.templates: %q must be a content type, such as application/json", at, kind)
		}
	}
	for pattern := range i.Errors {
		if _, err := regexp.Compile("^(?:" + pattern + ")$"); err != nil {
			faults.add("%s.errors: %w", at, err)
		}
	}
	for _, status := range i.Errors {
		if status < 200 || status > 599 {
			faults.add("%s.errors: %d must be from 200 to 599", at, status)
		}
	}
}

// customLambda is the non-proxy integration. What the function returns is the
// body, with 200; its error is a body as well, whose status the first matching
// pattern gives, in alphabetical order, and 200 where none matches. That is its
// whole mapping.
// Source: API Gateway developer guide, "Set up Lambda custom integrations".
func customLambda(d *door, i *Integration) integration {
	status := statusOf(i.Errors)
	call := customModelled(d, status)
	if len(d.config.Function.Command) > 0 {
		call = customReal(d, status)
	}
	return func(x *exchange, path string) {
		if !i.takes(x) {
			d.fail(x, targets.FaultMediaType)
			return
		}
		call(x, path)
	}
}

// statusOf finds the status of a function's error message.
func statusOf(errors map[string]int) func(message string) int {
	type rule struct {
		pattern *regexp.Regexp
		status  int
	}
	var rules []rule
	for _, pattern := range slices.Sorted(maps.Keys(errors)) {
		rules = append(rules, rule{regexp.MustCompile("^(?:" + pattern + ")$"), errors[pattern]}) // checked
	}
	return func(message string) int {
		for _, r := range rules {
			if r.pattern.MatchString(message) {
				return r.status
			}
		}
		return http.StatusOK
	}
}

// customModelled is the non-proxy integration of a modelled function.
func customModelled(d *door, status func(message string) int) integration {
	const message = "the handler threw"
	failed := newAnswer(status(message), jsonType, `{"errorMessage":"`+message+`","errorType":"Error"}`)
	return func(x *exchange, path string) {
		d.call(x, path)
		switch ended := x.invocation.ending; {
		case x.fault == targets.FaultTimeout && x.integration == time.Duration(d.config.Timeout): // however it ended
		case ended == returned && x.fault == "":
			x.answer = &answer{
				status: http.StatusOK, body: x.answer.body,
				contentType: x.answer.contentType, length: x.answer.length,
			}
		case ended == threw || ended == misreturned:
			x.fault, x.answer = "", failed
		}
	}
}
