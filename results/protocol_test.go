package results

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// withColumns leaves of seconds.csv the columns that an earlier version wrote.
func withColumns(t *testing.T, dir string, columns []string) {
	t.Helper()
	name := filepath.Join(dir, FileSeconds)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	w := newRowWriter()
	for _, row := range rows {
		w.row(row[:len(columns)])
	}
	if err := os.WriteFile(name, w.text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestARunSaysWhichProtocolsCarriedItsRequests(t *testing.T) {
	run, merged := runAndMerged(t)
	for _, c := range []struct {
		of   string
		run  *Run
		each int64
	}{{"a run", run, 600}, {"a merged run", merged, 1200}} {
		doc := Summarise(c.run)
		h := &HeaderBytes{Out: 30 * c.each, In: 40 * c.each, PlainOut: 200 * c.each, PlainIn: 300 * c.each}
		if got, want := doc.Targets[0].Protocols, map[string]int64{"HTTP/2": c.each}; !reflect.DeepEqual(got, want) || !reflect.DeepEqual(doc.Targets[0].Headers, h) {
			t.Errorf("%s: the first target has %v with headers %+v, want %v with %+v", c.of, got, doc.Targets[0].Headers, want, h)
		}
		if got := doc.Targets[1].Protocols["HTTP/1.1"]; got != doc.Targets[1].Requests || doc.Targets[1].Headers != nil {
			t.Errorf("%s: the second target has %d of %d requests over HTTP/1.1, with headers %+v", c.of, got, doc.Targets[1].Requests, doc.Targets[1].Headers)
		}
		if got, want := doc.Protocols(), "HTTP/2 at rest; HTTP/1.1 at http"; got != want {
			t.Errorf("%s: in words %q, want %q", c.of, got, want)
		}
	}
}

func TestRunsOfEarlierVersionsDoNotSayTheirProtocol(t *testing.T) {
	dir := recorded(t, 10, Finished)
	withColumns(t, dir, secondColumnsHTTP1)
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	doc := Summarise(run)
	if doc.Targets[0].Requests != 600 || doc.Targets[0].Protocols != nil || doc.Targets[0].Headers != nil || doc.Protocols() != "" {
		t.Errorf("%d requests, protocols %v (%q), headers %v; want 600 and nothing else", doc.Targets[0].Requests, doc.Targets[0].Protocols, doc.Protocols(), doc.Targets[0].Headers)
	}
}

func TestProtocolsInWords(t *testing.T) {
	target := func(name string, counts map[string]int64) TargetDoc { return TargetDoc{Name: name, Protocols: counts} }
	for _, c := range []struct {
		name    string
		targets []TargetDoc
		want    string
	}{
		{"nothing is known", []TargetDoc{target("a", nil)}, ""},
		{"one for all", []TargetDoc{target("a", map[string]int64{"HTTP/2": 1}), target("b", map[string]int64{"HTTP/2": 5})}, "HTTP/2"},
		{"one each", []TargetDoc{target("a", map[string]int64{"HTTP/2": 1}), target("b", map[string]int64{"HTTP/1.1": 5}), target("c", map[string]int64{"HTTP/2": 1})}, "HTTP/2 at a, c; HTTP/1.1 at b"},
		{"two at a target", []TargetDoc{target("a", map[string]int64{"HTTP/2": 97, "HTTP/1.1": 1})}, "HTTP/1.1 (1 request) and HTTP/2 (97 requests)"},
		{"one of two is known", []TargetDoc{target("a", nil), target("b", map[string]int64{"HTTP/1.0": 5})}, "HTTP/1.0"},
	} {
		if got := (&Document{Targets: c.targets}).Protocols(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestADocumentWithAnUnknownProtocolIsRefused(t *testing.T) {
	doc := document()
	doc.Targets[0].Protocols = map[string]int64{"HTTP/4": 1}
	if err := doc.check(); err != nil {
		if !strings.Contains(err.Error(), "targets[0].requests_by_protocol") {
			t.Error(err)
		}
		return
	}
	t.Error("it is accepted")
}

// runAndMerged is a recorded run, and what merging it with another like it makes.
func runAndMerged(t *testing.T) (run, merged *Run) {
	t.Helper()
	run, err := Open(recorded(t, 10, Finished))
	if err != nil {
		t.Fatal(err)
	}
	other := *run
	other.Document.ID = "another"
	if merged, err = Merge(run, &other); err != nil {
		t.Fatal(err)
	}
	return run, merged
}
