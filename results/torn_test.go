package results

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// killed makes a run of n seconds as a kill leaves it: state running, and what
// files are cut as cut says.
func killed(t *testing.T, n int, cut map[string]func([]byte) []byte) string {
	t.Helper()
	dir := recorded(t, n, Running)
	for name, change := range cut {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// lose cuts n bytes off the end.
func lose(n int) func([]byte) []byte {
	return func(b []byte) []byte { return b[:max(0, len(b)-n)] }
}

// loseLines cuts off the last n lines and half of the one before.
func loseLines(n int) func([]byte) []byte {
	return func(b []byte) []byte {
		lines := bytes.SplitAfter(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
		last := lines[len(lines)-1-n]
		return append(bytes.Join(lines[:len(lines)-1-n], nil), last[:len(last)/2]...)
	}
}

func TestAKilledRunKeepsAllButItsLastSecond(t *testing.T) {
	for _, c := range []struct {
		what  string
		cut   map[string]func([]byte) []byte
		count int64
		warn  string
	}{
		{"killed between two seconds", nil, 500, "cut off"},
		{"killed while the second's row was written", map[string]func([]byte) []byte{FileGenerator: lose(5)}, 400, "generator.csv ends in the middle of a line"},
		{"killed before the second's row was written", map[string]func([]byte) []byte{FileGenerator: loseLines(0)}, 400, "cut off"},
		{"killed while counts were written", map[string]func([]byte) []byte{FileGenerator: loseLines(0), FileSeconds: lose(20)}, 400, "seconds.csv ends in the middle"},
		{"killed while latencies were written", map[string]func([]byte) []byte{FileGenerator: loseLines(0), FileSeconds: loseLines(1), FileSizes: loseLines(1), FileLatency: lose(100)}, 400, "latency.hlog ends in the middle"},
		{"killed in its first second", map[string]func([]byte) []byte{FileGenerator: loseLines(4)}, 0, "in its first 0s"},
	} {
		run, err := Open(killed(t, 5, c.cut))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		latencies := run.Histogram(func(k Key) bool { return k.Clock == Response }).Count()
		var ended, lags, sizes int64
		for _, s := range run.Seconds {
			ended += s.Ended[OK] + s.Ended[Throttled]
		}
		for _, h := range run.Lag {
			lags += h.Count()
		}
		for k, s := range run.Sizes {
			if k.Response {
				sizes += s.Count()
			}
		}
		for _, n := range []int64{latencies, ended, lags, sizes} {
			if n != c.count {
				t.Errorf("%s: %d latencies, %d ended, %d lags and %d sizes are left, want %d of each", c.what, latencies, ended, lags, sizes, c.count)
				break
			}
		}
		if run.Document.State != Torn || !strings.Contains(strings.Join(run.Document.Warnings, "\n"), c.warn) {
			t.Errorf("%s: state %s, warnings %q", c.what, run.Document.State, run.Document.Warnings)
		}
		if err := WriteDocument(run.Dir, run.Document); err != nil {
			t.Fatal(err)
		}
		if again, err := Open(run.Dir); err != nil || len(again.Document.Warnings) != len(run.Document.Warnings) {
			t.Errorf("%s: opened again, the warnings %q became %q, %v", c.what, run.Document.Warnings, again.Document.Warnings, err)
		}
		if doc := Summarise(run); doc.Verdict == Valid || len(doc.Reasons) == 0 {
			t.Errorf("%s: verdict %s, reasons %q", c.what, doc.Verdict, doc.Reasons)
		}
	}
}

func TestAChangedRunIsRefused(t *testing.T) {
	replace := func(old, new string) func([]byte) []byte {
		return func(b []byte) []byte {
			if !bytes.Contains(b, []byte(old)) {
				t.Fatalf("%q is not in %.500s", old, b)
			}
			return bytes.Replace(b, []byte(old), []byte(new), 1)
		}
	}
	for _, c := range []struct {
		what, file string
		change     func([]byte) []byte
		want       string
	}{
		{"a target that nobody knows", FileSeconds, replace("0,rest,", "0,soap,"), `seconds.csv:2: target "soap" is not named in run.json`},
		{"a count that is no number", FileSeconds, replace(",50,", ",many,"), "seconds.csv:2:"},
		{"a column less", FileSeconds, replace("second,", ""), `seconds.csv:1: its columns are not those that this program reads (it lacks "second"): the run was recorded by another version of Tollgate (`},
		{"another column", FileSeconds, replace("failed", "lost"), `(it lacks "failed"; it has "lost"): the run`},
		{"a column more", FileGenerator, replace("second,", "second,moon,"), `generator.csv:1: its columns are not those that this program reads (it has "moon")`},
		{"columns in another order", FileGenerator, replace("second,from_s", "from_s,second"), "(they are in another order)"},
		{"a row that is too short", FileGenerator, replace("\r\n1,", "\r\n"), "generator.csv:3: 20 columns, want 21"},
		{"a negative second", FileGenerator, replace("\r\n1,", "\r\n-1,"), "generator.csv:3: second"},
		{"a second that comes again", FileGenerator, replace("\r\n1,", "\r\n0,"), "generator.csv:3: second 0 comes after second 0"},
		{"a histogram that is none", FileLatency, replace("HIST", "MIST"), "latency.hlog:6: not a histogram"},
		{"a histogram of other buckets", FileLatency, func(b []byte) []byte {
			coarse := new(encoder).encode(geometry{lowest: 1, highest: 1000}, maps.All(map[int]int64{5: 1}))
			return bytes.Replace(b, regexp.MustCompile(`HIST\S*`).Find(b), coarse, 1)
		}, "latency.hlog:6: the histogram has other buckets than this program's, with which it cannot be merged exactly: the run was recorded by another version of Tollgate"},
		{"a tag that says nothing", FileLatency, replace("clock=response", "clock=wall"), "latency.hlog:6: tag"},
		{"a line without a tag", FileLatency, replace("Tag=", ""), "latency.hlog:6:"},
		{"a size among latencies", FileLatency, replace("outcome=ok;clock=response", "size=request"), "does not name a latency"},
		{"latencies among sizes", FileSizes, replace("size=request", "outcome=ok;clock=tls"), "does not name a size"},
		{"a document of another version", FileRun, replace(`"version": 1`, `"version": 9`), "run.json: version 9 is not the version 1 that this program reads: the run was recorded by another version of Tollgate ("},
		{"a document with more in it", FileRun, replace(`"seed":`, `"sodium": 1, "seed":`), `run.json: it has fields that this program does not know (unknown field "sodium"): the run was recorded`},
		{"a target with more in it", FileRun, replace(`"kind":`, `"taste": "sour", "kind":`), `(unknown field "taste")`},
		{"a document that is no JSON", FileRun, lose(10), "run.json: not the JSON that a run begins with"},
		{"a state that nobody knows", FileRun, replace(`"running"`, `"jogging"`), `run.json: state: "jogging" is none of running, finished, interrupted, aborted, torn`},
		{"a name that steers a terminal", FileRun, replace(`"name": "http"`, `"name": "http\u001b[2J"`), `name: "http\x1b[2J" has characters that cannot be printed`},
		{"two targets of one name", FileRun, replace(`"name": "http"`, `"name": "rest"`), `target "rest" is there twice`},
	} {
		_, err := Open(killed(t, 3, map[string]func([]byte) []byte{c.file: c.change}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not a run directory") {
		t.Errorf("an empty folder: %v", err)
	}
	dir := killed(t, 1, nil)
	if err := os.WriteFile(filepath.Join(dir, FileObserved), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "observe the run again") {
		t.Errorf("broken observations: %v", err)
	}
}

func TestFoldersThatCannotHoldARun(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(file, "run"), document(), nil); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Errorf("below a file: %v", err)
	}
	done := recorded(t, 1, Finished)
	if _, err := Create(done, document(), nil); err == nil || !strings.Contains(err.Error(), "already holds a run") {
		t.Errorf("on top of a run: %v", err)
	}
	doc := document()
	doc.Targets[1].Name = "line\nbreak"
	if _, err := Create(filepath.Join(dir, "run"), doc, nil); err == nil || !strings.Contains(err.Error(), "must be printable") {
		t.Errorf("with a line break in a name: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "run")); !notThere(err) {
		t.Errorf("a refused run left its folder: %v", err)
	}
}

func TestAFullDiskIsReportedAndTheRunStaysReadable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	r, err := Create(dir, document(), nil)
	if err != nil {
		t.Fatal(err)
	}
	close(r.stop) // the ticker; from here on the test is the clock
	<-r.done
	sh := r.Shard()
	sh.Record(&Sample{Service: 1, Code: 200})
	r.flush()
	for _, h := range r.outputs[0].(*directory).handles { // whatever is written now fails
		h.Close()
	}
	sh.Record(&Sample{Service: 1, Code: 200})
	r.flush()
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "nothing is recorded after") {
		t.Errorf("a write that failed gives %v", err)
	}
	sh.Record(&Sample{Service: 1, Code: 200})
	r.flush()
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := run.Histogram(func(k Key) bool { return k.Clock == Response }).Count(); n != 1 {
		t.Errorf("%d requests are left, want the one that was written", n)
	}
}
