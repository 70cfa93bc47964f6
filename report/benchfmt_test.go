package report

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"
)

// TestBlocksAreLinesForBenchstat reads the lines with the parser that benchstat has: one of
// each target and block, with units it knows.
func TestBlocksAreLinesForBenchstat(t *testing.T) {
	m := newMaker("rest", "http")
	m.run.Document.Scenario = "front doors"
	m.fill(0, 20e6, nil)
	m.fill(1, 30e6, nil)
	r, err := New(m.done(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writeBenchfmt(&b, r); err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	reader := benchfmt.NewReader(&b, "run.txt")
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Errorf("%v", rec)
		case *benchfmt.Result:
			name := rec.Name.String()
			lines[name]++
			perOp, ok := rec.Value("sec/op")
			if slow := strings.Contains(name, "http"); !ok || perOp < 0.01 || perOp > 0.1 || slow != (perOp > 0.025) || rec.Iters == 0 {
				t.Errorf("%s takes %g s, %d times", name, perOp, rec.Iters)
			}
			if config := rec.GetConfig("scenario"); config != "front doors" {
				t.Errorf("scenario is %q", config)
			}
		}
	}
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	blocks := len(r.Run.ByBlock()) / 2
	if len(lines) != 2 || lines["Front_doors/target=rest"] != blocks || lines["Front_doors/target=http"] != blocks || blocks < 2 {
		t.Errorf("lines %v of %d blocks", lines, blocks)
	}
}
