package otlp

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/slim/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"

	"tollgate/results"
)

// A receiving is a receiver of metrics in memory.
type receiving struct {
	begun  time.Time
	answer func(at time.Duration) (status int, reply string) // nil: 200
	hangs  func(at time.Duration) bool                       // nil: never

	mu       sync.Mutex
	requests []*http.Request
	taken    []*collector.ExportMetricsServiceRequest // with status 200
}

// RoundTrip implements http.RoundTripper.
func (r *receiving) RoundTrip(req *http.Request) (*http.Response, error) {
	at := time.Since(r.begun)
	if r.hangs != nil && r.hangs(at) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	w := httptest.NewRecorder()
	r.serve(w, req, at)
	return w.Result(), nil
}

func (r *receiving) serve(w http.ResponseWriter, req *http.Request, at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, req)
	status, reply := 200, ""
	if r.answer != nil {
		status, reply = r.answer(at)
	}
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	body, err := io.ReadAll(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" && err == nil {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, err = io.ReadAll(z)
		}
	}
	var m collector.ExportMetricsServiceRequest
	if err = errors.Join(err, proto.Unmarshal(body, &m)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if status == 200 {
		r.taken = append(r.taken, &m)
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, reply)
}

// A figure is what a receiver knows of a metric: all its points, or those with some attributes, together.
type figure struct {
	points int
	sum    float64
	counts uint64 // of histograms
	zeros  uint64
	unit   string
	start  uint64
}

// figureOf adds up the points of a metric whose attributes hold all of want ("name=value").
func figureOf(m *collector.ExportMetricsServiceRequest, name string, want ...string) (f figure) {
	matches := func(attributes []*common.KeyValue) bool {
		for _, w := range want {
			key, value, _ := strings.Cut(w, "=")
			found := false
			for _, a := range attributes {
				found = found || a.Key == key && (a.Value.GetStringValue() == value || a.Value.GetIntValue() != 0 && a.Value.String() == "int_value:"+value)
			}
			if !found {
				return false
			}
		}
		return true
	}
	numbers := func(points []*metrics.NumberDataPoint) {
		for _, p := range points {
			if matches(p.Attributes) {
				f.points, f.sum, f.start = f.points+1, f.sum+float64(p.GetAsInt())+p.GetAsDouble(), p.StartTimeUnixNano
			}
		}
	}
	for _, metric := range m.ResourceMetrics[0].ScopeMetrics[0].Metrics {
		if metric.Name != name {
			continue
		}
		f.unit = metric.Unit
		numbers(metric.GetSum().GetDataPoints())
		numbers(metric.GetGauge().GetDataPoints())
		for _, p := range metric.GetExponentialHistogram().GetDataPoints() {
			if matches(p.Attributes) {
				f.points, f.sum, f.counts, f.zeros = f.points+1, f.sum+p.GetSum(), f.counts+p.Count, f.zeros+p.ZeroCount
			}
		}
		for _, p := range metric.GetHistogram().GetDataPoints() {
			if matches(p.Attributes) {
				f.points, f.sum, f.counts = f.points+1, f.sum+p.GetSum(), f.counts+p.Count
			}
		}
	}
	return f
}

// A sending is a run of 20 s that was sent to a receiver.
type sending struct {
	to    *receiving
	run   *results.Run
	error error         // of Close
	ended time.Duration // that Close took
}

