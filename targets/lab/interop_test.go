//go:build interop

package lab

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// The functions of the interop tests: AWS's own runtimes. What they need is made
// by runtime/testdata/ric/build.sh and by go build.
func goFunction(t *testing.T) Function {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap")
	if out, err := exec.Command("go", "build", "-o", binary, "./function/runtime/testdata/gofunction").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return Function{Command: []string{"./bootstrap"}, Dir: filepath.Dir(binary), Handler: "main"}
}

func nodeFunction(command ...string) Function {
	return Function{Command: command, Dir: "function/runtime/testdata/ric", Handler: "index.handler", Memory: 1024}
}

// everyDoor is a door of each kind and format.
var everyDoor = []DoorConfig{
	{Kind: "rest-api", Routes: []Route{{Path: "/{all+}"}}},
	{Kind: "http-api", Routes: []Route{{Path: "$default"}}},
	{Kind: "http-api", Name: "format-1", Payload: "1.0", Routes: []Route{{Path: "$default"}}},
	{Kind: "function-url"},
	{Kind: "alb"},
	{Kind: "alb", Name: "lists", MultiValue: true},
}

// TestAWSsOwnRuntimesServeBehindEveryDoor calls functions of aws-lambda-go and
// of aws-lambda-ric three times at each door: one start is cold and measured,
// two are warm, in the truth and in the REPORT lines.
func TestAWSsOwnRuntimesServeBehindEveryDoor(t *testing.T) {
	for name, f := range map[string]Function{
		"aws-lambda-go":      goFunction(t),
		"aws-lambda-ric":     nodeFunction("./node_modules/.bin/aws-lambda-ric", "index.handler"),
		"npx aws-lambda-ric": nodeFunction("npx", "--no", "aws-lambda-ric", "index.handler"),
	} {
		t.Run(name, func(t *testing.T) {
			doors := everyDoor
			if strings.HasPrefix(name, "npx") { // starts slowly, and is the same behind the others
				doors = everyDoor[3:4]
			}
			l := open(t, Config{Function: f, Doors: doors})
			for i, door := range l.Doors() {
				callThrice(t, l, i, door)
				checkLog(t, l, i)
			}
		})
	}
}

// callThrice sends three requests to a door and looks at the answers.
func callThrice(t *testing.T, l *Lab, i int, door Door) {
	t.Helper()
	instances := map[string]bool{}
	for range 3 {
		status, head, body := sendJSON(t, door.URL+"/some/path?q=1", `{"n":1}`)
		var said struct{ Door, Method, Path, Body string }
		if err := json.Unmarshal([]byte(body), &said); err != nil || status != 200 {
			t.Errorf("%s: %d %s; the log is %v", door.Name, status, body, l.Logs()[i].Lines(time.Time{}, time.Now()))
			continue
		}
		if said.Method != "POST" || !strings.HasSuffix(said.Path, "/some/path") || said.Body != `{"n":1}` || said.Door != "" && said.Door != door.Kind {
			t.Errorf("%s: the function saw %s", door.Name, body)
		}
		instances[head.Get("X-Instance-Id")] = true
		if id := head.Get("X-Request"); !strings.Contains(text(l, i), "REPORT RequestId: "+id+"\t") {
			t.Errorf("%s: no report of %q", door.Name, id)
		}
	}
	if len(instances) != 1 || instances[""] {
		t.Errorf("%s: three requests in a row were served by %v", door.Name, instances)
	}
}

// checkLog compares a function's reports with the truth.
func checkLog(t *testing.T, l *Lab, i int) {
	t.Helper()
	truth := l.Truth().Doors[i]
	if truth.Invocations != 3 || truth.ColdStarts != 1 || truth.Errors != 0 || truth.InitMS < 1 {
		t.Errorf("the truth of %s is %+v", truth.Name, truth)
	}
	var billed, init time.Duration
	reports := l.Logs()[i].Reports(time.Time{}, time.Now())
	for n, r := range reports {
		billed += r.BilledDuration
		init += r.InitDuration
		if cold := n == 0; cold != (r.InitDuration > 0) || r.MaxMemoryUsed < 1 && carriers(nil) != nil {
			t.Errorf("%s: report %d is %s", truth.Name, n, r.Text())
		}
	}
	if len(reports) != 3 || billed.Milliseconds() != truth.BilledMS || float64(init)/float64(time.Millisecond) != truth.InitMS {
		t.Errorf("%s has %d reports with %v billed and %v of INIT, the truth is %+v", truth.Name, len(reports), billed, init, truth)
	}
}

// text is all that the log of a door's function holds.
func text(l *Lab, i int) string {
	var all strings.Builder
	for _, line := range l.Logs()[i].Lines(time.Time{}, time.Now()) {
		all.WriteString(line.Message)
	}
	return all.String()
}

