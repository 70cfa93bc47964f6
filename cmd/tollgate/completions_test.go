//go:build unix

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// completions is a server that knows when it completed each request, by the first
// part of the request's path.
type completions struct {
	*httptest.Server
	mu  sync.Mutex
	all map[string][]time.Time
}

func serveCompletions(t *testing.T) *completions {
	c := &completions{all: map[string][]time.Time{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if strings.HasPrefix(who, slowly) {
			time.Sleep(30 * time.Millisecond) // slow for the completions of this user
		}
		fmt.Fprint(w, "{}")
		_ = http.NewResponseController(w).Flush()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.all[who] = append(c.all[who], time.Now())
	}))
	t.Cleanup(c.Close)
	return c
}

// slowly begins the names of those whose requests take longer.
const slowly = "slow"

// of are the moments in order, of one killed process.
func (c *completions) of(who string) []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Clone(c.all[who])
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// scenario writes a scenario of two seconds against the server.
func (c *completions) scenario(t *testing.T, dir, who string) string {
	t.Helper()
	file := filepath.Join(dir, "killed.yaml")
	text := fmt.Sprintf(`name: killed
targets:
  api: {kind: function-url, url: %q, region: us-east-1}
requests:
  - {name: get, path: /}
load:
  - constant: {rate: 100/s, for: 2s}
pricing: {region: us-east-1, requests_per_month: 1M}
`, c.URL+"/"+who)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
