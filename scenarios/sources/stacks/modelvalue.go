package stacks

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
)

// Values are made to this depth and number: schemas refer to themselves.
const (
	deepestExample    = 6
	mostExampleValues = 300
)

// An exampleMaker makes a value of a schema: what is required, and what the schema has a
// value for. What may be left out is: a value that was made up may ask for anything.
type exampleMaker struct {
	t     *template
	d     *door
	left  int
	apart bool // the schema refers to other models
	parts bool // it refers to parts of its document
}

// value makes a value of a schema within a document; nil if there is none, or it would be too
// deep.
func (m *exampleMaker) value(s, root *document.Node, depth int) *document.Node {
	if m.left--; s == nil || s.Type != document.Mapping || depth > deepestExample || m.left < 0 {
		return nil
	}
	if ref := s.Find("$ref"); ref != nil {
		return m.referred(ref, root, depth)
	}
	if value := namedValue(s); value != nil {
		return value
	}
	if parts := s.Find("allOf"); parts != nil {
		return m.joined(s, parts, root, depth)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		for _, one := range inner(s.Find(key)) {
			if value := m.value(one, root, depth+1); value != nil {
				return value
			}
		}
	}
	return m.typed(s, root, depth)
}

// namedValue is a value that a schema has itself.
func namedValue(s *document.Node) *document.Node {
	for _, key := range []string{"example", "const", "default"} {
		if value := s.Find(key); value != nil {
			return value
		}
	}
	for _, key := range []string{"examples", "enum"} {
		if all := inner(s.Find(key)); len(all) > 0 {
			return all[0]
		}
	}
	return nil
}

// referred makes a value of the schema that is referred to: a part of the same document, or
// another model of the API.
// Source: API Gateway developer guide, "Data models for REST APIs".
func (m *exampleMaker) referred(ref, root *document.Node, depth int) *document.Node {
	text := m.t.outline(ref)
	if pointer, within := strings.CutPrefix(text, "#/"); within {
		m.parts = true
		at := root
		for part := range strings.SplitSeq(pointer, "/") {
			at = below(at, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
		return m.value(at, root, depth+1)
	}
	m.apart = true
	schema := m.t.modelOf(m.d, ref)
	if _, name, of := strings.Cut(text, "/models/"); of && schema == nil {
		schema = m.t.modelOf(m.d, document.Text(name))
	}
	return m.value(schema, schema, depth+1)
}

// joined joins the objects of allOf.
func (m *exampleMaker) joined(s, parts, root *document.Node, depth int) *document.Node {
	made := document.Pairs()
	for _, part := range append(slices.Clone(parts.Items), s) {
		var value *document.Node
		if part == s {
			value = m.object(s, root, depth)
		} else {
			value = m.value(part, root, depth+1)
		}
		if value == nil {
			return nil
		}
		if value.Type != document.Mapping {
			return value
		}
		for _, e := range value.Entries {
			if made.Find(e.Key) == nil {
				made.Entries = append(made.Entries, e)
			}
		}
	}
	return made
}

// typed makes a value of a type. A schema without one that has properties is an object.
func (m *exampleMaker) typed(s, root *document.Node, depth int) *document.Node {
	kind := textOf(s.Find("type"))
	for _, one := range inner(s.Find("type")) {
		if kind == "" || kind == "null" {
			kind = textOf(one)
		}
	}
	switch {
	case kind == "object" || kind == "" && s.Find("properties") != nil:
		return m.object(s, root, depth)
	case kind == "array":
		made := document.Items()
		for range min(bounded(s, "minItems", 1), 5) {
			if item := m.value(s.Find("items"), root, depth+1); item != nil {
				made.Items = append(made.Items, item)
			}
		}
		return made
	case kind == "string" && textOf(s.Find("format")) == "uuid":
		return document.Text(uuidMark)
	case kind == "string":
		return document.Text(sources.ExampleText(textOf(s.Find("format")), bounded(s, "minLength", 0), bounded(s, "maxLength", math.MaxUint64)))
	case kind == "integer", kind == "number":
		return document.Number(strconv.FormatFloat(numberIn(s, kind == "integer"), 'f', -1, 64))
	case kind == "boolean":
		return yes()
	}
	return nil
}

// object makes the properties that are required, and those that the schema has values for; nil
// if one that is required cannot be made.
func (m *exampleMaker) object(s, root *document.Node, depth int) *document.Node {
	made := document.Pairs()
	required := inner(s.Find("required"))
	properties := s.Find("properties")
	if properties == nil {
		return made
	}
	for _, e := range properties.Entries {
		needed := slices.ContainsFunc(required, func(n *document.Node) bool { return textOf(n) == e.Key })
		if !needed && namedValue(e.Value) == nil {
			continue
		}
		switch value := m.value(e.Value, root, depth+1); {
		case value != nil:
			made.Entries = append(made.Entries, document.Pairs(e.Key, value).Entries...)
		case needed:
			return nil
		}
	}
	return made
}

// bounded is a bound of a schema that is a whole number.
func bounded(s *document.Node, key string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(textOf(s.Find(key)), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// numberIn is a number within the bounds of a schema: next to a bound that is excluded, a
// whole number.
func numberIn(s *document.Node, whole bool) float64 {
	bound := func(key, exclusive string) (n float64, excluded, known bool) {
		if n, err := strconv.ParseFloat(textOf(s.Find(exclusive)), 64); err == nil {
			return n, true, true
		}
		n, err := strconv.ParseFloat(textOf(s.Find(key)), 64)
		return n, textOf(s.Find(exclusive)) == "true", err == nil
	}
	n := 1.0
	if low, excluded, known := bound("minimum", "exclusiveMinimum"); known && (n < low || excluded && n == low) {
		if n = low; excluded {
			n = math.Floor(low) + 1
		}
	}
	if high, excluded, known := bound("maximum", "exclusiveMaximum"); known && (n > high || excluded && n == high) {
		if n = high; excluded {
			n = math.Ceil(high) - 1
		}
	}
	if whole {
		n = math.Ceil(n)
	}
	if step, err := strconv.ParseFloat(textOf(s.Find("multipleOf")), 64); err == nil && step > 0 {
		n = math.Ceil(n/step) * step
	}
	if math.IsInf(n, 0) || math.IsNaN(n) { // bounds that are no numbers of JSON
		return 1
	}
	return n
}
