package check

import (
	"bytes"
	"fmt"
	"regexp"
	"regexp/syntax"

	"tollgate/pricing/document"
	"tollgate/scenarios/coding"
)

// A header is what a field is expected to be.
type header struct {
	name   string
	secret bool // its value is not to be shown
	absent bool
	meets  func(value string) bool // nil: any value
}

func (h header) passes(r *reading) bool {
	value, present := r.field(h.name)
	if h.absent || !present {
		return h.absent && !present
	}
	return h.meets == nil || h.meets(value)
}

func (h header) saw(r *reading) string {
	value, present := r.field(h.name)
	if !present {
		return "got none"
	}
	return "got " + shown(value, h.secret)
}

// shown is a value as a report shows it.
func shown(value string, secret bool) string {
	const most = 120 // characters
	switch all := []rune(value); {
	case secret:
		return "***"
	case value == "":
		return "an empty value"
	case len(all) > most:
		return string(all[:most-1]) + "…"
	}
	return value
}

// A text is what the body is expected to have in it.
type text struct{ in func(body []byte) bool }

func (t text) passes(r *reading) bool {
	plain, _ := r.text()
	return t.in(plain)
}

func (text) saw(r *reading) string {
	plain, err := r.text()
	switch {
	case err == coding.ErrMore:
		return "not in the first " + windowText + ", which is what checks read"
	case err != nil:
		return err.Error()
	case len(plain) == 0:
		return "got no body"
	}
	return "it is not in the body"
}

// A size bounds the bytes of the body as they were received.
type size struct{ least, most int64 }

func (s size) passes(r *reading) bool { return r.Size >= s.least && r.Size <= s.most }

func (s size) saw(r *reading) string { return fmt.Sprintf("got %d", r.Size) }

const (
	longestPattern = 1000 // bytes
	longestText    = 4096 // likewise, of what is compared
)

// pattern reads a regular expression.
func pattern(v document.Value) *regexp.Regexp {
	source, ok := v.Scalar("a regular expression")
	if !ok {
		return nil
	}
	if len(source) > longestPattern {
		v.Problem("has %d bytes, and at most %d are possible", len(source), longestPattern)
		return nil
	}
	re, err := regexp.Compile(source)
	if err == nil {
		return re
	}
	if why, ok := err.(*syntax.Error); ok {
		v.Bad("is not a regular expression in Go's syntax (RE2): %s", why.Code)
	} else {
		v.Bad("is not a regular expression in Go's syntax (RE2)")
	}
	return nil
}

// literal reads a text that is compared with what comes back.
func literal(v document.Value) (string, bool) {
	s, ok := v.Scalar("a text", document.Integer, document.Float, document.Bool)
	switch {
	case !ok:
		return "", false
	case s == "":
		v.Problem("is empty: every response has that in it")
		return "", false
	case len(s) > longestText:
		v.Problem("has %d bytes, and at most %d are possible", len(s), longestText)
		return "", false
	}
	return s, true
}

func contains(s string) func([]byte) bool {
	want := []byte(s)
	return func(b []byte) bool { return bytes.Contains(b, want) }
}
