package session

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
)

// answering answers each request as its number, from 1, says.
func answering(t *testing.T, count *atomic.Int64, answer func(n int64, w http.ResponseWriter)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(count.Add(1), w) }))
	t.Cleanup(s.Close)
	return s.URL
}

// tried is a scenario of one request that is tried before its load.
func tried(t *testing.T, urls ...string) *scenarios.Scenario {
	t.Helper()
	s := scenario(t, urls, "constant: {rate: 20/s, for: 1s}", month)
	s.Trial = scenarios.TrialIdempotent
	return s
}

func TestATrialThatFailsStopsTheRunBeforeItsLoad(t *testing.T) {
	t.Parallel()
	var good, bad atomic.Int64
	url := answering(t, &bad, func(_ int64, w http.ResponseWriter) {
		w.Header().Set("X-Reason", "secret-value")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "no\x1b[2J such path")
	})
	run, err := Run(t.Context(), config(t, tried(t, server(t, &good).URL, url)))
	if run == nil || ReasonOf(err) != Failed || good.Load() != 1 || bad.Load() != 1 {
		t.Fatalf("run %v, error %v, %d and %d requests; want a run that failed after one each", run, err, good.Load(), bad.Load())
	}
	for _, want := range []string{"get at t1: GET: 404 Not Found", "X-Reason", `no\x1b[2J such path`, "probe.yaml", "--no-trial", "no load was sent"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "secret-value") || strings.Contains(err.Error(), "t0") {
		t.Errorf("the error says too much: %v", err)
	}
	d := run.Document
	if d.State != results.Aborted || d.Result != results.Fail || d.Verdict != results.Valid || len(d.Failures) != 1 || !strings.HasPrefix(d.Failures[0], "trial of get at t1: 404 Not Found: no") {
		t.Errorf("state %s, result %s because %q, verdict %s %q", d.State, d.Result, d.Failures, d.Verdict, d.Reasons)
	}
	if len(d.Trial) != 2 || !d.Trial[0].Expected || d.Trial[1].Expected || d.Trial[1].Status != 404 || d.Targets[1].Requests != 0 {
		t.Errorf("the trial is %+v", d.Trial)
	}
	data, err := os.ReadFile(filepath.Join(run.Dir, results.FileRun))
	if err != nil || strings.Contains(string(data), "secret-value") {
		t.Errorf("run.json holds the value of a header, %v", err)
	}
	if again, err := results.Open(run.Dir); err != nil || again.Document.Result != results.Fail || len(again.Document.Trial) != 2 {
		t.Errorf("read again: %v", err)
	}
}

func TestTrialsAreInNoMetricAndCountAsOurs(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	run, err := Run(t.Context(), config(t, tried(t, server(t, &count).URL)))
	if run == nil || run.Document.State != results.Finished || count.Load() != 21 || run.Document.Targets[0].Requests != 20 || len(run.Document.Trial) != 1 {
		t.Errorf("%v: %d requests, of which %+v", err, count.Load(), run.Document.Trial)
	}
}

