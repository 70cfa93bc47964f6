package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/targets/lab/runtime"
)

// actAsFunction is the test binary as a function: the sample application, or
// what its handler says.
func actAsFunction() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	act, known := acts[os.Getenv("_HANDLER")]
	if !known {
		_ = ServeFunction(context.Background(), os.Getenv)
		return
	}
	for {
		got, err := http.Get(api + "next")
		if err != nil {
			return
		}
		event, _ := io.ReadAll(got.Body)
		got.Body.Close()
		act(api+got.Header.Get("Lambda-Runtime-Aws-Request-Id"), event)
	}
}

func respond(url, kind, body string, head ...string) {
	r, _ := http.NewRequest(http.MethodPost, url+"/"+kind, strings.NewReader(body))
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	if got, err := http.DefaultClient.Do(r); err == nil {
		got.Body.Close()
	}
}

// acts are functions of one line.
var acts = map[string]func(url string, event []byte){
	"parrot": func(url string, event []byte) {
		text, _ := json.Marshal(string(event))
		respond(url, "response", `{"statusCode":200,"headers":{"x-mine":"1","connection":"close","server":"me"},"body":`+string(text)+`}`)
	},
	"throw":     func(url string, _ []byte) { respond(url, "error", `{"errorType":"Oops","errorMessage":"not today"}`) },
	"crash":     func(string, []byte) { os.Exit(1) },
	"hang":      func(string, []byte) { select {} },
	"malformed": func(url string, _ []byte) { respond(url, "response", `{"statusCode":200,"body":{}}`) },
	"too much":  func(url string, _ []byte) { respond(url, "response", strings.Repeat(" ", 7<<20)) },
	"late": func(url string, _ []byte) {
		time.Sleep(300 * time.Millisecond)
		respond(url, "response", `{"statusCode":200}`)
	},
	"plain": func(url string, event []byte) { respond(url, "response", `{"got":`+string(event)+`}`) },
	"stream": func(url string, event []byte) {
		read, write := io.Pipe()
		r, _ := http.NewRequest(http.MethodPost, url+"/response", read)
		r.Header.Set("Lambda-Runtime-Function-Response-Mode", "streaming")
		r.Header.Set("Content-Type", runtime.StreamType)
		go func() {
			fmt.Fprint(write, `{"statusCode":201,"headers":{"content-type":"text/plain"},"cookies":["a=1"]}`+"\x00\x00\x00\x00\x00\x00\x00\x00first\n")
			if bytes.Contains(event, []byte("/break")) {
				os.Exit(1)
			}
			fmt.Fprint(write, "last\n")
			write.Close()
		}()
		if got, err := http.DefaultClient.Do(r); err == nil {
			got.Body.Close()
		}
	},
	"bad stream": func(url string, _ []byte) {
		respond(url, "response", "no prelude\x00\x00\x00\x00\x00\x00\x00\x00rest", "Lambda-Runtime-Function-Response-Mode", "streaming", "Content-Type", runtime.StreamType)
	},
}

// real is a function that is this test binary.
func real(t *testing.T, handler string) Function {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Function{Command: []string{exe}, Handler: handler, Environment: map[string]string{roleVariable: "function", "MARK": t.Name()}}
}

// sendTyped sends a body of a content type.
func sendTyped(t *testing.T, method, url, body, kind string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, got.Header, string(text)
}

