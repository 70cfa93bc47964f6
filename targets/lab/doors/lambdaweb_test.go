package doors

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// web is a Web Function whose delays do not vary.
func web(w WebFunction) DoorConfig {
	d := steady("lambda-web")
	d.Web = &w
	return d
}

// atOnce asks n times at the same moment, and returns the answers.
func (b bench) atOnce(n int) []outcome {
	all := make([]outcome, n)
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() { all[i] = b.ask(0, "GET", "/", "") })
	}
	wait.Wait()
	return all
}

func took(all []outcome) (ms map[int]int) {
	ms = map[int]int{}
	for _, o := range all {
		ms[int(o.took.Milliseconds())]++
	}
	return ms
}

// Requests that come together wait together for one environment, and no request is a cold
// start of its own.
func TestRequestsShareAnEnvironmentOfAWebFunction(t *testing.T) {
	inFakeTime(t, only(web(WebFunction{Concurrency: 10})), func(b bench) {
		if got := took(b.atOnce(8)); got[225] != 8 {
			t.Errorf("8 requests that come at once took %v ms, want all 225", got)
		}
		if truth := b.doors[0].truth(); truth.ColdStarts != 1 || truth.Waited != 8 || truth.Ahead != 0 || truth.Invocations != 8 {
			t.Errorf("%d cold starts, %d waited, %d ahead: want 1, 8 and 0", truth.ColdStarts, truth.Waited, truth.Ahead)
		}
		if got := took(b.atOnce(8)); got[25] != 8 {
			t.Errorf("8 more took %v ms, want all 25", got)
		}
	})
}

func TestAWebFunctionKeepsHeadroom(t *testing.T) {
	inFakeTime(t, only(web(WebFunction{Concurrency: 10})), func(b bench) {
		b.atOnce(1)
		if got := took(b.atOnce(9)); got[25] != 9 {
			t.Errorf("9 requests at an environment for 10 took %v ms", got)
		}
		if truth := b.doors[0].truth(); truth.Ahead != 1 {
			t.Errorf("%d environments started ahead, want 1: 1 of 10 places was left", truth.Ahead)
		}
		time.Sleep(time.Second) // fake time: the environment that was started ahead is ready
		if got := took(b.atOnce(18)); got[25] != 18 {
			t.Errorf("18 requests at two environments took %v ms", got)
		}
	})
}

func TestAWebFunctionRefusesWhatItHasNoEnvironmentFor(t *testing.T) {
	inFakeTime(t, only(web(WebFunction{Concurrency: 2, Environments: 2, Throttled: 503})), func(b bench) {
		codes := map[int]int{}
		for _, o := range b.atOnce(7) {
			codes[o.Code]++
			if o.Code == 503 && (o.took != 5*time.Millisecond || spelt(o, "lambda-web-error-type") == "") {
				t.Errorf("a refusal after %v, with %v", o.took, o.Header())
			}
		}
		if codes[200] != 4 || codes[503] != 3 {
			t.Errorf("%v, want 4 good responses at two environments for 2, and 3 refusals", codes)
		}
		if truth := b.doors[0].truth(); truth.Refused[string(byFunctionConcurrency)] != 3 || truth.Throttles != 3 {
			t.Errorf("%v, %d throttles", truth.Refused, truth.Throttles)
		}
	})
}

func TestTheRateLimitOfAWebFunctionIsABucketOfASecond(t *testing.T) {
	rate := PerSecond(100)
	inFakeTime(t, only(web(WebFunction{Rate: &rate})), func(b bench) {
		codes := map[int]int{}
		for _, o := range b.atOnce(130) {
			codes[o.Code]++
		}
		if codes[200] != 100 || codes[429] != 30 {
			t.Errorf("%v of 130 requests at once, with 100/s", codes)
		}
	})
}

// Work on the one thread of an environment waits for its turn.
func TestWorkWaitsForTheThreadOfAnEnvironment(t *testing.T) {
	inFakeTime(t, only(web(WebFunction{CPU: Duration(4 * time.Millisecond)})), func(b bench) {
		b.atOnce(1)
		got := took(b.atOnce(4))
		for _, ms := range []int{25, 29, 33, 37} {
			if got[ms] != 1 {
				t.Errorf("4 requests with 4 ms of work each took %v ms", got)
			}
		}
	})
}

