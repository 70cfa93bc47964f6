package session

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/targets"
)

// An expiring keyring warns of more each time it is asked.
type expiring struct{ asked atomic.Int64 }

func (e *expiring) Warnings() []string {
	all := []string{"they expire soon", "they have expired"}
	return all[:min(e.asked.Add(1)-1, 2)]
}

func (e *expiring) Secrets() []string { return nil }

// What goes wrong with renewing credentials is among the warnings of the run,
// once each, and in the progress while the load goes on.
func TestCredentialsThatCannotBeRenewedAreReported(t *testing.T) {
	t.Parallel()
	c := config(t, scenario(t, []string{server(t, new(atomic.Int64)).URL}, "constant: {rate: 50/s, for: 1500ms}", ""))
	var of expiring
	c.Stamp = func(context.Context, targets.Target) (targets.Stamp, error) {
		return targets.Stamp{Sign: func(*targets.Request) error { return nil }, PerRequest: true, Keyring: &of}, nil
	}
	var mu sync.Mutex
	var seen []string
	c.Progress = func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Warning != "" && !slices.Contains(seen, p.Warning) {
			seen = append(seen, p.Warning)
		}
	}
	run, err := Run(t.Context(), c)
	if run == nil { // on a busy machine it may be invalid
		t.Fatal(err)
	}
	want := []string{`target "t0": they expire soon`, `target "t0": they have expired`}
	if !slices.Equal(run.Document.Warnings, want) || len(seen) == 0 || seen[0] != want[0] {
		t.Errorf("the run says %q, and its progress %q", strings.Join(run.Document.Warnings, "\n"), seen)
	}
}

// Stamps are renewed for as long as the session goes on, and no longer.
func TestStampsEndWithTheSession(t *testing.T) {
	t.Parallel()
	c := config(t, scenario(t, []string{server(t, new(atomic.Int64)).URL}, "constant: {rate: 50/s, for: 20ms}", ""))
	var of context.Context
	c.Stamp = func(ctx context.Context, _ targets.Target) (targets.Stamp, error) {
		of = ctx
		return targets.Stamp{Sign: func(*targets.Request) error { return ctx.Err() }, PerRequest: true}, nil
	}
	run, err := Run(t.Context(), c)
	if run == nil { // on a busy machine it may be invalid
		t.Fatal(err)
	}
	select {
	case <-of.Done():
	case <-time.After(10 * time.Second):
		t.Error("the session is over, and its credentials are renewed for ever")
	}
	if n := run.Document.Targets[0].Requests; n != 1 {
		t.Errorf("%d requests", n)
	}
}

// What an engine says of a target is kept once, among the run's warnings.
func TestNotesOfTheEngineAreWarningsOfTheRun(t *testing.T) {
	t.Parallel()
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, b, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\nX Bad: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
		_ = b.Flush()
	}))
	defer odd.Close()
	c := config(t, scenario(t, []string{odd.URL}, "constant: {rate: 50/s, for: 1s}", month))
	run, err := Run(t.Context(), c)
	if run == nil { // whether this machine was punctual is not the question
		t.Fatal(err)
	}
	want := `target "t0": its responses deviate from HTTP and were read as browsers read them: a header's name holds a character that no name may hold; the header was ignored`
	found := 0
	for _, w := range run.Document.Warnings {
		if w == want {
			found++
		}
	}
	if found != 1 {
		t.Errorf("warnings %q", slices.Sorted(slices.Values(run.Document.Warnings)))
	}
}
