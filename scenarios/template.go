package scenarios

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"tollgate/targets"
)

// KeyMark is the place of a key in the source of a [Template].
const KeyMark = "${key}"

// A Template is a text with places for values, compiled once and rendered for each
// request without an allocation. In its source, ${key} is a place and $${ stands
// for a literal ${.
type Template struct{ parts []part }

// A part is a literal text and the value behind it.
type part struct {
	text   string
	value  Value // nil: none
	escape Escape
}

// A Value differs from request to request.
type Value interface {
	// Append appends the value in the seq'th request.
	Append(b []byte, seq uint64) []byte
}

// An Escape says how a value is written where it stands.
type Escape uint8

// The escapes.
const (
	Raw     Escape = iota
	Percent        // in a path or query
	InJSON         // in a string of a JSON document
)

// Compile compiles a source whose places are for one value.
func Compile(source string, escape Escape, value Value) Template {
	var t Template
	var text strings.Builder
	for {
		i := strings.Index(source, "${")
		switch {
		case i < 0:
			text.WriteString(source)
			t.parts = append(t.parts, part{text: text.String()})
			return t
		case i > 0 && source[i-1] == '$':
			text.WriteString(source[:i-1] + "${")
			source = source[i+2:]
		case strings.HasPrefix(source[i:], KeyMark):
			text.WriteString(source[:i])
			t.parts = append(t.parts, part{text.String(), value, escape})
			text.Reset()
			source = source[i+len(KeyMark):]
		default:
			text.WriteString(source[:i+2])
			source = source[i+2:]
		}
	}
}

// Literal is a template without places.
func Literal(text string) Template { return Template{[]part{{text: text}}} }

// Place is a template that is nothing but a value.
func Place(v Value) Template { return Template{[]part{{value: v}, {}}} }

// LiteralSource is the source of a literal text.
func LiteralSource(text string) string { return strings.ReplaceAll(text, "${", "$${") }

// HasPlace reports whether a source has a place.
func HasPlace(source string) bool {
	return strings.Contains(source, KeyMark) && len(Compile(source, Raw, nil).parts) > 1
}

// Join is the templates one behind the other.
func Join(all ...Template) (joined Template) {
	joined = Literal("")
	for _, t := range all {
		last := len(joined.parts) - 1
		first := t.parts[0]
		first.text = joined.parts[last].text + first.text
		joined.parts = slices.Concat(joined.parts[:last], []part{first}, t.parts[1:])
	}
	return joined
}

// Append renders the template for the seq'th request.
func (t Template) Append(b []byte, seq uint64) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		b = append(b, p.text...)
		if p.value != nil {
			from := len(b)
			b = p.escape.in(p.value.Append(b, seq), from)
		}
	}
	return b
}

// IsZero reports whether t was compiled of nothing: not even of an empty text.
func (t Template) IsZero() bool { return t.parts == nil }

// Trim cuts characters off both ends of the text around the places.
func (t Template) Trim(cutset string) Template {
	parts := slices.Clone(t.parts)
	last := len(parts) - 1
	parts[0].text = strings.TrimLeft(parts[0].text, cutset)
	parts[last].text = strings.TrimRight(parts[last].text, cutset)
	return Template{parts}
}

// Text renders the template as a string.
func (t Template) Text(seq uint64) string { return string(t.Append(nil, seq)) }

// in escapes what stands in b from there on. It allocates only where something is
// to be escaped.
func (e Escape) in(b []byte, from int) []byte {
	switch {
	case e == Percent && bytes.ContainsFunc(b[from:], func(c rune) bool { return !unreserved(c) }):
		return append(b[:from], escape(string(b[from:]))...)
	case e == InJSON && bytes.ContainsFunc(b[from:], func(c rune) bool { return c < ' ' || c == '"' || c == '\\' || c > '~' }):
		quoted, _ := json.Marshal(string(b[from:])) // a string: nothing can fail
		return append(b[:from], quoted[1:len(quoted)-1]...)
	}
	return b
}

// unreserved are the characters that no URL escapes. Source: RFC 3986, section 2.3.
func unreserved(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.~", c)
}

// bodySize is how long the body is at most.
func (r *Request) bodySize() int64 {
	n := len(r.Body)
	switch {
	case r.Upload != nil:
		return r.Upload.Size
	case r.Keys != nil:
		n += bytes.Count(r.Body, []byte(KeyMark)) * max(0, r.Keys.longest()-len(KeyMark))
	}
	return int64(n)
}

// Sample is the first request of a run, as it is sent.
func (r *Request) Sample(seed uint64) Request {
	sample := *r
	keys := &KeyPicker{}
	if r.Keys != nil {
		keys = r.Keys.Picker(seed)
	}
	sample.Path = Compile(r.Path, Percent, keys).Text(0)
	sample.Body = Compile(string(r.Body), BodyEscape(r), keys).Append(nil, 0)
	sample.Header = targets.Header{}
	for name, values := range r.Header {
		for _, v := range values {
			sample.Header.Add(name, Compile(v, Raw, keys).Text(0))
		}
	}
	return sample
}

// BodyEscape is how values are written in the body of a request: as its content
// type says or, without one, as JSON if it is JSON.
func BodyEscape(r *Request) Escape {
	switch kind := strings.ToLower(r.Header.Get("Content-Type")); {
	case strings.Contains(kind, "json"):
		return InJSON
	case strings.Contains(kind, "x-www-form-urlencoded"):
		return Percent
	case kind == "" && json.Valid(bytes.ReplaceAll(r.Body, []byte(KeyMark), []byte("0"))):
		return InJSON
	}
	return Raw
}
