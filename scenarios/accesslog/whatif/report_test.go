package whatif

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/scenarios/accesslog"
)

// reported runs a log of one day: a request a second, and at noon 300 at once.
func reported(t *testing.T, region, requests string) (*Report, error) {
	t.Helper()
	l := New()
	add := func(at time.Duration, i int) {
		l.Add(&accesslog.Entry{
			What: accesslog.Request, Arrived: start + int64(at), Resolution: time.Microsecond, Status: 200, BackendStatus: 200,
			Method: []byte("GET"), Path: fmt.Appendf(nil, "/items/%d", i%10), Out: 4000, Backend: 50 * time.Millisecond,
		})
	}
	for i := range 86_400 {
		add(time.Duration(i)*time.Second, i)
	}
	for i := range 300 {
		add(12*time.Hour+time.Duration(i), i)
	}
	w, err := pricing.ReadWorkload("w", []byte("name: w\nregion: "+region+"\nrequests_per_month: "+requests+"\nresponse_bytes: 4000\nfunction: {memory: 1GB, duration: 50ms}\n"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return l.Report(Options{Book: book, Workload: w, Init: 300 * time.Millisecond})
}

func TestAReportNamesWhatIsWorthChanging(t *testing.T) {
	r, err := reported(t, "us-east-1", "3G")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{
		"86,700 requests from",
		"the tightest one that refuses nothing: 1.1/s with a burst of 301, which lets at most 367 requests pass in any minute; half of that burst would have refused 151 requests, all of them in the minute of 13:00 UTC on 30 November 2026",
		"a cache of 0.5 GB with TTL 5m: 96.8 % of GET requests are hits, $2,985.65 a month less at REST API (TTL 1h: 99.7 %, $3,076.82 a month less)",
		"provisioned environments: 0 cold starts in place of 301, $",
		"\nload balancer: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	// Ten items, each asked for every ten seconds: once a TTL of 45 s it is a miss.
	for _, row := range r.Cache {
		if row.Seconds == 45 && (row.Ratio < 0.79 || row.Ratio > 0.81) {
			t.Errorf("%.3f of the requests are hits with TTL 45 s, want four of five", row.Ratio)
		}
	}
	if r.Idle[0].Cold != 301 || r.Provisioned[0].Environments != 0 {
		t.Errorf("%+v", r.Idle)
	}
}

// A price that is not known leaves no figure, and is named.
func TestAMonthWithoutAPriceHasNoFigure(t *testing.T) {
	r, err := reported(t, "eu-central-1", "3M")
	if err != nil {
		t.Fatal(err)
	}
	if r.Month == nil || r.Provisioned[0].Month == nil || r.Provisioned[1].Month != nil {
		t.Errorf("months are %v and %+v", r.Month, r.Provisioned)
	}
	if all := strings.Join(r.Assumptions, "\n"); !strings.Contains(all, "a price that is not known (lambda.provisioned.") || !strings.Contains(all, "tollgate prices update --region eu-central-1") {
		t.Errorf("assumptions are %s", all)
	}
}

// Of a log with API keys the report says how many of them a throttle would have met, and when.
func TestAReportNamesTheKeysThatAThrottleWouldHaveMet(t *testing.T) {
	l, day := New(), time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	add := func(at time.Duration, key string) {
		l.Add(&accesslog.Entry{
			What: accesslog.Request, Arrived: day.Add(at).UnixNano(), Resolution: time.Millisecond, Status: 200, BackendStatus: 200,
			Method: []byte("POST"), Path: []byte("/orders"), User: []byte(key), Out: 100, Backend: 20 * time.Millisecond,
		})
	}
	for i := range 24 * 60 { // three keys, a request a minute each
		for _, key := range []string{"key-a", "key-b", "key-c"} {
			add(time.Duration(i)*time.Minute, key)
		}
	}
	for i := range 400 { // two of them, at 14:03
		add(14*time.Hour+3*time.Minute+10*time.Second+time.Duration(i)*time.Millisecond, []string{"key-a", "key-b"}[i%2])
	}
	r := report(t, l)
	var out bytes.Buffer
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"half of that burst would have refused 201 requests of 2 API keys, all of them in the minute of 14:03 UTC on 30 November 2026, and 0 if each API key had it",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if got := l.Refused(Throttle{Rate: 1, Burst: 100, Keyed: true}); got.Requests != 200 || got.Users != 2 || got.Worst != day.Add(14*time.Hour+3*time.Minute) || got.InWorst != 200 {
		t.Errorf("a burst of 100 for each key: %+v", got)
	}
	validated(t, r)
}

// report prices a log at list prices of us-east-1.
func report(t *testing.T, l *Log) *Report {
	t.Helper()
	w, err := pricing.ReadWorkload("w", []byte("name: w\nregion: us-east-1\nrequests_per_month: 3M\nresponse_bytes: 4000\nfunction: {memory: 1GB, duration: 50ms}\n"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Report(Options{Book: book, Workload: w, TTLs: []time.Duration{42 * time.Second}, Throttles: []Throttle{{Rate: 7, Burst: 9}}, Levels: []int{3}, Idle: 7 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What --json prints is what the published schema says, also of a large log.
func TestAReportIsAsItsSchema(t *testing.T) {
	large, small := newLog(3000), New()
	zipfian(1, 8000, large, small)
	for _, l := range []*Log{large, small} {
		r := report(t, l)
		validated(t, r)
		var out bytes.Buffer
		if err := r.Text(&out); err != nil {
			t.Fatal(err)
		}
		for text, wanted := range map[string]bool{
			"8,000 requests do not fit into memory as they are; throttles count all of them, at times to ": l == large,
			"hits are estimates from the requests for one path in ":                                        l == large,
			"cold starts are those of the first ":                                                          l == large,
			" ± ":                                                                                          l == large,
			" 7/s ":                                                                                        true, " 42s  0.5 GB ": true, " 7m ": true, "   3   ": true,
		} {
			if strings.Contains(out.String(), text) != wanted {
				t.Errorf("large: %v; %q is wanted: %v, in\n%s", l == large, text, wanted, out.String())
			}
		}
	}
}

func validated(t *testing.T, r *Report) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	published, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("whatif.schema.json", published); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("whatif.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// The INITs of the function's log are what the model can be judged by.
func TestAReportHoldsTheModelAgainstTheINITsOfTheLog(t *testing.T) {
	l := New()
	for i := range 1200 {
		e := accesslog.Entry{What: accesslog.Invocation, Arrived: start + int64(i)*int64(time.Second), Resolution: time.Millisecond, Backend: 20 * time.Millisecond, Init: accesslog.Unknown}
		if i%100 == 0 {
			e.Init = 300 * time.Millisecond
		}
		l.Add(&e)
	}
	r := report(t, l)
	var out bytes.Buffer
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	if want := "the function's log has 12 INITs in 1,200 invocations: more than the model has at any idle time (1 at most)"; !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, out.String())
	}
	for _, row := range []struct {
		inits int64
		want  string
	}{{0, "fewer than the model has at any idle time (1 at least)"}, {1, "closest is the model with idle 1m, 1 cold start"}} {
		if r.Inits = &row.inits; !strings.Contains(r.inits(), row.want) {
			t.Errorf("%d INITs: %s, want %s", row.inits, r.inits(), row.want)
		}
	}
	validated(t, r)
}

// A throttle takes the place of the one that refused requests in the log: refusals of both
// are not added up.
func TestAThrottleReplacesTheOneOfTheLog(t *testing.T) {
	for _, row := range []struct {
		throttled, forbidden int // of 100 requests
	}{{0, 0}, {90, 0}, {60, 40}, {0, 100}, {100, 0}} {
		l := New()
		for i := range 3600 {
			e := accesslog.Entry{
				What: accesslog.Request, Arrived: start + int64(i)*int64(time.Second), Resolution: time.Millisecond, Status: 200, BackendStatus: 200,
				Method: []byte("GET"), Path: []byte("/"), Out: 900, Backend: 20 * time.Millisecond,
			}
			switch n := i % 100; {
			case n < row.throttled:
				e.Status, e.BackendStatus = 429, 0
			case n < row.throttled+row.forbidden:
				e.Status, e.BackendStatus = 403, 0
			}
			l.Add(&e)
		}
		logged := pricing.Ratio(int64(row.throttled+row.forbidden), 100)
		if got, want := l.refusedWith(logged, 0), pricing.Ratio(int64(row.forbidden), 100); got.Cmp(want) != 0 {
			t.Errorf("%+v: without refusals %v are refused, want %v", row, got, want)
		}
		if got := l.refusedWith(logged, l.n); got.Cmp(pricing.Whole(1)) != 0 {
			t.Errorf("%+v: if all are refused, %v are", row, got)
		}
		if got := l.refusedWith(logged, l.n*9/10); got.Cmp(pricing.Whole(1)) > 0 || got.Cmp(pricing.Ratio(9, 10)) < 0 {
			t.Errorf("%+v: of nine in ten, %v are refused", row, got)
		}
	}
}

// What a log does not say is said, and no figure is made of it.
func TestAReportSaysWhatALogLeavesOut(t *testing.T) {
	add := func(l *Log, i int, e accesslog.Entry) {
		e.What, e.Arrived, e.Resolution, e.Status, e.Method = accesslog.Request, start+int64(i)*int64(20*time.Second), time.Millisecond, 200, []byte("GET")
		l.Add(&e)
	}
	routes, bare, plain := New(), New(), New()
	for i := range 500 {
		add(routes, i, accesslog.Entry{Route: []byte([]string{"/users/{id}", "/health", "$default"}[i%3]), Out: 100})
		add(plain, i, accesslog.Entry{Path: []byte("/a"), Out: 100})
		add(bare, i, accesslog.Entry{Path: []byte("/a"), Query: []byte("b=1"), Out: 100})
	}
	for _, row := range []struct {
		name string
		l    *Log
		door string // of which bills are shown
		has  string
		not  string
	}{
		{"routes that several paths have", routes, "rest-api", "hits are not shown: the log has the route of 333 GET requests", "cache of GET requests"},
		{"a log without a query", plain, "rest-api", "no path has a query in the log", ""},
		{"a log with one", bare, "rest-api", "cache of GET requests", "has a query in the log"},
		{"a front door without a cache", bare, "http-api", "HTTP API has no cache: no hits are shown; REST API has one: --door rest-api; CloudFront in front of it would have one", "cache of GET requests"},
		{"what makes LCUs", bare, "rest-api", "new connections: 5 requests on each, as in AWS's own example", ""},
		{"bytes that make LCUs", bare, "rest-api", "processed bytes: those of responses, without those of requests", ""},
		{"a throttle that refuses nothing", bare, "rest-api", "the tightest one that refuses nothing: ", "- the tightest"},
		{"what the workload says", bare, "rest-api", "- 3 hours are missing", ""},
	} {
		w, err := pricing.ReadWorkload("w", []byte("name: w\nregion: us-east-1\nrequests_per_month: 3M\nresponse_bytes: 4000\nfunction: {memory: 1GB, duration: 50ms}\n"))
		if err != nil {
			t.Fatal(err)
		}
		book, err := books.Latest()
		if err != nil {
			t.Fatal(err)
		}
		door, err := pricing.DoorNamed(row.door)
		if err != nil {
			t.Fatal(err)
		}
		r, err := row.l.Report(Options{Book: book, Workload: w, Door: &door, Notes: []string{"3 hours are missing"}})
		if err != nil {
			t.Fatal(err)
		}
		validated(t, r)
		var out bytes.Buffer
		if err := r.Text(&out); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.Contains(text, row.has) || row.not != "" && strings.Contains(text, row.not) {
			t.Errorf("%s: %q, and not %q, is wanted in\n%s", row.name, row.has, row.not, text)
		}
	}
}

func TestRowsThatRepeatAreLeftOut(t *testing.T) {
	l := New()
	for i := range 300 {
		l.Add(&accesslog.Entry{What: accesslog.Request, Arrived: start + int64(i)*int64(time.Second), Resolution: time.Millisecond, Status: 200, BackendStatus: 200, Backend: time.Millisecond, Method: []byte("GET"), Path: []byte("/a"), Out: 1})
	}
	r := report(t, l)
	var out bytes.Buffer
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	_, idle, _ := strings.Cut(out.String(), "by how long an idle environment stays")
	for text, shown := range map[string]bool{" 1m  ": true, " 5m  ": false, " 7m  ": true, " 30m  ": false, " 1h  ": true} {
		if strings.Contains(idle, text) != shown {
			t.Errorf("%q is wanted: %v, in\n%s", text, shown, out.String())
		}
	}
	if len(r.Idle) != 7 {
		t.Errorf("%d rows in JSON, want all 7", len(r.Idle))
	}
}
