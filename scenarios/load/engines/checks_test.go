package engines

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// Each kind of check, through each engine: what counts, and what is shown of the first.
func TestChecksOfResponses(t *testing.T) {
	t.Parallel()
	const good = `{"class": "setosa", "scores": [0.9, 0.1], "debug": null}`
	head := func(fields string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", fields, len(good), good)
	}
	chunked := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", 20, good[:20], len(good)-20, good[20:])
	packedGood := packed(good, asGzip)
	for _, row := range []struct{ name, expect, answer, check, saw string }{
		{"a header", "headers: {content-type: application/json}", head("Content-Type: application/json\r\n"), "", ""},
		{"another header", "headers: {content-type: application/json}", head("CONTENT-TYPE:text/html \r\n"), "header content-type: want application/json", "got text/html"},
		{"a header in two lines", "headers: {x-a: {equals: '1, 2', matches: '^1'}}", head("X-A: 1\r\nX-B: 3\r\nx-a: 2\r\n"), "", ""},
		{"a folded header", "headers: {x-a: {equals: '1 2'}}", head("X-A: 1\r\n 2\r\n"), "", ""},
		{"an absent header", "headers: {x-a: {absent: true}}", head("X-A: \r\n"), "header x-a: want none", "got an empty value"},
		{"a header of an interim response", "headers: {x-a: {present: true}}", "HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\n" + head(""), "header x-a: want one", "got none"},
		{"a secret of the run in a header", "headers: {x-a: {absent: true}}", head("X-A: env-value-1\r\n"), "header x-a: want none", "got ***"},
		{"a body", "body: {contains: setosa, matches: 'sc[a-z]+s'}", head(""), "", ""},
		{"a body in chunks", "body: {json: {$.class: setosa, '$.scores[*]': {type: number}, $.debug: {type: null}, $.no: {exists: false}}}", chunked, "", ""},
		{"a compressed body", "body: {json: {$.class: setosa}, max_size: 200}", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(packedGood), packedGood), "", ""},
		{"another value", "body: {json: {$.class: virginica}}", chunked, "json $.class: want virginica", `got "setosa"`},
		{"the second of two checks", "body: {json: {$.class: setosa, '$.scores[*]': {type: integer}}}", head(""), "json $.scores[*]: want type integer", "got 0.9 at $['scores'][0]"},
		{"a schema", "body: {schema: {properties: {scores: {maxItems: 1}}}}", head(""), "body: want it to meet the schema", "at /scores: maxItems: got 2, want 1"},
		{"a large body", "body: {max_size: 10}", head(""), "body size: want at most 10 bytes", "got 56"},
		{"a body up to the end of the connection", "body: {min_size: 57}", "HTTP/1.1 200 OK\r\n\r\n" + good, "body size: want at least 57 bytes", "got 56"},
		{"a redirect", "status: 2xx", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "want 2xx", ""},
		{"a body of an expected error", "{status: 404, body: {contains: setosa}}", "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nabc", "body: want it to contain setosa", "it is not in the body"},
		{"an error that is not expected", "{status: 200, body: {contains: setosa}}", "HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nabc", "", ""},
		{"no body", "{status: [200, 204], body: {json: {$: 1}}}", "HTTP/1.1 204 No Content\r\n\r\n", "json $: want 1", "got no body"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r := newRig(answering(t, row.answer))
				r.job.Requests[0].Expect = expecting(t, row.expect)
				r.job.Secrets = []targets.Secret{targets.NewSecret("env-value-1")}
				s := r.drive(t, e, every(time.Millisecond, 1))[0]
				if s.Check != row.check {
					t.Errorf("it failed %q, want %q", s.Check, row.check)
				}
				unexpected := row.check != "" || s.Code == 500
				if (s.Err == results.ErrUnexpected) != unexpected || (s.Excerpt != nil) != unexpected {
					t.Fatalf("error %v, shown is %+v", s.Err, s.Excerpt)
				}
				if unexpected && s.Excerpt.Detail != row.saw {
					t.Errorf("it saw %q, want %q", s.Excerpt.Detail, row.saw)
				}
			})
		})
	}
}

// Each check that fails is a cause of its own: counted and shown once, with the start of
// its body.
func TestEachFailedCheckIsShownOnce(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		n := 0
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-N", []string{"a", "b", "b"}[n%3])
			_, _ = io.WriteString(w, []string{"good", "good", "bad"}[n%3])
			n++
		})
		r := newRig(s.URL)
		r.job.Options.MaxConnections = 1
		r.job.Requests = []scenarios.Request{{Name: "a", Path: "/", Timeout: time.Second, Expect: expecting(t, "{headers: {x-n: b}, body: {contains: good}}")}}
		counts, shown := map[string]int{}, map[string]string{}
		for _, s := range r.drive(t, e, every(2*time.Millisecond, 12)) {
			counts[s.Cause().String()]++
			if s.Excerpt != nil {
				shown[s.Check] += s.Excerpt.Detail + "/" + s.Excerpt.Body
			}
		}
		if got := fmt.Sprint(counts); got != "map[200:4 200?body%3A+want+it+to+contain+good:4 200?header+x-n%3A+want+b:4]" {
			t.Errorf("counted are %v", got)
		}
		if got := fmt.Sprint(shown); got != "map[body: want it to contain good:it is not in the body/bad header x-n: want b:got a/good]" {
			t.Errorf("shown are %v", got)
		}
	})
}

// A body that expands to a thousand times its size is read to the window and no further.
func TestABombIsBounded(t *testing.T) {
	t.Parallel()
	bomb := packed(strings.Repeat("0", 32<<20), asGzip)
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig("http://" + listen(t, func(c net.Conn) {
			readRequest(c)
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(bomb), bomb)
		}))
		r.job.Requests[0].Expect = expecting(t, "body: {json: {$: 1}}")
		s := r.drive(t, e, every(time.Millisecond, 1))[0]
		if s.Excerpt == nil || s.Excerpt.Detail != "the body is longer than the 64 KiB that checks read" || s.Body != int64(len(bomb)) {
			t.Errorf("%+v, %d bytes", s.Excerpt, s.Body)
		}
	})
}

// Large bodies are evaluated apart from the load, and each of them is recorded when the
// turn is over: as what it is, with its own clocks.
func TestLargeBodiesAreEvaluatedBeforeATurnIsOver(t *testing.T) {
	t.Parallel()
	list := strings.Repeat("1.5, ", 4000)
	eachEngine(t, func(t *testing.T, e load.Kind) {
		var n atomic.Int64
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"list": [%s%d], "%s": 1}`, list, n.Add(1)%2, strings.Repeat("x", 20))
		})
		r := newRig(s.URL)
		r.job.Options.MaxConnections = 8
		r.job.Requests[0].Expect = expecting(t, `{body: {json: {"$.list[-1:]": {equals: 1}, "$.list[*]": {type: number}}}}`)
		good, shown := 0, 0
		samples := r.drive(t, e, every(100*time.Microsecond, 300))
		for i, s := range samples {
			if s.Err == results.ErrNone {
				good++
			}
			if s.Excerpt != nil {
				shown++
			}
			if s.Seq != uint64(i) || s.Code != 200 || s.Service <= 0 || s.Body < 20_000 {
				t.Fatalf("%+v", s)
			}
		}
		if len(samples) != 300 || good != 150 || shown != 1 {
			t.Errorf("%d samples, %d good, %d shown; want 300, 150, 1", len(samples), good, shown)
		}
	})
}
