package load

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tollgate/targets"
)

// requestTarget appends a request's path, which may carry a query, to a target's URL.
func requestTarget(base *url.URL, path string) (string, error) {
	if base == nil || base.Host == "" {
		return "", errors.New("the target has no address yet")
	}
	if strings.ContainsFunc(base.Host, func(c rune) bool { return c <= ' ' || c >= utf8.RuneSelf }) {
		return "", fmt.Errorf("the host %q is not in ASCII; write it in Punycode (xn--...)", base.Host)
	}
	path, query, asks := strings.Cut(path, "?")
	if path != "" && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	whole := base.EscapedPath()
	if path != "" {
		whole = strings.TrimSuffix(whole, "/") + path
	}
	whole = cmp.Or(whole, "/")
	if !asks && base.RawQuery == "" {
		return whole, nil
	}
	if query != "" && base.RawQuery != "" {
		query = "&" + query
	}
	return whole + "?" + base.RawQuery + query, nil
}

func address(base *url.URL, target string) (*url.URL, error) {
	u := &url.URL{Scheme: base.Scheme, Host: base.Host}
	if err := setTarget(u, target); err != nil {
		return nil, err
	}
	if strings.ContainsFunc(u.RequestURI(), func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return nil, errors.New("its path holds blanks or control characters in its query; write them as %20 and the like")
	}
	return u, nil
}

func setTarget(u *url.URL, target string) (err error) {
	path, query, asks := strings.Cut(target, "?")
	u.RawPath, u.RawQuery = path, query
	u.ForceQuery = asks && query == "" // a "?" with nothing behind it is sent as well
	if u.Path, err = url.PathUnescape(path); err != nil {
		return fmt.Errorf("its path: %w", err) // which is not quoted: it may hold a secret
	}
	return nil
}

// checkHeader refuses what would end a header early or fight the engine. It
// never prints a value, which may be a secret.
func checkHeader(h targets.Header) error {
	before := ""
	for _, name := range slices.SortedFunc(maps.Keys(h), func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		switch strings.ToLower(name) {
		case "content-length", "transfer-encoding", "trailer", "upgrade":
			return fmt.Errorf("header %s is the engine's to write; leave it out", name)
		case strings.ToLower(before):
			return fmt.Errorf("%s and %s are one header; give one of them all values", before, name)
		}
		before = name
		if name == "" || strings.ContainsFunc(name, notToken) {
			return fmt.Errorf("%q is not the name of a header", name)
		}
		for _, v := range h[name] {
			if strings.ContainsFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
				return fmt.Errorf("the value of header %s holds a line break or another control character", name)
			}
		}
	}
	return nil
}

func notToken(c rune) bool {
	return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
}

const (
	contentLength  = "Content-Length"
	userAgentField = "User-Agent"
)

// saysLength reports whether a request of that method has a Content-Length without a body.
// Source: RFC 9110, section 8.6.
func saysLength(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

type field struct {
	name, value string
	i           int // of the values of that name; -1: the engine wrote it
}

// fields are the lines of a request's header in the order in which net/http writes
// them, so that both engines send the same.
func fields(r *targets.Request) []field {
	header := r.Sent()
	all := []field{{"Host", r.Host(), -1}}
	add := func(name string) {
		for i, v := range header[name] {
			all = append(all, field{name, v, i})
		}
	}
	if agents := r.Header[userAgentField]; len(agents) > 0 && agents[0] != "" {
		add(userAgentField)
	}
	if r.Length() > 0 || saysLength(r.Method) {
		all = append(all, field{contentLength, strconv.FormatInt(r.Length(), 10), -1})
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if name != userAgentField && !strings.EqualFold(name, "Host") {
			add(name)
		}
	}
	return all
}

// AppendHTTP1 appends r as it goes on the wire in HTTP/1.1: the very bytes that
// net/http writes, but for the body of an upload.
func AppendHTTP1(b []byte, r *targets.Request) []byte {
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, r.Target()...)
	b = append(b, " HTTP/1.1\r\n"...)
	for _, f := range fields(r) {
		b = append(b, f.name...)
		b = append(b, ": "...)
		b = append(b, strings.Trim(f.value, " \t")...)
		b = append(b, '\r', '\n')
	}
	b = append(b, '\r', '\n')
	return append(b, r.Body...)
}
