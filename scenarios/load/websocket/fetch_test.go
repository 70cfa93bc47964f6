package websocket

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	xws "golang.org/x/net/websocket"

	"tollgate/results"
	"tollgate/targets/websocket"
)

// A request to another host is a step as any other: what it leaves is sent later, and where
// it fails its flow ends, with or without a connection.
func TestAStepOfAFlowMayGoToAnotherHost(t *testing.T) {
	t.Parallel()
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	for _, row := range []struct {
		name, steps string
		want        []string
		opened      int64
	}{
		{"a token is sent as what connects, and as a message", `      - {name: login, url: "HOST/login", extract: {token: $.token}}
      - {name: open, connect: {path: "/?token=${steps.login.token}"}}
      - {name: say, send: "${steps.login.token}", expect: {body: {contains: t-1}}}
      - {name: more, url: "HOST/more", body: "${steps.login.token}", expect: {status: 200}}
      - {name: bye, close: 1000}`, []string{"bye 101 ok", "login 200 ok", "more 200 ok", "open 101 ok", "say 101 ok", "walk 0 ok"}, 1},
		{"no token is no connection", `      - {name: login, url: "HOST/none", extract: {token: $.token}}
      - {name: open, connect: {path: "/?token=${steps.login.token}"}}`, []string{"login 404 4xx", "walk 404 4xx"}, 0},
		{"a value that is not there", `      - {name: login, url: "HOST/login", extract: {token: $.secret}}
      - {name: open, connect: {path: "/?token=${steps.login.token}"}}`, []string{"login 200 unexpected: extract token", "walk 200 unexpected: extract token"}, 0},
		{"a host that is not there", `      - {name: login, url: "DEAD/login"}
      - {name: open, connect: {}}`, []string{"login 0 connection", "walk 0 connection"}, 0},
		{"a request that fails when the connection is open", `      - {name: open, connect: {}}
      - {name: more, url: "HOST/none"}
      - {name: say, send: hello}`, []string{"more 404 4xx", "open 101 ok", "walk 404 4xx"}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch body, _ := io.ReadAll(r.Body); {
				case r.URL.Path == "/login":
					_, _ = io.WriteString(w, `{"token": "t-1"}`)
				case r.URL.Path != "/more" || string(body) != "t-1":
					w.WriteHeader(http.StatusNotFound)
				}
			}))
			defer host.Close()
			sockets := serveSockets(t, func(p *peer) {
				if token := p.asked.URL.Query().Get("token"); strings.Contains(row.steps, "token=") && token != "t-1" {
					t.Errorf("connected with %q", token)
				}
				for m, ok := p.hear(); ok; m, ok = p.hear() {
					p.say(websocket.Text, string(m.Payload))
				}
			}, nil)
			steps := strings.NewReplacer("HOST", host.URL, "DEAD", dead.URL).Replace(row.steps)
			r := flowRig(t, sockets.URL, steps, "hosts: [\""+host.URL+"\", \""+dead.URL+"\"]\n")
			e := r.open(t)
			r.run(t, e, every(time.Millisecond, 1))
			if got := r.said(); !slices.Equal(got, row.want) {
				t.Errorf("%q, want %q", got, row.want)
			}
			if d := counts(t, e); d.Opened != row.opened {
				t.Errorf("%d connections were opened, want %d", d.Opened, row.opened)
			}
		})
	}
}

// Users of the closed model fetch a token each time they connect; a limit on what is in
// flight holds for requests and messages together.
func TestUsersFetchAndConnect(t *testing.T) {
	t.Parallel()
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"token": "t-1"}`) }))
	defer host.Close()
	sockets := httptest.NewServer(xws.Server{Handler: echoAll})
	defer sockets.Close()
	r := flowRig(t, sockets.URL, `      - {name: login, url: "`+host.URL+`", extract: {token: $.token}}
      - {name: open, connect: {headers: {Authorization: "${steps.login.token}"}}}
      - {name: say, send: "${steps.login.token}"}`, "hosts: [\""+host.URL+"\"]\n")
	r.job.Options.MaxInFlight = 2
	e := r.open(t)
	r.run(t, e, closed(4, 200*time.Millisecond, time.Millisecond))
	walks, requests := 0, map[string]int{}
	for _, s := range r.sorted() {
		if s.Outcome() != results.OK {
			t.Errorf("request %d: %d %v", s.Request, s.Code, s.Err)
		}
		if s.Request >= 100 {
			walks++
			continue
		}
		requests[r.job.Requests[s.Request].Name]++
	}
	if walks == 0 || requests["f/login"] != walks || requests["f/say"] != walks || int64(walks) != counts(t, e).Opened {
		t.Errorf("%d walks with %v, %d connections", walks, requests, counts(t, e).Opened)
	}
	if h := e.Health(); h.InFlight > 2 {
		t.Errorf("%d in flight", h.InFlight)
	}
}
