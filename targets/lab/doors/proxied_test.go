package doors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// everyDoor are front doors of every kind and format, and an origin, with a function of
// 1 ms of INIT.
func everyDoor(server string) Config {
	return Config{Function: Function{Proxy: server, Init: exactly(time.Millisecond)}, Doors: []DoorConfig{
		{Kind: "rest-api", Binary: []string{"image/*"}},
		{Kind: "http-api"},
		{Kind: "http-api", Name: "staged", Stage: "v1", Payload: "1.0"},
		{Kind: "http-api", Name: "staged2", Stage: "v1"},
		{Kind: "function-url"},
		{Kind: "alb"},
		{Kind: "alb", Name: "lists", MultiValue: true},
		{Kind: "origin"},
	}}
}

// TestAServerOfTheUsersAnswersBehindEveryDoor compares what a server receives behind each
// front door with what it receives directly.
func TestAServerOfTheUsersAnswersBehindEveryDoor(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header()["X-Two"] = []string{"a", "b"}
		w.Header()["Set-Cookie"] = []string{"one=1", "two=2"}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "%s %s %s mine=%s cookie=%s type=%s body=%q", r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("X-Mine"),
			r.Header.Get("Cookie"), r.Header.Get("Content-Type"), body)
	}))
	defer server.Close()
	const want = `PUT /a%20b/c list=1&list=2&q=x%26y mine=yes cookie=s=1; t=2 type=application/json body="{\"n\":1}"`
	l := open(t, everyDoor(server.URL))
	for _, door := range l.Doors() {
		r, _ := http.NewRequest("PUT", door.URL+"/a%20b/c?list=1&list=2&q=x%26y", strings.NewReader(`{"n":1}`))
		r.Header = http.Header{"X-Mine": {"yes"}, "Cookie": {"s=1; t=2"}, "Content-Type": {jsonType}}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(got.Body)
		got.Body.Close()
		lost := door.Name == "lab-alb" // which takes one value of each
		if lost {
			body = bytes.Replace(body, []byte("list=2"), []byte("list=1&list=2"), 1)
		}
		if got.StatusCode != http.StatusCreated || string(body) != want || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v %s", door.Name, got.StatusCode, got.Header, body)
		}
		if cookies := got.Cookies(); len(cookies) != 2 && !lost || len(cookies) == 0 || strings.Join(got.Header["X-Two"], ", ") != "a, b" {
			t.Errorf("%s: the headers are %v", door.Name, got.Header)
		}
	}
	for _, truth := range l.Truth().Doors {
		behind := truth.Kind != "origin"
		if truth.Requests != 1 || behind != (truth.Invocations == 1) || behind != (truth.ColdStarts == 1) || behind != (truth.DurationMS > 0) || truth.Errors != 0 {
			t.Errorf("the truth of %s is %+v", truth.Name, truth)
		}
	}
}

// TestDoorsAddTheirHeaders looks at what a server sees besides what the client sent.
func TestDoorsAddTheirHeaders(t *testing.T) {
	var mu sync.Mutex
	var seen http.Header
	var host string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen, host = r.Header, r.Host
	}))
	defer server.Close()
	l := open(t, everyDoor(server.URL))
	for _, door := range l.Doors() {
		r, _ := http.NewRequest("GET", door.URL+"/", nil)
		r.Host, r.Header = "api.example.com", http.Header{"User-Agent": nil, "Connection": {"close"}}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		mu.Lock()
		names := slices.Sorted(maps.Keys(seen))
		var context struct{ Stage string }
		_ = json.Unmarshal([]byte(seen.Get("X-Amzn-Request-Context")), &context)
		want := []string{"X-Amzn-Request-Context", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"}
		if door.Kind == "origin" {
			want = nil
		}
		for _, name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("%s: the server misses %s among %v", door.Name, name, names)
			}
		}
		if slices.Contains(names, "Connection") || want != nil && (slices.Contains(names, "User-Agent") || host != "api.example.com") || context.Stage != door.Stage && door.Kind != "function-url" {
			t.Errorf("%s: the server received %q at %s", door.Name, seen, host)
		}
		mu.Unlock()
	}
}

