package session

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// The run's record says that a cache is emptied before it is, and a flush that fails ends the
// probe.
func TestACacheIsFlushedAndTheRecordSaysSo(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		fails error
		lacks bool
		want  string // "": it is flushed
	}{
		{name: "flushed"},
		{name: "refused", fails: errors.New("not allowed"), want: "not allowed"},
		{name: "without the means", lacks: true, want: "this program cannot do that here"},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		recorder, err := results.Create(dir, results.Document{Version: 1, Started: time.Now()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var flushed []string
		c := Config{Progress: func(Progress) {}, Flush: func(_ context.Context, at targets.Target) error {
			flushed = append(flushed, at.Name)
			return row.fails
		}}
		if row.lacks {
			c.Flush = nil
		}
		shop := targets.Target{Name: "shop"}
		q := probe.Question{Probe: &probe.Probe{Name: "cache"}, Target: shop, Flushes: true}
		p := &prober{session: &session{Config: c, plan: &scenarios.Plan{}, targets: []targets.Target{shop}}, question: &q, recorder: recorder}
		err = p.flush(t.Context())
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
		if !row.lacks && !slices.Equal(flushed, []string{"shop"}) {
			t.Errorf("%s: flushed %q", row.name, flushed)
		}
		if err := recorder.Close(results.Finished); err != nil {
			t.Fatal(err)
		}
		run, err := results.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if w := run.Document.Warnings; len(w) != 1 || !strings.Contains(w[0], "probe cache at shop empties the cache of the stage once (FlushStageCache)") {
			t.Errorf("%s: the record says %q", row.name, w)
		}
	}
}
