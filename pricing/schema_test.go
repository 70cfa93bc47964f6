package pricing

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/pricing/document"
)

// compiled makes a published schema ready for use.
func compiled(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", value); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("schema.json")
}

// marks reports whether an editor would mark anything in a file; ok is false if
// it is not YAML.
func marks(t *testing.T, s *jsonschema.Schema, text string) (marked, ok bool) {
	t.Helper()
	var asJSON json.RawMessage
	if document.Read("x", []byte(text), &asJSON).Err() != nil {
		return false, false
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value) != nil, true
}

// deeper are rows that only the reader can refuse: what depends on other values.
var deeper = []string{
	"absurd", "none", "a range the wrong way round", "percentiles the wrong way round", "a region that is none", "too little memory",
	"too much memory", "a day without traffic", "tiers that overlap", "a gap above the last tier", "a tier without an end before others",
	"an unknown dimension", "the wrong unit", "a task that Fargate does not have", "vCPUs that no task has", "connections stated twice",
	"more provisioned hours than a month has", "more than the stated month has", "rules without a web ACL", "a key that nothing is billed by", "a price below nothing", "viewers that do not add up",
	"an invocation without a duration", "an authorizer without a duration",
}

func TestEditorsMarkWhatTheReaderRefuses(t *testing.T) {
	workloads, books := compiled(t, WorkloadSchema()), compiled(t, BookSchema())
	check := func(s *jsonschema.Schema, name, text string) {
		if marked, ok := marks(t, s, text); ok && !marked && !slices.Contains(deeper, name) {
			t.Errorf("the schema does not mark %s", name)
		}
	}
	for _, row := range brokenWorkloads {
		check(workloads, row.name, strings.Replace(testWorkload, row.old, row.new, 1))
	}
	for _, row := range broken {
		check(books, row.name, strings.Replace(testBook, row.old, row.new, 1))
	}
	shipped, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(shipped) < 8 {
		t.Fatalf("%d examples: %v", len(shipped), err)
	}
	for _, name := range append(shipped, "starter/workload.yaml") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if marked, ok := marks(t, workloads, string(text)); marked || !ok {
			t.Errorf("the schema marks %s", name)
		}
		if w, err := ReadWorkload(name, text); err != nil || w.Notes != nil {
			t.Errorf("%s: %v, %v", name, err, w.Notes)
		}
	}
	if marked, ok := marks(t, workloads, oldWorkload); marked || !ok {
		t.Error("the schema marks a workload in old keys as wrong")
	}
	if marked, ok := marks(t, books, testBook); marked || !ok {
		t.Error("the schema marks the book of the tests")
	}
}

func TestTheSchemaOfWorkloadsHasEveryKeyThatIsRead(t *testing.T) {
	type piece struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var same func(path string, of reflect.Type, text json.RawMessage, more ...string)
	same = func(path string, of reflect.Type, text json.RawMessage, more ...string) {
		var p piece
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatal(err)
		}
		keys := slices.Clone(more)
		for i := range of.NumField() {
			key := of.Field(i).Tag.Get("json")
			if key == "-" {
				continue
			}
			keys = append(keys, key)
			if _, was, renamed := strings.Cut(of.Field(i).Tag.Get("doc"), "was="); renamed {
				was, _, _ = strings.Cut(was, ":")
				keys = append(keys, was)
				if !strings.Contains(string(p.Properties[was]), `"deprecated": true`) {
					t.Errorf("%s: the schema does not call %s deprecated", path, was)
				}
			}
			if inner := of.Field(i).Type; inner.Kind() == reflect.Struct && strings.HasSuffix(inner.Name(), "Use") {
				same(path+"."+key, inner, p.Properties[key])
			}
		}
		if got := slices.Sorted(maps.Keys(p.Properties)); !slices.Equal(got, slices.Sorted(slices.Values(keys))) {
			t.Errorf("%s: the schema has %v, the reader %v", path, got, keys)
		}
	}
	same("workload", reflect.TypeFor[Workload](), WorkloadSchema(), "version", "integration", "apis", "already_used", "rates", "savings_plan")
	same("savings_plan", reflect.TypeFor[SavingsUse](), section(t, "savings_plan"))
}

func TestTheSchemaOfAnAPIHasEveryKeyThatIsRead(t *testing.T) {
	var schema struct {
		Defs struct {
			API struct {
				Properties map[string]struct {
					Enum []string `json:"enum"`
				} `json:"properties"`
			} `json:"api"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(WorkloadSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	want := []string{"front_door", "integration"}
	for i := range reflect.TypeFor[Workload]().NumField() {
		if key := reflect.TypeFor[Workload]().Field(i).Tag.Get("json"); key != "-" && !slices.Contains(forAll, key) {
			want = append(want, key)
		}
	}
	has := schema.Defs.API.Properties
	if got := slices.Sorted(maps.Keys(has)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("the schema has %v, the reader %v", got, want)
	}
	var doors []string
	for _, d := range frontDoors() {
		doors = append(doors, d.Name)
	}
	if got := has["front_door"].Enum; !slices.Equal(got, doors) {
		t.Errorf("the schema has the front doors %v, the table %v", got, doors)
	}
}

// section is the schema of a section of a workload.
func section(t *testing.T, key string) json.RawMessage {
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(WorkloadSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	return schema.Properties[key]
}
