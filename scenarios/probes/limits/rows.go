package limits

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tollgate/scenarios"
	"tollgate/targets"
)

// rowsOf lists the rows for a target: what its kind documents. The requests are the
// scenario's, so nothing is called that was not meant to be.
func rowsOf(t targets.Target, requests []scenarios.Request, o options) []row {
	b := builder{target: t, options: o}
	b.get = first(requests, func(r scenarios.Request) bool { return r.Method == http.MethodGet })
	b.post = first(requests, func(r scenarios.Request) bool { return r.Method == http.MethodPost && len(r.Body) > 0 })
	if b.any = b.get; b.any == nil {
		b.any = b.post
	}
	b.proven = first(requests, func(r scenarios.Request) bool {
		return (r.Method == http.MethodGet || r.Method == http.MethodPost && len(r.Body) > 0) && r.AuthAt(&t) != targets.Auth{}
	})
	b.passes()
	b.routes()
	b.proofs()
	b.bodies()
	b.headers()
	b.preflight()
	b.timeouts()
	b.responses()
	b.failures()
	b.blocked()
	b.sockets()
	return b.rows
}

func first(all []scenarios.Request, is func(scenarios.Request) bool) *scenarios.Request {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return &all[i]
	}
	return nil
}

// A builder collects the rows for one target.
type builder struct {
	target         targets.Target
	options        options
	get, post, any *scenarios.Request // nil: the scenario has none
	proven         *scenarios.Request // whose sender proves who it is; nil: likewise
	rows           []row
}

func (b *builder) add(fact string, send request, want expectation, otherwise string) {
	b.rows = append(b.rows, row{fact, send, want, otherwise, ""})
}

// fault expects the error response of the target's kind to a fault.
func (b *builder) fault(f targets.Fault) (expectation, bool) {
	a, known := b.target.Kind.Errors[f]
	return expectation{fault: &a}, known
}

func like(r *scenarios.Request) request {
	sample := r.Sample(0)
	q := request{method: r.Method, path: sample.Path, body: sample.Body, base: r.Name, auth: r.Auth}
	for name, values := range sample.Header {
		for _, v := range values {
			q.header = append(q.header, [2]string{name, v})
		}
	}
	return q
}

// passes: the scenario's requests pass, and the responses have the headers of the
// kind.
func (b *builder) passes() {
	want := expectation{behind: true}
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
		if w.expect = r.Expect; w.expect.Status == nil {
			w.status = []int{200, 201, 202, 204}
		}
		q := like(r)
		q.base = ""
		b.rows = append(b.rows, row{Passes + r.Name + " passes, with the headers of its kind", q, w, "the rows that change this request are not sent before it works: check url, stage and auth", r.Name})
	}
}

// nowhere is a path that no API has.
const nowhere = "/tollgate-asks-for-a-path-that-is-not-there"

func (b *builder) routes() {
	want, routed := b.fault(targets.FaultNoRoute)
	if !b.target.Kind.OnAWS() {
		return
	}
	if !routed {
		want = expectation{behind: true}
	}
	b.add(NoPath, request{method: http.MethodGet, path: nowhere}, want,
		"a greedy route such as /{proxy+} or $default sends every path to the function, which is billed for it; or a gateway response was customised")
	if b.post != nil {
		b.add("a method that is not there", request{method: http.MethodGet, path: b.post.Path}, want, "the path has a route for ANY, or one for GET") // GET is safe
	}
	if stage := strings.Trim(b.target.URL.Path, "/"); stage == "" || !routed {
		return
	}
	b.add(NoStage, request{method: http.MethodGet, path: nowhere, outside: true}, want, "the API has a custom domain or a default stage")
	if b.get != nil && b.get.Path == "/" && b.target.Kind.StageInPath {
		q := like(b.get)
		q.path = ""
		b.add(NoSlash, q, expectation{behind: true, status: []int{200}}, "clients have to write the slash")
	}
}

// proofs: requests without their key, token or signature are rejected.
func (b *builder) proofs() {
	if b.proven == nil {
		return
	}
	missing, wrong := targets.FaultNoProof, targets.FaultDenied // of a token
	switch a := b.proven.AuthAt(&b.target); {
	case !a.APIKey.IsZero():
		missing, wrong = targets.FaultForbidden, targets.FaultForbidden
	case a.IAM != nil:
		missing, wrong = b.target.Kind.Unsigned, targets.FaultUnsigned
	}
	b.proof(NoProof, noProof, missing)
	b.proof(WrongProof, wrongProof, wrong)
}

func (b *builder) proof(fact string, p proof, f targets.Fault) {
	want, known := b.fault(f)
	if !known {
		return
	}
	if f == targets.FaultDenied { // an authorizer may deny, or find that there are no credentials
		want = expectation{}
	}
	q := like(b.proven)
	q.proof = p
	b.add(fact, q, want, "the method does not require the credentials that the scenario sends: anyone may call it")
}

func (b *builder) bodies() {
	if b.post == nil {
		return
	}
	malformed := like(b.post)
	malformed.body = []byte{0}
	b.add(MalformedBody, malformed, b.rejection(), "the application should answer 400; a 5xx counts as its failure, and is retried")
	limit := b.target.Kind.Limits.RequestBytes
	for _, n := range b.target.Kind.BodySizes {
		b.addBody(n, expectation{behind: true}, "Lambda accepts 6 MB including the event around the body and base64")
	}
	want, known := b.fault(targets.FaultTooLarge)
	if limit == 0 || !known {
		return
	}
	within := expectation{behind: true}
	if limit > targets.LambdaBody { // a function behind the front door has the smaller limit
		within.or = append(within.or, *want.fault)
		within.words = fmt.Sprintf("passes, or %d by Lambda's limit", want.fault.Status)
	}
	b.addBody(limit*9/10, within, "neither what is behind the front door nor the front door accepts it, and it does not say so")
	b.addBody(limit+1, want, wrongLimit)
}

// rejection is how a malformed body is answered: by the application, or by
// the front door where it validates requests.
func (b *builder) rejection() expectation {
	want := expectation{status: []int{400, 415, 422}, behind: true, words: "400, 415 or 422 by the application"}
	for _, f := range []targets.Fault{targets.FaultBody, targets.FaultMediaType} {
		if e, known := b.target.Kind.Errors[f]; known {
			want.or = append(want.or, e)
			want.words = "400, 415 or 422 by the application, or by the front door's validator"
		}
	}
	return want
}

const wrongLimit = "the limit is not where it is documented for this kind"

// addBody adds a row with a body of n bytes: what the scenario sends, padded with
// blanks.
func (b *builder) addBody(n int64, want expectation, otherwise string) {
	q := like(b.post)
	q.body = append(q.body, bytes.Repeat([]byte{' '}, max(0, int(n)-len(q.body)))...)
	b.add(Body(n), q, want, otherwise)
}

func bytesText(n int64) string {
	switch {
	case n < 1024 || n%1024 > 1:
		return fmt.Sprintf("%d bytes", n)
	case n%1024 == 1:
		return fmt.Sprintf("%d KiB and a byte", n/1024)
	}
	return fmt.Sprintf("%d KiB", n/1024)
}

// urlOf is a target's address. A front door of the lab has none before the lab
// runs; a REST API there has a stage.
func urlOf(t targets.Target) *url.URL {
	if t.URL != nil {
		return t.URL
	}
	u := &url.URL{Scheme: "http", Host: "127.0.0.1"}
	if t.Kind.StageInPath {
		u.Path = "/prod"
	}
	return u
}