// send records a run of 20 s: 10 s of warm-up and 10 s of load with 10 requests a second,
// of which each fifth is answered by 503.
func send(t *testing.T, env map[string]string, to *receiving) *sending {
	t.Helper()
	s := &sending{to: to}
	dir := filepath.Join(t.TempDir(), "run")
	synctest.Test(t, func(t *testing.T) {
		receiver, err := ParseReceiver("http://receiver", nil, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		if err != nil {
			t.Fatal(err)
		}
		to.begun = time.Now()
		receiver.client.Transport = to
		out := New(receiver)
		r, err := results.Create(dir, results.Document{
			ID: "run-1", Scenario: "p", Tool: "v1", Tags: results.Tags{"branch": "main"}, Requests: []string{"get"}, Targets: []results.TargetDoc{{Name: "api", Kind: "origin", URL: "http://127.0.0.1:1"}},
			Stages: []results.StageDoc{
				{Name: "warm", WarmUp: true, Load: "constant 10/s", Seconds: 10, Blocks: 1, BlockS: 10, Due: 100},
				{Name: "main", Load: "constant 10/s", Seconds: 10, Blocks: 1, BlockS: 10, Due: 100},
			},
			Thresholds: []results.ThresholdResult{{Threshold: "error_share < 1%", Target: "api", Unit: "share", Why: "not measured yet"}},
		}, []byte("name: p\n"), out)
		if err != nil {
			t.Fatal(err)
		}
		r.Watch(func() results.Health { return results.Health{InFlight: 3, Skipped: 1, LagP99: time.Millisecond} })
		out.Ask(10)
		shard, begun := r.Shard(), time.Now()
		for i := range 200 {
			time.Sleep(100 * time.Millisecond) // of the bubble's clock
			at := time.Since(begun)
			sample := results.Sample{Code: 200, Block: uint32(i / 100), Due: at, Begun: at, Sent: at + time.Millisecond, Service: time.Duration(1+i%100) * time.Millisecond, In: 1000, Out: 100, Protocol: results.HTTP11, Reused: i > 0}
			if i%5 == 4 {
				sample.Code = 503
			}
			shard.Record(&sample)
		}
		if err := r.Close(results.Finished); err != nil {
			t.Fatal(err)
		}
		if s.run, err = results.Open(dir); err != nil {
			t.Fatal(err)
		}
		s.run.Document = results.Summarise(s.run)
		closing := time.Now()
		s.error = results.CloseOutputs([]results.Output{out}, s.run)
		s.ended = time.Since(closing)
	})
	return s
}

// agrees compares what a receiver knows in the end with the report.
func (s *sending) agrees(t *testing.T, of *collector.ExportMetricsServiceRequest) {
	t.Helper()
	report := &s.run.Document.Targets[0]
	const load = "tollgate.traffic=load"
	for _, row := range []struct {
		what string
		got  float64
		want float64
	}{
		{"requests", figureOf(of, "tollgate.requests", load).sum, float64(report.Requests)},
		{"good ones", figureOf(of, "tollgate.requests", load, "tollgate.outcome=ok").sum, float64(report.Outcomes["ok"].Count)},
		{"failed ones", figureOf(of, "tollgate.requests.failed", load).sum, float64(report.Failed)},
		{"responses with 503", figureOf(of, "tollgate.responses", load, "http.response.status_code=503").sum, float64(report.Status["503"])},
		{"requests over HTTP/1.1", figureOf(of, "tollgate.protocol.requests", load, "tollgate.protocol=HTTP/1.1").sum, float64(report.Protocols["HTTP/1.1"])},
		{"bytes received", figureOf(of, "tollgate.io", load, "network.io.direction=receive").sum, float64(report.BytesIn)},
		{"bytes sent", figureOf(of, "tollgate.io", load, "network.io.direction=transmit").sum, float64(report.BytesOut)},
		{"good response times", float64(figureOf(of, "tollgate.response.duration", load, "tollgate.outcome=ok").counts), float64(report.Latency["response"].N)},
		{"requests of the warm-up", figureOf(of, "tollgate.requests", "tollgate.traffic=warm_up", "tollgate.stage=warm").sum, 100},
		{"connections", figureOf(of, "tollgate.connections").sum, 1},
	} {
		if row.got != row.want || row.want == 0 {
			t.Errorf("%v %s, and the report has %v", row.got, row.what, row.want)
		}
	}
	mean := report.Latency["response"].Mean * float64(report.Latency["response"].N) / 1000
	if got := figureOf(of, "tollgate.response.duration", load, "tollgate.outcome=ok").sum; got < mean*0.999 || got > mean*1.001 {
		t.Errorf("good responses took %v s, and %v s by the report", got, mean)
	}
}

// concluded compares the conclusions of a delivery with the report.
func (s *sending) concluded(t *testing.T, of *collector.ExportMetricsServiceRequest) {
	t.Helper()
	doc, report := &s.run.Document, &s.run.Document.Targets[0]
	for _, row := range []struct {
		what string
		got  figure
		want float64
	}{
		{"the median", figureOf(of, "tollgate.target.percentile", "tollgate.clock=response", "tollgate.percentile=50"), *report.Latency["response"].P50 / 1000},
		{"the longest", figureOf(of, "tollgate.target.percentile", "tollgate.clock=service", "tollgate.percentile=100"), report.Latency["service"].Max / 1000},
		{"the rate", figureOf(of, "tollgate.target.rate", "tollgate.target=api"), report.Rate},
		{"the share of errors", figureOf(of, "tollgate.target.error_share"), report.ErrorShare},
		{"the result", figureOf(of, "tollgate.run.result", "tollgate.result="+string(doc.Result), "tollgate.verdict="+string(doc.Verdict)), 1},
		{"the threshold", figureOf(of, "tollgate.threshold.passed", "tollgate.threshold=error_share < 1%", "tollgate.scope=api"), 0},
	} {
		if row.got.points != 1 || row.got.sum != row.want {
			t.Errorf("%s is %v, and the report has %v", row.what, row.got, row.want)
		}
	}
	if f := figureOf(of, "tollgate.target.percentile", "tollgate.clock=response", "tollgate.percentile=99.9"); f.points != 0 {
		t.Errorf("a percentile that the sample does not carry is %v", f)
	}
}

func TestAReceiverGetsWhatTheReportSays(t *testing.T) {
	s := send(t, nil, &receiving{})
	if s.error != nil || s.ended != 0 {
		t.Errorf("%v, after %v", s.error, s.ended)
	}
	n := len(s.to.taken)
	if n != 5 { // after 1, 6, 11 and 16 s, and in the end
		t.Fatalf("%d deliveries in 20 s, want 5", n)
	}
	live, last := s.to.taken[1], s.to.taken[n-1]
	s.agrees(t, last)
	s.concluded(t, last)
	if f := figureOf(last, "tollgate.requests"); f.start != uint64(s.run.Document.Started.UnixNano()) {
		t.Errorf("sums count from %d, and the run started at %v", f.start, s.run.Document.Started)
	}
	for _, row := range []struct {
		what string
		got  figure
		want float64
	}{
		{"the rate asked for", figureOf(live, "tollgate.rate.asked"), 10},
		{"requests so far", figureOf(live, "tollgate.requests"), 59},
		{"requests in flight", figureOf(live, "tollgate.requests.in_flight"), 3},
		{"requests skipped", figureOf(live, "tollgate.requests.skipped"), 6},
		{"the generator's lag", figureOf(live, "tollgate.generator.lag.p99"), 0.001},
		{"the result", figureOf(live, "tollgate.run.result"), 0},
		{"the rate asked for in the end", figureOf(last, "tollgate.rate.asked"), 0},
	} {
		if row.got.sum != row.want && row.got.sum != row.want+1 { // a request on the second may count in the next one
			t.Errorf("%s is %v, want %v", row.what, row.got, row.want)
		}
	}
	resource := map[string]string{}
	for _, a := range last.ResourceMetrics[0].Resource.Attributes {
		resource[a.Key] = a.Value.GetStringValue()
	}
	for key, want := range map[string]string{"service.name": "tollgate", "service.instance.id": "run-1", "service.version": "v1", "tollgate.scenario": "p", "tollgate.tag.branch": "main"} {
		if resource[key] != want {
			t.Errorf("resource attribute %s is %q, want %q", key, resource[key], want)
		}
	}
}

func TestARecordedRunIsSentAsItWasLive(t *testing.T) {
	s := send(t, nil, &receiving{})
	later := &receiving{begun: time.Now()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { later.serve(w, r, 0) }))
	defer server.Close()
	to, err := ParseReceiver(server.URL+"/base", []string{"Authorization: Bearer hunter2"}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	if rejected, err := Send(t.Context(), to, s.run); rejected != "" || err != nil {
		t.Fatal(rejected, err)
	}
	s.agrees(t, later.taken[0])
	s.concluded(t, later.taken[0])
	if r := later.requests[0]; r.URL.Path != "/base/v1/metrics" || r.Header.Get("Authorization") != "Bearer hunter2" || r.Header.Get("Content-Type") != "application/x-protobuf" || r.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%s with %v", r.URL, r.Header)
	}
	for _, row := range []struct {
		status      int
		reply, want string
	}{
		{404, "", "give the base address"},
		{401, "who?", "the receiver wants other headers (--otlp-header): who?"},
		{302, "", "status 302"},
		{400, "out of order", "status 400: out of order"},
		{0, "", "was not delivered to " + to.String() + ": EOF"},
	} {
		later.answer = func(time.Duration) (int, string) { return row.status, row.reply }
		if _, err := Send(t.Context(), to, s.run); err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("status %d: %v, want %q", row.status, err, row.want)
		}
	}
}

