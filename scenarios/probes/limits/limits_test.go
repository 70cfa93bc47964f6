package limits

import (
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// sampleRequests are those of the sample application.
func sampleRequests() []scenarios.Request {
	return []scenarios.Request{
		{Name: "health", Method: "GET", Path: "/", Weight: 1, Expect: check.Expect{Status: []check.Statuses{{From: 200, To: 200}}}},
		{
			Name: "predict", Method: "POST", Path: "/predict", Weight: 9, Header: targets.Header{"Content-Type": {"application/json"}},
			Body: []byte(`{"features": [5.1, 3.5, 1.4, 0.2]}`), Expect: check.Expect{Status: []check.Statuses{{From: 200, To: 200}}},
		},
	}
}

// startLab starts a lab that answers at once.
func startLab(t *testing.T, c lab.Config) []targets.Target {
	t.Helper()
	quick := &lab.LogNormal{Median: lab.Duration(50 * time.Microsecond)}
	if c.Function.Init == nil {
		c.Function.Init, c.Function.Warm = quick, quick
	}
	_, all := targettest.StartLab(t, c)
	return all
}

// keyStamp signs with the target's API key.
func keyStamp(t targets.Target) targets.Stamp {
	return targets.Stamp{Sign: func(r *targets.Request) error {
		if !t.Auth.APIKey.IsZero() {
			r.Header.Set("X-Api-Key", t.Auth.APIKey.Reveal())
		}
		return nil
	}}
}

// clientOf sends to a target with the key of one.
func clientOf(to, keyed targets.Target, o options) *client {
	o.longest, o.maxBytes = cmp.Or(o.longest, defaultWait), cmp.Or(o.maxBytes, defaultBytes)
	return newClient(probe.Asking{Target: to, Stamp: keyStamp(keyed)}, o)
}

func asked(t *testing.T, target targets.Target, o options) results.Finding {
	t.Helper()
	return clientOf(target, target, o).run(t.Context(), probe.Credentials(target, sampleRequests()), rowsOf(target, sampleRequests(), o))
}

func verdicts(f results.Finding) map[string]string {
	all := map[string]string{}
	for _, row := range f.Tables[0].Rows {
		all[row[0]] = row[3]
	}
	return all
}

// slowServer takes longer than any door of the test waits.
func slowServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Second):
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// documentedLab has every kind of door, with all that a row can ask for.
func documentedLab(t *testing.T) (lab.Config, options) {
	slow := slowServer(t)
	routes := []lab.Route{
		{Method: "GET", Path: "/"},
		{Method: "POST", Path: "/predict"},
		{Method: "GET", Path: "/slow", Integration: &lab.Integration{Type: "http", URL: slow.URL}},
	}
	cors := &lab.CORS{Origins: []string{"https://pages.example"}, Methods: []string{"POST"}}
	const wait = time.Second
	o := options{slow: "/slow", timeout: wait, cors: "https://pages.example"}
	return lab.Config{Doors: []lab.DoorConfig{
		{Kind: "rest-api", Timeout: lab.Duration(wait), Routes: routes, CORS: cors, UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 1000, Burst: 1000}}},
		{Kind: "http-api", Timeout: lab.Duration(wait), Routes: routes, CORS: cors},
		{Kind: "function-url"},
		{Kind: "alb"},
	}}, o
}

// optionsFor leaves out what a kind has not.
func optionsFor(target targets.Target, o options) options {
	if target.Kind == &targets.FunctionURL || target.Kind == &targets.ALB {
		o.slow, o.cors = "", ""
	}
	return o
}

func TestTheLabDoesWhatIsDocumented(t *testing.T) {
	c, o := documentedLab(t)
	least := map[*targets.Kind]int{&targets.RESTAPI: 15, &targets.HTTPAPI: 13, &targets.FunctionURL: 8, &targets.ALB: 9}
	for _, target := range startLab(t, c) {
		t.Run(target.Kind.Name, func(t *testing.T) {
			t.Parallel()
			f := asked(t, target, optionsFor(target, o))
			for _, row := range f.Tables[0].Rows {
				if row[3] != "as documented" {
					t.Errorf("%s: %s, want %s: %s", row[0], row[2], row[1], row[3])
				}
			}
			t.Logf("%s %.0f bytes in %.1f s", f.Conclusion, f.Values["bytes_sent"].Value, f.Seconds)
			if len(f.Tables[0].Rows) < least[target.Kind] {
				t.Errorf("%d rows, want at least %d", len(f.Tables[0].Rows), least[target.Kind])
			}
		})
	}
}

