package edge

import (
	"net/http"
	"slices"
	"strings"
)

// all in a list of names stands for every one.
const all = "*"

// Key is under what a request's response is kept: its method, its path, and what of its
// query, its headers and its cookies the policy has in the key. Requests that differ in
// anything else share a response. Parameters and cookies stay in the order in which they
// came, so that another order is another object, as the developer guide warns.
func (p *Policy) Key(r *http.Request) string {
	var b strings.Builder
	b.WriteString(r.Method + " " + r.URL.EscapedPath() + "?")
	b.WriteString(listed(p.Parameters, r.URL.RawQuery, "&"))
	for _, name := range p.Headers {
		for _, value := range r.Header.Values(name) {
			b.WriteString("\n" + strings.ToLower(name) + ": " + value)
		}
	}
	for _, some := range p.cookies(r.Header) {
		b.WriteString("\ncookie: " + some)
	}
	if p.Compress && AcceptsGzip(r.Header) {
		b.WriteString("\ngzip")
	}
	return b.String()
}

// Query is the part of a query that is in the key.
func (p *Policy) Query(raw string) string { return listed(p.Parameters, raw, "&") }

// Kept are the headers that are in the key, cookies among them.
func (p *Policy) Kept(h http.Header) http.Header {
	kept := http.Header{}
	for _, name := range p.Headers {
		name = http.CanonicalHeaderKey(name)
		if values := h[name]; values != nil {
			kept[name] = values
		}
	}
	for _, some := range p.cookies(h) {
		kept.Add("Cookie", some)
	}
	return kept
}

// cookies are those that are in the key, line by line; none of a line without any.
func (p *Policy) cookies(h http.Header) (all []string) {
	for _, line := range h["Cookie"] {
		if some := listed(p.Cookies, strings.ReplaceAll(line, "; ", ";"), ";"); some != "" {
			all = append(all, some)
		}
	}
	return all
}

// listed keeps the name=value pairs of a text whose names are on a list.
func listed(names []string, text, separator string) string {
	if slices.Contains(names, all) || text == "" {
		return text
	}
	var kept []string
	for pair := range strings.SplitSeq(text, separator) {
		if name, _, _ := strings.Cut(pair, "="); slices.Contains(names, name) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, separator)
}

// AcceptsGzip says whether a client takes gzip: unless it gives it no weight.
func AcceptsGzip(h http.Header) bool {
	for _, line := range h["Accept-Encoding"] {
		for part := range strings.SplitSeq(line, ",") {
			name, weight, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
			if strings.EqualFold(name, "gzip") && (weight == "" || strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "") {
				return true
			}
		}
	}
	return false
}