func TestARealFunctionAnswersBehindEveryDoor(t *testing.T) {
	l := open(t, Config{Function: real(t, ""), Doors: []DoorConfig{
		{Kind: "rest-api"},
		{Kind: "http-api"},
		{Kind: "http-api", Name: "staged", Stage: "v1", Payload: "1.0"},
		{Kind: "function-url"},
		{Kind: "alb"},
		{Kind: "alb", Name: "lists", MultiValue: true},
	}})
	for _, door := range l.Doors() {
		var instances []string
		for _, c := range []struct{ method, path, body, want string }{
			{"GET", "/", "", `{"message":"ML inference API is healthy"`},
			{"POST", "/predict", `{"features":[5.1,3.5,1.4,0.2]}`, `{"prediction":0,"class_name":"setosa"}`},
		} {
			status, head, body := sendTyped(t, c.method, door.URL+c.path, c.body, jsonType)
			if status != 200 || !strings.HasPrefix(body, c.want) || head.Get("Content-Type") != jsonType {
				t.Errorf("%s %s %s: %d %s", door.Name, c.method, c.path, status, body)
			}
			instances = append(instances, head.Get("X-Instance-Id"))
		}
		if instances[0] == "" || instances[0] != instances[1] {
			t.Errorf("%s: two requests in a row were served by %v", door.Name, instances)
		}
	}
	logs := l.Logs()
	for i, truth := range l.Truth().Doors {
		if truth.Invocations != 2 || truth.ColdStarts != 1 || truth.Errors != 0 || truth.InitMS <= 0 || truth.DurationMS <= 0 {
			t.Errorf("the truth of %s is %+v", truth.Name, truth)
		}
		var billed time.Duration
		cold := 0
		for _, r := range logs[i].Reports(time.Time{}, time.Now()) {
			billed += r.BilledDuration
			if r.InitDuration > 0 {
				cold++
			}
		}
		if billed.Milliseconds() != truth.BilledMS || cold != 1 || logs[i].Function() != truth.Name {
			t.Errorf("the reports of %s have %v billed and %d cold starts, the truth %+v", logs[i].Group(), billed, cold, truth)
		}
		if truth.Config.Function.Environment["MARK"] != "***" {
			t.Errorf("the truth tells the function's environment: %v", truth.Config.Function.Environment)
		}
	}
}

func TestARetiredFunctionStartsAnew(t *testing.T) {
	modelled := quick().Function
	l := open(t, Config{Function: real(t, ""), Doors: []DoorConfig{{Kind: "function-url"}, {Kind: "alb", Function: &modelled}}})
	for i, door := range l.Doors() {
		for range 2 {
			send(t, "GET", door.URL+"/", "")
			l.doors[i].retire(l.doors[i].config.Function.Environment)
		}
		if truth := l.Truth().Doors[i]; truth.ColdStarts != 2 || truth.Invocations != 2 {
			t.Errorf("the truth of %s is %+v", truth.Name, truth)
		}
	}
}

// TestKeysThatEverybodyKnowsChangeNoProgram changes variables by the Lambda
// endpoint's way, with the lab's own keys and with keys of the user's.
func TestKeysThatEverybodyKnowsChangeNoProgram(t *testing.T) {
	change := map[string]string{"LD_PRELOAD": "/evil.so", "TOLLGATE_RENEWED": "1"}
	for _, secret := range []bool{false, true} {
		c := Config{Function: real(t, ""), Doors: []DoorConfig{{Kind: "function-url"}}}
		if secret {
			c.Credentials = []Credential{{"AKIAOFTHEUSER0000000", "of the user"}}
		}
		d := open(t, c).doors[0]
		got := d.granted(change)
		if got["TOLLGATE_RENEWED"] != "1" || (got["LD_PRELOAD"] != "") != secret || (got["MARK"] == "") != secret {
			t.Errorf("with keys of the user's %v, processes get %v", secret, got)
		}
		if shown := d.shown()["MARK"]; (shown == t.Name()) != secret {
			t.Errorf("with keys of the user's %v, the endpoint shows %q", secret, shown)
		}
	}
}

func TestModelledFunctionsReportAsRealOnesDo(t *testing.T) {
	l := open(t, quick())
	for _, door := range l.Doors() {
		send(t, "GET", door.URL+"/", "")
		send(t, "GET", door.URL+"/", "")
	}
	logs := l.Logs()
	for i, truth := range l.Truth().Doors {
		reports := logs[i].Reports(time.Time{}, time.Now().Add(time.Hour))
		var billed time.Duration
		for _, r := range reports {
			billed += r.BilledDuration
		}
		if int64(len(reports)) != truth.Invocations || truth.Invocations != 2 || billed.Milliseconds() != truth.BilledMS {
			t.Errorf("%s has %d reports with %v billed, the truth is %+v", truth.Name, len(reports), billed, truth)
		}
	}
}

