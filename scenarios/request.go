package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/scenarios/check"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

const (
	maxRequests = 256
	maxWeight   = 10_000

	// DefaultTimeout is longer than any API Gateway waits for its integration
	// (29 and 30 s), so that the door's own timeout is what is measured.
	DefaultTimeout = 35 * time.Second
	longestTimeout = 15 * time.Minute // of a Lambda function
)

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Methods are the methods that a request may have.
func Methods() []string { return slices.Clone(methods) }

func (in *input) requests(v document.Value, s *Scenario) {
	lines := map[string]int{}
	for _, item := range v.List(maxRequests) {
		var r Request
		if overSocket(item) {
			r = in.socketStep(item, nil)
		} else {
			r = in.request(item, nil)
		}
		if first, twice := lines[r.Name]; twice && r.Name != "" {
			item.At(item.Node, item.Below("name")).Problem("%q is the name of another request, on line %d", r.Name, first)
		}
		lines[r.Name] = item.Line
		s.Requests = append(s.Requests, r)
	}
}

// request reads one request, which may use what earlier steps of its flow extract. Further
// keys are those of a step.
func (in *input) request(v document.Value, steps []string, further ...string) Request {
	f := in.fields(v, append(further, messageKey, "name", "method", "path", "query", "headers", "keys", "json", "body", "file", "accept_encoding", "stream", pageOrigin, pagePreflight, "weight", "timeout", "expect", "auth")...)
	f.Need("name")
	r := Request{
		Name: f.Get("name").Name(), Header: targets.Header{}, Weight: int(f.WholeOr("weight", 1, maxWeight, 1)),
		Timeout: f.DurationOr("timeout", time.Millisecond, longestTimeout, DefaultTimeout), Values: in.values, Steps: steps,
	}
	if r.URL = f.elsewhere(); !f.Has(stepURL) {
		f.Need("path")
	}
	r.Path = requestPath(f.Get("path"))
	query(f.Get("query"), &r)
	headers(f.Get("headers"), &r)
	r.Accepts = accepts(f.Get("accept_encoding"))
	in.requestAuth(f.Get("auth"), f.Get("headers"), &r)
	f.acceptsTwice(&r)
	f.pageOfRequest(&r)
	f.body(&r)
	r.expects(f.Get("headers"))
	if keys := f.Get("keys"); keys.Node != nil {
		r.Keys = readKeys(keys)
	}
	in.counterpart(f.Get(messageKey), &r)
	f.placed(&r)
	for _, key := range []string{"path", stepURL, "query", "headers", "json", "body"} {
		r.checkNames(f.At(f.Find(key), f.Below(key)))
		in.conceal(f.Find(key))
	}
	in.conceal(f.Find("expect"))
	if r.Method = f.Get("method").Choice(methods...); r.Method == "" {
		if r.Method = "GET"; r.Body != nil || r.Upload != nil {
			r.Method = "POST"
		}
	}
	f.stream(&r)
	in.expectStream(f.Get("expect"), &r)
	return r
}

// requestPath is a path with its query, as it goes on the wire.
func requestPath(v document.Value) string {
	if v.Node == nil {
		return ""
	}
	checkPathSecrets(v)
	text := template(v, true)
	plain := filled(text, keyName)
	_, err := url.ParseRequestURI(plain)
	if v.Type == document.String && errors.As(err, new(url.EscapeError)) {
		v.Bad("is not a path: a \"%%\" in it is followed by two hexadecimal digits; the sign itself is written %%25")
		return ""
	}
	if v.Type != document.String || err != nil || !strings.HasPrefix(text, "/") || strings.ContainsAny(plain, " #\\\"<>^`{|}") || !printable(plain) {
		v.Bad("is not a path: it begins with \"/\", and has no spaces, no \"#\" and no host; other characters are written %%20 and so on")
		return ""
	}
	return text
}

// printable says whether s is ASCII that a request line can carry.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' })
}

// query appends parameters to the path, in the order of the file.
func query(v document.Value, r *Request) {
	if v.Node == nil {
		return
	}
	for _, e := range v.Fields().Entries {
		all := []*document.Node{e.Value}
		if e.Value.Type == document.List {
			all = e.Value.Items
		}
		for _, n := range all {
			one := v.At(n, v.Below(e.Key))
			if n.Type == document.Mapping || n.Type == document.List {
				one.Bad("is not a value: write a string, a number, or a list of them")
				continue
			}
			if secretParameter.MatchString(e.Key) && n.Text != "" && len(n.Places) == 0 {
				one.Secret()
			}
			separator := "?"
			if strings.Contains(r.Path, "?") {
				separator = "&"
			}
			r.Path += separator + escape(e.Key) + "=" + escapeValue(template(one, true))
		}
	}
}

// escapeValue escapes all of a template's source but the places of values.
func escapeValue(source string) string { return values.Map(source, escape, values.Mark) }

// escape writes all but RFC 3986's unreserved characters as %XX. A blank is %20
// and no "+": a load balancer hands queries to its function as they came, and
// only forms know that "+" is a blank. Source: Elastic Load Balancing user
// guide, "Lambda functions as targets".
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// framing are headers that are the business of the engine.
var framing = regexp.MustCompile(`^(?i)(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|proxy-.*)$`)

func headers(v document.Value, r *Request) {
	if v.Node == nil {
		return
	}
	for _, e := range v.Fields().Entries {
		where := v.At(e.At(), v.Below(e.Key))
		switch spelt := r.Header.Spelt(e.Key); {
		case !targets.HeaderName(e.Key):
			where.Problem("is not the name of a header")
		case strings.EqualFold(e.Key, "host"):
			where.Problem("belongs to the target: write host: there, and remove it here")
		case framing.MatchString(e.Key):
			where.Problem("is set by the load engine: remove it")
		case spelt != "":
			where.Problem("is the same header as %s: give one of them all values, as a list: \"%s: [first, second]\"", spelt, spelt)
		case e.Value.Type == document.List && len(e.Value.Items) == 0:
			where.Problem("is empty: it needs at least one value")
		case e.Value.Type == document.List:
			for i, item := range e.Value.Items {
				r.Header.Add(spelling(e.Key), headerValue(v.At(item, fmt.Sprintf("%s[%d]", where.Path, i)), where, e.Key))
			}
		default:
			r.Header.Add(spelling(e.Key), headerValue(v.At(e.Value, where.Path), where, e.Key))
		}
	}
}

// headerValue is one value of a header, "" if it cannot be one.
func headerValue(v, where document.Value, name string) string {
	switch {
	case v.Type == document.Mapping || v.Type == document.List || v.Type == document.Null:
		v.At(where.Node, v.Path).Problem("needs a string; this is %v", v.Type)
	case secretHeader.MatchString(name) && !secretTemplate().MatchString(v.Raw):
		return values.LiteralSource(v.Secret())
	case strings.ContainsFunc(v.Node.Text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
		v.Problem("has characters that a header cannot carry, such as a line break")
	default:
		return template(v, true)
	}
	return ""
}

// expect reads what a good response is.
func (in *input) expect(v document.Value, method string, stream *check.Stream) check.Expect {
	e := check.Read(v, check.Options{
		File:   func(v document.Value, most int64) []byte { return in.file(v, most, ", more than any schema needs") },
		Secret: func(name string) bool { return SecretHeader(name) || SecretParameter(name) },
		Stream: stream,
	})
	if method == http.MethodHead && e.ReadsBody() {
		v.Problem("checks a body, and the response to HEAD has none")
	}
	return e
}