func TestAWebFunctionRefusesBeforeTheServer(t *testing.T) {
	inFakeTime(t, only(steady("lambda-web")), func(b bench) {
		for _, row := range []struct {
			what   string
			change func(*http.Request)
			status int
		}{
			{"a request", func(*http.Request) {}, 200},
			{"HTTP/1.0", func(r *http.Request) { r.ProtoMinor = 0 }, 505},
			{"another method", func(r *http.Request) { r.Method = "PROPFIND" }, 400},
			{"an expectation", func(r *http.Request) { r.Header.Set("Expect", "100-continue") }, 417},
			{"6,300 header lines", func(r *http.Request) { r.Header["X-Many"] = make([]string, 6299) }, 200},
			{"6,301 header lines", func(r *http.Request) { r.Header["X-Many"] = make([]string, 6300) }, 431},
			{"the host of another endpoint", func(r *http.Request) { r.Host = "abcdefgh12.b7t.lambda-web.eu-west-1.on.aws" }, 404},
			{"the host of another endpoint in several regions", func(r *http.Request) { r.Host = "abcdefgh12.lambda-web.global.on.aws" }, 404},
			{"its own host", func(r *http.Request) { r.Host = webID("lab-lambda-web") + ".b7t.lambda-web.us-east-1.on.aws:443" }, 200},
			{"an upgrade to WebSocket, which is stripped", func(r *http.Request) {
				r.Header["Connection"], r.Header["Upgrade"] = []string{"Upgrade"}, []string{"websocket"}
			}, 200},
		} {
			r := httptest.NewRequest("GET", "/", nil)
			row.change(r)
			if got := b.do(0, r); got.Code != row.status {
				t.Errorf("%s: %d, want %d", row.what, got.Code, row.status)
			}
		}
	})
}

func TestSettingsOfAWebFunctionAreChecked(t *testing.T) {
	for _, row := range []struct {
		web  WebFunction
		want string
	}{
		{WebFunction{Concurrency: 129}, "concurrency: 129 must be from 1 to 128"},
		{WebFunction{Environments: 1}, "max_environments: 1 must be from 2 to 10000"},
		{WebFunction{Rate: new(PerSecond(150))}, "rate_limit: 150/s must be 0/s, 100/s to 1000/s in steps of 100/s"},
		{WebFunction{Rate: new(PerSecond(11_000))}, "rate_limit: 11000/s must be"},
		{WebFunction{Rate: new(PerSecond(0))}, ""},
		{WebFunction{Rate: new(PerSecond(9_000)), Concurrency: 128, Environments: 10_000}, ""},
		{WebFunction{Throttled: 200}, "throttled_status: 200 must be from 400 to 599"},
	} {
		err := only(web(row.web)).Validate()
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: %v, want %q", row.web, err, row.want)
		}
	}
	short := web(WebFunction{})
	short.Timeout = Duration(2 * time.Second)
	if err := only(short).Validate(); err == nil || !strings.Contains(err.Error(), "timeout: 2s must be from 3s to 15m0s") {
		t.Error(err)
	}
	if c, _, err := ParseConfig("lab.yaml", []byte("doors: [{kind: lambda-web, function: {timeout: 5s}}]")); err != nil || c.filled().Doors[0].Timeout != Duration(5*time.Second) {
		t.Errorf("the timeout of its function: %+v, %v", c, err)
	}
	if _, _, err := ParseConfig("lab.yaml", []byte("doors: [{kind: lambda-web, web_function: {concurrency: 0}}]")); err == nil || !strings.Contains(err.Error(), "concurrency") {
		t.Errorf("no requests at a time: %v", err)
	}
	other := steady("function-url")
	other.Web = &WebFunction{}
	if err := only(other).Validate(); err == nil || !strings.Contains(err.Error(), "web_function: a door of kind function-url has none") {
		t.Error(err)
	}
}