// TestWhatGoesWrongInAFunctionIsShownAsEachDoorShowsIt has the statuses of REST
// API, HTTP API, Function URL and load balancer.
func TestWhatGoesWrongInAFunctionIsShownAsEachDoorShowsIt(t *testing.T) {
	for handler, want := range map[string][4]int{
		"throw":     {502, 500, 502, 502},
		"crash":     {502, 500, 502, 502},
		"malformed": {502, 500, 502, 502},
		"too much":  {502, 500, 502, 502},
		"hang":      {502, 500, 502, 502},
	} {
		t.Run(handler, func(t *testing.T) {
			t.Parallel()
			f := real(t, handler)
			f.Timeout = Duration(time.Minute)
			if handler == "hang" {
				f.Timeout = Duration(300 * time.Millisecond)
			}
			l := open(t, Config{Function: f})
			for i, door := range l.Doors() {
				if status, _, body := send(t, "GET", door.URL+"/", ""); status != want[i] {
					t.Errorf("%s: %d %s, want %d", door.Kind, status, body, want[i])
				}
			}
			for _, truth := range l.Truth().Doors {
				if truth.Invocations != 1 || truth.Errors != 1 {
					t.Errorf("the truth of %s is %+v", truth.Kind, truth)
				}
			}
		})
	}
}

func TestAFunctionGoesOnWhenItsDoorHasGivenUp(t *testing.T) {
	l := open(t, Config{Function: real(t, "late"), Doors: []DoorConfig{{Kind: "rest-api", Timeout: Duration(time.Millisecond)}}})
	if status, _, body := send(t, "GET", l.Doors()[0].URL+"/", ""); status != http.StatusGatewayTimeout {
		t.Errorf("got %d %s", status, body)
	}
	for begun := time.Now(); l.Truth().Doors[0].Invocations == 0; time.Sleep(10 * time.Millisecond) { // it counts when it ends
		if time.Since(begun) > 2*time.Minute {
			t.Fatalf("it never counted: %+v", l.Truth().Doors[0])
		}
	}
	if truth := l.Truth().Doors[0]; truth.Errors != 0 || truth.DurationMS < 300 {
		t.Errorf("the truth is %+v", truth)
	}
}