// TestEveryAlteredBehaviourIsCaught puts something between that answers one row
// otherwise, and expects that row, and no other, to be reported.
func TestEveryAlteredBehaviourIsCaught(t *testing.T) {
	c, o := documentedLab(t)
	for _, target := range startLab(t, c) {
		o := optionsFor(target, o)
		o.slow = "" // its second of waiting is tested once
		rows := rowsOf(target, sampleRequests(), o)
		for i, row := range rows {
			altered := target
			altered.URL = alter(t, target.URL, row)
			client := clientOf(altered, target, o)
			verdict, said := row.want.compare(client.send(t.Context(), row.send))
			if verdict != NotAsDocumented {
				t.Errorf("%s: %q altered is %q: %s", target.Kind.Name, row.fact, verdict, said)
			}
			next := rows[(i+1)%len(rows)]
			if strings.TrimSuffix(next.send.path, "/") == strings.TrimSuffix(row.send.path, "/") && next.send.method == row.send.method || len(next.send.body) > 1<<20 {
				continue
			}
			if verdict, said := next.want.compare(client.send(t.Context(), next.send)); verdict == NotAsDocumented {
				t.Errorf("%s: with %q altered, %q is reported: %s", target.Kind.Name, row.fact, next.fact, said)
			}
		}
	}
}

// alter passes everything on except one row's request, which it answers in a way
// that nobody documents.
func alter(t *testing.T, to *url.URL, row row) *url.URL {
	t.Helper()
	host := *to
	host.Path = ""
	proxy := httputil.NewSingleHostReverseProxy(&host)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := strings.TrimSuffix(to.Path, "/") + row.send.path
		if row.send.outside {
			want = row.send.path
		}
		if r.Method == row.send.method && strings.TrimSuffix(r.URL.Path, "/") == strings.TrimSuffix(want, "/") {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Length", strconv.Itoa(len("teapot")))
			w.WriteHeader(599)
			_, _ = io.WriteString(w, "teapot")
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = to.Path
	return u
}

// TestAlteredLabsAreCaught changes the lab itself.
func TestAlteredLabsAreCaught(t *testing.T) {
	yes := []lab.Route{{Method: "ANY", Path: "/{proxy+}"}, {Method: "GET", Path: "/"}}
	for _, row := range []struct {
		name   string
		door   lab.DoorConfig
		fault  string // injected
		caught []string
	}{
		{"a route that takes every path", lab.DoorConfig{Kind: "rest-api", Routes: yes}, "", []string{"a path that is not there", "a method that is not there"}},
		{"CORS that nobody knows of", lab.DoorConfig{Kind: "http-api", CORS: &lab.CORS{Origins: []string{"*"}}}, "", []string{"a CORS preflight from an origin that is not allowed"}},
		{"a function that throws", lab.DoorConfig{Kind: "alb", Function: &lab.Function{Thrown: 1}}, "", []string{"request health passes, with the headers of its kind"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			target := startLab(t, lab.Config{Doors: []lab.DoorConfig{row.door}})[0]
			got := verdicts(asked(t, target, options{maxBytes: 1 << 20}))
			for _, fact := range row.caught {
				if got[fact] != "NOT as documented" {
					t.Errorf("%q is %q: %v", fact, got[fact], got)
				}
			}
		})
	}
}

func TestAnAPIThatAsksForNoKeyIsCaught(t *testing.T) {
	target := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api"}}})[0]
	target.Auth.APIKey = targets.NewSecret("a-key-that-nobody-asks-for")
	got := verdicts(asked(t, target, options{maxBytes: 1 << 20}))
	for _, fact := range []string{"no credentials", "wrong credentials"} {
		if got[fact] != "NOT as documented" {
			t.Errorf("%q is %q", fact, got[fact])
		}
	}
}

func TestATimeoutThatWasChangedIsCaught(t *testing.T) {
	slow := slowServer(t)
	door := lab.DoorConfig{Kind: "rest-api", Timeout: lab.Duration(200 * time.Millisecond), Routes: []lab.Route{
		{Method: "GET", Path: "/"}, {Method: "GET", Path: "/slow", Integration: &lab.Integration{Type: "http", URL: slow.URL}},
	}}
	target := startLab(t, lab.Config{Doors: []lab.DoorConfig{door}})[0]
	f := asked(t, target, options{slow: "/slow", timeout: 4 * time.Second})
	if got := verdicts(f)["a backend that takes longer than 4s"]; got != "NOT as documented" {
		t.Errorf("%q: %v", got, f.Tables[0].Rows)
	}
	f = asked(t, target, options{slow: "/slow", longest: time.Second})
	if got := verdicts(f)["a backend that takes longer than 29s"]; got != "not asked" {
		t.Errorf("a wait beyond what was announced is %q", got)
	}
}

func TestLimitsKeepToTheirBytes(t *testing.T) {
	target := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api"}}})[0]
	f := asked(t, target, options{maxBytes: 100_000})
	if sent := f.Values["bytes_sent"].Value; sent > 100_000 || f.Values["not_asked"].Value == 0 {
		t.Errorf("%.0f bytes were sent, %.0f rows not asked", sent, f.Values["not_asked"].Value)
	}
}

func TestLimitsRevealNoSecret(t *testing.T) {
	target := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 100, Burst: 100}}}}})[0]
	f := asked(t, target, options{maxBytes: 1 << 20})
	key := target.Auth.APIKey.Reveal()
	for _, row := range f.Tables[0].Rows {
		if slices.ContainsFunc(row, func(cell string) bool { return strings.Contains(cell, key[:len(key)-1]) }) {
			t.Errorf("the key is told: %q", row)
		}
	}
}