func TestATrialWhoseResponseDoesNotEndIsSlowAndNotWrong(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	url := answering(t, &count, func(_ int64, w http.ResponseWriter) {
		w.Header().Set("Content-Length", "10")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		time.Sleep(900 * time.Millisecond) // a response that takes longer than the request may
	})
	s := tried(t, url)
	s.Requests[0].Timeout = 500 * time.Millisecond
	_, err := Run(t.Context(), config(t, s))
	for _, want := range []string{"200 OK, but not the whole response: timeout after 500ms", "find out why the server takes so long"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

func TestATrialIsSentAgainWhereTheTroubleMayPass(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		expect []check.Statuses
		answer func(n int64, w http.ResponseWriter)
		tries  int
		passes bool
	}{
		{"a function that is cold", nil, func(n int64, w http.ResponseWriter) {
			if n == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}, 2, true},
		{"a throttle that stays", nil, func(_ int64, w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, 3, false},
		{"a throttle that is expected", []check.Statuses{{From: 429, To: 429}}, func(_ int64, w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, 1, true},
		{"a wrong key", nil, func(_ int64, w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) }, 1, false},
		{"another status than the expected one", []check.Statuses{{From: 201, To: 201}}, func(_ int64, w http.ResponseWriter) { w.WriteHeader(http.StatusOK) }, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var count atomic.Int64
			s := tried(t, answering(t, &count, c.answer))
			s.Requests[0].Expect.Status = c.expect
			patient := config(t, s)
			patient.trialPause = 50 * time.Millisecond
			run, err := Run(t.Context(), patient)
			if run == nil {
				t.Fatal(err)
			}
			d := run.Document
			if len(d.Trial) != c.tries || (d.State == results.Finished) != c.passes || d.Trial[c.tries-1].Expected != c.passes {
				t.Errorf("%v: state %s, trial %+v", err, d.State, d.Trial)
			}
		})
	}
}

func TestATargetInTroubleIsNotTriedForLong(t *testing.T) {
	t.Parallel()
	var down, broken atomic.Int64
	gone := answering(t, &down, func(_ int64, w http.ResponseWriter) { panic(http.ErrAbortHandler) })
	sick := answering(t, &broken, func(_ int64, w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	s := tried(t, gone, sick)
	for _, name := range []string{"two", "three"} {
		again := s.Requests[0]
		again.Name = name
		s.Requests = append(s.Requests, again)
	}
	c := config(t, s)
	c.trialPause = 50 * time.Millisecond
	run, err := Run(t.Context(), c)
	if run == nil || len(run.Document.Trial) != 8 || len(run.Document.Failures) != 4 || broken.Load() != 5 {
		t.Errorf("%v: trial %+v", err, run)
	}
}

func TestATrialCountsAgainstTheBudget(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	c := config(t, tried(t, server(t, &count).URL))
	full := most(t, c)
	c.Scenario.Trial = scenarios.TrialNone
	if without := most(t, c); full.Cmp(without) <= 0 {
		t.Errorf("a run with a trial may cost %v, one without %v", full, without)
	}
}

func TestAFailedTrialNamesItsRemedy(t *testing.T) {
	for _, c := range []struct {
		name   string
		status []int
		wants  []string
		not    string
	}{
		{"a wrong path", []int{404}, []string{"path", "my.yaml", "expect: {status: 404}"}, "auth"},
		{"a login", []int{401}, []string{"correct auth", "expect: {status: 401}"}, "redirect"},
		{"a wrong method", []int{405}, []string{"correct method"}, "auth"},
		{"a throttle", []int{429}, []string{"throttled already"}, "auth"},
		{"a broken function", []int{500}, []string{"log of the server or function"}, "auth"},
		{"a redirect", []int{302}, []string{"redirects are not followed", "expect: {status: 302}"}, "auth"},
		{"another answer than the expected one", []int{200}, []string{"expect: in my.yaml"}, "status:"},
		{"no answer", []int{0}, []string{"server runs", "scheme and port", "timeout"}, "expect"},
		{"a proxy with a password", []int{407}, []string{`(proxy: "http://NAME:${env:PASSWORD}@HOST:PORT") in my.yaml`}, "expect"},
		{"two at once", []int{0, 403}, []string{"server runs", "correct auth", "expect: {status: 403}"}, "redirect"},
	} {
		var failed []results.Trial
		for _, s := range c.status {
			failed = append(failed, results.Trial{Status: s})
		}
		got := wording{file: "my.yaml"}.remedies(&results.Document{}, failed)
		for _, want := range c.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", c.name, got, want)
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%s: %q says %q", c.name, got, c.not)
		}
	}
}

func TestARequestWithoutResponseNamesItsRemedy(t *testing.T) {
	t.Parallel()
	malformed, insecure := results.ErrMalformed.String(), results.ErrTLS.String()
	for _, c := range []struct {
		name, class, why string
		http             scenarios.Protocol
		typed, inFile    string
	}{
		{"no client certificate", insecure, load.DemandsCertificate, scenarios.Auto, "(--cert client.pem --key client.key)", "(tls: {cert: client.pem, key: client.key}) in my.yaml"},
		{"a client certificate that is not trusted", insecure, load.RefusesCertificate, scenarios.HTTP2, "or name another (--cert)", "or name another (tls: {cert: client.pem}) in my.yaml"},
		{"no HTTP/2 over TLS", insecure, "the server does not offer HTTP/2 (ALPN)", scenarios.HTTP2, "or leave out --http 2", "(--http, or engine: {http: auto}) in my.yaml"},
		{"no HTTP/2 by prior knowledge", malformed, "", scenarios.HTTP2, "or leave out --http 2", "(--http, or engine: {http: auto}) in my.yaml"},
		{"HTTP/2 alone, by prior knowledge", malformed, load.AnswersHTTP2, scenarios.Auto, "ask for that version (--http 2)", "ask for that version (engine: {http: 2}) in my.yaml"},
		{"no HTTP at all", malformed, "", scenarios.Auto, "speaks HTTP at this port", "speaks HTTP at this port"},
	} {
		failed := []results.Trial{{Error: c.class, Excerpt: results.Excerpt{Detail: c.why}}}
		if got := (wording{typed: true, http: c.http}).remedies(&results.Document{}, failed); !strings.Contains(got, c.typed) {
			t.Errorf("%s: %q does not say %q", c.name, got, c.typed)
		}
		if got := (wording{file: "my.yaml", http: c.http}).remedies(&results.Document{}, failed); !strings.Contains(got, c.inFile) {
			t.Errorf("%s: %q does not say %q", c.name, got, c.inFile)
		}
	}
}