func TestAReceiverThatIsDownLosesNothing(t *testing.T) {
	for _, temporality := range []string{"cumulative", "delta"} {
		down := &receiving{answer: func(at time.Duration) (int, string) {
			if at < 12*time.Second {
				return 503, "warming up"
			}
			return 200, ""
		}}
		s := send(t, map[string]string{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": temporality, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}, down)
		if s.error == nil || !strings.Contains(s.error.Error(), "3 of 5 deliveries to http://receiver/v1/metrics failed, and what was in them went with a later one: status 503: warming up") {
			t.Errorf("%s: %v", temporality, s.error)
		}
		if len(down.taken) != 2 {
			t.Fatalf("%s: %d deliveries arrived, want 2", temporality, len(down.taken))
		}
		if temporality == "cumulative" {
			s.agrees(t, down.taken[1])
			continue
		}
		var requests, lags float64
		var times uint64
		for i, m := range down.taken {
			f := figureOf(m, "tollgate.requests")
			requests, lags, times = requests+f.sum, lags+figureOf(m, "tollgate.requests.skipped").sum, times+figureOf(m, "tollgate.response.duration").counts
			if begins := time.Duration(f.start - uint64(s.run.Document.Started.UnixNano())).Round(time.Second); begins != time.Duration(i)*16*time.Second {
				t.Errorf("delta %d begins after %v", i, begins)
			}
		}
		if requests != 200 || times != 200 || lags != float64(len(s.run.Health)) {
			t.Errorf("deltas of %v requests, %d times and %v skipped ones; want 200, 200 and %d", requests, times, lags, len(s.run.Health))
		}
	}
}

func TestAReceiverThatHangsHoldsUpNothing(t *testing.T) {
	s := send(t, map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "3000"}, &receiving{hangs: func(at time.Duration) bool { return at > 8*time.Second }})
	if s.ended != 3*time.Second || s.error == nil || !strings.Contains(s.error.Error(), "the last 14 s of the run and its conclusions were not delivered to http://receiver/v1/metrics: no response within 3s") {
		t.Errorf("after %v: %v", s.ended, s.error)
	}
	if s.run.Document.State != results.Finished || s.run.Document.Targets[0].Requests != 100 || len(s.run.Seconds) < 10 {
		t.Errorf("the run is %s, with %d requests", s.run.Document.State, s.run.Document.Targets[0].Requests)
	}
}

func TestTheEndIsTriedAgain(t *testing.T) {
	var last time.Duration
	s := send(t, nil, &receiving{answer: func(at time.Duration) (int, string) {
		if last = at; at > 19*time.Second && at < 22*time.Second {
			return 429, ""
		}
		return 200, ""
	}})
	s.agrees(t, s.to.taken[len(s.to.taken)-1])
	s.concluded(t, s.to.taken[len(s.to.taken)-1])
	if last < 22*time.Second || s.ended > 3*time.Second {
		t.Errorf("the last delivery left after %v, and closing took %v", last, s.ended)
	}
}

func TestHistogramsWithExplicitBounds(t *testing.T) {
	s := send(t, map[string]string{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "explicit_bucket_histogram"}, &receiving{})
	last := s.to.taken[len(s.to.taken)-1]
	s.agrees(t, last)
	for _, m := range last.ResourceMetrics[0].ScopeMetrics[0].Metrics {
		if m.GetExponentialHistogram() != nil {
			t.Errorf("%s is exponential", m.Name)
		}
	}
}

func TestWhatAReceiverRejectsIsSaid(t *testing.T) {
	partial, err := proto.Marshal(&collector.ExportMetricsServiceResponse{PartialSuccess: &collector.ExportMetricsPartialSuccess{RejectedDataPoints: 7, ErrorMessage: "no histograms"}})
	if err != nil {
		t.Fatal(err)
	}
	s := send(t, nil, &receiving{answer: func(time.Duration) (int, string) { return 200, string(partial) }})
	if s.error == nil || s.error.Error() != "http://receiver/v1/metrics: 7 data points were rejected: no histograms" {
		t.Error(s.error)
	}
}
