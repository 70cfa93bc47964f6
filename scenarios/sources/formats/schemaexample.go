package formats

import (
	"math"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"tollgate/scenarios/sources"
)

// uuidMark stands in an example for an identifier that is another one in each request;
// escapedMark is how JSON writes it. A path has the same one always.
const (
	uuidMark    = "\x01uuid"
	escapedMark = `\u0001uuid`
	fixedUUID   = "123e4567-e89b-42d3-a456-426614174000" // the example of RFC 9562, appendix A, as version 4
)

// parameterValue is a value for a parameter, and whether the description has it.
func parameterValue(p *openapi3.Parameter) (value any, example bool) {
	if len(p.Content) > 0 {
		for _, media := range p.Content {
			return exampleOf(media.Example, media.Examples, media.Schema)
		}
	}
	return exampleOf(p.Example, p.Examples, p.Schema)
}

// exampleOf is the example that a description has, or else a value made of the schema.
func exampleOf(example any, several openapi3.Examples, schema *openapi3.SchemaRef) (value any, given bool) {
	if example != nil {
		return example, true
	}
	names := slices.Sorted(mapsKeys(several))
	for _, name := range names {
		if ref := several[name]; ref != nil && ref.Value != nil && ref.Value.Value != nil {
			return ref.Value.Value, true
		}
	}
	m := &exampleMaker{left: mostExampleValues}
	value = m.value(schema, 0)
	return value, m.given && schema != nil
}

// Values are made to this depth and number: schemas refer to themselves.
const (
	deepestExample    = 6
	mostExampleValues = 300
)

// An exampleMaker makes one value.
type exampleMaker struct {
	left  int
	given bool // the outermost value is one that the schema names
}

// value makes a value of a schema; nil if there is none, or it would be too deep.
func (m *exampleMaker) value(ref *openapi3.SchemaRef, depth int) any {
	if m.left--; ref == nil || ref.Value == nil || depth > deepestExample || m.left < 0 {
		return nil
	}
	s := ref.Value
	if value := named(s); value != nil {
		m.given = m.given || depth == 0
		return value
	}
	if len(s.AllOf) > 0 {
		return m.all(s, depth)
	}
	for _, alternatives := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf} {
		for _, one := range alternatives {
			if value := m.value(one, depth+1); value != nil {
				return value
			}
		}
	}
	return m.typed(s, depth)
}

// named is a value that a schema has itself.
func named(s *openapi3.Schema) any {
	switch {
	case s.Example != nil:
		return s.Example
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Const != nil:
		return s.Const
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	return nil
}

// all joins the objects of allOf.
func (m *exampleMaker) all(s *openapi3.Schema, depth int) any {
	joined := map[string]any{}
	var last any
	for _, part := range s.AllOf {
		switch value := m.value(part, depth+1).(type) {
		case map[string]any:
			for name, inner := range value {
				joined[name] = inner
			}
		case nil:
		default:
			last = value
		}
	}
	for name, inner := range m.object(s, depth) {
		joined[name] = inner
	}
	if len(joined) == 0 && last != nil {
		return last
	}
	return joined
}

// typed makes a value of a type. A schema without one that has properties is an object.
func (m *exampleMaker) typed(s *openapi3.Schema, depth int) any {
	switch {
	case s.Type.Includes("object") || len(s.Properties) > 0:
		return m.object(s, depth)
	case s.Type.Includes("array"):
		return m.list(s, depth)
	case s.Type.Includes("string"):
		return stringOf(s)
	case s.Type.Includes("integer"):
		return int64(math.Ceil(numberOf(s)))
	case s.Type.Includes("number"):
		return numberOf(s)
	case s.Type.Includes("boolean"):
		return true
	}
	return nil
}

func (m *exampleMaker) list(s *openapi3.Schema, depth int) any {
	items := []any{}
	for range min(max(1, s.MinItems), 5) {
		if item := m.value(s.Items, depth+1); item != nil {
			items = append(items, item)
		}
	}
	return items
}

// object makes the properties that are required or have an example; if none is required,
// all that a request may have.
func (m *exampleMaker) object(s *openapi3.Schema, depth int) map[string]any {
	made := map[string]any{}
	for _, name := range slices.Sorted(mapsKeys(s.Properties)) {
		ref := s.Properties[name]
		if ref == nil || ref.Value == nil || ref.Value.ReadOnly {
			continue
		}
		required := slices.Contains(s.Required, name)
		if !required && (len(s.Required) > 0 || depth > 2) && named(ref.Value) == nil {
			continue
		}
		if value := m.value(ref, depth+1); value != nil || required {
			made[name] = value
		}
	}
	return made
}

// stringOf makes a string. Of a pattern nothing is known but what its length must be.
func stringOf(s *openapi3.Schema) string {
	if s.Format == "uuid" {
		return uuidMark
	}
	longest := uint64(math.MaxUint64)
	if s.MaxLength != nil {
		longest = *s.MaxLength
	}
	return sources.ExampleText(s.Format, s.MinLength, longest)
}

// numberOf makes a number within the bounds of a schema.
func numberOf(s *openapi3.Schema) float64 {
	n := 1.0
	if low := s.ExclusiveMin.Value; low != nil && n <= *low {
		n = math.Floor(*low) + 1
	}
	if s.Min != nil && n < *s.Min {
		n = *s.Min
		if s.ExclusiveMin.Bool != nil && *s.ExclusiveMin.Bool {
			n = math.Floor(n) + 1
		}
	}
	if s.Max != nil && n > *s.Max {
		n = *s.Max
	}
	if step := s.MultipleOf; step != nil && *step > 0 {
		n = math.Ceil(n / *step) * *step
	}
	return n
}
