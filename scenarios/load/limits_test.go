package load

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

func TestAConnectionCarriesNoMoreRequestsThanItMay(t *testing.T) {
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
			eachEngine(t, func(t *testing.T, e engineUnderTest) {
				const n = 20
				var mu sync.Mutex
				var carried []int
				r := newRig("http://" + listen(t, func(c net.Conn) {
					mu.Lock()
					me := len(carried)
					carried = append(carried, 0)
					mu.Unlock()
					answerEach(c, row.answer, func() {
						mu.Lock()
						defer mu.Unlock()
						carried[me]++
					})
				}))
				r.job.Options.MaxConnections, r.job.Options.RequestsPerConnection = 1, row.most
				r.job.Requests[0].Method = row.method
				engine := r.open(t, e)
				r.run(t, engine, every(2*time.Millisecond, n))
				for _, s := range r.sorted() {
					if s.Err != results.ErrNone {
						t.Errorf("request %d: %v", s.Seq, s.Err)
					}
				}
				want := 1
				if row.most > 0 {
					want = (n + row.most - 1) / row.most
				}
				h := engine.Health()
				mu.Lock()
				defer mu.Unlock()
				if len(carried) != want || h.Opened != want || h.Retried != 0 || len(r.samples) != n {
					t.Errorf("connections carried %v, %d were opened and %d requests repeated; want %d connections and no repeats", carried, h.Opened, h.Retried, want)
				}
				for _, k := range carried {
					if row.most > 0 && k > row.most {
						t.Errorf("a connection carried %d requests, at most %d are allowed", k, row.most)
					}
				}
			})
		})
	}
}

func TestAnOldConnectionCarriesNoFurtherRequest(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engineUnderTest) {
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
		if connections < 2 {
			t.Errorf("%d connection in %v, though they live for %v", connections, 250*time.Millisecond, age)
		}
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
		{"again, and nobody knows any more", time.Millisecond, errors.New("gone"), 2, 1000},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e engineUnderTest) {
				_, port, _ := net.SplitHostPort(strings.TrimPrefix(serve(t, func(http.ResponseWriter, *http.Request) {}).URL, "http://"))
				r := newRig("http://door.test:" + port)
				var asked atomic.Int64
				r.job.lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
					if n := asked.Add(1); n > 1 {
						return found(row.then), row.then
					}
					time.Sleep(slow)
					return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}, nil
				}
				r.job.Options.RequestsPerConnection, r.job.Options.DNSRefresh = 1, row.refresh
				charged := 0
				for _, s := range r.drive(t, e, every(5*time.Millisecond, 40)) {
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
					t.Errorf("%d lookups of which %d cost a request time; want %d to %d, and 1", n, charged, row.least, row.most)
				}
			})
		})
	}
}

func TestAResolverFollowsItsHost(t *testing.T) {
	var now time.Duration
	var says []netip.Addr
	var fails error
	r := newRig("http://door.test:8080")
	r.job.Options.DNSRefresh = time.Second
	r.job.lookup = func(context.Context, string) ([]netip.Addr, error) { return says, fails }
	names := newResolver(r.job.Targets[0], &r.job, func() time.Duration { return now })
	defer names.close()
	steps := []struct {
		name string
		at   time.Duration
		says string // "": the lookup fails
		want string // once the lookup has ended
	}{
		{"it asks at first", 0, "192.0.2.1", "192.0.2.1:8080"},
		{"what is young enough serves", 999 * time.Millisecond, "192.0.2.2", "192.0.2.1:8080"},
		{"what is old is asked again", time.Second, "192.0.2.2", "192.0.2.2:8080"},
		{"where there is no answer the old one serves", 2 * time.Second, "", "192.0.2.2:8080"},
		{"and is not asked for at once again", 2500 * time.Millisecond, "192.0.2.3", "192.0.2.2:8080"},
		{"but later", 3 * time.Second, "192.0.2.3", "192.0.2.3:8080"},
	}
	for _, s := range steps {
		now, says, fails = s.at, nil, errors.New("no answer")
		if s.says != "" {
			says, fails = []netip.Addr{netip.MustParseAddr(s.says)}, nil
		}
		names.resolve(t.Context())
		names.answer()
		names.done.Wait()
		if got := names.known.Load(); len(got.addresses) != 1 || got.addresses[0].String() != s.want {
			t.Errorf("%s: %v, want %s", s.name, got.addresses, s.want)
		}
	}
}

// A load balancer changes its addresses as it scales, so its name is looked up
// again by default.
func TestNamesOfLoadBalancersAreLookedUpAgain(t *testing.T) {
	rows := []struct {
		what, address string
		kind          *targets.Kind
		options       scenarios.Engine
		lookups       int64 // within five minutes
	}{
		{"a load balancer", "http://my-1.eu-west-1.elb.amazonaws.com", &targets.ALB, scenarios.Engine{}, 6},
		{"a load balancer whose names are asked for more often", "http://my-1.eu-west-1.elb.amazonaws.com", &targets.ALB, scenarios.Engine{DNSRefresh: 30 * time.Second}, 11},
		{"a REST API", "https://abc.execute-api.eu-west-1.amazonaws.com", &targets.RESTAPI, scenarios.Engine{}, 1},
		{"a load balancer of the lab", "http://127.0.0.1:8080", &targets.ALB, scenarios.Engine{}, 0},
		{"a server without a kind", "http://door.test", nil, scenarios.Engine{}, 1},
	}
	for _, row := range rows {
		t.Run(row.what, func(t *testing.T) {
			r := newRig(row.address)
			r.job.Targets[0].Kind, r.job.Options = row.kind, row.options
			var asked atomic.Int64
			r.job.lookup = func(context.Context, string) ([]netip.Addr, error) {
				asked.Add(1)
				return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
			}
			now := time.Duration(0)
			names := newResolver(r.job.Targets[0], &r.job, func() time.Duration { return now })
			names.resolve(t.Context())
			for ; now <= 5*time.Minute; now += time.Second {
				names.answer()
				names.done.Wait()
			}
			if got := asked.Load(); got != row.lookups {
				t.Errorf("%d lookups, want %d", got, row.lookups)
			}
		})
	}
}

func TestANameThatStandsForNothingIsUnknown(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engineUnderTest) {
		r := newRig("http://door.test")
		r.job.lookup = func(context.Context, string) ([]netip.Addr, error) { return nil, nil }
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
