package websocket

import (
	"cmp"
	"net/http/httptest"
	urls "net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	xws "golang.org/x/net/websocket"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/loadtest"
	"tollgate/targets"
)

// A rig is a job of messages with everything that a test usually wants, and the samples that
// came of it.
type rig struct {
	job load.Job

	mu      sync.Mutex
	samples []results.Sample
	notes   []string
}

// Record implements load.Shard.
func (r *rig) Record(s *results.Sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, *s)
}

// open starts the engine and ends it with the test.
func (r *rig) open(t testing.TB) load.Engine {
	t.Helper()
	engine, err := Kind.Open(r.job)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return engine
}

// run drives one turn that starts in a moment.
func (r *rig) run(t testing.TB, e load.Engine, turn scenarios.Turn) {
	t.Helper()
	if err := e.Run(t.Context(), turn, time.Since(r.job.Epoch)+5*time.Millisecond); err != nil {
		t.Fatalf("run: %v", err)
	}
}

// drive is open and run together; the samples come in the order of their Seq.
func (r *rig) drive(t testing.TB, turn scenarios.Turn) []results.Sample {
	t.Helper()
	r.run(t, r.open(t), turn)
	return r.sorted()
}

// noted is what was noted.
func (r *rig) noted() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.notes, "\n")
}

func (r *rig) sorted() []results.Sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(r.samples), func(a, b results.Sample) int { return cmp.Compare(a.Seq, b.Seq) })
}

var every, expecting = loadtest.Every, loadtest.Expecting

// closed returns a turn of users who think so long.
func closed(users int, d, think time.Duration) scenarios.Turn {
	return scenarios.Turn{Load: scenarios.Users{N: users, Think: scenarios.Distribution{P50: think, P99: think}}, For: d, Blocks: slices.Values([]scenarios.Block{{Number: 1, For: d}})}
}

// messageRig drives messages at a server of golang.org/x/net/websocket.
func messageRig(t testing.TB, serve func(*xws.Conn), reply scenarios.Reply, body string) *rig {
	t.Helper()
	s := httptest.NewServer(xws.Server{Handler: serve}) // xws.Handler would ask for an Origin
	t.Cleanup(s.Close)
	return messagesTo(s.URL, reply, body)
}

func messagesTo(url string, reply scenarios.Reply, body string) *rig {
	at, err := urls.Parse(url)
	if err != nil {
		panic(err)
	}
	r := &rig{}
	r.job = load.Job{
		Epoch: time.Now(), Targets: []targets.Target{{Name: "local", URL: at, Kind: &targets.Origin}}, Stamps: make([]targets.Stamp, 1), Stride: 1, FlowNumber: 100, Grace: 5 * time.Second,
		Pick: func(uint64) uint16 { return 0 }, Shard: func() load.Shard { return r },
		Note: func(_ uint16, words string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.notes = append(r.notes, words)
		},
	}
	r.job.Requests = []scenarios.Request{{Name: "say", Method: "GET", Timeout: 5 * time.Second, Body: []byte(body), Socket: &scenarios.SocketStep{Reply: reply}, Header: targets.Header{"Content-Type": {"application/json"}}}}
	r.job.Options.Connections = 2
	r.job.Options.Sockets = &scenarios.Sockets{Ramp: scenarios.PerSecond(1000), Frame: 32 << 10, Reconnect: scenarios.Backoff{First: time.Millisecond, Most: 10 * time.Millisecond}, Header: targets.Header{}}
	return r
}

func heard(c *xws.Conn) (text string, ok bool) {
	return text, xws.Message.Receive(c, &text) == nil
}

func told(c *xws.Conn, text string) { _ = xws.Message.Send(c, text) }

func echoAll(c *xws.Conn) {
	for {
		text, ok := heard(c)
		if !ok {
			return
		}
		told(c, text)
	}
}

func counts(t testing.TB, e load.Engine) results.SocketDoc {
	t.Helper()
	d, ok := e.(load.SocketCounter).Sockets(0)
	if !ok {
		t.Fatal("nothing is counted")
	}
	return d
}

func pathTo(t testing.TB, source string) *check.Path {
	t.Helper()
	d := document.Open("x.yaml", []byte("match: "+source+"\n"), document.Options{})
	p := check.ReadPath(d.Value().Fields().Get("match"), source)
	if d.Err() != nil || p == nil {
		t.Fatal(d.Err())
	}
	return p
}

// until repeats what a busy machine may do late.
func until(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
	}
}
