package doors

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// streamed is a steady door whose function's responses are passed on as they come.
func streamed(kind string) DoorConfig {
	d := steady(kind)
	d.Stream = true
	return d
}

// Ten events, the first after 100 ms and then one each 50 ms: a door that streams sends each
// at its time, one that does not sends all of them at the end, and the bill is the same.
func TestEventsComeAtTheirTimeWhereTheDoorStreams(t *testing.T) {
	const path, lasts = "events?n=10&first=100ms&gap=50ms&end=bye", 550 * time.Millisecond
	for _, kind := range []string{"function-url", "rest-api"} {
		for _, streams := range []bool{false, true} {
			d := steady(kind)
			d.Stream = streams
			inFakeTime(t, only(d), func(b bench) {
				b.ask(0, "GET", root(kind), "")
				got := b.ask(0, "GET", root(kind)+path, "")
				if text := got.Body.String(); got.Code != 200 || strings.Count(text, "data: {") != 10 || !strings.HasSuffix(text, "data: bye\n\n") || got.Header().Get("Content-Type") != "text/event-stream" {
					t.Errorf("%s: %d %q", kind, got.Code, text)
				}
				if got.took != lasts+25*time.Millisecond || got.Flushed != streams {
					t.Errorf("%s: took %v, flushed: %v", kind, got.took, got.Flushed)
				}
				truth := b.doors[0].truth()
				if e := truth.Events; streams && (e == nil || *e != EventTruth{Responses: 1, Events: 10, Gaps: 9, GapMS: 450, LongestMS: 50}) || !streams && e != nil {
					t.Errorf("%s: %+v", kind, e)
				}
				if truth.BilledMS != 220+570 {
					t.Errorf("%s: %d ms billed", kind, truth.BilledMS)
				}
			})
		}
	}
}

// What is sent before the end of a stream is not taken back: its status is known.
func TestStreamsAreCutOff(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*DoorConfig)
		path   string
		took   time.Duration
		events int64
		billed int64 // INIT and what ran on included
	}{
		{"by the function's timeout", func(d *DoorConfig) { d.Function.Timeout = Duration(300 * time.Millisecond) }, "events?n=10&first=100ms&gap=50ms", 505 * time.Millisecond, 4, 500},
		{"by the door's timeout", func(d *DoorConfig) { d.Timeout = Duration(500 * time.Millisecond) }, "events?n=10&first=100ms&gap=50ms", 505 * time.Millisecond, 4, 200 + 20 + 550},
		{"by silence", func(d *DoorConfig) { d.StreamIdle = Duration(time.Second) }, "events?n=3&first=100ms&gap=2s", 1325 * time.Millisecond, 1, 200 + 20 + 4100},
		{"by silence from the beginning", func(d *DoorConfig) { d.StreamIdle = Duration(time.Second) }, "events?n=2&first=3s&gap=0s", 1225 * time.Millisecond, 0, 200 + 20 + 3000},
		{"at 15 minutes", func(d *DoorConfig) { d.Function.Timeout = Duration(longestFunction) }, "events?n=899&first=2s&gap=1s", 15*time.Minute + 5*time.Millisecond, 898, 900_200},
	} {
		d := streamed("rest-api")
		row.change(&d)
		inFakeTime(t, only(d), func(b bench) {
			got := b.ask(0, "GET", "/prod/"+row.path, "")
			if got.Code != 200 || !got.aborted || got.took != row.took {
				t.Errorf("%s: %d, aborted: %v, after %v; want 200, aborted after %v", row.name, got.Code, got.aborted, got.took, row.took)
			}
			truth := b.doors[0].truth()
			if e := truth.Events; e == nil || e.Events != row.events || e.Cut != 1 {
				t.Errorf("%s: %+v, want %d events", row.name, e, row.events)
			}
			if truth.BilledMS != row.billed {
				t.Errorf("%s: %d ms billed, want %d", row.name, truth.BilledMS, row.billed)
			}
		})
	}
}

func TestAFirstByteThatNeverComesIsATimeout(t *testing.T) {
	d := streamed("rest-api")
	d.StreamIdle, d.Function.Warm = Duration(time.Second), exactly(3*time.Second)
	inFakeTime(t, only(d), func(b bench) {
		got := b.ask(0, "GET", "/prod/events", "")
		if got.Code != 504 || got.took != 1005*time.Millisecond || b.doors[0].truth().Events != nil {
			t.Errorf("%d after %v", got.Code, got.took)
		}
	})
}

func TestStreamedResponsesAreMeteredBySize(t *testing.T) {
	for megabytes, want := range map[int]int64{1: 1, 10: 1, 11: 2, 21: 3} {
		inFakeTime(t, only(streamed("rest-api")), func(b bench) {
			b.ask(0, "GET", fmt.Sprintf("/prod/bytes/%d", megabytes<<20), "")
			if truth := b.doors[0].truth(); truth.Billable != want || truth.Beyond != max(0, int64(megabytes-6)<<20) {
				t.Errorf("%d MB: %d requests billable, %d bytes beyond 6 MB; want %d", megabytes, truth.Billable, truth.Beyond, want)
			}
		})
	}
}

