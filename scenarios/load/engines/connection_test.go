package engines

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

func TestConnectionsAreKeptAcrossInterleavedTurns(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		retried(t, func() string { return interleave(t, e) })
	})
}

// interleave complains of connections that were not kept. On a busy machine engine
// vegeta opens another one now and then.
func interleave(t *testing.T, e load.Kind) (complaint string) {
	var opened [2]atomic.Int64
	var urls []string
	for i := range opened {
		urls = append(urls, "http://"+listen(t, func(c net.Conn) {
			opened[i].Add(1)
			answerEach(c, sized(200, "ok"), func() {})
		}))
	}
	r := newRig(urls...)
	r.job.Options.MaxConnections = 1
	engine := r.open(t, e)
	for i := range 6 {
		turn := every(5*time.Millisecond, 4)
		turn.Target = uint16(i % 2)
		r.run(t, engine, turn)
	}
	h := engine.Health()
	if opened[0].Load() != 1 || opened[1].Load() != 1 || h.Opened != 2 {
		return fmt.Sprintf("%d and %d connections opened, health says %d; want one each", opened[0].Load(), opened[1].Load(), h.Opened)
	}
	fresh := 0
	for _, s := range r.samples {
		if s.Err != results.ErrNone {
			t.Errorf("request %d: %v", s.Seq, s.Err)
		}
		if !s.Reused {
			fresh++
		}
	}
	if len(r.samples) != 24 || fresh != 2 {
		t.Errorf("%d samples of which %d on a new connection, want 24 and 2", len(r.samples), fresh)
	}
	return ""
}

func TestBytesAreCountedAsOnTheWire(t *testing.T) {
	t.Parallel()
	answer := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	rows := []struct {
		name    string
		request scenarios.Request
	}{
		{"a GET", scenarios.Request{Method: "GET", Path: "/a?b=c%20d"}},
		{"a POST with a body", scenarios.Request{Method: "POST", Path: "/predict", Header: targets.Header{"content-type": {"application/json"}}, Body: []byte(`{"a":1}`)}},
		{"a POST without a body", scenarios.Request{Method: "POST", Path: "/"}},
		{"a DELETE", scenarios.Request{Method: "DELETE", Path: ""}},
		{"a large body", scenarios.Request{Method: "PUT", Path: "/up", Body: bytes.Repeat([]byte("x"), 300_000)}},
		{"a Host of its own", scenarios.Request{Method: "GET", Path: "/", Header: targets.Header{"Host": {"example.com"}, "User-Agent": {"me"}}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.request.Timeout = 10 * time.Second
			eachEngine(t, func(t *testing.T, e load.Kind) {
				heard := make(chan []byte, 10)
				addr := listen(t, func(c net.Conn) {
					var raw bytes.Buffer
					b := bufio.NewReader(io.TeeReader(c, &raw))
					for {
						r, err := http.ReadRequest(b)
						if err != nil {
							return
						}
						_, _ = io.Copy(io.Discard, r.Body)
						heard <- bytes.Clone(raw.Bytes())
						raw.Reset()
						_, _ = io.WriteString(c, answer)
					}
				})
				r := newRig("http://" + addr + "/stage")
				r.job.Options.MaxConnections = 1
				r.job.Requests[0] = row.request
				got := r.drive(t, e, every(10*time.Millisecond, 2))
				messages, err := load.Compose(r.job)
				if err != nil {
					t.Fatal(err)
				}
				want := load.AppendHTTP1(nil, &messages[0][0].Request)
				for _, s := range got {
					raw := <-heard
					if !slices.Equal(lines(raw), lines(want)) {
						t.Errorf("sent %q, want %q", clip(raw), clip(want))
					}
					if s.Out != int64(len(raw)) || s.In != int64(len(answer)) || s.Body != 3 {
						t.Errorf("out %d, in %d, body %d; want %d, %d, 3", s.Out, s.In, s.Body, len(raw), len(answer))
					}
				}
			})
		})
	}
}

// lines sorts what was sent, since the order of headers means nothing.
func lines(b []byte) []string {
	l := strings.Split(string(b), "\r\n")
	slices.Sort(l[1:])
	return l
}

func clip(b []byte) []byte { return b[:min(len(b), 400)] }

func TestRequestsArePickedBySeqAndMarked(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("X-Amzn-Requestid", "id"+req.URL.Path)
			w.Header().Set("X-Cache", "hit")
			w.Header().Set("X-Instance-Id", "i")
		}).URL)
		r.job.Marks = &scenarios.Marks{}
		r.job.Targets[0].Kind = &targets.Kind{RequestIDs: []string{"x-amzn-requestid"}}
		r.job.Requests = []scenarios.Request{{Name: "a", Path: "/a"}, {Name: "b", Path: "/b"}}
		r.job.Pick = func(seq uint64) uint16 { return uint16(seq % 2) }
		turn := every(time.Millisecond, 10)
		b := slices.Collect(turn.Blocks)
		b[0].FirstSeq = 41
		turn.Blocks = slices.Values(b)
		for i, s := range r.drive(t, e, turn) {
			want := results.Mark{RequestID: "id/" + r.job.Requests[s.Request].Name, Instance: "i", Cache: "hit"}
			if s.Seq != uint64(41+i) || s.Request != r.job.Pick(s.Seq) || s.Block != 7 || s.Mark != want {
				t.Errorf("sample %d: seq %d, request %d, block %d, mark %+v", i, s.Seq, s.Request, s.Block, s.Mark)
			}
		}
	})
}

