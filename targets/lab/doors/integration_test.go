package doors

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestOnlyAnswersOfAFunctionCarryATrace asks a REST API for what a function, a
// server, the API itself and a queue answer.
func TestOnlyAnswersOfAFunctionCarryATrace(t *testing.T) {
	backend := httptest.NewServer(http.NotFoundHandler())
	defer backend.Close()
	d := instant("rest-api")
	for path, behind := range map[string]Integration{
		"/function": {}, "/http": {Type: "http", URL: backend.URL}, "/mock": {Type: "mock"}, "/queue": {Type: "queue"},
	} {
		d.Routes = append(d.Routes, Route{Path: path, Integration: &behind})
	}
	l := open(t, only(d))
	for path, traced := range map[string]bool{"/function": true, "/http": false, "/mock": false, "/queue": false, "/nowhere": false} {
		_, head, _ := send(t, "GET", l.Doors()[0].URL+path, "")
		if got := head.Get("X-Amzn-Trace-Id") != ""; got != traced || head.Get("X-Amz-Apigw-Id") == "" {
			t.Errorf("%s: traced is %v, the headers are %v", path, got, head)
		}
	}
}
