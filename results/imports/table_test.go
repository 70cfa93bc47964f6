package imports

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// TestEachProgramsRowsAreRead holds the outcomes and times of a few rows against what they
// say: n requests, how many of them good, the slowest in milliseconds, and the names.
func TestEachProgramsRowsAreRead(t *testing.T) {
	for _, c := range []struct {
		name     string
		file     string
		columns  map[string]string
		n, good  int64
		max      float64
		requests string
		lacks    results.Lack // that it has, besides the generator
		program  string
		began    string
	}{
		{
			"JMeter's JTL, with a transaction, a failed assertion and a connection that was refused",
			"timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n" +
				"1796040000000,120,Login,200,OK,t 1,text,true,,500,120,1,1,http://x/login?user=anna,118,0,2\n" +
				"1796040000200,20,Login,200,OK,t 1,text,false,\"Test failed, text expected\",500,120,1,1,http://x/,18,0,0\n" +
				"1796040000300,5,Search,Non HTTP response code: java.net.ConnectException,Connection refused,t 1,,false,,0,0,1,1,http://x/,0,0,5\n" +
				"1796040000200,140,Shop,,\"Number of samples in transaction : 2, number of failing samples : 1\",t 1,,false,,0,0,1,1,null,0,0,0\n",
			nil, 3, 1, 120, "Login Search", results.LackDue, "JMeter", "2026-11-30T12:00:00Z",
		},
		{
			"k6's CSV, of which the durations are requests",
			"metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags,metadata\n" +
				"http_reqs,1796040001,1.000000,,,,true,,GET,http://x/a?id=1,HTTP/1.1,default,,200,,,http://x/a?id=1,,\n" +
				"http_req_duration,1796040001,114.365000,,,,true,,GET,http://x/a?id=1,HTTP/1.1,default,,200,,,http://x/a?id=1,,\n" +
				"http_req_duration,1796040002,20,,dial: connection refused,1212,false,,GET,http://x/a?id=2,HTTP/1.1,default,,0,,,http://x/a,,\n" +
				"http_req_duration,1796040002,30,,,1429,false,,POST,http://x/b,HTTP/1.1,default,,429,,,http://x/b,,\n" +
				"iterations,1796040002,1,,,,,,,,,default,,,,,,,\n",
			nil, 3, 1, 114.4, "GET /a POST /b", results.LackSizes, "k6", "2026-11-30T12:00:00",
		},
		{
			"hey's CSV, with times from the start",
			"response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n0.0087,0.0047,0.0042,0.0001,0.0019,0.0001,200,0.0016\n0.0123,0,0,0,0.01,0,500,1.5\n",
			nil, 2, 1, 8.7, "request", results.LackBroken, "hey", "2026-11-30T12:59:58Z",
		},
		{
			"oha's CSV",
			"request-start,DNS,DNS+dialup,Response-delay,request-duration,bytes,status\n0.002,0.0003,0.001,0.0026,0.0026,11,200\n0.003,0,0,0.002,0.5,11,302\n",
			nil, 2, 2, 500, "request", results.LackConnections, "oha", "2026-11-30T12:59:59Z",
		},
		{
			"a table with the documented columns",
			"time,latency_us,status,error,request,target,bytes_in\n2026-11-30T12:00:00.25Z,1500,200,,get,api,10\n2026-11-30T12:00:01Z,2500000,0,i/o timeout,get,api,0\n",
			nil, 2, 1, 1.5, "get", results.LackConnections, "", "2026-11-30T12:00:00.25Z",
		},
		{
			"a table whose columns are named, with quotes and a mark of byte order",
			"\ufeff\"Sample Time\",\"Elapsed (ms)\",OK\n1796040000123,12.5,true\n1796040001123,7,FALSE\n",
			map[string]string{"latency_ms": "Elapsed (ms)", "time": "Sample Time", "success": "OK"},
			2, 1, 12.5, "request", results.LackSizes, "", "2026-11-30T12:00:00.123Z",
		},
		{"a table of nothing but latencies", "latency_ms\n1\n2\n3.5\n", nil, 3, 3, 3.5, "request", results.LackTimes, "", ""},
		{
			"Tollgate's own samples, without those of probes and warm-ups",
			"target,probe,stage,request,block,due_s,response_ms,outcome,status,error,out_bytes,in_bytes\n" +
				"rest,,,get,0,0.5,20.5,ok,200,none,10,20\nrest,,,get,0,0.6,30,unexpected,200,unexpected,10,20\nrest,,\"warm-up, \",get,0,0.1,900,ok,200,none,1,1\nrest,cold-start,idle,get,0,3,800,ok,200,none,1,1\nrest,,,get,0,0.7,10,ok,404,none,10,20\n",
			nil, 3, 2, 20.5, "get", results.LackMachine, "Tollgate", "",
		},
	} {
		r, err := read([]byte(c.file), Options{Columns: c.columns})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		run, err := r.Write(r.Dir(t.TempDir(), Run{Name: "x", Digest: "abcdef"}), Run{Name: "x", Digest: "abcdef"})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		d := &run.Document
		f := d.Targets[0].Figures
		if f.Requests != c.n || f.Requests-f.Failed != c.good {
			t.Errorf("%s: %d requests, %d failed, want %d with %d good: %v %v", c.name, f.Requests, f.Failed, c.n, c.good, f.Status, f.Errors)
		}
		if got := f.Latency["response"].Max; got < c.max*0.999 || got > c.max*1.002 {
			t.Errorf("%s: the slowest good one took %g ms, want %g", c.name, got, c.max)
		}
		if got := strings.Join(d.Requests, " "); got != c.requests {
			t.Errorf("%s: requests %q, want %q", c.name, got, c.requests)
		}
		if d.Imported.Program != c.program || !d.Lacks(c.lacks) || !d.Lacks(results.LackGenerator) {
			t.Errorf("%s: %+v, want program %q, and that it lacks %s", c.name, d.Imported, c.program, c.lacks)
		}
		if got := d.Started.Format(time.RFC3339Nano); !strings.HasPrefix(got, strings.TrimSuffix(c.began, "Z")) {
			t.Errorf("%s: it began at %s, want %s", c.name, got, c.began)
		}
	}
}

