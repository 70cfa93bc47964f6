package session

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
)

// The run is kept, says why it ended early, and each target has received each row once.
func TestDataThatIsUsedUpEndsTheLoad(t *testing.T) {
	t.Parallel()
	const rows = 60
	var mu sync.Mutex
	received := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		received[r.URL.Path]++
	}))
	t.Cleanup(s.Close)
	dir, file := t.TempDir(), []byte("id\n")
	for i := range rows {
		file = fmt.Appendln(file, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("name: once\ntargets: {a: {kind: origin, url: %q}, b: {kind: origin, url: %q}}\ndata: {users: {file: users.csv, pick: unique}}\nrequests: [{name: get, path: '/${users.id}'}]\nload: [constant: {rate: 40/s, for: 4s}]\nblocks: 4\n", s.URL+"/a", s.URL+"/b")
	parsed, err := scenarios.Parse(filepath.Join(dir, "x.yaml"), []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	run, err := Run(t.Context(), config(t, parsed))
	if run == nil {
		t.Fatal(err)
	}
	d := run.Document
	if d.State != results.Finished || d.Stopped == 0 || d.Stopped > 8 {
		t.Errorf("state %s, stopped after %g s", d.State, d.Stopped)
	}
	if all := strings.Join(d.Warnings, "\n"); !strings.Contains(all, "the load ended after ") || !strings.Contains(all, ": data users: no unused row is left of the 60 in users.csv (pick: unique)") {
		t.Errorf("warnings %q", all)
	}
	if a, b := d.Targets[0].Requests, d.Targets[1].Requests; a != rows || b != rows {
		t.Errorf("%d and %d requests", a, b)
	}
	mu.Lock()
	defer mu.Unlock()
	for path, n := range received {
		if n > 1 {
			t.Errorf("%s was asked for %d times", path, n)
		}
	}
	for _, target := range d.Targets {
		if target.Rate < 20 || target.Rate > 60 {
			t.Errorf("%s has %g requests/s, and 40 were due", target.Name, target.Rate)
		}
	}
}
