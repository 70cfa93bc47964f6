package jsonschema

import (
	"strings"
	"testing"
)

func TestValidateSaysWhereADocumentIsWrong(t *testing.T) {
	for _, row := range []struct{ name, schema, doc, want string }{
		{"what is right", `{"type": "object"}`, `{}`, ""},
		{"the document itself", `{"type": "object"}`, `[]`, "got array, want object"},
		{"a member of a member", `{"properties": {"a/b": {"items": {"type": "integer"}}}}`, `{"a/b": [1, "x"]}`, "at /a~1b/1: got string, want integer"},
		{"a member that is missing", `{"required": ["id"]}`, `{}`, "missing property 'id'"},
		{"behind a reference within", `{"$ref": "#/$defs/n", "$defs": {"n": {"minimum": 3}}}`, `2`, "minimum: got 2, want 3"},
		{"the first of several places", `{"additionalProperties": {"type": "null"}}`, `{"d": 1, "b": 1, "a": 1, "c": 1}`, "at /a: got number, want null"},
		{"a format, without what repeats the value", `{"properties": {"day": {"format": "date"}}}`, `{"day": "tok"}`, "at /day: 'tok' is not valid date"},
		{"a quote in a name", `{"additionalProperties": {"type": "null"}}`, `{"it's": 1}`, "at /it's: got number, want null"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := Compile([]byte(row.schema), Draft2020)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := Decode([]byte(row.doc))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := s.Validate(doc); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestCompileExplainsWhatIsNoSchema(t *testing.T) {
	for _, row := range []struct{ name, schema, want string }{
		{"not JSON", `{`, "unexpected EOF"},
		{"a type that is none", `{"properties": {"a": {"type": "strin"}}}`, "at /properties/a/type: "},
		{"a regular expression that is none", `{"pattern": "("}`, "missing closing )"},
		{"a reference to another document", `{"$ref": "http://127.0.0.1/x.json"}`, "must stand alone"},
		{"a reference to a file", `{"$ref": "file:///etc/passwd"}`, "must stand alone"},
		{"a reference to nothing", `{"$ref": "#/$defs/no"}`, "/$defs/no"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Compile([]byte(row.schema), Draft2020)
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %q in one line", err, row.want)
			}
		})
	}
}

func TestADraftIsThatOfItsTime(t *testing.T) {
	const exclusive = `{"maximum": 3, "exclusiveMaximum": true}` // a number since draft 6
	if _, err := Compile([]byte(exclusive), Draft4); err != nil {
		t.Errorf("draft 4: %v", err)
	}
	if _, err := Compile([]byte(exclusive), Draft2020); err == nil {
		t.Error("draft 2020-12 accepts it")
	}
}