func TestWhatCannotBeImportedSaysWhyAndWhatWouldBeRight(t *testing.T) {
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	fmt.Fprint(zip, "latency_ms\nfast\n")
	zip.Close()
	for name, c := range map[string]struct {
		file string
		o    Options
		want string
	}{
		"an empty file":                       {" \n", Options{}, "file: the file is empty"},
		"something else":                      {"%PDF-1.7", Options{}, "its format is not known: it is none of hdr, vegeta, benchfmt, csv"},
		"wrk's report":                        {"Running 30s test @ http://x\n  2 threads\n  Thread Stats   Avg\n    Latency  1ms\n", Options{}, "this is a summary (wrk): of the percentiles of a run it cannot be told how"},
		"vegeta's report":                     {"Requests      [total, rate, throughput]  600\nLatencies     [min, mean, 50, 90, 95, 99, max]\n", Options{}, "Import the file that vegeta attack wrote"},
		"vegeta's report in JSON":             {`{"latencies":{"total":1},"bytes_in":{},"status_codes":{}}`, Options{}, "(vegeta report --type json)"},
		"k6's summary":                        {"     http_req_duration..............: avg=1ms p(90)=2ms p(95)=3ms\n", Options{}, "k6 run --out csv=results.csv"},
		"a table of percentiles":              {"run,p50,p90,p99\na,1,2,3\n", Options{}, "this is a summary (percentiles)"},
		"a log of a run of Tollgate":          {"#[Histogram log format version 1.3]\nTag=target=a;request=b;block=0;outcome=ok;clock=response,0.000,1.000,1.000,HIST\n", Options{}, "name the directory of the run"},
		"a benchmark of nanoseconds":          {"BenchmarkAdd-8 \t1000000000\t0.31 ns/op\n", Options{}, "is more than 1 %: compare such benchmarks with benchstat"},
		"a benchmark of percentiles":          {"BenchmarkApi/target=rest 1000 20.5 p50-ms 40 p99-ms\n", Options{}, "summaries, and of a summary it cannot be told"},
		"rows that are wrong":                 {"latency_ms,status\nfast,200\n-5,200\n1,OK\nNaN,200\n1e300,200\n3\n4,200\n", Options{}, "file:2: \"fast\" is not a latency\nfile:3: \"-5\" is not a latency\nfile:4: \"OK\" is not a status code\nfile:5: \"NaN\" is not a latency\nfile:6: \"1e300\" is not a latency\nfile:7: 1 fields, and the header has 2"},
		"the wrong unit":                      {"latency_s\n12000000\n", Options{}, "is the unit of the latency right?"},
		"a row in a compressed file":          {zipped.String(), Options{}, `file:2: "fast" is not a latency`},
		"a table without a latency":           {"time,status\n1,200\n", Options{Format: "csv"}, "no column of the header is a latency (time, status): name it, as in --column latency_ms=NAME"},
		"a column that is not there":          {"Elapsed,x\n1,2\n", Options{Columns: map[string]string{"latency_ms": "Elapse"}}, `the header has no "Elapse"; did you mean "Elapsed"?`},
		"a column that does not exist":        {"Elapsed,x\n1,2\n", Options{Columns: map[string]string{"latency": "Elapsed"}}, "there is no such column"},
		"requests that are years apart":       {"time,latency_ms\n2020-01-01T00:00:00Z,1\n2026-01-01T00:00:00Z,1\n", Options{}, "days apart, and a run has at most 366"},
		"a file that has nothing to import":   {"metric_name,timestamp,metric_value\nvus,1796040001,1\n", Options{}, "it has no request"},
		"a format that does not exist":        {"x", Options{Format: "xml"}, `there is no format "xml"`},
		"JSON lines of which one is no JSON":  {`{"attack":"","code":200,"timestamp":"2026-11-30T12:00:00Z","latency":1000}` + "\n{\"attack\":\n{}\n", Options{}, "file:2: not a result of vegeta in JSON: unexpected end of JSON input"},
		"a vegeta CSV with a field too few":   {"1796040000000000000,200,1000000,1,1,,,,1,GET,http://x\n", Options{Format: "vegeta"}, "file:1: 11 fields, and vegeta writes 12"},
		"a result with a negative latency":    {`{"attack":"","code":200,"timestamp":"2026-11-30T12:00:00Z","latency":-1}` + "\n", Options{}, "file:1: a latency of -1ns is negative"},
		"a quote that does not end":           {"latency_ms,request\n1,\"" + strings.Repeat(strings.Repeat("x", 1023)+"\n", maxLine/1024+8), Options{}, "does a quote not end?"},
		"a line that does not end":            {`{"attack":"","code":200,"timestamp":"2026-11-30T12:00:00Z","latency":1000}` + "\n" + strings.Repeat("x", maxLine+10), Options{}, "a line of more than 4 MB"},
		"more targets than a report can show": {"latency_ms,target\n" + manyTargets(), Options{}, "--target NAME makes them one"},
	} {
		r, err := read([]byte(c.file), c.o)
		if err == nil {
			_, err = r.Write(r.Dir(t.TempDir(), Run{Name: "x", Digest: "abcdef"}), Run{Name: "x", Digest: "abcdef"})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %.600v, want %q", name, err, c.want)
		}
	}
}

