//go:build linux

package engines

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A server takes five requests on each connection, and says of those behind them that it
// has not seen them. A burst loses none, and opens no more than a few times the connections
// that it takes.
func TestRequestsOutliveTheConnectionsThatServersEnd(t *testing.T) {
	t.Parallel()
	const n, each = 120, 5
	for _, tunnel := range []bool{false, true} {
		t.Run(fmt.Sprintf("tunnel %v", tunnel), func(t *testing.T) {
			t.Parallel()
			eachHTTP2(t, func(t *testing.T, e load.Kind) {
				var served, connections atomic.Int64
				r := listenHTTP2(t, nil, func(p *peer, f http2.Frame) bool {
					if !asked(f) {
						return true
					}
					id := f.Header().StreamID
					switch {
					case id == 1:
						connections.Add(1)
					case id == 2*each+1:
						_ = p.WriteGoAway(2*each-1, http2.ErrCodeNo, nil)
					}
					if id > 2*each {
						return true
					}
					served.Add(1)
					p.respond(id, "200", "ok")
					return true
				})
				r.job.Requests[0].Method, r.job.Requests[0].Body = "POST", []byte("not to be sent twice")
				if tunnel {
					p := &testProxy{to: strings.TrimPrefix(r.job.Targets[0].Name, "http://")}
					r.job.Targets[0].Connection = targets.Connection{ProxyTunnel: true, Proxy: &targets.Proxy{Scheme: "http", Address: listen(t, p.serve)}}
				}
				for _, s := range r.drive(t, e, every(10*time.Microsecond, n)) {
					if s.Err != results.ErrNone || s.Code != 200 {
						t.Errorf("request %d: status %d, %v %+v", s.Seq, s.Code, s.Err, s.Excerpt)
					}
				}
				if served.Load() != n || connections.Load() > 3*n/each {
					t.Errorf("the server took %d of %d requests, on %d connections", served.Load(), n, connections.Load())
				}
			})
		})
	}
}

// A server refuses a stream although it allows more, as long as another one that has been
// answered is not wound up. The request is sent again at once, and then with pauses.
func TestStreamsAreOpenedAgainWhenTheServerHasRoom(t *testing.T) {
	t.Parallel()
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		const refusals = 4
		times := make(chan time.Time, refusals+1)
		r := listenHTTP2(t, nil, func(p *peer, f http2.Frame) bool {
			if !asked(f) {
				return true
			}
			if times <- time.Now(); len(times) <= refusals {
				_ = p.WriteRSTStream(f.Header().StreamID, http2.ErrCodeRefusedStream)
			} else {
				p.respond(f.Header().StreamID, "200", "ok")
			}
			return true
		})
		s := r.drive(t, e, every(0, 1))[0]
		if s.Err != results.ErrNone {
			t.Fatalf("%v %+v", s.Err, s.Excerpt)
		}
		first := <-times
		for range refusals - 1 {
			<-times
		}
		least := load.RefusalPause(1) + load.RefusalPause(2) + load.RefusalPause(3)
		if took := (<-times).Sub(first); took < least {
			t.Errorf("it was sent again within %v, want %v at least", took, least)
		}
	})
}

// The first request on a connection is recorded as such, also where the connection was
// opened for another one that found a free one meanwhile.
func TestEachConnectionHasOneFirstRequest(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		const n, each = 600, 5
		var mu sync.Mutex
		type connection struct{}
		carried := map[any]int{} // by connection: a port may be used again
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			c := r.Context().Value(connection{})
			if carried[c]++; carried[c] == each {
				w.Header().Set("Connection", "close")
			}
		}))
		server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connection{}, c)
		}
		server.Start()
		t.Cleanup(server.Close)
		r := newRig(server.URL)
		r.job.Options.MaxInFlight = 16
		first := 0
		for _, s := range r.drive(t, e, every(0, n)) {
			if s.Err != results.ErrNone {
				t.Fatalf("request %d: %v %+v", s.Seq, s.Err, s.Excerpt)
			}
			if !s.Reused {
				first++
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if first != len(carried) {
			t.Errorf("%d first requests are recorded, and the server saw %d connections", first, len(carried))
		}
	})
}
