package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// sampledRun is a run that kept a good request, one that was throttled, and one
// that timed out.
func sampledRun(t *testing.T) *Run {
	t.Helper()
	dir := t.TempDir()
	w, err := CreateSamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := func(seq uint64, code int, class ErrClass) Sample {
		due := time.Duration(seq) * time.Second
		return Sample{Seq: seq, Code: code, Err: class, Due: due, Begun: due + time.Millisecond, Sent: due + 2*time.Millisecond, Service: 10 * time.Millisecond, Out: 100, In: 200, Body: 50}
	}
	err = errors.Join(w.Stage(SampleStage{Target: "rest", Stage: "turn 1", Requests: []string{"=health"}}, []Sample{at(0, 200, ErrNone), at(1, 429, ErrNone), at(2, 0, ErrTimeout)}), w.Close())
	if err != nil {
		t.Fatal(err)
	}
	return &Run{Dir: dir, Document: Document{Started: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}}
}

func exported(t *testing.T, name string, run *Run) (string, error) {
	t.Helper()
	i := slices.IndexFunc(SampleFormats, func(f SampleFormat) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no format %q", name)
	}
	var b bytes.Buffer
	err := SampleFormats[i].Write(&b, run)
	return b.String(), err
}

func TestVegetaReadsSamples(t *testing.T) {
	text, err := exported(t, "vegeta", sampledRun(t))
	if err != nil {
		t.Fatal(err)
	}
	decode := vegeta.DecoderFor(strings.NewReader(text)) // as its commands choose one
	if decode == nil {
		t.Fatalf("vegeta knows no decoder for\n%s", text)
	}
	var m vegeta.Metrics
	for {
		var r vegeta.Result
		if err := decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if r.Attack != "rest" || r.Timestamp.Second() != int(r.Seq) {
			t.Errorf("%+v", r)
		}
		m.Add(&r)
	}
	m.Close()
	if m.Requests != 3 || m.Latencies.Max != 12*time.Millisecond || m.StatusCodes["200"] != 1 || m.StatusCodes["429"] != 1 || m.StatusCodes["0"] != 1 ||
		!slices.Equal(slices.Sorted(slices.Values(m.Errors)), []string{"429 Too Many Requests", "timeout"}) || m.BytesIn.Total != 600 {
		t.Errorf("vegeta's report: %+v", m)
	}
}

func TestSamplesAreRowsOfCSV(t *testing.T) {
	text, err := exported(t, "samples", sampledRun(t))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 4 || !slices.Equal(rows[0], sampleColumns) {
		t.Fatalf("%v: %q", err, rows)
	}
	of := func(row int, column string) string { return rows[row][slices.Index(sampleColumns, column)] }
	if of(1, "request") != "'=health" || of(1, "outcome") != "ok" || of(2, "response_ms") != "12" || of(3, "error") != "timeout" || of(3, "due_s") != "2" {
		t.Errorf("%q", rows)
	}
}

func TestARunWithoutSamplesSaysHowToKeepThem(t *testing.T) {
	for _, f := range SampleFormats {
		if _, err := exported(t, f.Name, &Run{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "run --samples") {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}
