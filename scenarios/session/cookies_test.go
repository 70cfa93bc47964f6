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
	const users = 4
	for _, row := range []struct {
		keys    string
		unknown func(requests int64) int64
		fresh   bool
	}{
		{"cookies: true", func(int64) int64 { return users }, false},
		{"cookies: true, keepalive: false", func(int64) int64 { return users }, true},
		{"cookies: false", func(requests int64) int64 { return requests }, false},
	} {
		t.Run(row.keys, func(t *testing.T) {
			t.Parallel()
			var all []*instance
			var urls []string
			for range 2 {
				one := &instance{clients: map[string]int{}}
				s := httptest.NewServer(one)
				t.Cleanup(s.Close)
				all, urls = append(all, one), append(urls, s.URL)
			}
			_, at := targettest.StartLab(t, lab.Config{Doors: []lab.DoorConfig{{
				Name: "alb", Kind: "alb", Rules: []doors.Rule{{Path: "/*", Targets: urls, Sticky: doors.Duration(time.Minute)}},
			}}})
			s := scenarioOf(t, []string{fmt.Sprintf("kind: alb, url: %q, region: us-east-1, zones: 2, %s", at[0].URL, row.keys)}, fmt.Sprintf("closed: {users: %d, for: 300ms}", users), month)
			s.Targets[0].URL = at[0].URL
			run, err := Run(t.Context(), config(t, s))
			if run == nil {
				t.Fatal(err)
			}
			d := run.Document.Targets[0]
			unknown := int64(all[0].clients[""] + all[1].clients[""])
			if d.Requests < 3*users || d.Failed > 0 || unknown != row.unknown(d.Requests) || len(all[0].clients) > 2 || len(all[1].clients) > 2 {
				t.Errorf("%d requests, %d failed; %d came without a cookie, want %d; the instances saw %v and %v", d.Requests, d.Failed, unknown, row.unknown(d.Requests), all[0].clients, all[1].clients)
			}
			if fresh := d.Opened == d.Requests; fresh != row.fresh {
				t.Errorf("%d connections for %d requests", d.Opened, d.Requests)
			}
		})
	}
}
