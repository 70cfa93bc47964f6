package doors

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tollgate/targets/lab/function/runtime"
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
		time.Sleep(300 * time.Millisecond) // the late function under test
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

// roleVariable says what the test binary is.
const roleVariable = "TOLLGATE_LAB_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "function":
		actAsFunction()
		return
	case "server":
		actAsServer()
		return
	}
	os.Exit(m.Run())
}
