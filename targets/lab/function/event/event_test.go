package event

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

func sample() *Request {
	return &Request{
		Method: "POST", Path: "/files/a b", Full: "/prod/files/a b", RawFull: "/prod/files/a%20b",
		Query: "tag=x&tag=y%2Cz&q=a+b&flag", Proto: "HTTP/1.1", Host: "127.0.0.1:8080",
		Header: http.Header{
			"Content-Type": {"application/json"}, "Cookie": {"a=1; b=2"}, "User-Agent": {"curl/8"},
			"X-Forwarded-For": {"203.0.113.7"}, "X-Many": {"one", "two"},
		},
		Body: []byte(`{"n":1,"text":"<é>"}`), SourceIP: "127.0.0.1", Port: "8080", Scheme: "http",
		Time: time.Date(2026, 11, 22, 12, 0, 0, 123e6, time.UTC), ID: "8f507cfc-4161-4f0b-a0f5-010203040506",
		Extended: "TWegAcC4EowCHnA=", Trace: "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c",
		Account: "123456789012", Region: "eu-central-1", API: "abcdef1234", Stage: "prod",
		Resource: "/files/{name}", RouteKey: "POST /files/{name}", Parameters: map[string]string{"name": "a b"},
		Group: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/lab-alb/0123456789abcdef",
	}
}

// TestTheEventOfEachDoorForTheSameRequest compares with golden files, one for
// each format: of a request with text, of one with bytes, and of one with
// nothing.
func TestTheEventOfEachDoorForTheSameRequest(t *testing.T) {
	binary := sample()
	binary.Header = http.Header{"Content-Type": {"image/png"}}
	binary.Body, binary.Binary = []byte{0x89, 'P', 'N', 'G', 0xff}, []string{"image/*"}
	empty := sample()
	empty.Method, empty.Header, empty.Body, empty.Query, empty.AccessKey = "GET", http.Header{}, nil, "", "AKIDEXAMPLE"
	for suffix, request := range map[string]*Request{"": sample(), "-binary": binary, "-empty": empty} {
		for _, f := range formats {
			isGolden(t, f, request, f.Name+suffix)
		}
	}
}

func TestABodyIsSentAsItIsOrAsBase64(t *testing.T) {
	for name, c := range map[string]struct {
		head   http.Header
		binary []string
		rest   bool // encoded at a REST API
		others bool
	}{
		"JSON is text":                           {head: http.Header{"Content-Type": {"application/json; charset=utf-8"}}},
		"any text is text":                       {head: http.Header{"Content-Type": {"text/csv"}}},
		"a form is not in the list":              {head: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, others: true},
		"a body of no known type":                {others: true},
		"a compressed body":                      {head: http.Header{"Content-Type": {"text/plain"}, "Content-Encoding": {"gzip"}}, others: true},
		"a REST API's binary type":               {head: http.Header{"Content-Type": {"image/png"}}, binary: []string{"image/png"}, rest: true, others: true},
		"a REST API for which all is binary":     {head: http.Header{"Content-Type": {"application/json"}}, binary: []string{"*/*"}, rest: true},
		"a type that is none of the binary ones": {head: http.Header{"Content-Type": {"image/png"}}, binary: []string{"image/gif"}, others: true},
	} {
		for _, f := range formats {
			r := sample()
			r.Header, r.Binary = c.head, c.binary
			text, err := f.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Body   string
				Base64 bool `json:"isBase64Encoded"`
			}
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			want := c.others
			if f.Name == REST.Name {
				want = c.rest
			}
			if got.Base64 != want || want == (got.Body == string(r.Body)) {
				t.Errorf("%s, %s: base64 %v, body %q", name, f.Name, got.Base64, got.Body)
			}
		}
	}
}

// TestTheEventsOfAWebSocketAPI compares with golden files, one for each type.
func TestTheEventsOfAWebSocketAPI(t *testing.T) {
	at := time.Date(2026, 11, 22, 11, 59, 0, 0, time.UTC)
	for _, s := range []Socket{
		{Type: Connect},
		{Type: Message, Message: "NQA2HeBOIAMCHpg="},
		{Type: Message, Message: "NQA2HeBOIAMCHpg=", Binary: true},
		{Type: Disconnect, Code: 1005, Reason: "Client-side close frame status not set"},
	} {
		s.ID, s.Connected = "NQA1qcRXoAMCHpg=", at
		r := sample()
		r.RouteKey, r.Socket = map[string]string{Connect: "$connect", Message: "$default", Disconnect: "$disconnect"}[s.Type], &s
		name := WebSocket.Name + "-" + strings.ToLower(s.Type)
		if s.Binary {
			name += "-binary"
		}
		isGolden(t, WebSocket, r, name)
	}
}

// isGolden compares the event of a request with a golden file.
func isGolden(t *testing.T, f Format, r *Request, name string) {
	t.Helper()
	got, err := f.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, got, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	golden := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(golden, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var gotValue, wantValue any // objects have no order
	if err := errors.Join(json.Unmarshal(got, &gotValue), json.Unmarshal(want, &wantValue)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(gotValue, wantValue) {
		t.Errorf("%s differs:\n%s", golden, pretty.Bytes())
	}
}

// TestAnyRequestBecomesAnEvent gives every format any query, header and body:
// the event is JSON, and a body that is base64 is the request's.
func TestAnyRequestBecomesAnEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := sample()
		r.Query = rapid.String().Draw(t, "query")
		r.Header.Set("Content-Type", rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"text/plain", "image/png", "text/x; =\xff"})).Draw(t, "type"))
		r.Body = rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		r.Binary = []string{"image/*"}
		for _, format := range formats {
			text, err := format.Encode(r)
			if err != nil {
				t.Fatalf("%s: %v", format.Name, err)
			}
			var got struct {
				Body   string
				Base64 bool `json:"isBase64Encoded"`
			}
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatalf("%s: %v", format.Name, err)
			}
			if !got.Base64 {
				continue
			}
			if body, err := base64.StdEncoding.DecodeString(got.Body); err != nil || !bytes.Equal(body, r.Body) {
				t.Errorf("%s: the body is %x, was %x", format.Name, body, r.Body)
			}
		}
	})
}

// By a custom domain name a function sees that name, and the path as the client sent it;
// stage variables are in every event of an API.
func TestEventsNameTheDomainAndTheStagesVariables(t *testing.T) {
	for _, f := range []Format{REST, HTTP1, HTTP2, WebSocket} {
		r := sample()
		r.Domain, r.Path, r.Full, r.RawFull, r.Variables = "api.example.com", "/files/a b", "/v1/files/a b", "/v1/files/a%20b", map[string]string{"alias": "live"}
		r.Socket = &Socket{Type: Connect, ID: "c"}
		text, err := f.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Path, RawPath  string
			StageVariables map[string]string
			RequestContext struct{ DomainName, DomainPrefix, Path string }
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		c, message := got.RequestContext, f.Name == WebSocket.Name
		if c.DomainName != "api.example.com" || got.StageVariables["alias"] != "live" || !message && (got.Path+got.RawPath != "/v1/files/a b" || c.DomainPrefix != "api") {
			t.Errorf("%s: %s", f.Name, text)
		}
	}
}
