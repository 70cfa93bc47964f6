package imports

import (
	"bytes"
	"testing"
	"time"
)

// fuzzed reads a file, and makes of what was read all that a run is made of, but for its
// directory: files that are synced would let a fuzzer do little.
func fuzzed(t *testing.T, file []byte, o Options) {
	r, err := Read([]File{{Name: "file", Reader: bytes.NewReader(file)}}, o)
	if err != nil {
		return
	}
	if len(r.targets.names) == 0 || len(r.targets.names) > maxTargets || len(r.requests.names) == 0 || len(r.requests.names) > maxRequests {
		t.Errorf("%d targets, %d requests", len(r.targets.names), len(r.requests.names))
	}
	begins := r.begins()
	cut := r.cut(begins, time.Duration(r.ends()-begins))
	if _, err := r.document(Run{Name: "x", Digest: "abcdef"}, cut); err != nil {
		t.Error(err)
	}
	r.sort()
	for i := range r.samples {
		s := r.sample(&r.samples[i], cut, begins)
		if s.Due < 0 || s.Service < 0 || s.Out < 0 || s.In < 0 || s.Code < 0 || s.Code > 999 || int(s.Block) >= cut.n || int(s.Target) >= len(r.targets.names) || int(s.Request) >= len(r.requests.names) {
			t.Errorf("%+v", s)
		}
		if i > 0 && r.samples[i].at+r.samples[i].took < r.samples[i-1].at+r.samples[i-1].took {
			t.Errorf("sample %d ends before the one before it", i)
		}
	}
	for _, v := range r.intervals {
		if v.h.Count() <= 0 || v.to < v.from {
			t.Errorf("an interval of %d, from %d to %d", v.h.Count(), v.from, v.to)
		}
	}
}

func FuzzGob(f *testing.F) {
	file := encoded(f, attacked(20, 10, 1), "gob")
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Fuzz(func(t *testing.T, file []byte) { fuzzed(t, file, Options{Format: "vegeta"}) })
}

func FuzzVegetaText(f *testing.F) {
	f.Add(encoded(f, attacked(10, 10, 1), "json"))
	f.Add(encoded(f, attacked(10, 10, 1), "csv"))
	f.Fuzz(func(t *testing.T, file []byte) { fuzzed(t, file, Options{Format: "vegeta"}) })
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("time,latency_us,status,error,request,target,bytes_in\n2026-11-30T12:00:00.25Z,1500,200,,get,api,10\n1796040000,2500000,0,i/o timeout,get,api,0\n"), "")
	f.Add([]byte("timeStamp,elapsed,label,responseCode,success\n1796040000000,120,Login,200,true\n"), "")
	f.Add([]byte("a,b\n1,2\n"), "a")
	f.Fuzz(func(t *testing.T, file []byte, latency string) {
		o := Options{Format: "csv"}
		if latency != "" {
			o.Columns = map[string]string{"latency_ms": latency}
		}
		fuzzed(t, file, o)
	})
}

func FuzzHistogramLog(f *testing.F) {
	f.Add(histogramLogOf(f, 3))
	f.Add([]byte("#[StartTime: 1441812279.474 (seconds since epoch), x]\n1.000,1.000,1.0,HIST\n"))
	f.Fuzz(func(t *testing.T, file []byte) { fuzzed(t, file, Options{Format: "hdr"}) })
}

func FuzzBenchfmt(f *testing.F) {
	f.Add([]byte("goos: linux\nBenchmarkServe/size=10-8 \t1000\t52341 ns/op\t12 B/op\nBenchmarkServe/size=10-8 900 53000.5 ns/op\n"))
	f.Fuzz(func(t *testing.T, file []byte) { fuzzed(t, file, Options{Format: "benchfmt"}) })
}

func FuzzFormat(f *testing.F) {
	f.Add([]byte("#[Histogram log format version 1.3]\n"))
	f.Add([]byte("Running 30s\n"))
	f.Fuzz(func(t *testing.T, file []byte) { fuzzed(t, file, Options{}) })
}