// A key goes into the path, the query, headers and the body, whatever its length,
// before a signature is made, and with either engine.
func TestEachRequestHasItsKey(t *testing.T) {
	t.Parallel()
	keys := &scenarios.Keys{List: []string{"a", "bcd", "e-f"}, Count: 3, Pick: "in-turn"}
	for name, stamp := range map[string]targets.Stamp{
		"unsigned": {},
		"signed once": {Sign: func(r *targets.Request) error {
			r.Header.Set("Proof", "once")
			return nil
		}},
		"each signed": {PerRequest: true, Sign: func(r *targets.Request) error {
			r.Header.Set("Proof", r.URL.RequestURI()+r.Header.Get("Tenant")+strconv.Itoa(len(r.Body)))
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				heard := make(chan string, 9)
				addr := listen(t, func(c net.Conn) { hear(c, heard) })
				r := newRig("http://" + addr)
				r.job.Stamps[0] = stamp
				r.job.Requests = []scenarios.Request{{
					Name: "item", Method: "POST", Path: "/items/${key}?again=${key}", Header: targets.Header{"Tenant": {"t-${key}"}},
					Body: []byte(`{"id":"${key}","text":"$${key}"}`), Keys: keys, Timeout: 10 * time.Second,
				}}
				sent := r.drive(t, e, every(time.Millisecond, 9))
				seen := map[string]int{}
				for range sent {
					seen[<-heard]++
				}
				for i, k := range keys.List {
					uri, body, proof := "/items/"+k+"?again="+k, `{"id":"`+k+`","text":"${key}"}`, ""
					switch {
					case stamp.PerRequest:
						proof = "Proof: " + uri + "t-" + k + strconv.Itoa(len(body)) + "\r\n"
					case stamp.Sign != nil:
						proof = "Proof: once\r\n"
					}
					want := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: tollgate\r\nContent-Length: %d\r\n%sTenant: t-%s\r\n\r\n%s", uri, addr, len(body), proof, k, body)
					if seen[want] != 3 {
						t.Errorf("%q came %d times, want 3; all: %v", want, seen[want], seen)
					}
					if s := sent[i]; s.Err != results.ErrNone || s.Out != int64(len(want)) {
						t.Errorf("request %d: %v, %d bytes out, want %d", s.Seq, s.Err, s.Out, len(want))
					}
				}
			})
		})
	}
}

func TestConnectionsOpenedBeforehandAreOpenBeforeTheFirstRequest(t *testing.T) {
	oneByOne(t, func(t *testing.T, e load.Kind) {
		var opened, requests atomic.Int64
		addr := listen(t, func(c net.Conn) {
			opened.Add(1)
			b := bufio.NewReader(c)
			for {
				if _, err := http.ReadRequest(b); err != nil {
					return
				}
				requests.Add(1)
				_, _ = io.WriteString(c, sized(200, "ok"))
			}
		})
		r := newRig("http://" + addr)
		r.job.Options.Connections = 8
		engine := r.open(t, e)
		if h := engine.Health(); h.Opened != 8 || requests.Load() != 0 {
			t.Fatalf("%d connections opened and %d requests sent before the first turn; want 8 and none", h.Opened, requests.Load())
		}
		r.run(t, engine, every(5*time.Millisecond, 8)) // no more than there are connections, if none is answered in time
		for _, s := range r.sorted() {
			if s.Err != results.ErrNone || s.Connect != 0 {
				t.Errorf("request %d: %v, connecting took %v; the connection was there", s.Seq, s.Err, s.Connect)
			}
		}
		if opened.Load() > 8 {
			t.Errorf("%d connections, though 8 were there", opened.Load())
		}
	})
}

func TestAStaleConnectionIsNotTheServersFailure(t *testing.T) {
	t.Parallel()
	// The server serves one request on each connection and ends it without a
	// word, so a kept connection is stale whenever it is used again.
	eachEngine(t, func(t *testing.T, e load.Kind) {
		addr := listen(t, func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, sized(200, "ok"))
		})
		r := newRig("http://" + addr)
		for _, s := range r.drive(t, e, every(5*time.Millisecond, 40)) {
			if s.Err != results.ErrNone || s.Code != 200 {
				t.Errorf("request %d: %v with code %d", s.Seq, s.Err, s.Code)
			}
		}
		if len(r.samples) != 40 {
			t.Errorf("%d samples, want 40", len(r.samples))
		}
	})
}

// A gate is a server that can be made to hold its answers.
type gate struct {
	mu   sync.Mutex
	open chan struct{} // closed while requests pass
	in   atomic.Int64
	most atomic.Int64
}

func newGate() *gate {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	return g
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = make(chan struct{})
}

func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.open)
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := g.in.Add(1)
	defer g.in.Add(-1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	select {
	case <-open:
	case <-r.Context().Done():
	}
}

func TestMaxConnectionsHolds(t *testing.T) {
	oneByOne(t, func(t *testing.T, e load.Kind) {
		g := newGate()
		g.shut()
		r := newRig(serve(t, g.ServeHTTP).URL)
		r.job.Options.MaxConnections = 3
		engine := r.open(t, e)
		time.AfterFunc(100*time.Millisecond, g.release)
		r.run(t, engine, every(time.Millisecond, 50))
		if h := engine.Health(); g.most.Load() > 3 || h.Opened > 3 || len(r.samples) != 50 {
			t.Errorf("%d at once, %d connections, %d samples; want at most 3, 3, and 50", g.most.Load(), h.Opened, len(r.samples))
		}
	})
}
