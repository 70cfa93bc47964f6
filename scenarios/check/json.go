package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/theory/jsonpath"
	"github.com/theory/jsonpath/spec"

	"tollgate/targets/jsonschema"
)

// The bounds of a JSON body. The program's libraries would spend seconds on a number
// of a million digits, and more on a path that visits each of ten thousand levels.
const (
	deepest     = 64  // levels
	longestNum  = 400 // characters of a number
	maxExponent = 400 // beyond double precision
)

// decodeJSON reads a JSON document that anybody may have written.
func decodeJSON(text []byte) (any, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("got no body")
	}
	doc, err := jsonschema.Decode(text)
	if err != nil {
		return nil, errors.New("the body is not JSON")
	}
	return doc, bounded(doc, 0)
}

func bounded(doc any, depth int) error {
	var items []any
	switch d := doc.(type) {
	case json.Number:
		return boundedNumber(string(d))
	case []any:
		items = d
	case map[string]any:
		items = slices.Collect(maps.Values(d))
	default:
		return nil
	}
	if depth == deepest {
		return fmt.Errorf("the body is nested deeper than the %d levels that checks read", deepest)
	}
	for _, item := range items {
		if err := bounded(item, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func boundedNumber(s string) error {
	exponent := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(s[i+1:]); err != nil {
			exponent = math.MaxInt
		}
	}
	if len(s) > longestNum || exponent > maxExponent || exponent < -maxExponent {
		return errors.New("the body has a number beyond double precision, which checks do not read")
	}
	return nil
}

// A node is what the values at a path are expected to be.
type node struct {
	path   *jsonpath.Path
	secret func(name string) bool // whether the value of that name is not to be shown
	absent bool
	meets  func(value any) bool // nil: any value
}

func (n node) passes(r *reading) bool {
	doc, err := r.json()
	if err != nil {
		return false
	}
	selected := n.path.Select(doc)
	if n.absent || len(selected) == 0 {
		return n.absent && len(selected) == 0
	}
	return n.meets == nil || !slices.ContainsFunc(selected, func(v any) bool { return !n.meets(v) })
}

func (n node) saw(r *reading) string {
	doc, err := r.json()
	if err != nil {
		return err.Error()
	}
	selected := n.path.SelectLocated(doc)
	for _, one := range selected {
		if n.absent || !n.meets(one.Node) {
			text := "got " + shown(compact(one.Node), n.secret(lastName(one.Path)))
			if len(selected) > 1 {
				text += " at " + one.Path.String()
			}
			return text
		}
	}
	return "got no such value"
}

// lastName is the innermost name on the way to a value: that of its list, for an item.
func lastName(path spec.NormalizedPath) string {
	for _, step := range slices.Backward(path) {
		if name, ok := step.(spec.Name); ok {
			return string(name)
		}
	}
	return ""
}

// compact is a value as JSON.
func compact(v any) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // it was decoded from JSON
	return strings.TrimSpace(out.String())
}

// The types of JSON Schema.
var types = []string{"string", "number", "integer", "boolean", "object", "array", "null"}

// isType reports whether a value has a type.
func isType(v any, want string) bool {
	got := ""
	switch v := v.(type) {
	case string:
		got = "string"
	case bool:
		got = "boolean"
	case nil:
		got = "null"
	case []any:
		got = "array"
	case map[string]any:
		got = "object"
	case json.Number:
		return want == "number" || want == "integer" && isWhole(string(v))
	}
	return got == want
}

// isWhole reports whether a number has no fraction: 3, 3.0 and 3e2 have none.
func isWhole(s string) bool {
	if !strings.ContainsAny(s, ".eE") {
		return true
	}
	x, err := strconv.ParseFloat(s, 64)
	return err == nil && x == math.Trunc(x)
}

// equal compares two JSON values.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && equalNumbers(string(a), string(b))
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	}
	switch b.(type) {
	case []any, map[string]any:
		return false // which Go cannot compare
	}
	return a == b
}

func equalNumbers(a, b string) bool {
	if a == b {
		return true
	}
	if !strings.ContainsAny(a+b, ".eE") {
		return strings.TrimPrefix(a, "-") == "0" && strings.TrimPrefix(b, "-") == "0"
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

// A wholeBody is what the whole body is expected to be.
type wholeBody struct{ schema *jsonschema.Schema }

func (w wholeBody) passes(r *reading) bool {
	doc, err := r.json()
	return err == nil && w.schema.Validate(doc) == nil
}

func (w wholeBody) saw(r *reading) string {
	doc, err := r.json()
	if err == nil {
		err = w.schema.Validate(doc)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}