// TestAServerThatFailsIsAFunctionThatFails has what each kind answers then.
func TestAServerThatFailsIsAFunctionThatFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("half"))
			panic(http.ErrAbortHandler)
		case "/hang":
			<-r.Context().Done()
		case "/large":
			_, _ = w.Write(bytes.Repeat([]byte("x"), 7<<20))
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	defer server.Close()
	config := everyDoor(server.URL)
	config.Function.Timeout = Duration(50 * time.Millisecond)
	config.Doors = config.Doors[:len(config.Doors)-1] // an origin has no function
	refusing := config
	refusing.Function.Proxy = unserved
	status := map[string]int{"rest-api": 502, "http-api": 500, "function-url": 502, "alb": 502}
	for path, config := range map[string]Config{"/cut": config, "/hang": config, "/large": config, "/refused": refusing} {
		l := open(t, config)
		for i, door := range l.Doors() {
			got, _, body := send(t, "GET", door.URL+path, "")
			want := status[door.Kind]
			if truth := l.Truth().Doors[i]; got != want || truth.Errors != 1 || truth.Invocations != 1 {
				t.Errorf("%s %s: %d %s, want %d; the truth is %+v", door.Name, path, got, body, want, truth)
			}
		}
	}
	l := open(t, config)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, door := range l.Doors() {
		got, err := client.Get(door.URL + "/redirect")
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != http.StatusFound || got.Header.Get("Location") != "/elsewhere" {
			t.Errorf("%s: a redirect became %d %v", door.Name, got.StatusCode, got.Header)
		}
	}
}

// unserved has a port that no server has, and that no connection is given.
const unserved = "http://127.0.0.1:1"

func TestTheLogSaysWhyAServerDidNotAnswer(t *testing.T) {
	l := open(t, Config{Function: Function{Proxy: unserved}, Doors: []DoorConfig{{Kind: "function-url"}}})
	send(t, "GET", l.Doors()[0].URL, "")
	lines, _ := l.Lines("/aws/lambda/lab-function-url", time.Time{}, time.Now().Add(time.Hour))
	var all string
	for _, line := range lines {
		all += line.Message
	}
	if !strings.Contains(all, "[lab] ") || !strings.Contains(all, "the server at "+unserved+" does not answer") || !strings.Contains(all, "Error Type: Runtime.ServerUnavailable") {
		t.Errorf("the log says %s", all)
	}
}

// TestEachRequestUnderWayNeedsAnEnvironment holds requests in the server, more than the
// function has environments, and counts the most that were there at once.
func TestEachRequestUnderWayNeedsAnEnvironment(t *testing.T) {
	const most = 3
	var inside, peak atomic.Int64
	full, leave := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if n := inside.Add(1); n > peak.Load() {
			peak.Store(n)
			if n == most {
				close(full)
			}
		}
		<-leave
		inside.Add(-1)
	}))
	defer server.Close()
	l := open(t, Config{Doors: []DoorConfig{{Kind: "http-api", Function: &Function{Proxy: server.URL, Init: exactly(time.Millisecond), Concurrency: new(most)}}}})
	var waiting sync.WaitGroup
	for range most {
		waiting.Go(func() { send(t, "GET", l.Doors()[0].URL+"/", "") })
	}
	<-full
	if status, _, body := send(t, "GET", l.Doors()[0].URL+"/", ""); status != http.StatusServiceUnavailable {
		t.Errorf("with every environment busy: %d %s", status, body)
	}
	close(leave)
	waiting.Wait()
	send(t, "GET", l.Doors()[0].URL+"/", "")
	truth := l.Truth().Doors[0]
	if truth.Invocations != most+1 || truth.ColdStarts != most || truth.Throttles != 1 || peak.Load() != most {
		t.Errorf("%d were there at once; the truth is %+v", peak.Load(), truth)
	}
}

func TestEnvironmentsOfAServerAreRetiredAndProvisioned(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	l := open(t, Config{Doors: []DoorConfig{
		{Kind: "function-url", Function: &Function{Proxy: server.URL, Init: exactly(time.Millisecond)}},
		{Kind: "alb", Function: &Function{Proxy: server.URL, Provisioned: 2}},
	}})
	for i, door := range l.Doors() {
		for range 2 {
			send(t, "GET", door.URL+"/", "")
			l.doors[i].function.retire(nil)
		}
	}
	url, alb := l.Truth().Doors[0], l.Truth().Doors[1]
	if url.ColdStarts != 2 || alb.ColdStarts != 0 || alb.Provisioned != 2 {
		t.Errorf("the truth is %+v and %+v", url, alb)
	}
}

func TestAHeldEnvironmentThatWasRetiredIsGone(t *testing.T) {
	e := environments{limit: 2, idle: time.Hour}
	if e.place(noon) != placedCold {
		t.Fatal("the first environment is not new")
	}
	held := e.hold(placedCold)
	e.retire(noon)
	second := e.place(noon)
	other := e.hold(second)
	if second != placedCold || e.place(noon) != notPlaced {
		t.Errorf("while a retired one is held, the next one is %v, and there is room for a third", second)
	}
	e.release(held, noon, false)
	if got := e.place(noon); got != placedCold {
		t.Errorf("the retired environment was used again: %v", got)
	}
	e.release(other, noon, false)
	if got := e.place(noon); got != placedWarm {
		t.Errorf("the environment that was released is %v", got)
	}
}

