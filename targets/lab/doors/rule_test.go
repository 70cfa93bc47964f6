package doors

import (
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAListenersRulesAreTriedInTheirOrderAndCounted(t *testing.T) {
	fixed := func(body string) *Integration { return &Integration{Type: "fixed-response", Status: 404, Body: body} }
	d := steady("alb")
	d.Rules = []Rule{
		{Path: "/api/*", Method: "GET", Action: fixed("first")},
		{Path: "/api/v?/x", Action: fixed("second")},
		{Host: "*.Example.com", Action: fixed("third")},
	}
	inFakeTime(t, only(d), func(b bench) {
		for _, row := range []struct {
			method, path, host string
			status             int
			body               string
		}{
			{"GET", "/api/v1/x", "a", 404, "first"},
			{"POST", "/api/v1/x", "a", 404, "second"},
			{"POST", "/api/v11/x", "www.example.com:8080", 404, "third"},
			{"GET", "/", "example.com", 200, "healthy"},
		} {
			r := httptest.NewRequest(row.method, row.path, nil)
			r.Host = row.host
			if got := b.do(0, r); got.Code != row.status || !strings.Contains(got.Body.String(), row.body) {
				t.Errorf("%s %s %s: %d %s", row.method, row.host, row.path, got.Code, got.Body)
			}
		}
		if truth := b.doors[0].truth(); truth.Rules != 1+2+3+4 || truth.Invocations != 1 {
			t.Errorf("%+v", truth)
		}
	})
}

func TestFixedResponsesAreTheBalancersOwn(t *testing.T) {
	d := only(DoorConfig{Kind: "alb", Rules: []Rule{{Path: "/gone", Action: &Integration{Type: "fixed-response", Status: 410}}}})
	l := open(t, d)
	if status, _, _ := send(t, "GET", l.Doors()[0].URL+"/gone", ""); status != 410 {
		t.Errorf("status %d", status)
	}
	if got := sums(t, l, l.Doors()[0]); got["HTTPCode_ELB_4XX_Count"] != 1 || got["HTTPCode_Target_4XX_Count"] != 0 {
		t.Errorf("%v", got)
	}
}

func TestRulesBeyondTheFreeOnesTakeCapacity(t *testing.T) {
	l := open(t, only(DoorConfig{Kind: "alb"}))
	l.doors[0].metrics.capacity.add(time.Now(), usage{rules: 30_000})
	if got := sums(t, l, l.Doors()[0])["ConsumedLCUs"]; math.Abs(got-0.5) > 1e-9 {
		t.Errorf("%v units", got)
	}
}

func TestPatternsMatchAsPathMatchDoesWhereItKnowsNoSlashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.SampledFrom([]rune("ab*?")), 0, 8, -1).Draw(t, "pattern")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab")), 0, 8, -1).Draw(t, "text")
		want, err := path.Match(pattern, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := wild(pattern, text); got != want {
			t.Errorf("%q on %q: %v, want %v", pattern, text, got, want)
		}
	})
}

func TestAStickyClientStaysAtItsTarget(t *testing.T) {
	var targets []string
	for _, name := range []string{"one", "two"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(name)) }))
		defer s.Close()
		targets = append(targets, s.URL)
	}
	l := open(t, only(DoorConfig{Kind: "alb", Rules: []Rule{{Path: "/*", Targets: targets, Sticky: Duration(time.Hour)}}}))
	seen := map[string]int{}
	for range 2 {
		jar, _ := cookiejar.New(nil)
		client := &http.Client{Jar: jar}
		before := ""
		for range 4 {
			got, err := client.Get(l.Doors()[0].URL)
			if err != nil {
				t.Fatal(err)
			}
			var text [3]byte
			_, _ = got.Body.Read(text[:])
			got.Body.Close()
			if before != "" && string(text[:]) != before {
				t.Error("the client was sent to another target")
			}
			before = string(text[:])
		}
		seen[before]++
	}
	if seen["one"] != 1 || seen["two"] != 1 {
		t.Errorf("new clients take turns: %v", seen)
	}
}

func TestATargetThatDoesNotAnswerIsAGatewayTimeout(t *testing.T) {
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer close(release)
	l := open(t, only(DoorConfig{Kind: "alb", Timeout: Duration(20 * time.Millisecond), Rules: []Rule{{Path: "/*", Targets: []string{slow.URL}}}}))
	status, _, body := send(t, "GET", l.Doors()[0].URL, "")
	if status != 504 || len(body) != 132 || !strings.Contains(body, "504 Gateway Time-out") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAStreamedAnswerBeginsBeforeItsFunctionEnds(t *testing.T) {
	d := steady("function-url")
	d.FirstByte = 0.25
	inFakeTime(t, only(d), func(b bench) {
		b.ask(0, "GET", "/", "")
		got := b.ask(0, "GET", "/", "")
		if got.Code != 200 || got.took != 25*time.Millisecond || !got.Flushed || got.Header().Get("Content-Length") != "" || got.Body.String() != string(healthy.body) {
			t.Errorf("%d after %v, %v", got.Code, got.took, got.Header())
		}
		if truth := b.doors[0].truth(); truth.Streamed != 2 || truth.BilledMS != 240 {
			t.Errorf("%+v", truth)
		}
	})
	c := quick()
	c.Doors[2].FirstByte = 0.5
	text, err := raw(t, open(t, c).Doors()[2].URL, 20*time.Second)
	if err != nil || !strings.Contains(text, "Transfer-Encoding: chunked") || bodyOf(text) != nil {
		t.Errorf("%q %v", text, err)
	}
}

func TestAFunctionURLMayAskForASignature(t *testing.T) {
	d := steady("function-url")
	d.Authorizer = &Authorizer{Type: "iam", Credentials: []Credential{{"AKIAIOSFODNN7EXAMPLE", "a-secret"}}}
	inFakeTime(t, only(d), func(b bench) {
		got := b.ask(0, "GET", "/", "")
		if truth := b.doors[0].truth(); got.Code != 403 || !strings.Contains(got.Body.String(), "urls-auth") || truth.Invocations != 0 || truth.Refused["authorizer"] != 1 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
}

func TestListenersWithMistakesAreRefused(t *testing.T) {
	_, _, err := ParseConfig("lab.json", []byte(`{"doors": [
		{"kind": "alb", "idle_timeout": "2h", "stream_first_byte": 0.5, "rules": [
			{}, {"path": "api"}, {"path": "/a", "action": {"type": "mock"}}, {"path": "/b", "targets": ["http://10.0.0.1:80"]},
			{"path": "/c", "sticky": "1h"}, {"path": "/d", "targets": ["http://127.0.0.1:80"], "action": {}}
		]},
		{"kind": "function-url", "rules": [{"path": "/"}], "stream_first_byte": 2, "authorizer": {"type": "token", "tokens": {"a": "allow"}}}
	]}`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`doors[0].idle_timeout: 2h`, `doors[0].stream_first_byte: a door of kind alb has none`, `rules[0]: give a method`, `rules[1].path: "api"`,
		`rules[2].action.type: a door of kind alb has no "mock"`, `rules[3].targets[0]`, `rules[4].sticky`, `rules[5]: give an action, targets or groups`,
		`doors[1].rules: a door of kind function-url has none`, `doors[1].stream_first_byte: "2" is not a share`, `doors[1].authorizer.type: a Function URL knows iam only`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}
