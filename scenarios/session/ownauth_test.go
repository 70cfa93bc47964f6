package session

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tollgate/scenarios"
	"tollgate/targets"
)

// An issuing keyring has issued some tokens.
type issuing struct{ tokens []string }

func (i *issuing) Warnings() []string { return nil }
func (i *issuing) Secrets() []string  { return i.tokens }

// sent is what a server received: how many requests of each path with which key.
type sent struct {
	*httptest.Server
	mu   sync.Mutex
	seen map[string]int
}

// served responds to /admin with a failure that repeats a token which was issued earlier.
func served(t *testing.T, earlier string) *sent {
	s := &sent{seen: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen[r.URL.Path+" "+r.Header.Get("X-Api-Key")]++
		if r.URL.Path == "/admin" {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "the session began with %s", earlier)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func routes(t *testing.T, address, load string) *scenarios.Scenario {
	t.Helper()
	text := fmt.Sprintf(`name: routes
targets:
  api: {kind: rest-api, url: %q, region: us-east-1, api: a, stage: s, function: {name: f}, auth: {api_key: "${env:USER_KEY}"}}
requests:
  - {name: items, path: /items}
  - {name: health, path: /health, auth: none}
  - {name: admin, path: /admin, auth: {api_key: "${env:ADMIN_KEY}"}}
%s
`, address, load)
	s, err := scenarios.Parse("routes.yaml", []byte(text), func(name string) (string, bool) { return "value-of-" + name, true })
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone
	return s
}

// A request with an auth of its own is sent with that, before what its population says,
// and that before what its target says.
func TestARequestIsSentWithItsOwnAuth(t *testing.T) {
	t.Parallel()
	const load = "constant: {rate: 60/s, for: 1s}"
	for name, test := range map[string]struct {
		load string
		want map[string]int
	}{
		"of a target": {"load: [{" + load + "}]", map[string]int{"/items value-of-USER_KEY": 20, "/health ": 20, "/admin value-of-ADMIN_KEY": 20}},
		"of populations": {
			`populations:
  free: {auth: {api_key: "${env:FREE_KEY}"}, load: [{` + load + `}]}
  public: {auth: none, requests: [items, admin], load: [{` + load + `}]}`,
			map[string]int{"/items value-of-FREE_KEY": 20, "/items ": 30, "/health ": 20, "/admin value-of-ADMIN_KEY": 50},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const earlier = "an-earlier-token-of-the-run"
			server := served(t, earlier)
			c := config(t, routes(t, server.URL, test.load))
			keyring := &issuing{[]string{earlier}}
			asked := map[targets.Auth]int{}
			c.Stamp = func(ctx context.Context, at targets.Target) (targets.Stamp, error) {
				asked[at.Auth]++
				stamp, err := keyed(ctx, at)
				stamp.Keyring = keyring
				return stamp, err
			}
			run, err := Run(t.Context(), c)
			if run == nil { // a busy machine makes it invalid, which is not what this is about
				t.Fatal(err)
			}
			server.mu.Lock()
			defer server.mu.Unlock()
			if fmt.Sprint(server.seen) != fmt.Sprint(test.want) {
				t.Errorf("the server saw %v, want %v", server.seen, test.want)
			}
			for auth, n := range asked {
				if n != 1 {
					t.Errorf("%d stamps were asked for %q", n, auth.Title())
				}
			}
			if file := holds(t, run.Dir, earlier, "value-of-ADMIN_KEY", "value-of-USER_KEY"); file != "" {
				t.Errorf("%s holds a secret", file)
			}
			if holds(t, run.Dir, "the session began with ***") == "" {
				t.Error("no file shows what the server wrote")
			}
		})
	}
}

// holds is a file of a folder that holds one of some texts, "" for none.
func holds(t *testing.T, folder string, texts ...string) (found string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				found = strings.TrimPrefix(path, folder)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What is wrong with the auth of a request is said before anything is sent.
func TestAnOwnAuthThatFailsStopsTheRun(t *testing.T) {
	t.Parallel()
	server := served(t, "")
	c := config(t, routes(t, server.URL, "load: [{constant: {rate: 60/s, for: 1s}}]"))
	c.Stamp = func(_ context.Context, at targets.Target) (targets.Stamp, error) {
		if strings.Contains(at.Auth.APIKey.Reveal(), "ADMIN") {
			return targets.Stamp{}, fmt.Errorf("no such key")
		}
		return targets.Stamp{}, nil
	}
	run, err := Run(t.Context(), c)
	if run != nil || err == nil || !strings.Contains(err.Error(), `request "admin" at target "api": no such key`) || len(server.seen) > 0 {
		t.Errorf("run %v, error %v, sent %v", run, err, server.seen)
	}
}
