package scenarios

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

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

func (in *input) requests(n *node, s *Scenario) {
	lines := map[string]int{}
	for i, item := range in.list(n, "requests", maxRequests) {
		r := in.request(item, fmt.Sprintf("requests[%d]", i))
		if first, twice := lines[r.Name]; twice && r.Name != "" {
			in.problem(item, "requests[%d].name: %q is the name of another request, on line %d", i, r.Name, first)
		}
		lines[r.Name] = item.line
		s.Requests = append(s.Requests, r)
	}
}

func (in *input) request(n *node, path string) Request {
	f := in.fields(n, path, "name", "method", "path", "query", "headers", "keys", "json", "body", "file", "weight", "timeout", "expect")
	f.need("name", "path")
	r := Request{Name: f.name("name"), Weight: 1, Timeout: DefaultTimeout, Header: targets.Header{}}
	r.Path = f.requestPath()
	in.query(f.get("query"), f.at("query"), &r)
	in.headers(f.get("headers"), f.at("headers"), &r)
	f.body(&r)
	if n := f.get("keys"); n != nil {
		r.Keys = in.keys(n, f.at("keys"))
	}
	in.placed(f, &r)
	for _, e := range f.node.entries {
		switch e.key {
		case "path", "query", "headers", "json", "body":
			in.conceal(e.value)
		}
	}
	if r.Method = f.choice("method", methods...); r.Method == "" {
		if r.Method = "GET"; r.Body != nil {
			r.Method = "POST"
		}
	}
	if f.has("weight") {
		r.Weight = int(f.whole("weight", 1, maxWeight))
	}
	if f.has("timeout") {
		r.Timeout = f.duration("timeout", time.Millisecond, longestTimeout)
	}
	if expect := f.get("expect"); expect != nil {
		r.Expect = in.expect(expect, f.at("expect"))
	}
	return r
}

// requestPath is a path with its query, as it goes on the wire.
func (f fields) requestPath() string {
	n := f.get("path")
	if n == nil {
		return ""
	}
	f.confesses(n)
	plain := strings.ReplaceAll(n.text, KeyMark, "key")
	_, err := url.ParseRequestURI(plain)
	if n.sort == text && errors.As(err, new(url.EscapeError)) {
		f.bad(n, "path", "is not a path: a \"%%\" in it is followed by two hexadecimal digits; the sign itself is written %%25")
		return ""
	}
	if n.sort != text || err != nil || !strings.HasPrefix(n.text, "/") || strings.ContainsAny(plain, " #\\\"<>^`{|}") || !printable(plain) {
		f.bad(n, "path", "is not a path: it begins with \"/\", and has no spaces, no \"#\" and no host; other characters are written %%20 and so on")
		return ""
	}
	return n.text
}

// printable says whether s is ASCII that a request line can carry.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' })
}

// named are the entries of a mapping from names to values; none of nothing.
func (in *input) named(n *node, path string) []entry {
	if n != nil && n.sort != mapping {
		in.problem(n, "%s: needs a mapping from names to values: this is %s", path, n.quote())
	}
	if n == nil {
		return nil
	}
	return n.entries
}

// query appends parameters to the path, in the order of the file.
func (in *input) query(n *node, path string, r *Request) {
	for _, e := range in.named(n, path) {
		values := []*node{e.value}
		if e.value.sort == list {
			values = e.value.items
		}
		for _, v := range values {
			if v.sort == mapping || v.sort == list {
				in.problem(v, "%s.%s: %s is not a value: write a text, a number, or a list of them", path, e.key, v.quote())
				continue
			}
			if secretParameter.MatchString(e.key) && v.text != "" {
				in.secret(v, path+"."+e.key)
			}
			separator := "?"
			if strings.Contains(r.Path, "?") {
				separator = "&"
			}
			r.Path += separator + escape(e.key) + "=" + escapeValue(v.text)
		}
	}
}

// escapeValue escapes all of a value but the places of keys.
func escapeValue(s string) string {
	parts := strings.Split(s, KeyMark)
	for i, part := range parts {
		parts[i] = escape(part)
	}
	return strings.Join(parts, KeyMark)
}

// escape writes all but RFC 3986's unreserved characters as %XX. A blank is %20
// and no "+": a load balancer hands queries to its function as they came, and
// only forms know that "+" is a blank. Source: Elastic Load Balancing user
// guide, "Lambda functions as targets".
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

var headerForm = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$")

// framing are headers that are the business of the engine.
var framing = regexp.MustCompile(`^(?i)(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$`)

func (in *input) headers(n *node, path string, r *Request) {
	for _, e := range in.named(n, path) {
		at, where := path+"."+e.key, &node{line: e.line, column: e.column}
		switch spelt := r.Header.Spelt(e.key); {
		case !headerForm.MatchString(e.key):
			in.problem(where, "%s: is not the name of a header", at)
		case framing.MatchString(e.key):
			in.problem(where, "%s: is set by the load engine: remove it", at)
		case spelt != "":
			in.problem(where, "%s: is the same header as %s: give one of them all values, as a list: \"%s: [first, second]\"", at, spelt, spelt)
		case e.value.sort == list && len(e.value.items) == 0:
			in.problem(where, "%s: is empty: it needs at least one value", at)
		case e.value.sort == list:
			for i, item := range e.value.items {
				r.Header.Add(e.key, in.headerValue(item, where, e.key, fmt.Sprintf("%s[%d]", at, i)))
			}
		default:
			r.Header.Add(e.key, in.headerValue(e.value, where, e.key, at))
		}
	}
}

// headerValue is one value of a header, "" where it cannot be one.
func (in *input) headerValue(n, where *node, name, at string) string {
	switch {
	case n.sort == mapping || n.sort == list || n.sort == null:
		in.problem(where, "%s: needs a text: this is %s", at, n.quote())
	case secretHeader.MatchString(name):
		return in.secret(n, at)
	case strings.ContainsFunc(n.text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
		in.problem(n, "%s: has characters that a header cannot carry, a line break perhaps", at)
	default:
		return n.text
	}
	return ""
}

func (in *input) expect(n *node, path string) Expect {
	f := in.fields(n, path, "status", "body_contains")
	if n.sort == mapping && len(n.entries) == 0 {
		in.problem(n, "%s: is empty: it needs status, body_contains or both", path)
	}
	var e Expect
	if status := f.get("status"); status != nil && status.sort == list {
		for i, item := range in.list(status, f.at("status"), 100) {
			one := fields{in, &node{sort: mapping, entries: []entry{{key: fmt.Sprintf("status[%d]", i), line: item.line, column: item.column, value: item}}}, path}
			e.Status = append(e.Status, int(one.whole(one.node.entries[0].key, 100, 599)))
		}
	} else if status != nil {
		e.Status = []int{int(f.whole("status", 100, 599))}
	}
	if s, n := f.text("body_contains", "a text"); n != nil {
		e.BodyContains = s
	}
	return e
}
