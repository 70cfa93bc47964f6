package imports

import (
	"strings"

	"tollgate/results"
)

// errorWords find the class of an error by its text: those of Go, of Java, of Rust's
// libraries, and the names of Tollgate's own classes. The first that matches counts.
var errorWords = []struct {
	class results.ErrClass
	words []string
}{
	{results.ErrGenerator, []string{"too many open files", "cannot assign requested address", "generator", "outofmemory"}},
	{results.ErrTimeout, []string{"timeout", "timed out", "deadline exceeded"}},
	{results.ErrDNS, []string{"no such host", "unknownhost", "dns", "lookup ", "name or service not known"}},
	{results.ErrTLS, []string{"x509", "certificate", "tls", "ssl", "handshake"}},
	{results.ErrRefused, []string{"refused", "unreachable", "no route", "connectexception", "connect error", "dial"}},
	{results.ErrMalformed, []string{"malformed", "protocol error", "invalid http", "nohttpresponse"}},
	{results.ErrReset, []string{"reset", "eof", "broken pipe", "closed", "aborted"}},
}

// classOf is the class of the error of a request without a response. One that says nothing
// known broke the connection, as far as can be told.
func classOf(text string) results.ErrClass { return classOr(text, results.ErrReset) }

// classOr is the class of an error, or another one if its text says nothing known.
func classOr(text string, otherwise results.ErrClass) results.ErrClass {
	text = strings.ToLower(text)
	for _, e := range errorWords {
		for _, word := range e.words {
			if strings.Contains(text, word) {
				return e.class
			}
		}
	}
	return otherwise
}