// A validator answers 400 itself, which is as documented: it is said who answered.
func TestAWorkingRequestValidatorIsAsDocumented(t *testing.T) {
	model := []byte(`{"type": "object", "required": ["features"]}`)
	for _, row := range []struct {
		name     string
		validate *lab.Validation
		own      bool
	}{{"with a validator", &lab.Validation{Model: model}, true}, {"without", nil, false}} {
		t.Run(row.name, func(t *testing.T) {
			door := lab.DoorConfig{Kind: "rest-api", Routes: []lab.Route{{Method: "GET", Path: "/"}, {Method: "POST", Path: "/predict", Validate: row.validate}}}
			target := startLab(t, lab.Config{Doors: []lab.DoorConfig{door}})[0]
			f := asked(t, target, options{maxBytes: 1 << 20})
			got, there := Find(f, MalformedBody)
			if !there || got.Verdict != AsDocumented || got.Status != 400 || got.Own != row.own || !strings.HasPrefix(got.About, "one request, POST /predict") {
				t.Errorf("%+v", got)
			}
			if f.Values["not_as_documented"].Value > 0 {
				t.Error(f.Tables[0].Rows)
			}
		})
	}
}

// Whether a request passes is what its checks say, as in the load.
func TestARequestThatFailsACheckDoesNotPass(t *testing.T) {
	target := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api"}}})[0]
	requests := sampleRequests()
	doc := document.Open("x.yaml", []byte("{status: 2xx, headers: {content-type: application/json}, body: {json: {$.class_name: virginica}}}"), document.Options{})
	requests[1].Expect = check.Read(doc.Value(), check.Options{Secret: scenarios.SecretHeader})
	rows := rowsOf(target, requests, options{maxBytes: 1 << 20})
	i := slices.IndexFunc(rows, func(r row) bool { return r.proves == "predict" })
	got := reply{status: 200, header: http.Header{"Content-Type": {"application/json"}}, body: `{"class_name": "setosa"}`}
	for _, name := range target.Kind.RequestIDs {
		got.header.Set(name, "1")
	}
	if verdict, text := rows[i].want.compare(got); verdict != NotAsDocumented || !strings.HasSuffix(text, `, json $.class_name: want virginica, got "setosa"`) || rows[i].want.meets(got) {
		t.Errorf("%s: %s", verdict, text)
	}
	got.body = `{"class_name": "virginica"}`
	if verdict, text := rows[i].want.compare(got); verdict != AsDocumented || !rows[i].want.meets(got) {
		t.Errorf("%s: %s", verdict, text)
	}
}

