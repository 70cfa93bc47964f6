package session

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A wording says what to correct in the words of where it was written: a scenario file,
// or the command line.
type wording struct {
	typed bool
	file  string
	http  scenarios.Protocol
}

func wordingOf(s *scenarios.Scenario) wording { return wording{s.Typed, s.File, s.Engine.HTTP} }

// either is the first text on a command line, and the second in a file.
func (w wording) either(typed, inFile string) string {
	if w.typed {
		return typed
	}
	return inFile + " in " + w.file
}

// key is where a key of a target stands.
func (w wording) key(name string) string { return w.either(scenarios.Flag(name), name) }

// address is where the address of a target stands.
func (w wording) address() string { return w.either("the address", "its url") }

// trialError lists the trial requests that failed, the responses, and what to do.
func (s *session) trialError(ctx context.Context, run *results.Run) error {
	failed := results.FailedTrials(run.Document.Trial)
	var b strings.Builder
	b.WriteString("the run failed before its load: a trial request did not get the expected answer")
	for _, t := range failed {
		fmt.Fprintf(&b, "\n  %s at %s: %s: %s", t.Request, t.Target, t.Method, t.Outcome())
		for _, line := range t.Shown() {
			b.WriteString("\n    " + line)
		}
	}
	w := wordingOf(s.Scenario)
	if secure := s.secure(ctx, failed); len(secure) > 0 {
		fmt.Fprintf(&b, "\nno load was sent; %s speaks TLS at this port: write https:// in place of http:// in %s", strings.Join(secure, ", "), w.address())
		return fail(Failed, "%s", b.String())
	}
	b.WriteString("\nno load was sent; " + w.remedies(&run.Document, failed) + ", or skip the trial with --no-trial")
	return fail(Failed, "%s", b.String())
}

// advise adds to the error of a run what most likely helps if not one request succeeded
// at a target: the load then said no more than a trial.
func (w wording) advise(run *results.Run, err error) error {
	f, ok := errors.AsType[*Failure](err)
	if !ok || f.Reason == Interrupted {
		return err
	}
	var mostly []results.Trial
	for _, t := range run.Document.Targets {
		if t.Requests > 0 && t.Failed == t.Requests && len(t.Failures) > 0 {
			f := t.Failures[0]
			trial := results.Trial{Target: t.Name, Request: f.Request, Method: run.Document.SocketSteps[f.Request], Status: f.Status, Check: f.Check, Error: f.Error}
			if f.First != nil {
				trial.Excerpt = f.First.Excerpt
			}
			mostly = append(mostly, trial)
		}
	}
	if mostly == nil {
		return err
	}
	return fail(f.Reason, "%w; %s", f.Err, w.remedies(&run.Document, mostly))
}

