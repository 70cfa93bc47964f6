package results

import (
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
)

// checkOfA has what the column of a CSV file separates by.
const checkOfA = `header x-a: want "a, b", 100%`

// failing records a run in which requests fail in several ways, and a good one.
func failing(t *testing.T, state State) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	doc := Document{Scenario: "failing", Requests: []string{"list", "buy"}, Probes: []string{"limits"}, Targets: []TargetDoc{{Name: "rest"}, {Name: "http"}}}
	r, err := Create(dir, doc, []byte("name: failing\n"))
	if err != nil {
		t.Fatal(err)
	}
	one, two := r.Shard(), r.Shard()
	at := func(sh *Shard, begun time.Duration, s Sample, e *Excerpt) {
		s.Due, s.Begun, s.Sent, s.Service, s.Excerpt = begun, begun, begun, time.Millisecond, e
		sh.Record(&s)
	}
	at(one, 1*time.Millisecond, Sample{Code: 200}, nil)
	at(one, 9*time.Millisecond, Sample{Code: 404}, &Excerpt{Body: "later"})
	at(two, 5*time.Millisecond, Sample{Code: 404}, &Excerpt{Body: `{"message":"Not Found"}`, HeaderNames: []string{"Content-Type", "Date"}, Truncated: true})
	at(one, 10*time.Millisecond, Sample{Code: 404}, nil)
	at(one, 11*time.Millisecond, Sample{Code: 404, Wanted: true, Request: 1}, nil)
	at(one, 12*time.Millisecond, Sample{Request: 1, Err: ErrRefused}, &Excerpt{Detail: "connection refused"})
	at(one, 13*time.Millisecond, Sample{Request: 1, Code: 200, Err: ErrUnexpected}, &Excerpt{Body: "hello"})
	at(one, 13*time.Millisecond, Sample{Request: 1, Code: 200, Err: ErrUnexpected, Check: checkOfA}, &Excerpt{Body: "hello", Detail: "got b"})
	at(two, 14*time.Millisecond, Sample{Request: 1, Code: 200, Err: ErrUnexpected, Check: checkOfA}, &Excerpt{Body: "hello", Detail: "got c"})
	at(one, 14*time.Millisecond, Sample{Request: 1, Code: 200}, nil)
	at(one, 15*time.Millisecond, Sample{Request: 1, Err: ErrCancelled}, nil)
	at(one, 16*time.Millisecond, Sample{Request: 2, Code: 413}, &Excerpt{Body: "of a probe"})
	if err := r.Close(state); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFailuresAreCountedByCauseAndTheFirstIsKept(t *testing.T) {
	run, err := Open(failing(t, Finished))
	if err != nil {
		t.Fatal(err)
	}
	doc := Summarise(run)
	want := []FailureDoc{
		{Request: "list", Status: 404, Count: 3, First: &FirstDoc{0.005, Excerpt{Body: `{"message":"Not Found"}`, HeaderNames: []string{"Content-Type", "Date"}, Truncated: true}}},
		{Request: "buy", Status: 200, Check: checkOfA, Count: 2, First: &FirstDoc{0.013, Excerpt{Body: "hello", Detail: "got b"}}},
		{Request: "buy", Error: "refused", Count: 1, First: &FirstDoc{0.012, Excerpt{Detail: "connection refused"}}},
		{Request: "buy", Status: 200, Count: 1, First: &FirstDoc{0.013, Excerpt{Body: "hello"}}},
	}
	if got := doc.Targets[0].Failures; !reflect.DeepEqual(got, want) {
		t.Errorf("the failures are %+v, want %+v", got, want)
	}
	if n := len(doc.Targets[1].Failures); n != 0 {
		t.Errorf("%d failures of a target that nobody asked", n)
	}
	if err := WriteDocument(run.Dir, doc); err != nil {
		t.Fatal(err)
	}
	if again, err := Open(run.Dir); err != nil || !reflect.DeepEqual(again.Document.Targets[0].Failures, want) {
		t.Errorf("read again: %v", err)
	}
	if n := len(run.Failures); n != 5 {
		t.Errorf("%d first failures were recorded, want 5 with the probe's", n)
	}
	merged, err := Merge(run)
	if err != nil || !reflect.DeepEqual(merged.Failures, run.Failures) {
		t.Errorf("merging lost failures: %v", err)
	}
}

func TestFailuresOfAKilledRunAreKept(t *testing.T) {
	dir := failing(t, Running)
	name := filepath.Join(dir, FileFailures)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data[:len(data)-10], 0o644); err != nil {
		t.Fatal(err)
	}
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if run.Document.State != Torn || len(run.Failures) != 4 {
		t.Errorf("state %s with %d failures, want a torn run with all but the last", run.Document.State, len(run.Failures))
	}
}

