//go:build linux

package engines

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/scenarios/load/wire"
	"tollgate/targets"
)

// A nought is a shard that keeps nothing.
type nought struct{ ended int }

func (n *nought) Record(*results.Sample) { n.ended++ }

// listenAll serves connections with answerAll, over TLS if wanted.
func listenAll(tb testing.TB, secure bool) (address string, config *tls.Config) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	address = "http://" + l.Addr().String()
	if secure {
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.StartTLS()
		tb.Cleanup(s.Close)
		config = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"}
		address = "https://" + l.Addr().String()
		l = tls.NewListener(l, &tls.Config{Certificates: s.TLS.Certificates})
	}
	go acceptAll(l, answerAll)
	return address, config
}

// openBench opens wire on eight connections that have all served before.
func openBench(tb testing.TB, secure bool, expect string) (engine load.Engine, shard *nought, epoch time.Time) {
	address, config := listenAll(tb, secure)
	r := newRig(address)
	r.job.Requests[0].Expect = expecting(tb, expect)
	r.job.TLS = config
	return openBenchOf(tb, r, 8)
}

// openBenchWith does so for a request of its own, on as many connections.
func openBenchWith(tb testing.TB, connections int, request scenarios.Request) (engine load.Engine, shard *nought, epoch time.Time) {
	address, _ := listenAll(tb, false)
	r := newRig(address)
	r.job.Requests[0] = request
	return openBenchOf(tb, r, connections)
}

func openBenchOf(tb testing.TB, r *rig, connections int) (engine load.Engine, shard *nought, epoch time.Time) {
	shard = new(nought)
	r.job.Shard = func() load.Shard { return shard }
	r.job.Options.Connections, r.job.Options.MaxConnections = connections, connections
	engine, err := wire.Kind.Open(r.job)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = engine.Close() })
	sendAll(tb, engine, r.job.Epoch, 2000)
	return engine, shard, r.job.Epoch
}

// sendAll sends n requests that are all due at once.
func sendAll(tb testing.TB, e load.Engine, epoch time.Time, n int) {
	if err := e.Run(tb.Context(), every(0, n), time.Since(epoch)); err != nil {
		tb.Fatal(err)
	}
}

// In the steady state a request allocates nothing. Over TLS, crypto/tls
// allocates a small reader for every record that it receives: one for the
// response, and one for the request in the server, which is in this process.
func TestRequestsAllocateNothing(t *testing.T) {
	for _, row := range []struct {
		name   string
		secure bool
		expect string
		most   float64 // per request
	}{{"plain", false, "", 0}, {"a status", false, "status: 2xx", 0}, {"TLS", true, "", 2}} {
		t.Run(row.name, func(t *testing.T) {
			engine, shard, epoch := openBench(t, row.secure, row.expect)
			allocatesAtMost(t, engine, shard, epoch, row.most)
		})
	}
	t.Run("values", func(t *testing.T) {
		engine, shard, epoch := openBenchWith(t, 8, constantAndTemplated(t)[1].request)
		allocatesAtMost(t, engine, shard, epoch, 0)
	})
}

func allocatesAtMost(t *testing.T, engine load.Engine, shard *nought, epoch time.Time, most float64) {
	const n = 10_000
	var before, after runtime.MemStats
	ended := shard.ended
	runtime.ReadMemStats(&before)
	sendAll(t, engine, epoch, n)
	runtime.ReadMemStats(&after)
	if shard.ended-ended != n {
		t.Errorf("%d requests ended, want %d", shard.ended-ended, n)
	}
	const perTurn = 300 // what a turn, and the test's server, allocate all the same
	if got := float64(after.Mallocs-before.Mallocs) - perTurn; !raceEnabled && got > most*n*1.05 {
		t.Errorf("%.0f allocations for %d requests, want %.0f each", got, n, most)
	}
}

// BenchmarkWire drives requests as fast as an in-process server answers them
// on eight connections. Its time contains the server's.
func BenchmarkWire(b *testing.B) {
	for _, row := range []struct {
		name   string
		secure bool
		expect string
	}{
		{"plain", false, ""},
		{"TLS", true, ""},
		{"status", false, "status: 2xx"},
		{"header", false, "headers: {content-type: {absent: true}}"},
		{"text", false, "body: {contains: setosa}"},
		{"JSON", false, "body: {json: {$.class: iris-setosa}}"},
	} {
		b.Run(row.name, func(b *testing.B) {
			engine, _, epoch := openBench(b, row.secure, row.expect)
			b.ReportAllocs()
			cpu := load.CPUTime()
			b.ResetTimer()
			sendAll(b, engine, epoch, b.N)
			b.ReportMetric(float64((load.CPUTime()-cpu).Nanoseconds())/1e3/float64(b.N), "cpu-µs/op")
		})
	}
}

