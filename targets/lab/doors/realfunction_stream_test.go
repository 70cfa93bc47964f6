package doors

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"tollgate/targets/lab/function/event"
)

func TestAStreamIsPassedOnAsItComes(t *testing.T) {
	for _, kind := range []string{"function-url", "rest-api"} {
		t.Run(kind, func(t *testing.T) {
			routes := []Route{{Path: "/{any+}"}, {Path: "/"}}
			if kind == "function-url" {
				routes = nil
			}
			l := open(t, Config{Function: real(t, "stream"), Doors: []DoorConfig{{Kind: kind, Stream: true, Routes: routes}}})
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
			if truth.Invocations != 1 || truth.Streamed != 1 || truth.Status["201"] != 1 || truth.Errors != 0 || truth.Billable != 1 {
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
		})
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

func TestAHeadOfAStreamThatIsNoObjectIsMalformed(t *testing.T) {
	for _, head := range []string{"null", "[]", `"text"`, "{", ""} {
		if got, err := readPrelude(event.FunctionURL, strings.NewReader(head+string(preludeEnd)+"body")); err == nil {
			t.Errorf("%q was read as %+v", head, got)
		}
	}
}
