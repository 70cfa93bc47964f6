package auth

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"

	"tollgate/targets"
)

// unsigned are headers that proxies rewrite on the way, or that are no part of
// what is signed; the AWS SDKs leave the same ones out.
var unsigned = map[string]bool{
	"authorization": true, "user-agent": true, "x-amzn-trace-id": true, "expect": true, "transfer-encoding": true, "connection": true,
}

// appendCanonical appends the canonical form of r, and returns it with the
// names of the headers that it covers. Source: IAM user guide, "Create a signed
// AWS API request", for all services but S3.
func appendCanonical(b []byte, r *targets.Request, payload string) (all []byte, signed string) {
	path, query, _ := strings.Cut(r.URL.RequestURI(), "?")
	b = appendPath(append(b, r.Method+"\n"...), path)
	b = appendQuery(append(b, '\n'), query)
	b, signed = appendHeaders(append(b, '\n'), r)
	return append(b, "\n"+signed+"\n"+payload...), signed
}

// appendPath normalises a path as it goes on the wire (RFC 3986 section 5.2.4,
// empty segments removed as well) and escapes it once more.
func appendPath(b []byte, path string) []byte {
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
		}
	}
	for _, segment := range kept {
		b = appendEscaped(append(b, '/'), segment)
	}
	if len(kept) == 0 || strings.HasSuffix(path, "/") {
		b = append(b, '/')
	}
	return b
}

// appendQuery takes a query apart as the services do, and puts it together with
// strict escapes, sorted by name and then by value. A "+" is a blank, a ";" is
// no separator, and a "%" that begins no escape stands for itself.
func appendQuery(b []byte, query string) []byte {
	var pairs [][2]string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, [2]string{string(appendEscaped(nil, unescaped(name))), string(appendEscaped(nil, unescaped(value)))})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for i, p := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(append(append(b, p[0]...), '='), p[1]...)
	}
	return b
}

// unescaped decodes what is escaped in a part of a query.
func unescaped(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			b = append(b, ' ')
		case c == '%' && i+2 < len(s):
			if decoded, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b = append(b, decoded[0])
				i += 2
				continue
			}
			b = append(b, c)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// appendEscaped escapes all but the unreserved characters of RFC 3986.
func appendEscaped(b []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return b
}

// appendHeaders appends the headers that are signed, one a line, sorted by
// their names in lower case, and returns the list of these names.
func appendHeaders(b []byte, r *targets.Request) (all []byte, signed string) {
	type field struct {
		name   string
		values []string
	}
	fields := []field{{"host", []string{r.Host()}}}
	for name, values := range r.Header {
		if low := strings.ToLower(name); low != "host" && !unsigned[low] && len(values) > 0 {
			fields = append(fields, field{low, values})
		}
	}
	slices.SortFunc(fields, func(a, b field) int { return cmp.Compare(a.name, b.name) })
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
		b = append(append(b, f.name...), ':')
		for j, v := range f.values {
			if j > 0 {
				b = append(b, ',')
			}
			// Without the blanks around a value, and with one for several within it.
			blank := func(c rune) bool { return c == ' ' || c == '\t' }
			b = append(b, strings.Join(strings.FieldsFunc(v, blank), " ")...)
		}
		b = append(b, '\n')
	}
	return b, strings.Join(names, ";")
}
