package scenarios

import (
	"slices"
	"strings"
	"testing"
)

// Whatever a file holds, Parse ends, and either says where it is wrong or gives
// a scenario that can be planned.
func FuzzParse(f *testing.F) {
	for _, r := range slices.Concat(rows, populationRows()) {
		f.Add([]byte(with(f, r.old, r.new)))
	}
	for _, name := range Library() {
		_, data, err := Find(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, odd := range []string{"&a *a", "? - : |", "{[}]", "%YAML 1.2\n---\nx: !!binary |\n a", "a: >-\n\tb", "\ufeffname: x", "name: ${env:", "- - - -"} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("nowhere/x.yaml", data, environment)
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "nowhere/x.yaml") && !strings.HasPrefix(line, " ") {
					t.Errorf("without its place: %q", line)
				}
			}
			return
		}
		p, err := NewPlan(s)
		if err != nil {
			t.Fatalf("accepted, and cannot be planned: %v", err)
		}
		for turn := range p.Populations[0].Turns() {
			for block := range turn.Blocks {
				if len(block.Due) > maxBlockRequests+maxBlockRequests/100 {
					t.Fatalf("a block of %d requests", len(block.Due))
				}
				break
			}
			break
		}
	})
}