func TestRunsOfEarlierVersionsHaveFailuresToo(t *testing.T) {
	dir := failing(t, Finished)
	if err := os.Remove(filepath.Join(dir, FileFailures)); err != nil {
		t.Fatal(err)
	}
	withColumns(t, dir, secondColumnsOld)
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []FailureDoc{{Request: "buy", Error: "unexpected", Count: 3}, {Request: "list", Status: 404, Count: 3}, {Request: "buy", Error: "refused", Count: 1}}
	if got := Summarise(run).Targets[0].Failures; !reflect.DeepEqual(got, want) {
		t.Errorf("the failures are %+v, want %+v", got, want)
	}
}

func TestNoMoreFailuresAreKeptThanTheBound(t *testing.T) {
	w := newFailureWriter(names{targets: []string{"a", "b"}, requests: []string{"r"}})
	for code := range 500 {
		w.add([]*Failure{{Cause: Cause{Status: 400 + code}}})
	}
	w.add([]*Failure{{Target: 1, Cause: Cause{Status: 404}}, {Target: 1, Cause: Cause{Status: 404}}})
	if n := strings.Count(w.text.String(), "\n"); n != MaxFailures+1 {
		t.Errorf("%d lines, want %d of one target and one of the other", n, MaxFailures)
	}
}

// However many checks fail with however many statuses, a row stays within the line that
// readers accept, and no request is lost.
func TestARowHoldsTheFailedChecksOfAHostileTarget(t *testing.T) {
	c := newWindow().cell(Group{})
	for status := range 999 {
		for check := range 3 {
			c.fail(Cause{Status: status + 1, Check: strconv.Itoa(check) + strings.Repeat("\U0001f600", MaxCheck-1)}, 1)
		}
	}
	s := c.second(0, Group{})
	row := secondRow(&s, names{targets: []string{"rest"}, requests: []string{"list"}})
	var sum int64
	for _, n := range s.Failures {
		sum += n
	}
	if n := len(strings.Join(row, ",")); n >= maxLine || sum != 3*999 {
		t.Errorf("a row of %d bytes counts %d of 2997 requests", n, sum)
	}
}

func TestWrongFailureFilesAreRefused(t *testing.T) {
	n := names{targets: []string{"rest"}, requests: []string{"list"}}
	long := strings.Repeat("x", escapedMost(MaxExcerptBody)+1)
	for _, row := range []struct{ what, line, want string }{
		{"a good one", `{"at_s":1,"target":"rest","request":"list","status":404,"body":"x"}`, ""},
		{"no JSON", `404`, "not a failure"},
		{"another target", `{"at_s":1,"target":"soap","request":"list","status":404}`, `target "soap"`},
		{"another request", `{"at_s":1,"target":"rest","request":"sell","status":404}`, `request "sell"`},
		{"no cause", `{"at_s":1,"target":"rest","request":"list"}`, "want a status code"},
		{"two causes", `{"at_s":1,"target":"rest","request":"list","status":404,"error":"tls"}`, "want a status code"},
		{"an unknown class", `{"at_s":1,"target":"rest","request":"list","error":"gone"}`, "want a status code"},
		{"the class of a good request", `{"at_s":1,"target":"rest","request":"list","error":"none"}`, "want a status code"},
		{"a check", `{"at_s":1,"target":"rest","request":"list","status":200,"check":"header x-a: want b"}`, ""},
		{"a check without a status", `{"at_s":1,"target":"rest","request":"list","error":"tls","check":"header x-a: want b"}`, "want a status code"},
		{"a long check", `{"at_s":1,"target":"rest","request":"list","status":200,"check":"` + long + `"}`, "want a status code"},
		{"no status", `{"at_s":1,"target":"rest","request":"list","status":4040}`, "want a status code"},
		{"no time of a run", `{"at_s":-1,"target":"rest","request":"list","status":404}`, "not a time"},
		{"a long body", `{"at_s":1,"target":"rest","request":"list","status":404,"body":"` + long + `"}`, "characters"},
		{"an escape sequence", `{"at_s":1,"target":"rest","request":"list","status":404,"body":"\u001b[2J"}`, "cannot be printed"},
		{"many headers", `{"at_s":1,"target":"rest","request":"list","status":404,"header_names":["` + strings.Repeat(`a","`, 50) + `"]}`, "names of headers"},
		{"a field that nobody knows", `{"at_s":1,"target":"rest","request":"list","status":404,"cookie":"x"}`, "unknown field"},
	} {
		_, err := n.parseFailure([]byte(row.line))
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v, want %q", row.what, err, row.want)
		}
	}
}

