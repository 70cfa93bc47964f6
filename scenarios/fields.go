package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing/document"
)

// Fields read the keys of a mapping as what they ought to be. Each method
// reports what is wrong and returns the zero value then, as it does where the
// key is absent.
type fields struct {
	in   *input
	node *node
	path string // "targets.rest", for messages
}

// fields takes n as a mapping with the known keys.
func (in *input) fields(n *node, path string, known ...string) fields {
	f := fields{in, n, path}
	if n.sort != mapping {
		f.node = &node{line: n.line, column: n.column}
		in.problem(n, "%sneeds a mapping with keys such as %s: this is %s", f.prefix(), known[0], n.quote())
		return f
	}
	for _, e := range n.entries {
		if !slices.Contains(known, e.key) {
			in.problem(&node{line: e.line, column: e.column}, "%sunknown key %q%s (known are %s)", f.prefix(), e.key, document.DidYouMean(e.key, known), strings.Join(known, ", "))
		}
	}
	return f
}

func (f fields) prefix() string {
	if f.path == "" {
		return ""
	}
	return f.path + ": "
}

// at is the path of a key.
func (f fields) at(key string) string {
	if f.path == "" {
		return key
	}
	return f.path + "." + key
}

// get is the value of a key, nil if it is absent or empty.
func (f fields) get(key string) *node {
	for _, e := range f.node.entries {
		if e.key != key {
			continue
		}
		if e.value.sort == null {
			f.in.problem(&node{line: e.line, column: e.column}, "%s: is empty: give it a value, or remove the key", f.at(key))
			return nil
		}
		return e.value
	}
	return nil
}

// has says whether the key is there, with or without a value.
func (f fields) has(key string) bool {
	return slices.ContainsFunc(f.node.entries, func(e entry) bool { return e.key == key })
}

// need reports keys that are absent.
func (f fields) need(keys ...string) {
	if f.node.sort != mapping {
		return
	}
	for _, key := range keys {
		if !f.has(key) {
			f.in.problem(f.node, "%sneeds %q", f.prefix(), key)
		}
	}
}

// bad reports that a value is not what it ought to be.
func (f fields) bad(n *node, key string, format string, args ...any) {
	f.in.problem(n, "%s: %s %s", f.at(key), n.quote(), fmt.Sprintf(format, args...))
}

// scalar is the value of a key as a text that may come from the environment.
func (f fields) scalar(key, what string, sorts ...sort) (*node, bool) {
	n := f.get(key)
	if n == nil {
		return nil, false
	}
	if n.sort != text && !slices.Contains(sorts, n.sort) {
		f.bad(n, key, "is not %s", what)
		return nil, false
	}
	if len(n.missing) > 0 {
		if f.in.recorded {
			f.in.unresolved = append(f.in.unresolved, Reference{f.at(key), n.missing[0]})
		}
		return nil, false
	}
	return n, true
}

// text is a text.
func (f fields) text(key, what string) (string, *node) {
	n, ok := f.scalar(key, what)
	if !ok {
		return "", nil
	}
	return n.text, n
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

const nameRule = "is not a name: use letters, digits, \"-\", \"_\" and \".\", at most 64 of them, beginning with a letter or digit"

// name is a name as reports and thresholds use it.
func (f fields) name(key string) string {
	s, n := f.text(key, "a name")
	if n != nil && !nameForm.MatchString(s) {
		f.bad(n, key, nameRule)
		return ""
	}
	return s
}

// matching is a text of a certain form.
func (f fields) matching(key string, form *regexp.Regexp, rule string) string {
	s, n := f.text(key, "a text")
	if n != nil && !form.MatchString(s) {
		f.bad(n, key, "%s", rule)
		return ""
	}
	return s
}

// choice is one of words.
func (f fields) choice(key string, words ...string) string {
	s, n := f.text(key, "one of "+oneOf(words))
	if n != nil && !slices.Contains(words, s) {
		f.bad(n, key, "is not one of %s%s", oneOf(words), document.DidYouMean(n.raw, words))
		return ""
	}
	return s
}

// whole is a whole number within bounds.
func (f fields) whole(key string, least, most int64) int64 {
	n, ok := f.scalar(key, "a whole number", integer)
	if !ok {
		return 0
	}
	v, err := strconv.ParseInt(n.text, 10, 64)
	if err != nil || n.sort == text && len(n.references) == 0 {
		f.bad(n, key, "is not a whole number")
		return 0
	}
	if v < least || v > most {
		f.bad(n, key, "is out of bounds: from %d to %d", least, most)
		return 0
	}
	return v
}

// duration is a time such as 30s, within bounds.
func (f fields) duration(key string, least, most time.Duration) time.Duration {
	n, ok := f.scalar(key, "a time such as 30s", integer, float)
	if !ok {
		return 0
	}
	d, err := time.ParseDuration(n.text)
	switch {
	case err != nil && n.sort != text:
		f.bad(n, key, "has no unit: write %ss, or %sms", n.raw, n.raw)
	case err != nil || !durationForm.MatchString(n.text):
		f.bad(n, key, "is not a time: write it as 30s, 1m30s, 500ms or 2h")
	case d < least || d > most:
		f.bad(n, key, "is out of bounds: from %v to %v", least, most)
	default:
		return d
	}
	return 0
}

var durationForm = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`)

// rate is an arrival rate such as 200/s, none included if zero is allowed.
func (f fields) rate(key string, zero bool) Rate {
	n, ok := f.scalar(key, "a rate such as 200/s", integer, float)
	if !ok {
		return Rate{}
	}
	return f.rateOf(n, key, zero)
}

func (f fields) rateOf(n *node, key string, zero bool) Rate {
	r, err := parseRate(n.text)
	switch {
	case err != nil:
		f.bad(n, key, "%v", err)
	case r.IsZero() && !zero:
		f.bad(n, key, "is no load at all: a rate must be positive")
	}
	return r
}