// remedies are what most likely helps against unexpected responses.
func (w wording) remedies(doc *results.Document, failed []results.Trial) string {
	var all []string
	large, failed := tooLarge(doc, failed)
	if large != "" {
		all = append(all, large)
	}
	for _, t := range failed {
		if r := w.remedy(t); !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	if i := slices.IndexFunc(failed, func(t results.Trial) bool {
		return t.Status >= 300 && t.Status != http.StatusProxyAuthRequired && !checked(t) && !t.IsMessage()
	}); i >= 0 {
		expect := fmt.Sprintf("expect: {status: %d}", failed[i].Status)
		if w.typed {
			expect = fmt.Sprintf("--set requests[0].expect.status=%d", failed[i].Status)
		}
		all = append(all, "or declare that response as expected ("+expect+")")
	}
	return strings.Join(all, "; ")
}

// checked reports whether a response had the expected status and failed another check.
func checked(t results.Trial) bool { return t.Check != "" && !check.IsStatus(t.Check) }

// remedy is what most likely helps against one unexpected response.
func (w wording) remedy(t results.Trial) string {
	if r := w.ofMessage(t); r != "" {
		return r
	}
	switch status := t.Status; {
	case status == 0 || t.BrokeOff():
		return w.withoutResponse(t.Error, t.Detail)
	case checked(t):
		return w.either("correct the path in the address", "correct path or expect of request "+t.Request)
	case status < 300:
		return w.either("correct the path in the address", "correct path or expect:")
	case status < 400:
		return w.either("redirects are not followed: use the address that it leads to", "redirects are not followed: write the url and path that it leads to")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return w.either("send the key or token that it asks for (-H 'x-api-key: ${env:API_KEY}', -H 'Authorization: Bearer ${env:TOKEN}' or --user name:password), or correct the path in the address",
			"correct auth, headers, url or path")
	case status == http.StatusNotFound:
		return w.either("correct the path in the address", "correct url or path")
	case status == http.StatusMethodNotAllowed:
		return w.either("correct the method (-X) or the path in the address", "correct method or path")
	case status == http.StatusProxyAuthRequired:
		return w.either("give the proxy the user and password that it asks for (--proxy http://NAME:PASSWORD@HOST:PORT)",
			`give the proxy the user and password that it asks for (proxy: "http://NAME:${env:PASSWORD}@HOST:PORT")`)
	case status == http.StatusTooManyRequests:
		return "it is throttled already: wait until other traffic ends, or raise its limit"
	case status >= 500:
		return "look into the log of the server or function for the cause"
	}
	return w.either("correct the address, the headers (-H) or the body (--data)", "correct url, path, headers or body")
}

// withoutResponse is what helps where there was no response, by the error and its class.
func (w wording) withoutResponse(class, why string) string {
	if r := w.certificate(why); r != "" {
		return r
	}
	if why == load.AnswersHTTP2 {
		return w.either("ask for that version (--http 2)", "ask for that version (engine: {http: 2})")
	}
	switch class {
	case results.ErrTimeout.String():
		return w.either("find out why the server takes so long, or raise --timeout", "find out why the server takes so long, or raise timeout")
	case results.ErrReset.String(), results.ErrMalformed.String(), results.ErrTLS.String():
		if w.http == scenarios.HTTP2 {
			return w.withoutHTTP2()
		}
		return w.either("see that the server speaks HTTP at this port, and look into its log; or correct the address", "see that the server speaks HTTP at this port, and look into its log; or correct url")
	}
	return w.either("see that the server runs, and correct the address (scheme and port) or --timeout", "see that the server runs, and correct url (scheme and port) or timeout")
}

// certificate is what helps where the server had asked for a client certificate, ""
// where it had not.
func (w wording) certificate(why string) string {
	switch {
	case strings.HasSuffix(why, load.ProxyDemandsCertificate):
		return w.either("name the files with one for the proxy (--proxy-cert client.pem --proxy-key client.key)", "name the files with one for the proxy (proxy_tls: {cert: client.pem, key: client.key})")
	case strings.HasSuffix(why, load.ProxyRefusesCertificate):
		return w.either("see that the proxy trusts its issuer and that it has not expired, or name another (--proxy-cert)", "see that the proxy trusts its issuer and that it has not expired, or name another (proxy_tls: {cert: client.pem})")
	case why == load.DemandsCertificate:
		return w.either("name the files with one (--cert client.pem --key client.key)", "name the files with one (tls: {cert: client.pem, key: client.key})")
	case why == load.RefusesCertificate:
		return w.either("see that the server trusts its issuer and that it has not expired, or name another (--cert)", "see that the server trusts its issuer and that it has not expired, or name another (tls: {cert: client.pem})")
	}
	return ""
}

// withoutHTTP2 is what helps where HTTP/2 alone is asked for and not spoken.
func (w wording) withoutHTTP2() string {
	return w.either("see that the server speaks HTTP/2 at this port, or leave out --http 2", "see that the server speaks HTTP/2 at this port, or ask for another version (--http, or engine: {http: auto})")
}

// secureWithin is how long a server may take to show that it speaks TLS.
const secureWithin = 2 * time.Second

// secure names the targets without TLS whose trial failed as it does at a server that
// speaks TLS, and that do speak it.
func (s *session) secure(ctx context.Context, failed []results.Trial) (names []string) {
	for i := range s.targets {
		t := &s.targets[i]
		suspect := func(r results.Trial) bool {
			return r.Target == t.Name && (r.Status == 0 || r.Status == http.StatusBadRequest)
		}
		if t.URL.Scheme == "http" && slices.ContainsFunc(failed, suspect) && speaksTLS(ctx, *t) {
			names = append(names, t.Name)
		}
	}
	return names
}

// speaksTLS tries a TLS handshake. Whose certificate the server has does not matter here:
// nothing is sent on the connection.
func speaksTLS(ctx context.Context, t targets.Target) bool {
	ctx, cancel := context.WithTimeout(ctx, secureWithin)
	defer cancel()
	conn, err := load.Connect(ctx, t)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	err = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(ctx)
	refused, ok := errors.AsType[*net.OpError](err)
	return err == nil || ok && refused.Op == "remote error" // it sent an alert
}