// BenchmarkPacing drives a thousand requests a second and reports what the
// waiting costs and how late it is.
func BenchmarkPacing(b *testing.B) {
	for _, open := range []load.Kind{wire.Kind, nethttp.Kind} {
		b.Run(open.Name, func(b *testing.B) {
			address, _ := listenAll(b, false)
			r := newRig(address)
			engine, err := open.Open(r.job)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = engine.Close() }()
			turn := every(time.Millisecond, b.N)
			cpu := load.CPUTime()
			b.ResetTimer()
			if err := engine.Run(b.Context(), turn, time.Since(r.job.Epoch)); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64((load.CPUTime()-cpu).Microseconds())/float64(b.N), "cpu-µs/op")
			lags := results.New()
			for _, s := range r.samples {
				lags.Record(s.Lag())
			}
			b.ReportMetric(float64(lags.Quantile(0.5).Microseconds()), "lag-p50-µs")
			b.ReportMetric(float64(lags.Quantile(0.99).Microseconds()), "lag-p99-µs")
		})
	}
}

// constantAndTemplated are a request of 1 kB, and the same with three values: a column of a
// data file, an identifier and a key.
func constantAndTemplated(tb testing.TB) (rows []struct {
	name    string
	request scenarios.Request
},
) {
	add := func(name string, r scenarios.Request) {
		r.Name, r.Method, r.Timeout, r.Header = "only", "POST", 10*time.Second, targets.Header{"Content-Type": {"application/json"}}
		rows = append(rows, struct {
			name    string
			request scenarios.Request
		}{name, r})
	}
	pad := strings.Repeat("x", 900)
	add("constant", scenarios.Request{Path: "/users/4711", Body: []byte(`{"order":"00000000-0000-4000-8000-000000000000","item":"1234","pad":"` + pad + `"}`)})
	add("templated", scenarios.Request{
		Path: "/users/${users.id}", Body: []byte(`{"order":"${uuid}","item":"${key}","pad":"` + pad + `"}`), Keys: &scenarios.Keys{Count: 9999},
		Values: withData(tb, "id,name\n"+strings.Repeat("4711,ann\n", 10_000), "data: {users: users.csv}\n"),
	})
	return rows
}

// BenchmarkValues drives a request of 1 kB with and without values, each on 64 connections to
// a server in another process: the CPU time is the client's alone. All requests are due at
// once, so that nothing is rendered in pauses. Rounds of both alternate, and the ratio is the
// median of those within rounds: what else the machine does meets both alike.
func BenchmarkValues(b *testing.B) {
	type side struct {
		engine load.Engine
		epoch  time.Time
		cpu    time.Duration
	}
	var sides [2]side
	for i, row := range constantAndTemplated(b) {
		r := newRig(answeringProcess(b))
		r.job.Requests[0] = row.request
		sides[i].engine, _, sides[i].epoch = openBenchOf(b, r, 64)
	}
	const round = 20_000
	var ratios []float64
	b.ResetTimer()
	for sent := 0; sent < b.N; sent += round {
		var took [2]time.Duration
		for k := range sides {
			i := (k + len(ratios)) % 2 // neither is always the first
			cpu := load.CPUTime()
			sendAll(b, sides[i].engine, sides[i].epoch, round)
			took[i] = load.CPUTime() - cpu
			sides[i].cpu += took[i]
		}
		ratios = append(ratios, float64(took[1])/float64(took[0]))
	}
	slices.Sort(ratios)
	all := float64(len(ratios) * round)
	b.ReportMetric(float64(sides[0].cpu.Nanoseconds())/1e3/all, "constant-µs")
	b.ReportMetric(float64(sides[1].cpu.Nanoseconds())/1e3/all, "templated-µs")
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
}

// BenchmarkRendering renders the same requests without sending them.
func BenchmarkRendering(b *testing.B) {
	for _, row := range constantAndTemplated(b) {
		r := newRig("http://127.0.0.1:1")
		r.job.Requests[0] = row.request
		messages, err := load.Compose(r.job)
		if err != nil {
			b.Fatal(err)
		}
		text, s, out := messages[0][0].HTTP1(), r.job.Sending(0, 0), make([]byte, 0, 4096)
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				s.Seq++
				s.Iteration++
				if out, err = text.Append(out[:0], &s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
