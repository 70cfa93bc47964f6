package engines

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// Bodies in a coding that was asked for are measured on the wire and decoded. One that is
// not what its coding says fails; one in another coding is counted as not decoded.
func TestBodiesAreMeasuredWithoutTheirCoding(t *testing.T) {
	t.Parallel()
	long := noise(300_000)
	for _, row := range []struct {
		name    string
		target  []string // asked for by the target
		request []string // by the request
		header  string   // Accept-Encoding of the scenario's own
		asked   string   // on the wire
		coding  string
		body    string
		decoded int64
		err     results.ErrClass
		not     bool // decoded
	}{
		{name: "gzip", target: []string{"gzip"}, asked: "gzip", coding: "gzip", body: packed("hay hay needle", asGzip), decoded: 14},
		{name: "br of the request", target: []string{"gzip"}, request: []string{"br", "zstd"}, asked: "br, zstd", coding: "br", body: "\x8b\x06\x80hay hay needle\x03", decoded: 14},
		{name: "more than is kept for checks", target: []string{"gzip"}, asked: "gzip", coding: "gzip", body: packed(long, asGzip), decoded: int64(len(long))},
		{name: "more than is kept for checks, decoded", target: []string{"deflate"}, asked: "deflate", coding: "deflate", body: packed(strings.Repeat("hay ", 1<<18), asZlib), decoded: 1 << 20},
		{name: "no coding, though it was asked for", target: []string{"gzip"}, asked: "gzip", body: "hay hay needle"},
		{name: "identity", target: []string{"gzip"}, asked: "gzip", coding: "identity", body: "hay hay needle"},
		{name: "identity, which a request asks for", target: []string{"gzip"}, request: []string{"identity"}, asked: "identity", coding: "gzip", body: packed("hay", asGzip)},
		{name: "nothing is asked for", coding: "gzip", body: packed("hay", asGzip)},
		{name: "the scenario's own header", target: []string{"gzip"}, header: "gzip;q=0.5", asked: "gzip;q=0.5", coding: "gzip", body: packed("hay", asGzip)},
		{name: "a coding that is not decoded", target: []string{"gzip"}, asked: "gzip", coding: "compress", body: "hay", not: true},
		{name: "two codings", target: []string{"gzip"}, asked: "gzip", coding: "gzip, br", body: "hay", not: true},
		{name: "a body that is none", target: []string{"gzip"}, asked: "gzip", coding: "gzip", body: "hay", err: results.ErrMalformed},
		{name: "a body that is not whole", target: []string{"gzip"}, asked: "gzip", coding: "gzip", body: packed(long, asGzip)[:90_000], err: results.ErrMalformed},
		{name: "no body", target: []string{"gzip"}, asked: "gzip", coding: "gzip"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				heard := make(chan string, 4)
				coding := ""
				if row.coding != "" {
					coding = "Content-Encoding: " + row.coding + "\r\n"
				}
				r := newRig("http://" + listen(t, func(c net.Conn) {
					hearing(c, heard, fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", coding, len(row.body), row.body))
				}))
				r.job.Targets[0].Client.Accepts, r.job.Requests[0].Accepts = row.target, row.request
				if row.header != "" {
					r.job.Requests[0].Header = targets.Header{"accept-encoding": {row.header}}
				}
				why := ""
				for _, s := range r.drive(t, e, every(time.Millisecond, 3)) {
					if s.Err != row.err || s.Code != 200 || s.Body != int64(len(row.body)) || s.Decoded != row.decoded || s.Undecoded != row.not {
						t.Errorf("request %d: %v, status %d, %d bytes, decoded %d (not decoded: %v); want %v, %d, %d (%v)",
							s.Seq, s.Err, s.Code, s.Body, s.Decoded, s.Undecoded, row.err, len(row.body), row.decoded, row.not)
					}
					if s.Excerpt != nil {
						why += s.Excerpt.Detail
					}
					asked := ""
					for line := range strings.SplitSeq(<-heard, "\r\n") {
						if name, value, _ := strings.Cut(line, ": "); strings.EqualFold(name, "accept-encoding") {
							asked += value
						}
					}
					if asked != row.asked {
						t.Errorf("request %d asks for %q, want %q", s.Seq, asked, row.asked)
					}
				}
				if strings.Contains(why, "gzip") != (row.err != results.ErrNone) {
					t.Errorf("the excerpts say %q", why)
				}
			})
		})
	}
}

// noise is a text that no coding makes much shorter.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = (&pattern{}).Read(b)
	return string(b)
}

// Bodies over HTTP/2 are measured likewise.
func TestBodiesOverHTTP2AreMeasuredWithoutTheirCoding(t *testing.T) {
	t.Parallel()
	long := noise(300_000)
	body := packed(long, asGzip)
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		s, _ := http2Server(t, false, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, body)
		})
		r := newRig(s.URL)
		r.job.Options.HTTP, r.job.Targets[0].Client.Accepts = scenarios.HTTP2, []string{"gzip"}
		for _, s := range r.drive(t, e, every(time.Millisecond, 5)) {
			if s.Err != results.ErrNone || s.Body != int64(len(body)) || s.Decoded != int64(len(long)) {
				t.Errorf("request %d: %v, %d bytes, decoded %d", s.Seq, s.Err, s.Body, s.Decoded)
			}
		}
	})
}
