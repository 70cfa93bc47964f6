package scenarios

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/targets"
)

// compiled is the published schema, checked against draft 2020-12 itself.
func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// against validates YAML as an editor does: without following references.
func against(s *jsonschema.Schema, data []byte) error {
	asJSON, err := yaml.YAMLToJSON(data)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// What the parser refuses an editor marks, and nothing else, except where a
// row says that no schema can know.
func TestTheSchemaAndTheParserAgree(t *testing.T) {
	s := compiled(t)
	for _, r := range slices.Concat(rows, populationRows(), connectionRows, flowRows(), streamRows(), socketRows(), webFunctionRows, distributionRows()) {
		t.Run(r.name, func(t *testing.T) {
			if r.deeper {
				t.Log("for the parser alone")
				return
			}
			err := against(s, []byte(with(t, r.old, r.new)))
			if r.want == "" && err != nil {
				t.Errorf("the parser accepts it, and the schema says %v", err)
			}
			if r.want != "" && err == nil {
				t.Errorf("the schema accepts it, and the parser says %q", r.want)
			}
		})
	}
}

func TestEveryScenarioThatShipsValidates(t *testing.T) {
	s := compiled(t)
	for _, name := range Library() {
		file, data, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := against(s, data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		checkHeader(t, file, data)
	}
	if err := against(s, Starter()); err != nil {
		t.Errorf("template: %v", err)
	}
	if !bytes.HasPrefix(Starter(), []byte("# yaml-language-server: $schema=./scenario.schema.json\n")) {
		t.Error("the template does not name the schema that init writes next to it")
	}
}

// checkHeader follows the line by which an editor finds the schema.
func checkHeader(t *testing.T, file string, data []byte) {
	t.Helper()
	first, _, _ := strings.Cut(string(data), "\n")
	name, found := strings.CutPrefix(first, "# yaml-language-server: $schema=")
	if !found {
		t.Errorf("%s: the first line is %q", file, first)
		return
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(file), name)); err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

// The lists that are in the schema and in Go are the same lists.
func TestTheSchemaKnowsWhatTheParserKnows(t *testing.T) {
	var doc struct {
		Properties map[string]struct {
			Items struct {
				AnyOf []struct{ Const, Description string }
			}
		}
		Defs map[string]struct {
			AnyOf      []struct{ Enum []string }
			Properties map[string]struct {
				AnyOf         []struct{ Enum []any }
				PropertyNames struct{ Enum []string }
			}
			AllOf []struct {
				If struct {
					Properties struct{ Kind struct{ Const string } }
				}
				Then struct{ Properties map[string]json.RawMessage }
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, k := range doc.Defs["target"].Properties["kind"].AnyOf[0].Enum {
		kinds = append(kinds, k.(string))
	}
	if !slices.Equal(kinds, kindNames()) {
		t.Errorf("kinds %v, want %v", kinds, kindNames())
	}
	var refused int
	for _, rule := range doc.Defs["target"].AllOf {
		for key, where := range keysOfKinds() {
			if slices.Contains(kindNames(), rule.If.Properties.Kind.Const) && !slices.Contains(where, rule.If.Properties.Kind.Const) {
				refused++
				if string(rule.Then.Properties[key]) != "false" {
					t.Errorf("the schema allows %s for %s", key, rule.If.Properties.Kind.Const)
				}
			}
		}
	}
	var want int
	for _, where := range keysOfKinds() {
		want += len(targets.Kinds) - len(where)
	}
	if refused != want {
		t.Errorf("%d combinations of key and kind were looked at, want %d", refused, want)
	}
	for i, f := range pricing.Features {
		known := doc.Properties["requires"].Items.AnyOf
		if i >= len(known) || known[i].Const != f.Name || known[i].Description != f.What {
			t.Errorf("the schema does not know the feature %q as the parser does", f.Name)
		}
		if f.Old != "" && !slices.ContainsFunc(known, func(k struct{ Const, Description string }) bool { return k.Const == f.Old }) {
			t.Errorf("the schema does not know %q, the earlier name of %q", f.Old, f.Name)
		}
	}
	var names []string
	for _, r := range pricing.Regions {
		names = append(names, r.Name)
	}
	if got := doc.Defs["region"].AnyOf[0].Enum; !slices.Equal(got, names) {
		t.Errorf("regions %v, want %v", got, names)
	}
	if got := doc.Defs["pricing"].Properties["rates"].PropertyNames.Enum; !slices.Equal(got, pricing.Keys()) {
		t.Errorf("rates of %v, want %v", got, pricing.Keys())
	}
	for _, w := range ways() {
		if _, known := doc.Defs["stage"].Properties[w.name]; !known {
			t.Errorf("the schema does not know the shape %q", w.name)
		}
	}
}

// An editor teaches by descriptions: every key has one, or its type has.
func TestEveryKeyOfTheSchemaIsDescribed(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := doc["$defs"].(map[string]any)
	described := func(s map[string]any) bool {
		if s["description"] != nil {
			return true
		}
		name, _ := s["$ref"].(string)
		def, _ := defs[strings.TrimPrefix(name, "#/$defs/")].(map[string]any)
		return def["description"] != nil
	}
	keys := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		m, _ := v.(map[string]any)
		if list, ok := v.([]any); ok {
			for _, item := range list {
				walk(path, item)
			}
		}
		for key, inner := range m {
			if key == "allOf" || key == "if" || key == "then" || key == "dependentSchemas" || key == "not" {
				continue
			}
			walk(path+"."+key, inner)
		}
		properties, _ := m["properties"].(map[string]any)
		for key, p := range properties {
			keys++
			if p, ok := p.(map[string]any); ok && !described(p) {
				t.Errorf("%s.%s has no description", path, key)
			}
		}
	}
	walk("", doc)
	if keys < 70 {
		t.Errorf("only %d keys were looked at", keys)
	}
}

// keysOfKinds are the keys of a target that are not for all kinds, each with its
// kinds.
func keysOfKinds() map[string][]string {
	all := map[string][]string{}
	for _, k := range targets.Kinds {
		for _, key := range k.Keys {
			all[key] = append(all[key], k.Name)
		}
	}
	return all
}

func TestTheSchemaExplainsEveryMetric(t *testing.T) {
	var lines []string
	for _, m := range results.Metrics() {
		lines = append(lines, m.Form+": "+m.What)
	}
	var doc struct {
		Properties struct {
			Thresholds struct {
				Items struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Properties.Thresholds.Items.Description, "[[target][/population][/request][@stage]:] metric comparison limit. Metrics: "+strings.Join(lines, "; ")+"."; got != want {
		t.Errorf("the schema says\n%s\nwant\n%s", got, want)
	}
}
