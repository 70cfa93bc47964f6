package probes

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
)

// LimitsOptions are what the scenario says of an API beyond its kind.
type LimitsOptions struct {
	CORS     string        // an origin whose pages may call the API; "": none may
	Slow     string        // a path that takes longer than the integration may; "": there is none
	Timeout  time.Duration // of the integration, where it is not the kind's
	Large    string        // a path that answers with {bytes} bytes; "": there is none
	Longest  time.Duration // that the probe may wait for one answer
	MaxBytes int64         // that the probe may send, in all
}

// limitsOf lists the rows for a target: what its kind documents. Requests are
// those of the scenario, so that nothing is asked for that was not meant to be.
func limitsOf(t targets.Target, requests []scenarios.Request, o LimitsOptions) []limitRow {
	b := rowsBuilder{target: t, options: o, get: requestWith(requests, http.MethodGet), post: requestWithBody(requests)}
	b.passes()
	b.routes()
	b.proofs()
	b.bodies()
	b.headers()
	b.preflight()
	b.timeouts()
	b.answers()
	return b.rows
}

// A rowsBuilder collects the rows for one target.
type rowsBuilder struct {
	target    targets.Target
	options   LimitsOptions
	get, post *scenarios.Request // nil: the scenario has none
	rows      []limitRow
}

func (b *rowsBuilder) add(r limitRow) { b.rows = append(b.rows, r) }

// fault is what the target's kind answers for a fault.
func (b *rowsBuilder) fault(f targets.Fault) (limitWant, bool) {
	a, known := b.target.Kind.Errors[f]
	return limitWant{fault: &a}, known
}

func requestWith(rs []scenarios.Request, method string) *scenarios.Request {
	for i := range rs {
		if rs[i].Method == method {
			return &rs[i]
		}
	}
	return nil
}

func requestWithBody(rs []scenarios.Request) *scenarios.Request {
	for i := range rs {
		if rs[i].Method == http.MethodPost && len(rs[i].Body) > 0 {
			return &rs[i]
		}
	}
	return nil
}

func like(r *scenarios.Request) limitAsk {
	ask := limitAsk{method: r.Method, path: r.Path, body: r.Body}
	for name, values := range r.Header {
		for _, v := range values {
			ask.header = append(ask.header, [2]string{name, v})
		}
	}
	return ask
}

// passes: what the scenario sends comes through, with the headers of the kind.
func (b *rowsBuilder) passes() {
	want := limitWant{behind: true}
	if ids := b.target.Kind.RequestIDs; len(ids) > 0 {
		want.headers = append(want.headers, [2]string{ids[0], ""})
	}
	if server := b.target.Kind.Server; server != "" {
		want.headers = append(want.headers, [2]string{"Server", server})
	}
	for _, r := range []*scenarios.Request{b.get, b.post} {
		if r == nil {
			continue
		}
		w := want
		if w.status = r.Expect.Status; w.status == nil {
			w.status = []int{200, 201, 202, 204}
		}
		b.add(limitRow{fact: "request " + r.Name + " passes, with the headers of its kind", ask: like(r), want: w, otherwise: "nothing below can be trusted before this works: check url, stage and proof"})
	}
}

// nowhere is a path that no API has.
const nowhere = "/tollgate-asks-for-a-path-that-is-not-there"

func (b *rowsBuilder) routes() {
	want, routed := b.fault(targets.FaultNoRoute)
	if !b.target.Kind.OnAWS() {
		return
	}
	if !routed {
		want = limitWant{behind: true}
	}
	b.add(limitRow{
		fact: "a path that is not there", ask: limitAsk{method: http.MethodGet, path: nowhere}, want: want,
		otherwise: "a greedy route such as /{proxy+} or $default sends every path to the function, which is billed for it; or a gateway response was customised",
	})
	if b.post != nil {
		ask := limitAsk{method: http.MethodGet, path: b.post.Path} // GET is safe
		b.add(limitRow{
			fact: "a method that is not there", ask: ask, want: want,
			otherwise: "the path has a route for ANY, or one for GET",
		})
	}
	if stage := strings.Trim(b.target.URL.Path, "/"); stage != "" && routed {
		b.add(limitRow{
			fact: "the stage left out of the path", ask: limitAsk{method: http.MethodGet, path: nowhere, outside: true}, want: want,
			otherwise: "the API has a custom domain or a default stage",
		})
		if b.get != nil && b.get.Path == "/" && b.target.Kind.StageInPath {
			ask := like(b.get)
			ask.path = ""
			b.add(limitRow{fact: "the stage without a slash behind it", ask: ask, want: limitWant{behind: true, status: []int{200}}, otherwise: "clients have to write the slash"})
		}
	}
}