// If a request does not pass as it is, what is changed of it shows nothing.
func TestRowsOfARequestThatFailsAreNotSent(t *testing.T) {
	target := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 100, Burst: 100}}}}})[0]
	target.Auth.APIKey = targets.NewSecret("a-wrong-key-of-twenty-characters")
	f := asked(t, target, options{maxBytes: 1 << 20})
	for _, fact := range []string{MalformedBody, Body(10<<20 + 1), WrongProof, NoProof} {
		if row, there := Find(f, fact); !there || row.Verdict != NotAsked || !strings.Contains(row.Response, "does not pass as it is") {
			t.Errorf("%s: %+v", fact, row)
		}
	}
	if row, _ := Find(f, NoPath); row.Verdict != AsDocumented {
		t.Errorf("a path that is not there needs no request that passes: %+v", row)
	}
}

// A path that answers at once does not show a timeout, whatever it answers.
func TestAPathThatIsNotSlowDoesNotShowTheTimeout(t *testing.T) {
	target := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api"}}})[0]
	f := asked(t, target, options{slow: "/", timeout: 2 * time.Second, maxBytes: 1 << 20})
	if row, _ := Find(f, Slow); row.Verdict != CannotTell || row.Status != 200 || row.Took <= 0 || row.Took > time.Second {
		t.Errorf("%+v", row)
	}
}

// What a backend does that is down, and what of a WebSocket, is asked if there is a path.
func TestPathsForFailuresAreAsked(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	routes := []lab.Route{{Method: "GET", Path: "/"}, {Method: "GET", Path: "/gone", Integration: &lab.Integration{Type: "http", URL: gone.URL}}}
	for kind, status := range map[string]int{"rest-api": 504, "http-api": 503} {
		target := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: kind, Routes: routes}}})[0]
		f := asked(t, target, options{down: "/gone", maxBytes: 1 << 20})
		if row, _ := Find(f, Unreachable); row.Verdict != AsDocumented || row.Status != status || !row.Own {
			t.Errorf("%s: %+v", kind, row)
		}
	}
	speaks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "websocket" {
			w.Header().Set("Upgrade", "websocket")
			w.Header().Set("Connection", "Upgrade")
			w.WriteHeader(http.StatusSwitchingProtocols)
		}
	}))
	defer speaks.Close()
	balancer := startLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "alb"}}})[0]
	o := options{websocket: "/chat", maxBytes: 1 << 20}
	if row, _ := Find(asked(t, balancer, o), Handshake); row.Verdict != NotAsDocumented || row.Status != 400 {
		t.Errorf("before a function: %+v", row)
	}
	balancer.URL, _ = url.Parse(speaks.URL)
	if row, _ := Find(asked(t, balancer, o), Handshake); row.Verdict != AsDocumented || row.Status != 101 {
		t.Errorf("before a server: %+v", row)
	}
}

// Where some routes are public, the one that is not is asked without its credentials.
func TestProofsAreLeftOutWhereTheyAreRequired(t *testing.T) {
	token := targets.Auth{Bearer: targets.NewSecret("a-token")}
	target := targets.Target{Name: "http", Kind: &targets.HTTPAPI, URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}}
	for name, row := range map[string]struct {
		target, open, closed *targets.Auth
		base                 string // the request that is asked without; "": none is
	}{
		"a target with a token":             {&token, nil, nil, "open"},
		"a public route at such a target":   {&token, &targets.Auth{}, nil, "closed"},
		"a protected route at a public one": {&targets.Auth{}, nil, &token, "closed"},
		"no token at all":                   {&targets.Auth{}, nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			target.Auth = *row.target
			base := ""
			for _, r := range rowsOf(target, []scenarios.Request{{Name: "open", Method: "GET", Path: "/", Auth: row.open}, {Name: "closed", Method: "GET", Path: "/me", Auth: row.closed}}, options{}) {
				if r.fact == NoProof {
					base = r.send.base
				}
			}
			if base != row.base {
				t.Errorf("%q is asked without its credentials, want %q", base, row.base)
			}
		})
	}
}
