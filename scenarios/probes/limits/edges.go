package limits

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
)

// headerSlack is how far from the documented limit headers are tested: each client
// and each proxy on the way adds some of its own.
const headerSlack = 2 << 10

// fillHeader limits one header: a load balancer accepts 16 KB.
const fillHeader = 8 << 10

func (b *builder) headers() {
	limit := int(b.target.Kind.Limits.HeaderBytes)
	want, known := b.fault(targets.FaultHeaders)
	if limit == 0 || !known || b.any == nil {
		return
	}
	fill := func(n int) request {
		q := like(b.any)
		for i := 0; n > 0; i++ {
			q.header = append(q.header, [2]string{"X-Tollgate-Fill-" + strconv.Itoa(i), strings.Repeat("x", min(n, fillHeader))})
			n -= fillHeader
		}
		return q
	}
	b.add("headers just within "+bytesText(int64(limit)), fill(limit-headerSlack), expectation{behind: true}, "clients with long cookies or tokens are rejected")
	b.add("headers beyond "+bytesText(int64(limit)), fill(limit+headerSlack), want, wrongLimit)
}

// preflight: an API that lets pages of other origins call it answers a preflight
// request; one that does not has no route for OPTIONS.
func (b *builder) preflight() {
	r := b.post
	if r == nil {
		r = b.get
	}
	if r == nil || !b.target.Kind.OnAWS() {
		return
	}
	ask := func(origin string) request {
		return request{method: http.MethodOptions, path: r.Path, proof: noProof, header: [][2]string{
			{"Origin", origin}, {"Access-Control-Request-Method", r.Method},
		}}
	}
	origin := b.options.cors
	if origin == "" {
		want, routed := b.fault(targets.FaultNoRoute)
		if !routed {
			want = expectation{behind: true}
		}
		b.add("a CORS preflight from an origin that is not allowed", ask("https://pages.example"), want, "CORS is on: set cors if that is intended; preflight requests are billed")
		return
	}
	b.add("a CORS preflight from "+origin, ask(origin),
		expectation{behind: true, status: []int{b.target.Kind.PreflightStatus}, headers: [][2]string{{"Access-Control-Allow-Origin", ""}}}, "pages from that origin cannot call the API")
}

// timeouts: what is behind the front door takes longer than the front door waits.
func (b *builder) timeouts() {
	wait := b.options.timeout
	if wait == 0 {
		wait = b.target.Kind.Limits.Timeout
	}
	want, known := b.fault(targets.FaultTimeout)
	if b.options.slow == "" || !known || wait == 0 {
		return
	}
	want.after = wait
	b.add(Slow+wait.String(), request{method: http.MethodGet, path: b.options.slow, wait: wait*11/10 + 2*time.Second}, want,
		"the integration's timeout was changed: it can be shortened, and raised for regional and private REST APIs since 2024; or the path is not slow enough")
}

// responses: how large a response may be.
func (b *builder) responses() {
	limit := b.target.Kind.Limits.ResponseBytes
	want, known := b.fault(targets.FaultMalformed)
	if b.options.large == "" || limit == 0 || !known {
		return
	}
	full := limit
	limit = min(limit, targets.LambdaBody)
	add := func(n int64, want expectation, otherwise string) {
		path := strings.ReplaceAll(b.options.large, "{bytes}", strconv.FormatInt(n, 10))
		b.add(Response(n), request{method: http.MethodGet, path: path}, want, otherwise)
	}
	add(limit*9/10, expectation{behind: true, status: []int{200}}, "responses are limited to less than is documented for this kind")
	add(limit*11/10, want, wrongLimit+", or responses are streamed")
	if full > limit { // what is no function may answer with more, up to the front door's own limit
		within := expectation{behind: true, or: []targets.ErrorResponse{*want.fault}, words: fmt.Sprintf("passes, or %d by Lambda's limit", want.fault.Status)}
		add(full*9/10, within, "neither what is behind the front door nor the front door passes it on, and it does not say so")
	}
}

// blocked: a rule of AWS WAF stops a request.
func (b *builder) blocked() {
	if want, known := b.fault(targets.FaultWAF); known && b.options.blocked != "" {
		b.add(Blocked, request{method: http.MethodGet, path: b.options.blocked}, want, "no rule of the web ACL blocks this path, or its response was customised")
	}
}

// failures: what is behind the front door cannot be reached, or returns what is no
// response.
func (b *builder) failures() {
	for _, r := range []struct {
		fact, path string
		fault      targets.Fault
		otherwise  string
	}{
		{Unreachable, b.options.down, targets.FaultNetwork, "what is behind this path can be reached, or a gateway response was customised"},
		{NoResponse, b.options.malformed, targets.FaultMalformed, "the function behind this path returns a valid response, or a gateway response was customised"},
	} {
		if want, known := b.fault(r.fault); known && r.path != "" {
			b.add(r.fact, request{method: http.MethodGet, path: r.path}, want, r.otherwise)
		}
	}
}

// sockets: a handshake of WebSocket, with the key of the RFC's example.
// Source: RFC 6455, section 1.3.
func (b *builder) sockets() {
	if b.options.websocket == "" || !b.target.Kind.OnAWS() {
		return
	}
	b.add(Handshake, request{method: http.MethodGet, path: b.options.websocket, header: [][2]string{
		{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
	}}, expectation{behind: true, status: []int{http.StatusSwitchingProtocols}}, "a function is behind this path, which gets no WebSocket, or what is behind it does not speak WebSocket")
}
