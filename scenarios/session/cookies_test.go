package session

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"tollgate/targets/lab"
	"tollgate/targets/lab/doors"
	"tollgate/targets/targettest"
)

// An instance behind a load balancer notes which clients it served, by their cookie.
type instance struct {
	mu      sync.Mutex
	clients map[string]int // requests by the load balancer's cookie; "": without
}

func (i *instance) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	at := ""
	if c, err := r.Cookie("AWSALB"); err == nil {
		at = c.Value
	}
	i.clients[at]++
}

// The lab's load balancer keeps its clients at the instances that they came to first. So
// with cookies only the first request of each user goes in turn, on whichever connection it
// is, and without them all do. Without keep-alive each request has a connection.
func TestALoadBalancerKeepsClientsByTheirCookies(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		keys           string
		remembers, one bool // users; a request for each connection
	}{
		{"cookies: true", true, false},
		{"cookies: true, keepalive: false", true, true},
		{"cookies: false", false, false},
	} {
		t.Run(row.keys, func(t *testing.T) {
			t.Parallel()
			var few string
			for range 4 { // a busy machine may send too few requests to tell
				if few = keepsClients(t, row.keys, row.remembers, row.one); few == "" {
					return
				}
			}
			t.Error(few)
		})
	}
}

// keepsClients has four users ask a load balancer with two instances. It returns why that
// says nothing, "" if it does.
func keepsClients(t *testing.T, keys string, remembers, one bool) (few string) {
	const users = 4
	var all []*instance
	var urls []string
	for range 2 {
		i := &instance{clients: map[string]int{}}
		s := httptest.NewServer(i)
		t.Cleanup(s.Close)
		all, urls = append(all, i), append(urls, s.URL)
	}
	_, at := targettest.StartLab(t, lab.Config{Doors: []lab.DoorConfig{{
		Name: "alb", Kind: "alb", Rules: []doors.Rule{{Path: "/*", Targets: urls, Sticky: doors.Duration(time.Minute)}},
	}}})
	s := scenarioOf(t, []string{fmt.Sprintf("kind: alb, url: %q, region: us-east-1, zones: 2, %s", at[0].URL, keys)}, fmt.Sprintf("closed: {users: %d, think: 5ms, for: 300ms}", users), month)
	run, err := Run(t.Context(), config(t, s))
	if run == nil {
		t.Fatal(err)
	}
	d := run.Document.Targets[0]
	if d.Requests < 5*users {
		return fmt.Sprintf("%d requests of %d users", d.Requests, users)
	}
	unknown, want := int64(all[0].clients[""]+all[1].clients[""]), d.Requests
	if remembers {
		want = users
	}
	if d.Failed > 0 || unknown != want || len(all[0].clients) > 2 || len(all[1].clients) > 2 {
		t.Errorf("%d requests, %d failed; %d came without a cookie, want %d; the instances saw %v and %v", d.Requests, d.Failed, unknown, want, all[0].clients, all[1].clients)
	}
	if (d.Opened == d.Requests) != one {
		t.Errorf("%d connections for %d requests", d.Opened, d.Requests)
	}
	return ""
}