// What is read is within its bounds and printable, whatever the file holds.
func FuzzFailure(f *testing.F) {
	f.Add([]byte(`{"at_s":1.5,"target":"rest","request":"list","status":404,"header_names":["Date"],"body":"x","truncated":true}`))
	f.Add([]byte(`{"at_s":1,"target":"rest","request":"list","status":200,"check":"header x-a: want b","detail":"got c"}`))
	f.Add([]byte(`{"at_s":0,"target":"rest","request":"list","error":"timeout","detail":"timeout after 1s"}`))
	n := names{targets: []string{"rest"}, requests: []string{"list"}}
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := n.parseFailure(line)
		if err != nil {
			return
		}
		if err := got.check(); err != nil || got.Cause == (Cause{}) || got.At < 0 {
			t.Errorf("%+v: %v", got, err)
		}
	})
}

func TestACauseIsReadAsItWasWritten(t *testing.T) {
	for _, c := range []Cause{
		{Status: 403, Fault: targets.FaultWAF}, {Status: 403, Fault: targets.FaultBehind, Check: "status: want 200? or!"}, {Status: 403}, {Status: 200, Check: "a!b"}, {Err: ErrTimeout},
	} {
		if got, ok := parseCause(c.String()); !ok || got != c {
			t.Errorf("%q is read as %+v, %v", c.String(), got, ok)
		}
	}
	for _, text := range []string{"403!", "403!?x", "!x", "403!" + strings.Repeat("x", maxFault+1), "403!%00"} {
		if c, ok := parseCause(text); ok {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}

func TestWhatARefusalMeans(t *testing.T) {
	counted := func(client, aws float64) *ObservedDoc {
		gap := aws - client
		return &ObservedDoc{Checks: []Reconciled{{What: CheckWAF, Client: &client, AWS: &aws, Gap: &gap}}}
	}
	for _, row := range []struct {
		name, kind string
		fault      targets.Fault
		observed   *ObservedDoc
		want       string
	}{
		{"a response that says it", "rest-api", targets.FaultNoRoute, nil, "no route"},
		{"one that several causes share", "rest-api", targets.FaultForbidden, nil, "missing or wrong key, private API not named, refused by AWS WAF or refused by the custom domain, which are answered alike"},
		{"as many as AWS WAF blocked", "rest-api", targets.FaultForbidden, counted(7, 7), "refused by AWS WAF, which counts as many"},
		{"fewer: some are others'", "rest-api", targets.FaultForbidden, counted(7, 9), "missing or wrong key, private API not named, refused by AWS WAF or refused by the custom domain, which are answered alike"},
		{"more than AWS WAF blocked", "rest-api", targets.FaultForbidden, counted(7, 0), "missing or wrong key, private API not named, refused by AWS WAF or refused by the custom domain, which are answered alike"},
		{"a load balancer refuses for AWS WAF alone", "alb", targets.FaultWAF, nil, "refused by AWS WAF"},
		{"a body of the application", "http-api", targets.FaultBehind, nil, "by the application, or a response that was customised"},
		{"a run that did not look", "rest-api", "", nil, ""},
		{"no front door", "", targets.FaultBehind, nil, ""},
		{"a distribution's own page", "cloudfront before rest-api", targets.FaultAtEdge, nil, "refused by the distribution itself"},
		{"the API behind a distribution", "cloudfront before rest-api", targets.FaultNoRoute, nil, "no route"},
		{"the application behind both", "cloudfront before http-api", targets.FaultBehind, nil, "by the application, or a response that was customised"},
		{"an origin that is not stated", "cloudfront", targets.FaultBehind, nil, "by what is behind the distribution"},
		{"a Web Function behind a distribution", "cloudfront before lambda-web", targets.FaultBehind, nil, "by what is behind the distribution"},
		{"the type that it states", "cloudfront before lambda-web", "Platform.AccessDenied", nil, "lambda-web-error-type Platform.AccessDenied"},
		{"a front door that states a type", "lambda-web", "Platform.AccessDenied", nil, "lambda-web-error-type Platform.AccessDenied"},
	} {
		kind, behind, _ := strings.Cut(row.kind, " before ")
		doc := TargetDoc{Kind: kind, Behind: behind, Observed: row.observed}
		if got := doc.Means(&FailureDoc{Status: 403, Fault: string(row.fault)}); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