func TestAnEventTellsTheRequestAsTheDoorDoes(t *testing.T) {
	l := open(t, Config{Function: real(t, "parrot"), Doors: []DoorConfig{
		{Kind: "rest-api", Binary: []string{"image/png"}, Routes: []Route{{Method: "ANY", Path: "/files/{name}/{rest+}"}}},
		{Kind: "function-url"},
	}})
	status, head, body := sendTyped(t, "PUT", l.Doors()[0].URL+"/files/a/b/c?q=1", "\x89PNG", "image/png")
	var rest struct {
		Resource, Path, Body string
		Parameters           map[string]string `json:"pathParameters"`
		Base64               bool              `json:"isBase64Encoded"`
		Context              struct {
			ID       string `json:"requestId"`
			Extended string `json:"extendedRequestId"`
			Path     string `json:"path"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal([]byte(body), &rest); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	if rest.Resource != "/files/{name}/{rest+}" || rest.Path != "/files/a/b/c" || rest.Context.Path != "/prod/files/a/b/c" ||
		rest.Parameters["name"] != "a" || rest.Parameters["rest"] != "b/c" || !rest.Base64 || rest.Body != "iVBORw==" {
		t.Errorf("the event is %s", body)
	}
	if rest.Context.ID == "" || rest.Context.ID != head.Get("X-Amzn-Requestid") || rest.Context.Extended != head.Get("X-Amz-Apigw-Id") {
		t.Errorf("the ids of the event are %+v, those of the answer %v", rest.Context, head)
	}
	if head.Get("X-Mine") != "1" || head.Get("X-Amzn-Remapped-Connection") != "close" || head.Get("X-Amzn-Remapped-Server") != "me" {
		t.Errorf("the headers are %v", head)
	}
	_, head, body = send(t, "GET", l.Doors()[1].URL+"/any/path", "")
	var url struct {
		RawPath string `json:"rawPath"`
		Context struct {
			ID     string `json:"requestId"`
			Domain string `json:"domainName"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal([]byte(body), &url); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	reported := l.Logs()[1].Reports(time.Time{}, time.Now())[0].RequestID.String()
	if url.RawPath != "/any/path" || url.Context.ID != reported || head.Get("X-Amzn-Requestid") != reported || !strings.HasSuffix(url.Context.Domain, ".lambda-url.us-east-1.on.aws") {
		t.Errorf("the event is %s, the report's id %s, the headers %v", body, reported, head)
	}
}

func TestACustomIntegrationHandsTheBodyOver(t *testing.T) {
	custom := func(handler string) DoorConfig {
		f := real(t, handler)
		return DoorConfig{Kind: "rest-api", Name: handler, Function: &f, Routes: []Route{
			{Path: "/", Integration: &Integration{Type: "lambda-custom", Errors: map[string]int{"not.*": 404}}},
		}}
	}
	l := open(t, Config{Doors: []DoorConfig{custom("plain"), custom("throw")}})
	if status, _, body := send(t, "POST", l.Doors()[0].URL+"/", `{"a":1}`); status != 200 || body != `{"got":{"a":1}}` {
		t.Errorf("got %d %s", status, body)
	}
	if status, _, body := send(t, "POST", l.Doors()[1].URL+"/", ""); status != 404 || !strings.Contains(body, "not today") {
		t.Errorf("got %d %s", status, body)
	}
}

func TestAStreamIsPassedOnAsItComes(t *testing.T) {
	l := open(t, Config{Function: real(t, "stream"), Doors: []DoorConfig{{Kind: "function-url", Stream: true}}})
	got, err := http.Get(l.Doors()[0].URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != 201 || string(body) != "first\nlast\n" || got.Header.Get("Set-Cookie") != "a=1" || got.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%d %q %v %v", got.StatusCode, body, got.Header, err)
	}
	truth := l.Truth().Doors[0]
	if truth.Invocations != 1 || truth.Streamed != 1 || truth.Status["201"] != 1 || truth.Errors != 0 {
		t.Errorf("the truth is %+v", truth)
	}
	broken, err := http.Post(l.Doors()[0].URL+"/break", "text/plain", nil) // which no client repeats
	if err == nil {
		defer broken.Body.Close()
		_, err = io.ReadAll(broken.Body)
	}
	if err == nil && broken.StatusCode != http.StatusBadGateway { // as it is where not even the prelude came
		t.Errorf("a stream that broke off looked whole: %d", broken.StatusCode)
	}
	if truth := l.Truth().Doors[0]; truth.Errors != 1 || truth.Invocations != 2 {
		t.Errorf("after a broken stream the truth is %+v", truth)
	}
}

func TestAStreamThatDoesNotSayWhatItIsIsMalformed(t *testing.T) {
	l := open(t, Config{Function: real(t, "bad stream"), Doors: []DoorConfig{{Kind: "function-url", Stream: true}}})
	if status, _, body := send(t, "GET", l.Doors()[0].URL+"/", ""); status != 502 {
		t.Errorf("got %d %s", status, body)
	}
	if truth := l.Truth().Doors[0]; truth.Requests != 1 || truth.Status["502"] != 1 || truth.Errors != 1 {
		t.Errorf("the truth is %+v", truth)
	}
}

// TestNothingIsLeftAfterTheLabWasKilled sends 1,000 requests, 20 at once,
// and kills the lab, which then cannot do anything itself.
func TestNothingIsLeftAfterTheLabWasKilled(t *testing.T) {
	f := real(t, "")
	const twenty = 20
	f.Scaling = &Throttle{Rate: 1000, Burst: 1000}
	f.Environment["MARK"] = fmt.Sprint(t.Name(), os.Getpid())
	child, err := spawn(t, "lab", Config{Function: f, Doors: []DoorConfig{{Kind: "function-url"}}})
	if err != nil {
		t.Fatal(err)
	}
	served := hammer(t, child.Doors[0].URL+"/", twenty, 1000)
	if len(served) < 2 {
		t.Errorf("%d environments served", len(served))
	}
	mark := []byte("MARK=" + f.Environment["MARK"])
	if running := carriers(mark); len(running) < len(served) && len(carriers(nil)) > 0 {
		t.Errorf("%d environments served, and %d processes run", len(served), len(running))
	}
	if err := child.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Close() // says that it ended badly
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		left := carriers(mark)
		if len(left) == 0 {
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("a minute after the lab's end there are %v", left)
		}
	}
}

// hammer sends n requests from as many clients as given, and returns who served.
func hammer(t *testing.T, url string, clients, n int) map[string]int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: time.Minute}
	begun := time.Now()
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	served := map[string]int{}
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for left := n / clients; left > 0; {
				got, err := client.Get(url)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, got.Body)
				got.Body.Close()
				switch got.StatusCode {
				case http.StatusTooManyRequests: // Lambda's rate for so much concurrency
					if time.Since(begun) > 2*time.Minute {
						t.Error("the function refuses requests for ever")
						return
					}
					time.Sleep(10 * time.Millisecond)
					continue
				case http.StatusOK:
				default:
					t.Errorf("status %d", got.StatusCode)
				}
				left--
				mu.Lock()
				served[got.Header.Get("X-Instance-Id")]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return served
}

