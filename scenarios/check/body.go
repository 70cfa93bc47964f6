package check

import (
	"regexp"

	"github.com/theory/jsonpath"

	"tollgate/pricing/document"
)

// A Body is the beginning of a response's body, for what is read from it besides checks.
// It is decoded once, when it is asked for, within the bounds of checks.
type Body struct{ reading }

// BodyOf is the body of a response.
func BodyOf(r *Response) *Body { return &Body{reading{Response: r}} }

// Text is the body without its content coding, and why it is not all of it: coding.ErrMore, or
// what is wrong with it.
func (b *Body) Text() ([]byte, error) { return b.text() }

// JSON is the body as JSON, with numbers as they are written.
func (b *Body) JSON() (any, error) { return b.json() }

// Field is the value of a header field, of all its lines.
func (b *Body) Field(name string) (value string, present bool) { return b.field(name) }

// A Path is a JSONPath that costs little to follow.
type Path struct{ path *jsonpath.Path }

// ReadPath reads one; nil where it reported that it is none.
func ReadPath(v document.Value, source string) *Path {
	if path := readPath(v, source); path != nil {
		return &Path{path}
	}
	return nil
}

// Select returns the values at the path.
func (p *Path) Select(doc any) []any { return p.path.Select(doc) }

func (p *Path) String() string { return p.path.String() }

// ReadPattern reads a regular expression; nil where it reported that it is none.
func ReadPattern(v document.Value) *regexp.Regexp { return pattern(v) }

// Compact is a JSON value as text.
func Compact(v any) string { return compact(v) }
