//go:build foreign && linux

package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/gateway"
)

// startGateway starts a server of S3 that others wrote, and lets the SDK find it.
func startGateway(t *testing.T) *gateway.Gateway {
	t.Helper()
	g := gateway.Start(t)
	for name, value := range g.Environment() {
		t.Setenv(name, value)
	}
	return g
}

func TestVersitygwIsAStore(t *testing.T) {
	startGateway(t)
	s, err := Open(t.Context(), "s3://loads/team")
	if err != nil {
		t.Fatal(err)
	}
	conformance(t, s)
}

func TestFourProcessesStartTogetherByVersitygw(t *testing.T) {
	startGateway(t)
	meant, began := startSkew(t, "s3://loads/team")
	t.Logf("four processes began within %v; by their clocks, within %v", began, meant)
	if meant > mostSkew {
		t.Errorf("by their clocks they began within %v, want %v", meant, mostSkew)
	}
}

// A run directory arrives, although the server is away for 30 s.
func TestUploadsSurviveVersitygwsAbsence(t *testing.T) {
	g := startGateway(t)
	s, err := Open(t.Context(), "s3://loads/team")
	if err != nil {
		t.Fatal(err)
	}
	m := &fleet.Member{Store: s, RunID: "away", Index: 1, Count: 1}
	if _, err := m.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Claim(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text := strings.Repeat("a second of latencies\n", 100_000)
	for name, text := range map[string]string{"run.json": "{}", "latency.hlog": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g.Stop()
	back := make(chan struct{})
	time.AfterFunc(30*time.Second, func() { defer close(back); g.Again(t) })
	if err := m.Uploader(dir).Close(t.Context(), fleet.Done{State: "finished"}); err != nil {
		t.Fatal(err)
	}
	<-back
	c, err := fleet.Collect(t.Context(), s, "away", t.TempDir())
	if err != nil || len(c.Missing()) > 0 {
		t.Fatalf("%+v, %v", c.Shards, err)
	}
	if got, err := os.ReadFile(filepath.Join(c.Dirs[0], "latency.hlog")); err != nil || string(got) != text {
		t.Errorf("%d bytes, want %d; %v", len(got), len(text), err)
	}
}
