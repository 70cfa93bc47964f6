package imports

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"tollgate/results"
)

// attacked are results as vegeta attack records them, in the order in which they ended.
func attacked(n int, rate, scale float64) (all vegeta.Results) {
	chance := rand.New(rand.NewPCG(1, uint64(n)))
	start := time.Date(2026, 11, 30, 12, 0, 0, 123456789, time.UTC)
	for i := range n {
		r := vegeta.Result{
			Attack: "", Seq: uint64(i), Code: 200, Timestamp: start.Add(time.Duration(float64(i) / rate * 1e9)),
			Latency:  time.Duration(20e6 * scale * math.Exp(0.4*chance.NormFloat64())),
			BytesOut: 12, BytesIn: uint64(100 + i%50), Method: "GET", URL: "http://127.0.0.1:8080/predict?key=s3cr3t",
			Body: []byte("a body, with \"quotes\" and\nlines"), Headers: http.Header{"X-Token": {"s3cr3t"}, "Date": {"today"}},
		}
		switch {
		case i%100 == 7:
			r.Code, r.Error = 503, "503 Service Unavailable"
		case i%250 == 9:
			r.Code, r.Error, r.Latency = 0, `Get "http://127.0.0.1:8080/predict?key=s3cr3t": context deadline exceeded`, time.Second
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b vegeta.Result) int { return a.End().Compare(b.End()) })
	return all
}

