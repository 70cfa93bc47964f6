package results

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/pricing"
	"tollgate/targets"
)

func validate(t *testing.T, data []byte) error {
	t.Helper()
	return validateBy(t, RunSchema(), data)
}

// validateBy says how data breaks a schema.
func validateBy(t *testing.T, by, data []byte) error {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(by))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("the.schema.json", schema); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("the.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func TestDocumentsKeepTheirSchema(t *testing.T) {
	dir := recorded(t, 4, Running)
	data, err := os.ReadFile(filepath.Join(dir, FileRun))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, data); err != nil {
		t.Errorf("while it runs: %v\n%s", err, data)
	}
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	run.Document.Thresholds = Pending([]Threshold{threshold(t, "p(99) < 10ms"), threshold(t, "rest: goodput > 1/s"), threshold(t, "http: p99.9 < 1s")})
	doc := Summarise(run)
	doc.Targets[0].Bill = &pricing.Bill{Region: "us-east-1", Book: "book", Lines: []pricing.Line{{Dimension: "x", Basis: pricing.Measured}}}
	doc.Targets[1].Observed = &ObservedDoc{Target: "http", Error: "denied", Blocks: []ColdBlock{{Block: 1, Invocations: 2, Cold: 1}}}
	doc.Targets[0].TrialSockets = &SocketDoc{Opened: 1, Closed: map[string]int64{"1000": 1}}
	doc.Targets[1].Behind, doc.Targets[1].Cache = "rest-api", map[string]int64{}
	for a := targets.CacheHit; a < targets.NumCacheAnswers; a++ {
		doc.Targets[1].Cache[a.String()] = 1
	}
	doc.SocketSteps = map[string]string{doc.Requests[0]: StepConnects}
	doc.Inputs = []Input{{Role: InputFile, Folder: "/srv/api", Name: "bodies/order.json", Digest: "ab12"}, {Role: InputLab, Name: "-"}}
	if data, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	if err := validate(t, data); err != nil {
		t.Errorf("summed up: %v", err)
	}
	for what, change := range map[string][2]string{
		"an unknown key":          {`"requests":`, `"Requests":`},
		"a file of no role":       {`"role":"lab"`, `"role":"moon"`},
		"a wrong result":          {`"result":"incomplete"`, `"result":"great"`},
		"a wrong verdict":         {`"verdict":"suspect"`, `"verdict":"good"`},
		"a number as text":        {`"bytes_in":`, `"bytes_in":"1","x":`},
		"a percentile as text":    {`"p50":`, `"p50":"fast","x":`},
		"a time that is no time":  {`"started":"`, `"started":"on `},
		"a version of the future": {`"version":1`, `"version":2`},
	} {
		broken := strings.Replace(string(data), change[0], change[1], 1)
		if broken == string(data) {
			t.Fatalf("%s: %s is not in %s", what, change[0], data)
		}
		if validate(t, []byte(broken)) == nil {
			t.Errorf("%s passes the schema", what)
		}
	}
}