// actAsServer is the test binary as the server of an environment.
func actAsServer() {
	switch os.Getenv("ACT") {
	case "never":
		select {}
	case "crash at start":
		fmt.Println("there is no module of that name")
		os.Exit(3)
	}
	l, err := net.Listen("tcp", os.Getenv("AWS_LAMBDA_HTTP_ENDPOINT"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/crash":
			os.Exit(1)
		case "/slow":
			<-r.Context().Done()
		case "/stream":
			fmt.Fprintln(w, "first")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case "/pid":
			fmt.Fprint(w, os.Getpid())
		default:
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s %s\n", r.Method, r.RequestURI, body)
			_ = r.Header.Write(w)
		}
	}))
}

// served is a door whose environments are this test binary.
func served(t *testing.T, act string, w WebFunction) Config {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d := web(w)
	d.Function = &Function{Command: []string{exe}, Environment: map[string]string{roleVariable: "server", "ACT": act, "MARK": t.Name()}}
	d.Authorizer = nil
	return only(d)
}

// A server gets requests as they came, without what AWS removes and with what it adds; its
// responses go back as they come.
func TestRealServersAnswerInEnvironments(t *testing.T) {
	l := open(t, served(t, "", WebFunction{}))
	url := l.Doors()[0].URL
	r, _ := http.NewRequestWithContext(t.Context(), "POST", url+"/a%20b?x=1&x=2", strings.NewReader("hello"))
	r.Header = http.Header{"X-Mine": {"a", "b"}, "Lambda-Web-Fake": {"1"}, "X-Real-Ip": {"1.2.3.4"}, "X-Http-Method": {"PUT"}, "X-Forwarded-For": {"10.0.0.1"}, "Upgrade": {"websocket"}, "X-Named": {"1"}, "Connection": {"X-Named"}}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(got.Body)
	got.Body.Close()
	first, head, _ := strings.Cut(string(text), "\n")
	if got.StatusCode != 200 || first != "POST /a%20b?x=1&x=2 hello" {
		t.Errorf("%d %q", got.StatusCode, first)
	}
	for _, want := range []string{"X-Mine: a\r\nX-Mine: b\r\n", "X-Forwarded-For: 10.0.0.1, 127.0.0.1\r\n", "Lambda-Web-Endpoint-Name: lab-lambda-web\r\n", "Lambda-Web-Request-Id: " + got.Header.Get("lambda-web-request-id") + "\r\n"} {
		if !strings.Contains(head, want) {
			t.Errorf("the server did not get %q:\n%s", want, head)
		}
	}
	for _, gone := range []string{"Fake", "X-Real-Ip", "X-Http-Method", "Upgrade", "X-Named"} {
		if strings.Contains(head, gone) {
			t.Errorf("the server got %s:\n%s", gone, head)
		}
	}
	if got.ContentLength != int64(len(text)) || !strings.HasSuffix(got.Header.Get("lambda-web-logstream"), "-123456789012-us-east-1") {
		t.Errorf("the headers of the response are %v", got.Header)
	}
	if truth := l.Truth().Doors[0]; truth.ColdStarts != 1 || truth.Waited != 1 || truth.Invocations != 1 || truth.InitMS <= 0 {
		t.Errorf("%+v", truth)
	}
	if status, header, _ := send(t, "GET", url+"/crash", ""); status != 502 || header.Get("lambda-web-error-type") == "" {
		t.Errorf("a crash: %d %v", status, header)
	}
	if status, _, _ := send(t, "GET", url+"/pid", ""); status != 200 {
		t.Errorf("after a crash: %d", status)
	}
	if truth := l.Truth().Doors[0]; truth.ColdStarts != 2 {
		t.Errorf("%d cold starts, want one more after a crash", truth.ColdStarts)
	}
}

func TestServersThatDoNotStartAnswer500(t *testing.T) {
	for act, said := range map[string]string{"crash at start": "exit status 3", "there is no such program": ""} {
		c := served(t, act, WebFunction{})
		if said == "" {
			c.Doors[0].Function.Command = []string{"/there/is/no/such/program"}
			if _, err := Start(c); err == nil || !strings.Contains(err.Error(), "cannot be started") {
				t.Error(err)
			}
			continue
		}
		l := open(t, c)
		if status, header, _ := send(t, "GET", l.Doors()[0].URL, ""); status != 500 || header.Get("lambda-web-error-type") == "" {
			t.Errorf("%d %v", status, header)
		}
		lines, _ := l.Lines("/aws/lambda/web/lab-lambda-web", time.Now().Add(-time.Minute), time.Now().Add(time.Minute))
		if all := fmt.Sprint(lines); !strings.Contains(all, said) || !strings.Contains(all, "no module of that name") {
			t.Errorf("the log is %s", all)
		}
	}
}

