package probes

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
)

// headerSlack is how far from the documented edge headers are tested: each
// client and each proxy on the way adds some of its own.
const headerSlack = 2 << 10

// fillHeader bounds one header, which a load balancer limits to 16 KB.
const fillHeader = 8 << 10

func (b *rowsBuilder) headers() {
	limit := int(b.target.Kind.Limits.HeaderBytes)
	want, known := b.fault(targets.FaultHeaders)
	r := b.get
	if r == nil {
		r = b.post
	}
	if limit == 0 || !known || r == nil {
		return
	}
	for _, row := range []struct {
		n         int
		fact      string
		want      limitWant
		otherwise string
	}{
		{limit - headerSlack, "headers just within ", limitWant{behind: true}, "clients with long cookies or tokens are refused"},
		{limit + headerSlack, "headers beyond ", want, "the limit is not where the kind documents it"},
	} {
		ask := like(r)
		for left, i := row.n, 0; left > 0; i++ {
			n := min(left, fillHeader)
			ask.header = append(ask.header, [2]string{"X-Tollgate-Fill-" + strconv.Itoa(i), strings.Repeat("x", n)})
			left -= n
		}
		b.add(limitRow{fact: row.fact + bytesText(int64(limit)), ask: ask, want: row.want, otherwise: row.otherwise})
	}
}

// preflight: an API that lets pages of other origins call it says so. One that
// does not has no route for OPTIONS.
func (b *rowsBuilder) preflight() {
	r := b.post
	if r == nil {
		r = b.get
	}
	if r == nil || !b.target.Kind.OnAWS() {
		return
	}
	origin := b.options.CORS
	ask := limitAsk{method: http.MethodOptions, path: r.Path, proof: noProof, header: [][2]string{
		{"Origin", "https://pages.example"}, {"Access-Control-Request-Method", r.Method},
	}}
	if origin == "" {
		want, routed := b.fault(targets.FaultNoRoute)
		if !routed {
			want = limitWant{behind: true}
		}
		b.add(limitRow{fact: "a preflight of a page that nobody let in", ask: ask, want: want, otherwise: "CORS is on: say so (cors) if it is meant to be; preflights are billed"})
		return
	}
	ask.header[0][1] = origin
	b.add(limitRow{
		fact: "a preflight of a page from " + origin, ask: ask,
		want:      limitWant{behind: true, status: []int{b.target.Kind.PreflightStatus}, headers: [][2]string{{"Access-Control-Allow-Origin", ""}}},
		otherwise: "pages from that origin cannot call the API",
	})
}

// timeouts: what is behind the door takes longer than the door waits.
func (b *rowsBuilder) timeouts() {
	wait := b.options.Timeout
	if wait == 0 {
		wait = b.target.Kind.Limits.Timeout
	}
	want, known := b.fault(targets.FaultTimeout)
	if b.options.Slow == "" || !known || wait == 0 {
		return
	}
	want.after = wait
	b.add(limitRow{
		fact: "a backend that takes longer than " + wait.String(), want: want,
		ask:       limitAsk{method: http.MethodGet, path: b.options.Slow, wait: wait*11/10 + 2*time.Second},
		otherwise: "the integration's timeout was changed: it can be shortened, and raised for regional and private REST APIs since 2024; or the path is not slow enough",
	})
}

// answers: how large a response may be.
func (b *rowsBuilder) answers() {
	limit := b.target.Kind.Limits.ResponseBytes
	want, known := b.fault(targets.FaultMalformed)
	if b.options.Large == "" || limit == 0 || !known {
		return
	}
	limit = min(limit, targets.LambdaBody)
	for _, row := range []struct {
		n         int64
		want      limitWant
		otherwise string
	}{
		{limit * 9 / 10, limitWant{behind: true, status: []int{200}}, "responses are limited to less than the kind documents"},
		{limit * 11 / 10, want, "the limit is not where the kind documents it, or responses are streamed"},
	} {
		path := strings.ReplaceAll(b.options.Large, "{bytes}", strconv.FormatInt(row.n, 10))
		b.add(limitRow{fact: "a response of " + bytesText(row.n), ask: limitAsk{method: http.MethodGet, path: path}, want: row.want, otherwise: row.otherwise})
	}
}
