package values

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Template is a text with places for values, compiled once and rendered for each
// request without an allocation.
type Template struct{ parts []part }

// A part is a literal text and the value behind it.
type part struct {
	text   string
	name   string // of the value, for errors
	value  Value  // nil: none
	escape Escape
}

// A Value differs from request to request.
type Value interface {
	// Append appends the value in one sending. Any number of goroutines may call it.
	Append(b []byte, s *Sending) ([]byte, error)
}

// A Sending is what the values of one request depend on, besides the run's seed.
type Sending struct {
	Seq       uint64   // of the request; no other sending of the run has it
	Iteration uint64   // of the flow that the request is a step of; Seq for a single request
	Nth       uint32   // sending of that flow, from 0
	User      uint32   // of the closed model, from 0; 0 in the open model
	At        int64    // when it is due, in nanoseconds of Unix time
	Extracted [][]byte // by earlier steps of the flow; nil: not extracted

	// Until is left by values that are good for a while: what was rendered with them is
	// not to be sent later. Zero: for as long as it takes.
	Until time.Time
}

// Literal is a template without places.
func Literal(text string) Template { return Template{[]part{{text: text}}} }

// Place is a template that is nothing but a value.
func Place(v Value) Template { return Template{[]part{{value: v}, {}}} }

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

// Append renders the template.
func (t Template) Append(b []byte, s *Sending) (_ []byte, err error) {
	for i := range t.parts {
		p := &t.parts[i]
		b = append(b, p.text...)
		if p.value == nil {
			continue
		}
		from := len(b)
		if b, err = p.value.Append(b, s); err == nil {
			b, err = p.escape.in(b, from)
		}
		if err != nil {
			return b, p.wrap(err)
		}
	}
	return b, nil
}

// wrap says which value could not be rendered.
func (p *part) wrap(err error) error {
	if p.name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", Mark(p.name), err)
}

// Text renders the template as a string.
func (t Template) Text(s *Sending) (string, error) {
	b, err := t.Append(nil, s)
	return string(b), err
}

// IsZero reports whether t was compiled of nothing: not even of an empty text.
func (t Template) IsZero() bool { return t.parts == nil }

// Varies reports whether t has a place.
func (t Template) Varies() bool { return len(t.parts) > 1 }

// Trim is the template without blanks and tabs at both ends of what it renders, as a
// header field has none.
func (t Template) Trim() Template {
	if !t.Varies() {
		return Literal(strings.Trim(t.parts[0].text, blanks))
	}
	return Place(trimmed{t})
}

const blanks = " \t"

type trimmed struct{ Template }

func (t trimmed) Append(b []byte, s *Sending) ([]byte, error) {
	from := len(b)
	b, err := t.Template.Append(b, s)
	return TrimBlanks(b, from), err
}

// TrimBlanks cuts blanks and tabs off both ends of what stands in b from there on.
func TrimBlanks(b []byte, from int) []byte {
	to, start := len(b), from
	for to > from && isBlank(b[to-1]) {
		to--
	}
	for start < to && isBlank(b[start]) {
		start++
	}
	return append(b[:from], b[start:to]...)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// Longest is how many bytes t renders at most, but for what is extracted during a run and
// what escapes add.
func (t Template) Longest() (n int) {
	for _, p := range t.parts {
		n += len(p.text)
		v := p.value
		if hidden, is := v.(secret); is {
			v = hidden.Value
		}
		if bounded, is := v.(interface{ Longest() int }); is {
			n += bounded.Longest()
		}
	}
	return n
}

// Secrets are the values in one sending that are not to be shown.
func (t Template) Secrets(s *Sending) (all []string) {
	for _, p := range t.parts {
		switch v := p.value.(type) {
		case trimmed:
			all = append(all, v.Secrets(s)...)
		case secret:
			if b, err := v.Append(nil, s); err == nil && len(b) > 0 {
				all = append(all, string(b))
			}
		}
	}
	return all
}

// secret is a value that is not to be shown.
type secret struct{ Value }

// Secret is v, not to be shown.
func Secret(v Value) Value { return secret{v} }

// errNotExtracted is a value that no step before has extracted.
var errNotExtracted = errors.New("no earlier step of this flow has extracted it")
