package event

import (
	"bytes"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestACallIsTheRequestAgain takes any request there and back, in every format: what a
// web server receives is what the client sent, and what the client receives is what the
// server sent.
func TestACallIsTheRequestAgain(t *testing.T) {
	text := rapid.StringMatching(`[ -~é]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		r := sample()
		path := "/" + text.Draw(t, "path")
		r.Path, r.Full = path, "/prod"+path
		query := url.Values{"a": {text.Draw(t, "one")}, "b c": {text.Draw(t, "two")}}
		r.Query = query.Encode()
		r.Binary, r.Body = []string{"*/*"}, rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "body")
		r.Header = http.Header{"Content-Type": {"image/png"}, "Accept": {"image/png"}, "Cookie": {"a=1; b=2"}, "X-Mine": {"me"}}
		status, sent := rapid.IntRange(200, 599).Draw(t, "status"), rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "response")
		header := http.Header{"Content-Type": {rapid.SampledFrom([]string{"text/plain", "application/json", "image/png", "application/problem+json"}).Draw(t, "type")}, "Set-Cookie": {"c=3"}}
		for _, f := range formats {
			full := path
			if f.Name == FunctionURL.Name || strings.HasPrefix(f.Name, ALB.Name) { // which have no stage
				r.RawFull, full = (&url.URL{Path: path}).EscapedPath(), path
			}
			payload, err := f.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ReadCall(payload)
			if err != nil {
				t.Fatalf("%s: %v in %s", f.Name, err, payload)
			}
			gotPath, _ := url.PathUnescape(c.Path)
			gotQuery, _ := url.ParseQuery(c.Query)
			if gotPath != full || !reflect.DeepEqual(gotQuery, query) || c.Method != r.Method || !bytes.Equal(c.Body, r.Body) || c.Host != r.Host ||
				c.Header.Get("X-Mine") != "me" || c.Header.Get("Cookie") != "a=1; b=2" || c.Header.Get("Content-Length") != "" {
				t.Fatalf("%s: the request became %+v", f.Name, c)
			}
			got, err := f.Decode(r, c.Return(status, header, sent))
			if err != nil || got.Status != status || !bytes.Equal(got.Body, sent) || got.Get("Set-Cookie") != "c=3" || got.Get("Content-Type") != header.Get("Content-Type") {
				t.Fatalf("%s: %d %v %q became %+v, %v", f.Name, status, header, sent, got, err)
			}
		}
	})
}

func TestOneValueOfSeveralIsWhatAFormatHasRoomFor(t *testing.T) {
	header := http.Header{"Set-Cookie": {"a=1", "b=2"}, "X-Many": {"one", "two"}}
	for _, f := range formats {
		payload, err := f.Encode(sample())
		if err != nil {
			t.Fatal(err)
		}
		c, err := ReadCall(payload)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Decode(sample(), c.Return(200, header, []byte("<html>")))
		if err != nil {
			t.Fatal(err)
		}
		cookies := 0
		for _, line := range got.Header {
			if strings.EqualFold(line.Name, "Set-Cookie") {
				cookies++
			}
		}
		if want := map[bool]int{true: 1, false: 2}[f.Name == ALB.Name]; cookies != want || string(got.Body) != "<html>" {
			t.Errorf("%s: %+v", f.Name, got)
		}
	}
}

func TestARESTAPIWithoutBinaryTypesSendsBase64(t *testing.T) {
	got, err := REST.Decode(sample(), (&Call{}).Return(200, http.Header{"Content-Type": {"image/png"}}, []byte{0x89, 'P'}))
	if err != nil || string(got.Body) != "iVA=" {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzReadCall(f *testing.F) {
	for _, format := range formats {
		payload, err := format.Encode(sample())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	for _, seed := range []string{`{}`, `null`, `{"requestContext":{}}`, `{"httpMethod":"GET","path":"/","requestContext":{"elb":{}},"body":"~","isBase64Encoded":true}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := ReadCall(payload)
		if err != nil {
			return
		}
		if c.Method == "" || !strings.HasPrefix(c.Path, "/") {
			t.Errorf("%+v", c)
		}
		if _, err := HTTP2.Decode(sample(), c.Return(200, c.Header, c.Body)); err != nil && len(c.Header) == 0 {
			t.Error(err)
		}
	})
}