func manyTargets() string {
	var b strings.Builder
	for i := range maxTargets + 1 {
		fmt.Fprintf(&b, "1,t%d\n", i)
	}
	return b.String()
}

// TestThresholdsAreHeldAgainstWhatWasRecorded has those that a file cannot answer refused.
func TestThresholdsAreHeldAgainstWhatWasRecorded(t *testing.T) {
	for text, want := range map[string]string{
		"p(50) < 3ms":         "pass",
		"max < 3ms":           "fail",
		"error_share < 0.1%":  "which requests failed was not recorded",
		"goodput > 1/s":       "when the requests were sent was not recorded",
		"bytes_in < 1MB":      "sizes of requests and responses were not recorded",
		"moon: p(50) < 1ms":   `there is no target "moon": there is target`,
		"target: p(50) > 1ms": "pass",
	} {
		r, err := read([]byte("latency_ms\n1\n2\n2\n2\n2\n2\n3.5\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		limit, err := results.ParseThreshold(text)
		if err != nil {
			t.Fatal(err)
		}
		as := Run{Name: "x", Digest: "abcdef", Thresholds: []results.Threshold{limit}}
		run, err := r.Write(r.Dir(t.TempDir(), as), as)
		got := fmt.Sprint(err)
		if err == nil {
			got = string(run.Document.Result)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
