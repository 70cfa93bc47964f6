//go:build linux

package engines

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/scenarios/load/wire"
)

// A nought is a shard that keeps nothing.
type nought struct{ ended int }

func (n *nought) Record(*results.Sample) { n.ended++ }

// answerAll serves without allocating: what is measured is the client.
func answerAll(c net.Conn) {
	answer := []byte(sized(200, `{"class":"iris-setosa"}`))
	b := make([]byte, 4096)
	for {
		if _, err := c.Read(b); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

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
	shard = new(nought)
	r.job.Shard = func() load.Shard { return shard }
	r.job.Options.Connections, r.job.Options.MaxConnections, r.job.TLS = 8, 8, config
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
			if got := float64(after.Mallocs-before.Mallocs) - perTurn; !raceEnabled && got > row.most*n*1.05 {
				t.Errorf("%.0f allocations for %d requests, want %.0f each", got, n, row.most)
			}
		})
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
