package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/results/observe"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/store"
	"tollgate/scenarios/session"
)

// fleetNamed splits the address of a run in a store, such as s3://bucket/prefix/night-42, into
// the store and the run's id; false: the name is that of a run directory, or of none.
func fleetNamed(name string) (at, id string, is bool) {
	whole := strings.TrimRight(name, "/")
	cut := strings.LastIndexAny(whole, `/`+string(filepath.Separator))
	if cut < 0 {
		cut = 0
	}
	at, id = whole[:cut], strings.TrimLeft(whole[cut:], `/\`)
	if strings.HasPrefix(name, "s3://") || strings.HasPrefix(name, "file:") {
		return at, id, true
	}
	if _, err := os.Stat(filepath.Join(name, "fleet.json")); err != nil || results.IsRun(name) {
		return "", "", false
	}
	return filepath.Dir(filepath.Clean(name)), filepath.Base(filepath.Clean(name)), true
}

// mergeStored merges what the shards of a run uploaded, and takes the whole through the steps
// that no shard takes: CloudWatch is read once.
func (m *mergeFlags) mergeStored(c *cobra.Command, at, id string) error {
	st, err := store.Open(c.Context(), at)
	if err != nil {
		return usage(err)
	}
	out := m.out
	if out == "" {
		out = runsFolder()
	}
	run, err := mergeFleet(c.Context(), c, st, id, out, m.allowMissing)
	if err != nil {
		return err
	}
	book, err := books.Latest()
	if err != nil {
		return err
	}
	cfg := live(book)
	cfg.Observer = observe.Observer{}
	if m.noObserve {
		cfg.Observer = nil
	}
	if m.scenario != "" {
		if cfg.Scenario, err = loadScenario(c, m.scenario); err != nil {
			return err
		}
	}
	if run, err = session.Conclude(c.Context(), run.Dir, cfg); err != nil {
		return failure(err)
	}
	if err := present(c, run, cfg, &m.printFlags); err != nil {
		return err
	}
	return failure(session.Verdict(run))
}

// mergeFleet makes one run of what the shards of a run have in a store.
func mergeFleet(ctx context.Context, c *cobra.Command, st fleet.Store, runID, out string, allowMissing bool) (*results.Run, error) {
	folder, err := os.MkdirTemp("", "tollgate-shards-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	found, err := fleet.Collect(ctx, st, runID, folder)
	if err != nil {
		return nil, err
	}
	for _, shard := range found.Missing() {
		fmt.Fprintf(c.ErrOrStderr(), "warning: shard %d of %d: %s\n", shard.Index, found.Fleet.Count, shard)
	}
	if len(found.Whole()) == 0 {
		return nil, fmt.Errorf("no shard of run %s has results in %s: %s", runID, st, whyNone(found.Status))
	}
	return results.MergeShards(out, allowMissing, found.Whole()...)
}

// whyNone says why a run has no results.
func whyNone(s *fleet.Status) string {
	switch {
	case s.Cancelled != "":
		return "it was cancelled before its start: " + s.Cancelled
	case s.Start.IsZero():
		return "it has not started"
	}
	return "shards upload what they recorded every 10 s, and when they end"
}
