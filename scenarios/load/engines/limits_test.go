package engines

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

func TestAConnectionCarriesNoMoreRequestsThanItMay(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, method, answer string
		most                 int
	}{
		{"of known length", "GET", sized(200, "ok"), 3},
		{"one at a time", "GET", sized(200, "ok"), 1},
		{"in chunks with a trailer", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n", 3},
		{"without a body", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 3},
		{"to HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 3},
		{"to POST, which may not be repeated", "POST", "HTTP/1.1 103 Early Hints\r\n\r\n" + sized(201, "ok"), 3},
		{"longer than a buffer", "GET", sized(200, strings.Repeat("x", 300_000)), 2},
		{"any number", "GET", sized(200, "ok"), 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				// On a busy machine net/http closes a connection whose request it has not noted as
				// written 50 ms after the response.
				retried(t, func() string { return connectionsCarrying(t, e, row.method, row.answer, row.most) })
			})
		})
	}
}

// connectionsCarrying sends requests on connections of which each may carry so many, 0 for any
// number, and complains where there are more connections than that takes.
func connectionsCarrying(t *testing.T, e load.Kind, method, answer string, most int) (complaint string) {
	const n = 20
	var mu sync.Mutex
	var carried []int
	r := newRig("http://" + listen(t, func(c net.Conn) {
		mu.Lock()
		me := len(carried)
		carried = append(carried, 0)
		mu.Unlock()
		answerEach(c, answer, func() {
			mu.Lock()
			defer mu.Unlock()
			carried[me]++
		})
	}))
	r.job.Options.MaxConnections, r.job.Options.RequestsPerConnection = 1, most
	r.job.Requests[0].Method = method
	engine := r.open(t, e)
	r.run(t, engine, every(2*time.Millisecond, n))
	for _, s := range r.sorted() {
		if s.Err != results.ErrNone {
			t.Errorf("request %d: %v", s.Seq, s.Err)
		}
	}
	want := 1
	if most > 0 {
		want = (n + most - 1) / most
	}
	h := engine.Health()
	mu.Lock()
	defer mu.Unlock()
	for _, k := range carried {
		if most > 0 && k > most {
			t.Errorf("a connection carried %d requests, at most %d are allowed", k, most)
		}
	}
	if len(carried) != want || h.Opened != want || h.Retried != 0 || len(r.samples) != n {
		return fmt.Sprintf("connections carried %v, %d were opened and %d requests repeated; want %d connections and no repeats", carried, h.Opened, h.Retried, want)
	}
	return ""
}

func TestAnOldConnectionCarriesNoFurtherRequest(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		retried(t, func() string {
			const age = 50 * time.Millisecond
			r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
			r.job.Options.MaxConnections, r.job.Options.ConnectionAge = 1, age
			var opened, ended time.Duration
			connections := 0
			for _, s := range r.drive(t, e, every(5*time.Millisecond, 50)) {
				switch {
				case s.Err != results.ErrNone:
					t.Errorf("request %d: %v", s.Seq, s.Err)
				case !s.Reused:
					opened = s.Sent
					connections++
				case ended-opened >= age:
					t.Errorf("request %d is on a connection that was already %v old when the one before it had ended", s.Seq, ended-opened)
				}
				ended = s.Sent + s.Service
			}
			if connections < 2 { // a machine that stops for a moment makes one burst of all
				return fmt.Sprintf("%d connection in %v, though they live for %v", connections, 250*time.Millisecond, age)
			}
			return ""
		})
	})
}

func TestANameIsLookedUpOnceOrAsOftenAsAsked(t *testing.T) {
	t.Parallel()
	const slow = 200 * time.Millisecond
	rows := []struct {
		name        string
		refresh     time.Duration
		then        error // of every lookup but the first
		least, most int64
	}{
		{"once a run", 0, nil, 1, 1},
		{"again and again", time.Millisecond, nil, 2, 1000},
		{"again, and the name is unknown by then", time.Millisecond, errors.New("gone"), 2, 1000},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				_, port, _ := net.SplitHostPort(strings.TrimPrefix(serve(t, func(http.ResponseWriter, *http.Request) {}).URL, "http://"))
				retried(t, func() string {
					r := newRig("http://door.test:" + port)
					var asked atomic.Int64
					r.job.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
						if n := asked.Add(1); n > 1 {
							return found(row.then), row.then
						}
						time.Sleep(slow) // the slow resolver under test
						return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}, nil
					}
					r.job.Options.RequestsPerConnection, r.job.Options.DNSRefresh = 1, row.refresh
					charged := 0
					for _, s := range r.drive(t, e, every(5*time.Millisecond, 60)) {
						if s.Err != results.ErrNone || s.Reused {
							t.Errorf("request %d: %v, reused %v", s.Seq, s.Err, s.Reused)
						}
						if s.DNS > 0 {
							charged++
							if s.DNS < slow || s.Connect >= s.DNS {
								t.Errorf("resolving took %v and connecting %v, though the name took %v and is timed apart", s.DNS, s.Connect, slow)
							}
						}
					}
					if n := asked.Load(); n < row.least || n > row.most || charged != 1 {
						return fmt.Sprintf("%d lookups of which %d cost a request time; want %d to %d, and 1", n, charged, row.least, row.most)
					}
					return ""
				})
			})
		})
	}
}

func TestANameThatStandsForNothingIsUnknown(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig("http://door.test")
		r.job.Lookup = func(context.Context, string) ([]netip.Addr, error) { return nil, nil }
		for _, s := range r.drive(t, e, every(time.Millisecond, 3)) {
			if s.Err != results.ErrDNS {
				t.Errorf("request %d: %v, want a name that did not resolve", s.Seq, s.Err)
			}
		}
	})
}

// found is what a lookup with that error finds.
func found(err error) []netip.Addr {
	if err != nil {
		return nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
}
