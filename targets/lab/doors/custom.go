package doors

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
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

func (i Integration) checkCustom(at string, p *problems) {
	if i.Type != "lambda-custom" && (i.Passthrough != "" || len(i.Templates) > 0 || len(i.Errors) > 0 && serviceNamed(i.Type) == nil) {
		p.add("%s: passthrough and templates are of lambda-custom, errors of it and of services; this is %q", at, i.Type)
	}
	p.oneOf(at+".passthrough", i.Passthrough, passNoMatch, passNoTemplates, passNever)
	for _, kind := range i.Templates {
		if !strings.Contains(kind, "/") || strings.Contains(kind, ";") {
			p.add("%s.templates: %q must be a content type, such as application/json", at, kind)
		}
	}
	for pattern, status := range i.Errors {
		if _, err := regexp.Compile("^(?:" + pattern + ")$"); err != nil {
			p.add("%s.errors: %w", at, err)
		}
		p.status(at+".errors", status)
	}
}

// customLambda is the non-proxy integration. What the function returns is the
// body, with 200; its error is a body as well, whose status the first matching
// pattern gives, in alphabetical order, and 200 where none matches. That is its
// whole mapping.
// Source: API Gateway developer guide, "Set up Lambda custom integrations".
func customLambda(d *door, i *Integration) stage {
	status, find := statusOf(i.Errors), d.calling(i.Function)
	modelled, real := customModelled(d, status), customReal(d, status)
	return func(x *exchange) bool {
		if !i.takes(x) {
			return x.fail(targets.FaultMediaType)
		}
		if x.choose(find(x)); x.version.call != nil {
			return real(x)
		}
		return modelled(x)
	}
}

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

func customModelled(d *door, status func(message string) int) stage {
	const message = "the handler threw"
	failed := newResponse(status(message), jsonType, `{"errorMessage":"`+message+`","errorType":"Error"}`)
	return func(x *exchange) bool {
		d.invoke(x)
		switch ended := x.invocation.Ending; {
		case x.fault == targets.FaultTimeout && x.integration == time.Duration(d.config.Timeout): // however it ended
		case ended == runtime.Returned && x.fault == "":
			said := x.response
			x.response = &response{status: http.StatusOK, body: said.body, contentType: said.contentType, length: said.length}
		case ended == runtime.Failed || ended == runtime.Malformed:
			x.fault, x.response = "", failed
		}
		return false
	}
}

// customReal is the non-proxy integration of a real function: the body is the
// event, and what the function returns is the body.
func customReal(d *door, status func(message string) int) stage {
	return func(x *exchange) bool {
		x.identify(d)
		event := slices.Clone(x.content())
		if len(event) == 0 {
			event = []byte("{}")
		}
		out, there := d.await(x, runtime.Invocation{Event: event})
		if !there {
			return false
		}
		x.invocation = out
		switch x.invocation.Ending {
		case runtime.Returned:
			x.response = newResponse(http.StatusOK, jsonType, string(out.Payload))
		case runtime.Failed, runtime.Overtime, runtime.TooLarge:
			var said struct {
				Message string `json:"errorMessage"`
			}
			_ = json.Unmarshal(out.Payload, &said) // an error without a message has none
			x.response = newResponse(status(said.Message), jsonType, string(out.Payload))
		default:
			return d.refuseEnding(x)
		}
		return false
	}
}
