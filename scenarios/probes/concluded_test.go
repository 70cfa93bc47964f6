//go:build probes

package probes_test

import (
	"context"
	"fmt"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets"
)

// keyed proves requests by the API key of a target.
func keyed(_ context.Context, t targets.Target) (targets.Stamp, error) {
	return targets.Stamp{Sign: func(r *targets.Request) error {
		if !t.Auth.APIKey.IsZero() {
			r.Header.Set("X-Api-Key", t.Auth.APIKey.Reveal())
		}
		return nil
	}}, nil
}

// asking is the set-up of a run of one probe at a target, with its key.
func asking(t *testing.T, target targets.Target, probe string) session.Config {
	t.Helper()
	text := fmt.Sprintf("name: live\ntargets:\n  door: {kind: %s, url: %q, region: us-east-1}\nrequests:\n  - {name: health, path: /}\nprobes:\n  - %s\n", target.Kind.Name, target.URL, probe)
	s, err := scenarios.Parse("live.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.Lab = "door", false // it runs already
	s.Targets[0] = target
	return session.Config{Scenario: s, Out: t.TempDir(), Stamp: keyed}
}

// concluded runs a scenario of one probe at a target, with its key.
func concluded(t *testing.T, target targets.Target, probe string) (results.Finding, error) {
	t.Helper()
	run, err := session.Run(t.Context(), asking(t, target, probe))
	if run == nil || len(run.Findings) != 1 {
		return results.Finding{}, fmt.Errorf("no finding: %w", err)
	}
	return run.Findings[0], nil
}
