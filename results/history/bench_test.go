package history

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
)

// decade is a folder of n runs, a run each, of ten scenarios. Only what a
// refresh looks at is made; the entries are those of one true run.
func decade(b *testing.B, n int) *Index {
	b.Helper()
	folder := b.TempDir()
	template, err := Read(made(b, folder, "api", 0, nil))
	if err != nil {
		b.Fatal(err)
	}
	x, err := Open(b.Context(), folder, cacheOf(folder))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = x.Close() })
	var all []fresh
	for i := range n {
		e := *template
		e.Run, e.Started = fmt.Sprintf("run-%06d", i), began.Add(time.Duration(i)*6*time.Hour)
		e.Scenario, e.Tags = fmt.Sprintf("api-%d", i%10), results.Tags{"commit": fmt.Sprintf("%07x", i*7919), "branch": "main"}
		dir := filepath.Join(folder, e.Run)
		if err := os.Mkdir(dir, 0o750); err != nil {
			b.Fatal(err)
		}
		at := time.Now().Add(-time.Hour)
		if err := os.WriteFile(filepath.Join(dir, results.FileRun), []byte("{}"), 0o600); err != nil {
			b.Fatal(err)
		}
		if err := os.Chtimes(dir, at, at); err != nil {
			b.Fatal(err)
		}
		all = append(all, fresh{name: e.Run, stamp: fmt.Sprintf("%d -", at.UnixNano()), entry: &e})
	}
	if err := x.change(b.Context(), func(tx *sql.Tx) error { return replace(context.Background(), tx, all, nil) }); err != nil {
		b.Fatal(err)
	}
	if _, err := x.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	return x
}

// What a person waits for with ten thousand runs in a folder: each is to stay
// under 200 ms, the look for changes included.
func BenchmarkTenThousandRuns(b *testing.B) {
	x := decade(b, 10_000)
	look := func(b *testing.B) {
		if problems, err := x.Refresh(b.Context()); err != nil || len(problems) > 0 {
			b.Fatal(err, problems)
		}
	}
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			look(b)
			if es, err := x.Find(b.Context(), Filter{Limit: 50}); err != nil || len(es) != 50 {
				b.Fatal(len(es), err)
			}
		}
	})
	b.Run("filter", func(b *testing.B) {
		for b.Loop() {
			look(b)
			es, err := x.Find(b.Context(), Filter{Target: "rest", Tags: map[string]string{"branch": "main", "commit": "1ee"}, Verdict: "valid"})
			if err != nil || len(es) == 0 {
				b.Fatal(len(es), err)
			}
		}
	})
	b.Run("gate", func(b *testing.B) {
		for b.Loop() {
			look(b)
			runs, err := x.Runs(b.Context(), "api-9", ForGate)
			if err != nil || len(runs) != ForGate {
				b.Fatal(len(runs), err)
			}
			compare.Check(runs[len(runs)-1], runs[:len(runs)-1], compare.GateOptions{})
		}
	})
}
