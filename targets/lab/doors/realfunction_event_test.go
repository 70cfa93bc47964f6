package doors

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

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