// carriers are the processes whose environment holds a mark, where that can be
// known; with nil all processes.
func carriers(mark []byte) (found []string) {
	dir, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, entry := range dir {
		file, err := os.Open("/proc/" + entry.Name() + "/environ")
		if err != nil {
			continue
		}
		env, err := io.ReadAll(bufio.NewReader(file))
		file.Close()
		if err == nil && bytes.Contains(env, mark) && (mark == nil || !bytes.Contains(env, []byte(roleVariable+"=lab"))) {
			found = append(found, entry.Name())
		}
	}
	return found
}

func TestWhatARealFunctionMayNotHaveIsSaid(t *testing.T) {
	memory := Function{Memory: 64}
	for want, c := range map[string]Config{
		"function.memory_mb: 64 must be from 128 to 10240":              {Function: memory},
		`function.log_format: "xml" must be text or json`:               {Function: Function{LogFormat: "xml"}},
		"function.command: a handler, a directory":                      {Function: Function{Handler: "h"}},
		"function.command: the first word must name a program":          {Function: Function{Command: []string{""}}},
		"function: thrown, malformed, provisioned":                      {Function: Function{Command: []string{"x"}, Thrown: 0.5}},
		`function.environment: "a b" must be letters`:                   {Function: Function{Command: []string{"x"}, Environment: map[string]string{"a b": "secret"}}},
		"function.environment: AWS_REGION is set by Lambda":             {Function: Function{Command: []string{"x"}, Environment: map[string]string{"AWS_REGION": "secret"}}},
		"function.environment: the value of A must not hold":            {Function: Function{Command: []string{"x"}, Environment: map[string]string{"A": "secret\x00"}}},
		"are more than the 4096":                                        {Function: Function{Command: []string{"x"}, Environment: map[string]string{"A": strings.Repeat("secret", 1000)}}},
		"doors[0].payload_format: only HTTP APIs":                       {Doors: []DoorConfig{{Kind: "alb", Payload: "1.0"}}},
		`doors[0].payload_format: "3.0" must be`:                        {Doors: []DoorConfig{{Kind: "http-api", Payload: "3.0"}}},
		"doors[0].multi_value_headers: only load balancers":             {Doors: []DoorConfig{{Kind: "http-api", MultiValue: true}}},
		"doors[0].binary_media_types: only REST APIs":                   {Doors: []DoorConfig{{Kind: "http-api", Binary: []string{"a/b"}}}},
		`doors[0].binary_media_types: "png" must be like`:               {Doors: []DoorConfig{{Kind: "rest-api", Binary: []string{"png"}}}},
		"doors[0].response_stream: only a Function URL of a function w": {Doors: []DoorConfig{{Kind: "function-url", Stream: true}}},
		"doors[0].stream_first_byte: only a modelled function":          {Function: Function{Command: []string{"x"}}, Doors: []DoorConfig{{Kind: "function-url", FirstByte: 0.5}}},
		"function: init and duration are of modelled functions":         {Function: Function{Command: []string{"x"}, Init: &LogNormal{Median: 1}}},
	} {
		err := c.Validate()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := Start(Config{Function: Function{Command: []string{"./no-such-program"}}}); err == nil || !strings.Contains(err.Error(), "cannot be started") {
		t.Errorf("a command that is not there: %v", err)
	}
}