func TestErrorsOfAWSsOwnRuntimesAreLogged(t *testing.T) {
	for name, row := range map[string]struct {
		f    Function
		want map[string]string // path: what the log must have
	}{
		"aws-lambda-go": {goFunction(t), map[string]string{
			"/throw": "Status: error\tError Type: errorString\t", "/exit": "Error: Runtime exited with error: exit status 7",
			"/panic": "Status: error\t",
		}},
		"aws-lambda-ric": {nodeFunction("./node_modules/.bin/aws-lambda-ric", "index.handler"), map[string]string{
			"/throw": "Status: error\tError Type: TypeError\t", "/exit": "Error: Runtime exited with error: exit status 7",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, Config{Function: row.f, Doors: []DoorConfig{{Kind: "function-url"}}})
			for path, want := range row.want {
				if status, _, body := send(t, "GET", l.Doors()[0].URL+path, ""); status != http.StatusBadGateway {
					t.Errorf("%s: %d %s", path, status, body)
				}
				if said := text(l, 0); !strings.Contains(said, want) {
					t.Errorf("%s: the log must have %q:\n%s", path, want, said)
				}
			}
			if status, _, body := send(t, "GET", l.Doors()[0].URL+"/", ""); status != http.StatusOK {
				t.Errorf("after the errors: %d %s", status, body)
			}
		})
	}
}

func TestAStreamOfAWSLambdaGoIsPassedOn(t *testing.T) {
	f := goFunction(t)
	f.Environment = map[string]string{"STREAM": "1"}
	l := open(t, Config{Function: f, Doors: []DoorConfig{{Kind: "function-url", Stream: true}}})
	got, err := http.Get(l.Doors()[0].URL + "/here")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != http.StatusAccepted || string(body) != "/here 0\n/here 1\n/here 2\n" || got.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%d %q %v %v", got.StatusCode, body, got.Header, err)
	}
}

// TestAWSsTypesReadEveryFieldOfAnEvent reads an event as aws-lambda-go does and
// writes it again: what it knows must be what was there.
func TestAWSsTypesReadEveryFieldOfAnEvent(t *testing.T) {
	for door, into := range map[string]any{
		"rest-api-1.0": new(events.APIGatewayProxyRequest), "http-api-1.0": new(events.APIGatewayProxyRequest),
		"http-api-2.0": new(events.APIGatewayV2HTTPRequest), "function-url-2.0": new(events.LambdaFunctionURLRequest),
		"alb": new(events.ALBTargetGroupRequest), "alb-multi-value": new(events.ALBTargetGroupRequest),
	} {
		ours, err := os.ReadFile(filepath.Join("function", "event", "testdata", door+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(ours, into); err != nil {
			t.Fatalf("%s: %v", door, err)
		}
		theirs, err := json.Marshal(into)
		if err != nil {
			t.Fatal(err)
		}
		var was, is map[string]any
		if json.Unmarshal(ours, &was) != nil || json.Unmarshal(theirs, &is) != nil {
			t.Fatalf("%s is no object", door)
		}
		for field, value := range was {
			unknown := field == "requestContext" || field == "version" || field == "routeKey" && door == "function-url-2.0"
			if unknown || value == nil || value == false { // nor does it write what is empty
				continue
			}
			if fmt.Sprint(is[field]) != fmt.Sprint(value) {
				t.Errorf("%s: %s is %v to aws-lambda-go, and was %v", door, field, is[field], value)
			}
		}
	}
}

// TestAThousandInvocationsLeaveNothingBehind is about aws-lambda-go, the sample's
// client being ours.
func TestAThousandInvocationsLeaveNothingBehind(t *testing.T) {
	f := goFunction(t)
	twenty := 20
	f.Concurrency, f.Scaling = &twenty, &Throttle{Rate: 1000, Burst: 1000}
	mark := fmt.Sprint(t.Name(), os.Getpid())
	f.Environment = map[string]string{"MARK": mark}
	l, err := Start(Config{Function: f, Doors: []DoorConfig{{Kind: "function-url"}}})
	if err != nil {
		t.Fatal(err)
	}
	served := hammer(t, l.Doors()[0].URL+"/", twenty, 1000)
	truth := l.Truth().Doors[0]
	if len(served) > twenty || int64(len(served)) != truth.ColdStarts || truth.Invocations != 1000 {
		t.Errorf("%d environments served; the truth is %+v", len(served), truth)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if left := carriers([]byte("MARK=" + mark)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func sendJSON(t *testing.T, url, body string) (int, http.Header, string) {
	t.Helper()
	got, err := http.Post(url, "application/json", strings.NewReader(body))
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
