package doors

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/pricing/document"
)

// A piece is what a test looks at in a schema.
type piece struct {
	Ref         string           `json:"$ref"`
	Description string           `json:"description"`
	Deprecated  bool             `json:"deprecated"`
	Enum        []string         `json:"enum"`
	Properties  map[string]piece `json:"properties"`
	Items       *piece           `json:"items"`
	Values      json.RawMessage  `json:"additionalProperties"`
	Defs        map[string]piece `json:"$defs"`
}

func published(t *testing.T) piece {
	t.Helper()
	var root piece
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// resolved follows a reference; the description stays that of the key.
func (p piece) resolved(root piece) piece {
	if name, found := strings.CutPrefix(p.Ref, "#/$defs/"); found {
		return root.Defs[name]
	}
	return p
}

func TestTheSchemaHasEveryFieldOfAConfigAndNoOther(t *testing.T) {
	root := published(t)
	seen := 0
	var same func(path string, of reflect.Type, p piece)
	same = func(path string, of reflect.Type, p piece) {
		p = p.resolved(root)
		switch {
		case of == reflect.TypeFor[Duration]() || of == reflect.TypeFor[json.RawMessage]():
		case of.Kind() == reflect.Pointer:
			same(path, of.Elem(), p)
		case of.Kind() == reflect.Slice:
			if p.Items == nil {
				t.Errorf("%s is no list in the schema", path)
				return
			}
			same(path+"[]", of.Elem(), *p.Items)
		case of.Kind() == reflect.Map:
			var values piece
			if err := json.Unmarshal(p.Values, &values); err != nil {
				t.Errorf("%s is no table in the schema", path)
				return
			}
			same(path+"{}", of.Elem(), values)
		case of.Kind() == reflect.Struct:
			fields := map[string]reflect.Type{}
			old := jsonFields(of, fields)
			p.Properties = maps.Clone(p.Properties)
			for _, was := range old {
				if !p.Properties[was].Deprecated {
					t.Errorf("%s: the schema does not call %s deprecated", path, was)
				}
				delete(p.Properties, was)
			}
			if want, have := slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(p.Properties)); !slices.Equal(want, have) {
				t.Errorf("%s has the fields\n%v, and in the schema\n%v", path, want, have)
			}
			for name, field := range fields {
				seen++
				at := p.Properties[name]
				if at.Description == "" && at.resolved(root).Description == "" {
					t.Errorf("%s.%s has no description", path, name)
				}
				same(path+"."+name, field, at)
			}
		}
	}
	same("lab", reflect.TypeFor[Config](), root)
	if seen < 100 {
		t.Errorf("only %d fields were looked at", seen)
	}
}

// jsonFields are the keys of a struct, and those that some of them once had.
func jsonFields(of reflect.Type, into map[string]reflect.Type) (old []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous {
			old = append(old, jsonFields(f.Type, into)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		into[name] = f.Type
		if _, was, renamed := strings.Cut(f.Tag.Get("doc"), "was="); renamed {
			was, _, _ = strings.Cut(was, ":")
			old = append(old, was)
		}
	}
	return old
}

func TestTheListsOfTheSchemaAreThoseOfTheLab(t *testing.T) {
	root := published(t)
	for what, lists := range map[string][2][]string{
		"faults":       {root.Defs["fault"].Properties["fault"].Enum, InjectedFaults()},
		"kinds":        {root.Defs["door"].Properties["kind"].Enum, strings.Split(namesOf(func(*kind) bool { return true }), ", ")},
		"integrations": {root.Defs["integration"].Properties["type"].Enum, slices.Collect(maps.Keys(integrations))},
	} {
		if have, want := slices.Sorted(slices.Values(lists[0])), slices.Sorted(slices.Values(lists[1])); !slices.Equal(have, want) {
			t.Errorf("the schema has the %s %v, want %v", what, have, want)
		}
	}
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("lab.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("lab.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// marks says whether an editor would mark anything in a lab file.
func marks(t *testing.T, s *jsonschema.Schema, text string) bool {
	t.Helper()
	var asJSON json.RawMessage
	if err := document.Read("lab.yaml", []byte(text), &asJSON).Err(); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc) != nil
}

// What the parser refuses an editor marks, except where a row says that only
// the whole file tells.
func TestTheSchemaAndTheParserAgree(t *testing.T) {
	s := compiledSchema(t)
	for _, r := range fileRows {
		t.Run(r.name, func(t *testing.T) {
			if marked := marks(t, s, r.text); marked != (r.want != "") && !r.deeper {
				t.Errorf("the schema marks it: %v; the parser says %q", marked, r.want)
			}
		})
	}
}
