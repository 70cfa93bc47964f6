//go:build probes

package probes_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/session"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
	"tollgate/targets/webacl"
)

// backend answers /bytes/N with so many bytes, agrees to WebSocket at /chat, and is healthy
// elsewhere.
func backend(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		digits, sized := strings.CutPrefix(r.URL.Path, "/bytes/")
		n, _ := strconv.Atoi(digits)
		switch {
		case sized:
			_, _ = io.CopyN(w, zeros{}, int64(n))
		case r.URL.Path == "/chat" && r.Header.Get("Upgrade") == "websocket":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
			_ = conn.Close()
		default:
			_, _ = io.WriteString(w, "{}")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

// Claims that only other backends, and AWS WAF, show: planted as guides have them, and otherwise.
func TestClaimsThatTheLabBringsAbout(t *testing.T) {
	server := backend(t)
	all := []lab.Route{{Path: "/", Integration: &lab.Integration{Type: "http", URL: server.URL}}, {Path: "/{all+}", Integration: &lab.Integration{Type: "http", URL: server.URL}}}
	acl := func(path string) lab.Guards {
		return lab.Guards{WebACL: &webacl.ACL{Rules: []webacl.Rule{{Name: "stop", Paths: []string{path}}}}}
	}
	quick := &lab.LogNormal{Median: lab.Duration(100 * time.Microsecond)}
	for _, row := range []struct {
		name, claim string
		door        lab.DoorConfig
		want        string // the beginning of the verdict on the claim
	}{
		{"a rule blocks", "a request that AWS WAF blocks: 403", lab.DoorConfig{Kind: "rest-api", Routes: all, Guards: acl("/prod/stop")}, "as claimed"},
		{"a rule blocks at a load balancer", "a request that AWS WAF blocks: 403", lab.DoorConfig{Kind: "alb", Rules: []lab.Rule{{Path: "/*", Targets: []string{server.URL}}}, Guards: acl("/stop")}, "as claimed"},
		{"no rule blocks", "a request that AWS WAF blocks: 403", lab.DoorConfig{Kind: "rest-api", Routes: all, Guards: acl("/prod/other")}, "cannot be told: no rule"},
		{"a server sends 9 MB", "responses may have 10 MB", lab.DoorConfig{Kind: "rest-api", Routes: all}, "as claimed"},
		{"a function sends 9 MB", "responses may have 10 MB", lab.DoorConfig{Kind: "rest-api"}, "cannot be told: a function may answer with 6 MB"},
		{"instances speak WebSocket", "a load balancer does not pass WebSocket", lab.DoorConfig{Kind: "alb", Rules: []lab.Rule{{Path: "/*", Targets: []string{server.URL}}}}, "not as claimed: it passes WebSocket"},
		{"a function is behind", "a load balancer does not pass WebSocket", lab.DoorConfig{Kind: "alb"}, "cannot be told: what is behind this path may be a function"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, doors := targettest.StartLab(t, lab.Config{Function: lab.Function{Init: quick, Warm: quick}, Doors: []lab.DoorConfig{row.door}})
			c := asking(t, doors[0], "limits: {large: '/bytes/{bytes}', blocked: /stop, websocket: /chat, max_wait: 5s}\n  - claims: {for: 1s}")
			run, err := session.Run(t.Context(), c)
			if run == nil || len(run.Findings) != 2 {
				t.Fatal(err)
			}
			for _, check := range run.Findings[1].Checks {
				if check.Claim == row.claim && strings.HasPrefix(check.Why, row.want) && (check.Holds == results.OfModel) == !strings.HasPrefix(row.want, "cannot") {
					return
				}
				if check.Claim == row.claim {
					t.Errorf("%+v\nwant %s", check, row.want)
					return
				}
			}
			t.Errorf("nothing is said of it: %s", run.Findings[1].Conclusion)
		})
	}
}
