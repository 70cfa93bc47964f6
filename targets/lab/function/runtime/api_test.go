package runtime

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// bare is an environment without a process; where it is busy, it has an event.
func bare(busy bool) (*environment, *task) {
	f := &Function{config: Config{Name: "f", Timeout: time.Minute, Concurrency: 1}, log: NewLog("f", "", Text), all: map[*environment]struct{}{}}
	e := &environment{f: f, address: "127.0.0.1:9001", started: make(chan struct{}), broken: make(chan struct{}), gone: make(chan struct{})}
	f.all[e] = struct{}{}
	if !busy {
		return e, nil
	}
	e.ask()
	f.inUse, e.place = 1, placeBusy
	t := &task{Invocation: Invocation{ID: sampleReport().RequestID, Event: []byte(`{}`)}, done: make(chan result, 1), deadline: time.Now()}
	e.give(t)
	return e, t
}

const (
	ownID = "8f507cfc-4161-4f0b-a0f5-010203040506"
	base  = "/2018-06-01/runtime/"
	host  = "http://127.0.0.1:9001"
)

// TestTheRuntimeAPIAnswersAsDocumented has one request for each row, of a
// function in INIT and of one that has an event.
func TestTheRuntimeAPIAnswersAsDocumented(t *testing.T) {
	for _, row := range []struct {
		does         string
		method, path string
		body         string
		init, busy   int
	}{
		{"an answer", "POST", base + "invocation/" + ownID + "/response", "{}", 403, 202},
		{"an error", "POST", base + "invocation/" + ownID + "/error", "{}", 403, 202},
		{"an answer to another request", "POST", base + "invocation/" + strings.Repeat("0", 36) + "/response", "{}", 403, 400},
		{"an error for another request", "POST", base + "invocation/x/error", "{}", 403, 400},
		{"a failure of INIT", "POST", base + "init/error", "{}", 202, 403},
		{"an answer that is too large", "POST", base + "invocation/" + ownID + "/response", strings.Repeat(" ", 7<<20), 403, 413},
		{"an answer by GET", "GET", base + "invocation/" + ownID + "/response", "", 405, 405},
		{"another version", "GET", "/2015-03-31/runtime/invocation/next", "", 404, 404},
		{"a path that is none", "GET", base + "invocation/last", "", 404, 404},
	} {
		for _, busy := range []bool{false, true} {
			e, _ := bare(busy)
			r := httptest.NewRequest(row.method, host+row.path, strings.NewReader(row.body))
			w := httptest.NewRecorder()
			e.guard(e.routes()).ServeHTTP(w, r)
			want := row.init
			if busy {
				want = row.busy
			}
			if w.Code != want {
				t.Errorf("%s, with an event %v: %d %s, want %d", row.does, busy, w.Code, w.Body, want)
			}
		}
	}
}

func TestAnEventHasTheDocumentedHeaders(t *testing.T) {
	f := start(t, "tell event", nil)
	out := call(f, `{"a":1}`)
	for _, want := range []string{
		`"Lambda-Runtime-Aws-Request-Id":["`, `"Lambda-Runtime-Deadline-Ms":["1`, `"Lambda-Runtime-Trace-Id":["Root=1-0"]`,
		`"Lambda-Runtime-Invoked-Function-Arn":["arn:aws:lambda:eu-central-1:123456789012:function:f"]`, `"Content-Type":["application/json"]`,
	} {
		if !strings.Contains(string(out.Payload), want) {
			t.Errorf("the event has no %s:\n%s", want, out.Payload)
		}
	}
}

func TestPagesInABrowserAndTheDeadAreNotServed(t *testing.T) {
	for does, change := range map[string]func(*http.Request, *environment) int{
		"a name that only seems to be the host's": func(r *http.Request, _ *environment) int { r.Host = "evil.example"; return 403 },
		"a page of another origin":                func(r *http.Request, _ *environment) int { r.Header.Set("Origin", "http://evil.example"); return 403 },
		"a picture in a page of another origin":   func(r *http.Request, _ *environment) int { r.Header.Set("Sec-Fetch-Site", "cross-site"); return 403 },
		"an environment that has ended":           func(_ *http.Request, e *environment) int { close(e.gone); return 410 },
	} {
		e, _ := bare(true)
		r := httptest.NewRequest(http.MethodPost, host+base+"invocation/"+ownID+"/response", strings.NewReader("{}"))
		want := change(r, e)
		w := httptest.NewRecorder()
		e.guard(e.routes()).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d %s", does, w.Code, w.Body)
		}
	}
}

func TestAnEventThatMetABrokenConnectionGoesToTheNextOne(t *testing.T) {
	e, _ := bare(false)
	asked := e.ask()
	it := &task{Invocation: Invocation{Event: []byte(`{}`)}, done: make(chan result, 1)}
	e.f.inUse, e.place = 1, placeBusy
	e.give(it)
	e.withdraw(asked) // too late: it was given
	if again := e.ask(); again == nil || <-again != it {
		t.Error("the event is lost")
	}
	if e.ask() != nil {
		t.Error("the event was given twice")
	}
}

// FuzzRuntimeAPI sends any bytes as two requests. Nothing may break: a result is
// delivered once at most, and an answer is accepted only where one is.
func FuzzRuntimeAPI(f *testing.F) {
	const head = " HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n"
	for _, seed := range []string{
		"GET " + base + "invocation/next" + head + "\r\n",
		"POST " + base + "invocation/" + ownID + "/response" + head + "Content-Length: 2\r\n\r\n{}",
		"POST " + base + "invocation/" + ownID + "/response" + head + "Transfer-Encoding: chunked\r\nTrailer: " + headErrorType +
			"\r\n" + headMode + ": streaming\r\n\r\n2\r\n{}\r\n0\r\n" + headErrorType + ": x\r\n\r\n",
		"POST " + base + "invocation/" + ownID + "/error" + head + headErrorType + ": a\r\n\r\n",
		"POST " + base + "init/error" + head + "\r\n",
	} {
		f.Add([]byte(seed), []byte(seed), true)
		f.Add([]byte(seed), []byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, first, second []byte, busy bool) {
		e, it := bare(busy)
		accepted := 0
		for _, text := range [][]byte{first, second} {
			r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(text)))
			if err != nil {
				continue
			}
			gone, cancel := context.WithCancel(t.Context())
			cancel() // or asking for an event would wait
			w := httptest.NewRecorder()
			e.guard(e.routes()).ServeHTTP(w, r.WithContext(gone))
			if w.Code == http.StatusAccepted && strings.Contains(r.URL.Path, "/invocation/") {
				accepted++
			}
		}
		if accepted > 1 || accepted == 1 && it == nil {
			t.Errorf("%d answers were accepted", accepted)
		}
		if it != nil && accepted == 1 && len(it.done) != 1 {
			t.Error("an answer was accepted and not delivered")
		}
	})
}