// A server that runs already stands for all environments, whose INIT is modelled.
func TestAServerOfTheUsersIsAWebFunction(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			w.Header().Set("Content-Length", "10")
			return
		}
		w.Header()["X-Two"] = []string{"a", "b"}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, strings.Repeat("x", 300_000))
	}))
	defer server.Close()
	d := steady("lambda-web")
	d.Function.Warm, d.Function.Proxy = nil, server.URL
	l := open(t, only(d))
	status, header, body := send(t, "GET", l.Doors()[0].URL, "")
	if status != 201 || len(body) != 300_000 || !slices.Equal(header["X-Two"], []string{"a", "b"}) {
		t.Errorf("%d %v, %d bytes", status, header, len(body))
	}
	if status, _, _ := send(t, "GET", l.Doors()[0].URL+"/cut", ""); status != 502 {
		t.Errorf("a response that is cut off: %d", status)
	}
	if truth := l.Truth().Doors[0]; truth.ColdStarts != 1 || truth.InitMS != 200 || truth.Invocations != 2 || truth.Errors != 1 || truth.Streamed != 1 {
		t.Errorf("%d cold starts, INIT %v ms, %d invocations, %d errors, %d streamed", truth.ColdStarts, truth.InitMS, truth.Invocations, truth.Errors, truth.Streamed)
	}
	server.Close()
	if status, _, _ := send(t, "GET", l.Doors()[0].URL, ""); status != 500 {
		t.Errorf("a server that is gone: %d", status)
	}
}

// A request that takes too long gets 504; one whose response has begun is cut off.
func TestTimeoutsOfAWebFunction(t *testing.T) {
	l := open(t, served(t, "", WebFunction{}))
	l.doors[0].config.Timeout = Duration(500 * time.Millisecond) // no file may state one so short
	url := l.Doors()[0].URL
	until(t, "the server answers", func() bool { status, _, _ := send(t, "GET", url+"/pid", ""); return status == 200 })
	if status, header, _ := send(t, "GET", url+"/slow", ""); status != 504 || header.Get("lambda-web-error-type") != "Runtime.RequestTimeout" {
		t.Errorf("%d %v", status, header)
	}
	got, err := http.Get(url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	lines := bufio.NewReader(got.Body)
	line, err := lines.ReadString('\n')
	if _, typed := got.Header["Content-Type"]; typed && got.Header.Get("Content-Type") == "" {
		t.Error("the response has a type that is empty")
	}
	if got.StatusCode != 200 || line != "first\n" || err != nil {
		t.Errorf("%d %q %v: the first line has to come before the end", got.StatusCode, line, err)
	}
	if _, err := lines.ReadString('\n'); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a response that was cut off looks whole: %v", err)
	}
}

// More requests at a time than an environment takes are served by several processes.
func TestEnvironmentsOfRealServersHaveTheirBound(t *testing.T) {
	l := open(t, served(t, "", WebFunction{Concurrency: 2}))
	url := l.Doors()[0].URL
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Second)
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			r, _ := http.NewRequestWithContext(ctx, "GET", url+"/slow", nil)
			if got, err := http.DefaultClient.Do(r); err == nil {
				got.Body.Close()
			}
		})
	}
	until(t, "two requests are held", func() bool {
		d := l.doors[0]
		d.web.mu.Lock()
		defer d.web.mu.Unlock()
		return slices.ContainsFunc(d.web.all, func(e *webEnvironment) bool { return e.held == 2 })
	})
	if status, _, _ := send(t, "GET", url+"/pid", ""); status != 200 {
		t.Errorf("%d beside an environment that is full", status)
	}
	leave()
	wait.Wait()
	d := l.doors[0]
	d.web.mu.Lock()
	defer d.web.mu.Unlock()
	if d.web.started < 2 {
		t.Errorf("%d environments were started", d.web.started)
	}
}