// encoded are results in one of vegeta's encodings.
func encoded(t testing.TB, all vegeta.Results, encoding string) []byte {
	t.Helper()
	var b bytes.Buffer
	encode := map[string]func() vegeta.Encoder{
		"gob":  func() vegeta.Encoder { return vegeta.NewEncoder(&b) },
		"json": func() vegeta.Encoder { return vegeta.NewJSONEncoder(&b) },
		"csv":  func() vegeta.Encoder { return vegeta.NewCSVEncoder(&b) },
	}[encoding]()
	for i := range all {
		if err := encode(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// imported is the run that is made of a file.
func imported(t testing.TB, file []byte, o Options) *results.Run {
	t.Helper()
	r, err := read(file, o)
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Write(r.Dir(t.TempDir(), Run{Name: "load", Digest: "abcdef0123"}), Run{Name: "load", Digest: "abcdef0123"})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func read(file []byte, o Options) (*Recording, error) {
	return Read([]File{{Name: "file", Reader: bytes.NewReader(file), Modified: time.Date(2026, 11, 30, 13, 0, 0, 0, time.UTC)}}, o)
}

// TestAVegetaFileGivesVegetasPercentiles compares with vegeta's own report: of all requests,
// the failed ones among them, as vegeta has it. Its percentiles are estimates (a t-digest),
// so they are compared with the exact ones as well.
func TestAVegetaFileGivesVegetasPercentiles(t *testing.T) {
	all := attacked(6000, 200, 1)
	var theirs vegeta.Metrics
	exact := []time.Duration{}
	for i := range all {
		theirs.Add(&all[i])
		exact = append(exact, all[i].Latency)
	}
	theirs.Close()
	slices.Sort(exact)
	for _, encoding := range []string{"gob", "json", "csv"} {
		run := imported(t, encoded(t, all, encoding), Options{})
		ours := results.New()
		for k, h := range run.Series {
			if k.Clock == results.Response {
				ours.Merge(h)
			}
		}
		for q, estimate := range map[float64]time.Duration{0.5: theirs.Latencies.P50, 0.9: theirs.Latencies.P90, 0.95: theirs.Latencies.P95, 0.99: theirs.Latencies.P99} {
			got, want := ours.Quantile(q), exact[int(math.Ceil(q*float64(len(exact))))-1]
			if d := math.Abs(float64(got)/float64(want) - 1); d > 0.001 {
				t.Errorf("%s: p%g is %v, and exactly %v", encoding, 100*q, got, want)
			}
			if d := math.Abs(float64(got)/float64(estimate) - 1); d > 0.01 {
				t.Errorf("%s: p%g is %v, and vegeta says %v", encoding, 100*q, got, estimate)
			}
		}
		f := run.Document.Targets[0].Figures
		if got := 1 - f.ErrorShare; math.Abs(got-theirs.Success) > 1e-9 || f.Requests != int64(theirs.Requests) || f.BytesIn != int64(theirs.BytesIn.Total) || f.BytesOut != int64(theirs.BytesOut.Total) {
			t.Errorf("%s: %+v, and vegeta has %d requests, %g good, %d and %d bytes", encoding, f, theirs.Requests, theirs.Success, theirs.BytesIn.Total, theirs.BytesOut.Total)
		}
		if f.Status["503"] != 60 || f.Errors["timeout"] != 24 {
			t.Errorf("%s: status %v, errors %v", encoding, f.Status, f.Errors)
		}
		if math.Abs(f.Rate/theirs.Rate-1) > 0.01 {
			t.Errorf("%s: %g requests a second, and vegeta says %g", encoding, f.Rate, theirs.Rate)
		}
		d := &run.Document
		if d.Verdict != results.Unknown || d.Result != results.NotEvaluated || !d.Lacks(results.LackDue) || !d.Started.Equal(all[0].Timestamp) || len(run.Lag) > 0 {
			t.Errorf("%s: verdict %s, result %s, started %v, %+v, %d lags", encoding, d.Verdict, d.Result, d.Started, d.Imported, len(run.Lag))
		}
		if text := fmt.Sprintf("%+v %+v", d, run.Failures); strings.Contains(text, "s3cr3t") {
			t.Errorf("%s: a secret is kept: %s", encoding, text)
		}
	}
}

// TestWhatIsExportedIsImportedAgain has a run's samples go through each of its formats and
// come back: the same histograms.
func TestWhatIsExportedIsImportedAgain(t *testing.T) {
	first := imported(t, encoded(t, attacked(3000, 100, 1), "gob"), Options{Target: "rest"})
	for _, f := range results.SampleFormats {
		var b bytes.Buffer
		if err := f.Write(&b, first); err != nil {
			t.Fatal(err)
		}
		again := imported(t, b.Bytes(), Options{})
		sum := func(run *results.Run, o results.Outcome) string {
			h := run.Histogram(func(k results.Key) bool { return k.Outcome == o && k.Clock == results.Response })
			text, _ := h.MarshalText()
			return fmt.Sprint(h.Count(), " ", string(text))
		}
		for o := range results.NumOutcomes {
			if got, want := sum(again, o), sum(first, o); got != want {
				t.Errorf("%s: outcome %v: %.40s, want %.40s", f.Name, o, got, want)
			}
		}
		if got := again.Document.Targets[0]; got.Name != "rest" || got.ByRequest["GET /predict"].Requests != 3000 {
			t.Errorf("%s: target %s with %v", f.Name, got.Name, got.ByRequest)
		}
	}
}

func TestSeveralFilesMakeOneRun(t *testing.T) {
	all := attacked(2000, 100, 1)
	var parts [2]vegeta.Results
	for i, r := range all {
		parts[i%2] = append(parts[i%2], r)
	}
	r, err := Read([]File{{Name: "a", Reader: bytes.NewReader(encoded(t, parts[0], "gob"))}, {Name: "b", Reader: bytes.NewReader(encoded(t, parts[1], "json"))}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	both, err := r.Write(filepath.Join(t.TempDir(), "run"), Run{Name: "load", Digest: "abcdef"})
	if err != nil {
		t.Fatal(err)
	}
	one := imported(t, encoded(t, all, "gob"), Options{})
	for k, h := range one.Series {
		got, _ := both.Series[k].MarshalText()
		if want, _ := h.MarshalText(); string(got) != string(want) {
			t.Errorf("%+v: %d latencies, want %d", k, both.Series[k].Count(), h.Count())
		}
	}
}

func TestARecordingThatWasCutOffIsImported(t *testing.T) {
	for _, encoding := range []string{"gob", "json"} {
		file := encoded(t, attacked(1000, 100, 1), encoding)
		run := imported(t, file[:len(file)-20], Options{})
		if n := run.Document.Targets[0].Requests; n != 999 {
			t.Errorf("%s: %d requests, want 999", encoding, n)
		}
		if !slices.ContainsFunc(run.Document.Warnings, func(w string) bool { return strings.Contains(w, "cut off") }) {
			t.Errorf("%s: it does not say that it was cut off: %q", encoding, run.Document.Warnings)
		}
	}
}
