package imports

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"tollgate/results"
)

func TestOfAFileThatWasCutOffWhatIsWholeCounts(t *testing.T) {
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	for i := range 5000 {
		fmt.Fprintf(zip, "{\"attack\":\"\",\"code\":200,\"timestamp\":\"2026-11-30T12:00:00Z\",\"latency\":%d}\n", 1000+i*i*7919%9999)
	}
	zip.Close()
	const jtl = "timeStamp,elapsed,label,responseCode,success,bytes\n1796040000000,120,Login,200,true,500\n1796040000200,20,Login,200,true,500\n"
	for _, c := range []struct {
		name, file string
		n          int // at least
		note       string
	}{
		{"a JTL of which the last row has three fields", jtl + "1796040000300,5,Lo", 2, "the file ends in the middle of line 4, which is left out"},
		{"a JTL that ends within a number", jtl + "17960", 2, "the file ends in the middle of line 4"},
		{"a JTL that ends within quotes", jtl + "1796040000300,5,\"Log", 2, "the file ends in the middle of line 4"},
		{"a JTL that ends after a whole row, without a line end", jtl + "1796040000300,5,Login,200,true,500", 3, ""},
		{"a compressed file that is cut off", zipped.String()[:zipped.Len()/2], 1000, "the compressed file is cut off"},
	} {
		r, err := read([]byte(c.file), Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(r.samples) < c.n || !strings.Contains(strings.Join(r.Notes, "\n"), c.note) || c.note == "" && strings.Contains(strings.Join(r.Notes, "\n"), "middle") {
			t.Errorf("%s: %d requests, notes %q, want %d and %q", c.name, len(r.samples), r.Notes, c.n, c.note)
		}
	}
	// A row in the middle is no end.
	if _, err := read([]byte(jtl+"1796040000300,5,Lo\n"+"1796040000300,5,Login,200,true,500\n"), Options{}); err == nil || !strings.Contains(err.Error(), "file:4: 3 fields, and the header has 6") {
		t.Errorf("a short row in the middle: %v", err)
	}
}

// TestLargeBodiesTakeNoMemory has vegeta record a body that is larger than what is read of a
// message, before, between and after others.
func TestLargeBodiesTakeNoMemory(t *testing.T) {
	all := attacked(30, 10, 1)
	for _, i := range []int{0, 11, 29} {
		all[i].Body = bytes.Repeat([]byte("body"), 2<<20)
	}
	file := encoded(t, all, "gob")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := read(file, Options{})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.samples) != len(all) {
		t.Fatalf("%d samples, want %d", len(r.samples), len(all))
	}
	for i, s := range r.samples {
		if want := all[i]; s.took != int64(want.Latency) || s.code != want.Code || s.in != int64(want.BytesIn) || r.requests.names[s.request] != "GET /predict" {
			t.Errorf("result %d is %+v, want %+v", i, s, want)
		}
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
		t.Errorf("%d bytes of memory for a file of %d, want less than one body", took, len(file))
	}
	if _, err := read(file[:len(file)-9<<20], Options{}); err != nil {
		t.Errorf("cut off in a body: %v", err)
	}
}

func TestALargeMessageThatIsNoResultIsRefused(t *testing.T) {
	whole := encoded(t, attacked(2, 10, 1), "gob")
	r := vegeta.Result{Error: strings.Repeat("x", 5<<20)}
	huge := encoded(t, vegeta.Results{r}, "gob")
	for name, file := range map[string][]byte{
		"a type that is not defined": append(append(slices.Clone(whole), 0xfd, 0x7f, 0xff, 0xff, 0x70), bytes.Repeat([]byte{1}, 0x7fffff)...),
		"a long error":               huge,
	} {
		if _, err := read(file, Options{Format: "vegeta"}); err == nil || !strings.Contains(err.Error(), "MB") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnErrorAboutAResponseIsNoLostConnection has rows with a status code and an error.
func TestAnErrorAboutAResponseIsNoLostConnection(t *testing.T) {
	r, err := read([]byte("latency_ms,status,error\n1,200,want 3 items\n1,200,read timed out\n1,0,something\n1,200,\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []results.ErrClass{results.ErrUnexpected, results.ErrTimeout, results.ErrReset, results.ErrNone} {
		if got := r.samples[i].err; got != want {
			t.Errorf("row %d is %v, want %v", i+1, got, want)
		}
	}
}

// TestWhatWasNotRecordedIsNotExported has runs whose files lack something written for others.
func TestWhatWasNotRecordedIsNotExported(t *testing.T) {
	for _, c := range []struct {
		name, file   string
		samples      string // a line of it
		vegeta, note string // why not, and what is said of it
		lacks        string // of the samples, imported again
	}{
		{
			"a table without times and status codes", "latency_ms\n2.5\n",
			"target,,,request,0,0,,,,,,,,,2.5,,,,,,,,", "have none", "", "[generator connections machine due_times times outcomes sizes]",
		},
		{
			"vegeta's results", string(encoded(t, attacked(1, 10, 1), "gob")),
			"target,,,GET /predict,0,0,,,0,,,,,,28.7", "", "", "[generator connections machine due_times start]",
		},
		{
			"a table without status codes", "latency_ms,time,success\n2.5,1796040000,true\n",
			"ok,0,none,,,", "takes a result without a status code for a failed one", "", "[generator connections machine due_times sizes start]",
		},
		{
			"hey's, whose times are from the start", "response-time,status-code,offset\n0.0087,200,0.0016\n",
			"ok,200,none,,,", "", "dates count from 2026-11-30T12:59:59Z", "[generator connections machine due_times sizes start]",
		},
	} {
		run := imported(t, []byte(c.file), Options{})
		for _, f := range results.SampleFormats {
			var out bytes.Buffer
			err := f.Write(&out, run)
			switch {
			case f.Name == "samples":
				if err != nil || !strings.Contains(out.String(), c.samples) || !strings.Contains(f.Note(&run.Document), "left empty: begun_s, body_bytes") {
					t.Errorf("%s: %v, %s, want %q; note %q", c.name, err, out.String(), c.samples, f.Note(&run.Document))
				}
				again := imported(t, out.Bytes(), Options{})
				if got := fmt.Sprint(again.Document.Imported.Lacks); got != c.lacks {
					t.Errorf("%s, imported again, lacks %s, want %s", c.name, got, c.lacks)
				}
			case (err == nil) != (c.vegeta == "") || err != nil && !strings.Contains(err.Error(), c.vegeta):
				t.Errorf("%s for vegeta: %v, want %q", c.name, err, c.vegeta)
			case !strings.Contains(f.Note(&run.Document), c.note):
				t.Errorf("%s for vegeta: note %q, want %q", c.name, f.Note(&run.Document), c.note)
			}
		}
	}
}