func TestWhatStreamsIsChecked(t *testing.T) {
	for want, d := range map[string]DoorConfig{
		"a REST API keeps no streamed response":    {Kind: "rest-api", Stream: true, Cache: &Cache{}},
		"nothing is streamed here":                 {Kind: "rest-api", StreamIdle: Duration(time.Second)},
		"http-api has none; only":                  {Kind: "http-api", Stream: true},
		"only a modelled function has it; a comma": {Kind: "function-url", Stream: true, FirstByte: 0.5, Function: &Function{Proxy: "http://127.0.0.1:8000"}},
	} {
		if err := only(d).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	filled := only(DoorConfig{Kind: "rest-api", Stream: true, Edge: true}).filled().Doors[0]
	if filled.FirstByte != streamFirstByte || filled.StreamIdle != Duration(30*time.Second) || filled.Timeout != Duration(15*time.Minute) {
		t.Errorf("an edge-optimised API streams from %v on, %v without a byte, %v in all", filled.FirstByte, filled.StreamIdle, filled.Timeout)
	}
}

func TestWrongQueriesForEventsAreRefused(t *testing.T) {
	inFakeTime(t, only(steady("alb")), func(b bench) {
		for _, query := range []string{"n=-1", "n=x", "n=100001", "gap=1", "first=-1s", "n=1000&gap=1s", "end=a%0Ab"} {
			if got := b.ask(0, "GET", "/events?"+query, ""); got.Code != 400 {
				t.Errorf("%s: %d", query, got.Code)
			}
		}
		if got := b.ask(0, "GET", "/events?n=2&format=lines&first=1ms", ""); got.Body.String() != "{\"n\":1}\n{\"n\":2}\n" {
			t.Errorf("%q", got.Body.String())
		}
	})
}

// A server that streams stands behind a door as a function with the AWS Lambda Web Adapter, or
// by itself: its first bytes do not wait for its last ones.
func TestAServerStreamsThroughItsDoor(t *testing.T) {
	more := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(202)
		_, _ = io.WriteString(w, "data: first\n\n")
		_ = http.NewResponseController(w).Flush()
		<-more
		_, _ = io.WriteString(w, "data: last\n\n")
	}))
	defer server.Close()
	for name, d := range map[string]DoorConfig{
		"function URL":                {Kind: "function-url", Stream: true, Function: &Function{Proxy: server.URL}},
		"REST API":                    {Kind: "rest-api", Stream: true, Function: &Function{Proxy: server.URL}},
		"REST API, http integration":  {Kind: "rest-api", Stream: true, Routes: []Route{{Path: "/", Integration: &Integration{Type: "http", URL: server.URL}}}},
		"load balancer with a server": {Kind: "alb", Rules: []Rule{{Path: "/*", Targets: []string{server.URL}}}},
		"origin":                      {Kind: "origin", Function: &Function{Proxy: server.URL}},
	} {
		l := open(t, only(d))
		got, err := http.Get(l.Doors()[0].URL + "/")
		if err != nil {
			t.Fatal(err)
		}
		first, err := bufio.NewReader(got.Body).ReadString('\n')
		if got.StatusCode != 202 || first != "data: first\n" || len(got.Header["Set-Cookie"]) != 2 || err != nil {
			t.Errorf("%s: %d %v, first %q, %v", name, got.StatusCode, got.Header, first, err)
		}
		more <- struct{}{}
		if _, err := io.Copy(io.Discard, got.Body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got.Body.Close()
		invoked := int64(0)
		if d.Function != nil && d.Kind != "origin" {
			invoked = 1
		}
		if truth := l.Truth().Doors[0]; truth.Streamed != 1 || truth.Invocations != invoked || truth.Errors != 0 || truth.Status["202"] != 1 {
			t.Errorf("%s: %+v", name, truth)
		}
	}
}

// Where a server says nothing for longer than a REST API waits, the response is cut off, and
// the server finds that out.
func TestAServerThatFallsSilentIsCutOff(t *testing.T) {
	gone := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "data: first\n\n")
		_ = http.NewResponseController(w).Flush()
		defer close(gone)
		for r.Context().Err() == nil {
			time.Sleep(1500 * time.Millisecond) // longer than the door waits; what is written then fails
			_, _ = io.WriteString(w, "data: late\n\n")
			_ = http.NewResponseController(w).Flush()
		}
	}))
	defer server.Close()
	l := open(t, only(DoorConfig{Kind: "rest-api", Stream: true, StreamIdle: Duration(time.Second), Function: &Function{Proxy: server.URL, Init: exactly(time.Millisecond)}}))
	got, err := http.Get(l.Doors()[0].URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if body, err := io.ReadAll(got.Body); err == nil || strings.Contains(string(body), "late") {
		t.Errorf("%q looked whole", body)
	}
	<-gone
}
