package replay

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios/accesslog"
)

const start = int64(1_796_000_400) * int64(time.Second)

const origin = "name: replay\ntargets: {api: {kind: origin, url: 'http://127.0.0.1:1'}}\nrequests:\n- {name: get, path: /}\nload:\n- constant: {rate: 5/s, for: 10s}\n"

func entry(at time.Duration, method, path, query string) *accesslog.Entry {
	return &accesslog.Entry{
		What: accesslog.Request, Arrived: start + int64(at), Resolution: time.Millisecond,
		Method: []byte(method), Path: []byte(path), Query: []byte(query), Status: 200,
	}
}

func made(t *testing.T, l *Log) Files {
	t.Helper()
	f, err := l.Made([]byte(origin), "day", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The same path has the same number, at every repetition, and no path is in any file.
func TestARequestIsReplayedByItsClassAndANumber(t *testing.T) {
	l := New()
	for i := range 6 {
		at := time.Duration(i) * time.Second
		l.Add(entry(at+300*time.Millisecond, "GET", "/users/4711", ""))
		l.Add(entry(at, "GET", fmt.Sprintf("/users/471%d", i%3), ""))
		l.Add(entry(at+time.Millisecond, "GET", "/health", ""))
		l.Add(entry(at+2*time.Millisecond, "POST", "/health", fmt.Sprintf("token=secret%d", i%2)))
		l.Add(entry(at+3*time.Millisecond, "BREW", "/health", ""))
	}
	f := made(t, l)
	text := string(f.Scenario)
	for _, want := range []string{
		"name: get-users-id\n    method: GET\n    path: \"/users/${logged.key}\"\n", "path: /health\n", "name: post-health-query", "path: \"/health?key=${logged.key}\"",
		"replay: {file: day.csv, request: request}", "file: day-keys.csv", "status: [200]",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the scenario lacks %s:\n%s", want, text)
		}
	}
	if all := text + string(f.Arrivals) + string(f.Keys); strings.Contains(all, "471") || strings.Contains(all, "secret") {
		t.Errorf("an id or a value is in the files:\n%s", all)
	}
	if want := "time,request\n0.000000,get-users-id\n0.001000,get-health\n0.002000,post-health-query\n0.300000,get-users-id\n1.000000,"; !strings.HasPrefix(string(f.Arrivals), want) {
		t.Errorf("arrivals are\n%s", f.Arrivals)
	}
	// Users 4710, 4711, 4711, 4711, 4712, 4711, ...; values of the query 1, 2, 1, ...
	if want := "key 1 1 2 2 2 2 3 1 2 1 2 2 2 1 2 3 2 2"; strings.Join(strings.Fields(string(f.Keys)), " ") != want {
		t.Errorf("keys are %v, want %s", strings.Fields(string(f.Keys)), want)
	}
	if len(f.Notes) != 3 || !strings.Contains(f.Notes[2], "which may change data") || !strings.Contains(f.Notes[0], "6 requests are not replayed: their methods") || !strings.Contains(f.Notes[1], "have no bodies") {
		t.Errorf("notes are %q", f.Notes)
	}
}

func TestWholeSecondsAreSpread(t *testing.T) {
	l := New()
	for i := range 6 {
		e := entry(time.Duration(i/4)*time.Second, "GET", "/health", "")
		e.Resolution = time.Second
		l.Add(e)
	}
	f := made(t, l)
	if want := "time,request 0.000000,get-health 0.250000,get-health 0.500000,get-health 0.750000,get-health 1.125000,get-health 1.625000,get-health"; strings.Join(strings.Fields(string(f.Arrivals)), " ") != want {
		t.Errorf("arrivals are %v", strings.Fields(string(f.Arrivals)))
	}
	if f.Keys != nil || !strings.Contains(strings.Join(f.Notes, "\n"), "the log knows the second alone") {
		t.Errorf("keys %q, notes %q", f.Keys, f.Notes)
	}
}

// The stage is in the address that requests are sent to, and not in their paths; $default is
// no path, and of a route that is not fixed each request asks for something else.
func TestPathsOfAnAPI(t *testing.T) {
	l := New()
	for i := range 6 {
		e := entry(time.Duration(4*i)*time.Second, "GET", "/users/7", "")
		e.Stage = []byte("prod")
		l.Add(e)
		for n, route := range []string{"$default", "/health", "/items/{id}"} {
			e := entry(time.Duration(4*i+n+1)*time.Second, "GET", "", "")
			e.Route = []byte(route)
			l.Add(e)
		}
	}
	f := made(t, l)
	for _, want := range []string{"path: \"/users/${logged.key}\"", "path: /health\n", "path: \"/items/${logged.key}\""} {
		if !strings.Contains(string(f.Scenario), want) {
			t.Errorf("the scenario lacks %s:\n%s", want, f.Scenario)
		}
	}
	if text := string(f.Scenario); strings.Contains(text, "path: /\n") || strings.Contains(text, "prod") {
		t.Errorf("the stage, or the root, is asked for:\n%s", text)
	}
	if want := "key 1 1 1 2 1 3 1 4 1 5 1 6"; strings.Join(strings.Fields(string(f.Keys)), " ") != want {
		t.Errorf("keys are %v, want %s", strings.Fields(string(f.Keys)), want)
	}
	notes := strings.Join(f.Notes, "\n")
	for _, want := range []string{"6 requests are not replayed: the log has no path of them", "of 6 requests the log has the route, and not the path", "of 6 requests the path began with the stage"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes lack %q:\n%s", want, notes)
		}
	}
}

func TestWhatCannotBeReplayedIsRefused(t *testing.T) {
	unplaced, days, empty, pathless := New(), New(), New(), New()
	pathless.Add(&accesslog.Entry{What: accesslog.Request, Arrived: start, Method: []byte("GET"), Route: []byte("$default")})
	unplaced.Add(&accesslog.Entry{What: accesslog.Request, Method: []byte("GET")})
	days.Add(entry(0, "GET", "/", ""))
	days.Add(entry(8*24*time.Hour, "GET", "/", ""))
	empty.Add(&accesslog.Entry{What: accesslog.Invocation, Arrived: start})
	for want, l := range map[string]*Log{"no request of the log says when it arrived": unplaced, "more than 7 days": days, "has no requests": empty, "the log has no paths": pathless} {
		if _, err := l.Made([]byte(origin), "day", 0, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// At the lab the function answers each class as the log says most often.
func TestTheLabAnswersTheLoggedRoutes(t *testing.T) {
	l := New()
	for i := range 6 {
		e := entry(time.Duration(i)*time.Second, "GET", fmt.Sprintf("/users/%d", 1000+i), "")
		if e.Out = 4000; i == 0 {
			e.Status = 404
		}
		l.Add(e)
		gone := entry(time.Duration(i)*time.Second, "DELETE", "/cart", "")
		gone.Status, gone.Out = 204, 100
		l.Add(gone)
	}
	f, err := l.Made([]byte(origin+"pricing: {requests_per_month: 1M}\n"), "day", 4_300_000, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"requests_per_month: 4300000", `"GET /users/{id}": {status: 200, bytes: 4000}`, `"DELETE /cart": {status: 204}`} {
		if !strings.Contains(string(f.Scenario), want) {
			t.Errorf("the scenario lacks %s:\n%s", want, f.Scenario)
		}
	}
	if strings.Contains(strings.Join(f.Notes, "\n"), "change data") {
		t.Errorf("notes are %q", f.Notes)
	}
}