// proofs: what is sent without its key, token or signature is refused.
func (b *rowsBuilder) proofs() {
	missing, wrong := targets.Fault(""), targets.Fault("")
	switch a := b.target.Auth; {
	case !a.APIKey.IsZero():
		missing, wrong = targets.FaultForbidden, targets.FaultForbidden
	case a.IAM != nil:
		missing, wrong = b.target.Kind.Unsigned, targets.FaultUnsigned
	case !a.Bearer.IsZero():
		missing, wrong = targets.FaultNoProof, targets.FaultDenied
	default:
		return
	}
	r := b.get
	if r == nil {
		r = b.post
	}
	if r == nil {
		return
	}
	for _, row := range []struct {
		fact  string
		proof proof
		fault targets.Fault
	}{{"no proof of who sends it", noProof, missing}, {"a wrong proof of who sends it", wrongProof, wrong}} {
		want, known := b.fault(row.fault)
		if !known {
			continue
		}
		ask := like(r)
		ask.proof = row.proof
		if row.proof == wrongProof && row.fault == targets.FaultDenied { // an authorizer may deny, or find that there is no proof in it
			want = limitWant{}
		}
		b.add(limitRow{fact: row.fact, ask: ask, want: want, otherwise: "the method does not ask for the proof that the scenario sends: anybody may call it"})
	}
}

func (b *rowsBuilder) bodies() {
	if b.post == nil {
		return
	}
	malformed := like(b.post)
	malformed.body = []byte{0}
	b.add(limitRow{
		fact: "a body that is not what was agreed", ask: malformed, want: limitWant{status: []int{400, 415, 422}, behind: true},
		otherwise: "the application should answer 400; a 5xx counts as its failure, and is retried",
	})
	limit := b.target.Kind.Limits.RequestBytes
	for _, n := range b.target.Kind.BodySizes {
		b.addSize(n, limitWant{behind: true}, "Lambda takes 6 MB with the event around the body, base64 included")
	}
	want, known := b.fault(targets.FaultTooLarge)
	if limit == 0 || !known {
		return
	}
	within := limitWant{behind: true}
	if limit > targets.LambdaBody { // with a function behind the door, its own limit is met before the door's
		within.or = want.fault
	}
	b.addSize(limit*9/10, within, "neither what is behind the door nor the door takes it, and it does not say so")
	b.addSize(limit+1, want, "the limit is not where the kind documents it")
}

// addSize adds a row with a body of n bytes: what the scenario sends, with
// blanks behind it.
func (b *rowsBuilder) addSize(n int64, want limitWant, otherwise string) {
	ask := like(b.post)
	ask.body = append(bytes.Clone(b.post.Body), bytes.Repeat([]byte{' '}, max(0, int(n)-len(b.post.Body)))...)
	b.add(limitRow{fact: "a body of " + bytesText(n), ask: ask, want: want, otherwise: otherwise})
}

func bytesText(n int64) string {
	text := fmt.Sprintf("%d bytes", n)
	if n%1024 <= 1 && n >= 1024 {
		text = fmt.Sprintf("%d KiB", n/1024)
		if n%1024 == 1 {
			text += " and a byte"
		}
	}
	return text
}

// orNowhere is a target's address; that of a door in the lab is not known before
// the lab runs, and a REST API there has a stage.
func orNowhere(t targets.Target) *url.URL {
	if t.URL != nil {
		return t.URL
	}
	u := &url.URL{Scheme: "http", Host: "127.0.0.1"}
	if t.Kind.StageInPath {
		u.Path = "/prod"
	}
	return u
}