func TestWhatAProxyMustBe(t *testing.T) {
	for _, row := range []struct {
		function Function
		want     string
	}{
		{Function{Proxy: "http://127.0.0.1:8000"}, ""},
		{Function{Proxy: "http://localhost:8000/app"}, ""},
		{Function{Proxy: "http://[::1]:8000", Init: exactly(time.Second), Provisioned: 1}, ""},
		{Function{Proxy: "http://app:8000", ProxyBeyond: true}, ""},
		{Function{Proxy: "http://app:8000"}, `function.proxy: "app:8000" is another machine: the lab sends requests to this machine only`},
		{Function{Proxy: "https://127.0.0.1"}, `must be the http:// address of a web server`},
		{Function{Proxy: "127.0.0.1:8000"}, `must be the http:// address of a web server`},
		{Function{Proxy: "http://127.0.0.1/?a=1"}, `must be the http:// address of a web server`},
		{Function{Proxy: "http://me:hunter2@127.0.0.1"}, `must have no user and no password`},
		{Function{ProxyBeyond: true}, `function.proxy_beyond_loopback: it is of a proxy`},
		{Function{Proxy: "http://127.0.0.1:8000", Command: []string{"./x"}}, `has a command or a proxy, not both`},
		{Function{Proxy: "http://127.0.0.1:8000", Thrown: 0.5}, `a server takes as long as it does`},
	} {
		err := Config{Function: row.function, Doors: []DoorConfig{{Kind: "alb"}}}.Validate()
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%+v: %v, want %s", row.function, err, row.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a password is repeated: %v", err)
		}
	}
	proxy := &Function{Proxy: "http://127.0.0.1:8000"}
	for want, door := range map[string]DoorConfig{
		"only a modelled function has it":          {Kind: "function-url", FirstByte: 0.5},
		"which a custom integration does not send": {Kind: "rest-api", Routes: []Route{{Path: "/", Integration: &Integration{Type: "lambda-custom"}}}},
	} {
		door.Function = proxy
		if err := only(door).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", door, err, want)
		}
	}
}

// TestADoorAddsItsOverheadToTheServersTime holds each response to the least that it can
// take: the server's own time and the door's overhead.
func TestADoorAddsItsOverheadToTheServersTime(t *testing.T) {
	const overhead, busy = 5 * time.Millisecond, 3 * time.Millisecond
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		time.Sleep(busy) // the server's time, which the door has to measure
	}))
	defer server.Close()
	c := everyDoor(server.URL)
	c.Doors = c.Doors[:len(c.Doors)-1]
	for i := range c.Doors {
		c.Doors[i].Overhead = exactly(overhead)
	}
	l := open(t, c)
	for i, door := range l.Doors() {
		for n := range 4 {
			begun := time.Now()
			send(t, "GET", door.URL+"/", "")
			took := time.Since(begun)
			report := l.Logs()[i].Reports(time.Time{}, time.Now().Add(time.Hour))[n]
			if report.Duration < busy || took < report.InitDuration+report.Duration+overhead {
				t.Errorf("%s: a response took %v, of which the function has %v and %v of INIT", door.Name, took, report.Duration, report.InitDuration)
			}
		}
	}
}

// TestADoorThatStopsWaitingLeavesTheServerWorking lets the server answer only after every
// door has given up: the invocation counts when it ends, and is no error.
func TestADoorThatStopsWaitingLeavesTheServerWorking(t *testing.T) {
	leave := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-leave }))
	defer server.Close()
	config := Config{Function: Function{Proxy: server.URL, Init: exactly(time.Millisecond)}}
	want := map[string]int{"rest-api": 504, "http-api": 503}
	for kind := range want {
		config.Doors = append(config.Doors, DoorConfig{Kind: kind, Timeout: Duration(20 * time.Millisecond)})
	}
	l := open(t, config)
	for _, door := range l.Doors() {
		if status, _, body := send(t, "GET", door.URL+"/", ""); status != want[door.Kind] {
			t.Errorf("%s: %d %s, want %d", door.Name, status, body, want[door.Kind])
		}
	}
	for _, truth := range l.Truth().Doors {
		if truth.Invocations != 0 || truth.Requests != 1 {
			t.Errorf("the server still works, and the truth of %s is %+v", truth.Name, truth)
		}
	}
	close(leave)
	for _, d := range l.doors {
		d.background.Wait()
	}
	for _, truth := range l.Truth().Doors {
		if truth.Invocations != 1 || truth.Errors != 0 || truth.DurationMS < 10 {
			t.Errorf("the truth of %s is %+v", truth.Name, truth)
		}
	}
}
