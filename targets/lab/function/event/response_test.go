package event

import (
	"fmt"
	"strings"
	"testing"
)

// TestWhatAReturnValueMeansAtEachDoor has one line for each value and door:
// the response, or "malformed".
// formats are all of them.
var formats = []Format{REST, HTTP1, HTTP2, FunctionURL, ALB, ALBMulti}

func TestWhatAReturnValueMeansAtEachDoor(t *testing.T) {
	const (
		bad   = "malformed"
		plain = " [Content-Type: text/plain; charset=utf-8]"
		asis  = " [Content-Type: application/json]"
		octet = " [Content-Type: application/octet-stream]"
	)
	same := func(s string) [6]string { return [6]string{s, s, s, s, s, s} }
	for value, want := range map[string][6]string{ // REST, HTTP 1.0, HTTP 2.0, URL, ALB, ALB multi
		`{"statusCode":201,"body":"x"}`:                             {"201" + asis + " x", "201" + plain + " x", "201" + plain + " x", "201" + asis + " x", "201" + octet + " x", "201" + octet + " x"},
		`{"statusCode":"200"}`:                                      {"200" + asis + " ", "200" + plain + " ", "200" + plain + " ", "200" + asis + " ", "200" + octet + " ", "200" + octet + " "},
		`{"statusCode":200,"headers":{"content-type":"a/b","n":1}}`: {"200 [content-type: a/b n: 1] ", "200 [content-type: a/b n: 1] ", "200 [content-type: a/b n: 1] ", "200 [content-type: a/b n: 1] ", "200 [content-type: a/b n: 1] ", "200" + octet + " "},
		`{"statusCode":200,"multiValueHeaders":{"content-type":["a/b"],"x":["1","2"]},"headers":{"x":"3"}}`: {
			"200 [content-type: a/b x: 1 x: 2] ", "200 [content-type: a/b x: 1 x: 2] ",
			"200 [x: 3 Content-Type: text/plain; charset=utf-8] ", "200 [x: 3 Content-Type: application/json] ",
			"200 [x: 3 Content-Type: application/octet-stream] ", "200 [content-type: a/b x: 1 x: 2] ",
		},
		`{"statusCode":200,"cookies":["a=1"],"headers":{"content-type":"a/b"},"multiValueHeaders":{"content-type":["a/b"]}}`: {
			"200 [content-type: a/b] ", "200 [content-type: a/b] ", "200 [content-type: a/b Set-Cookie: a=1] ",
			"200 [content-type: a/b Set-Cookie: a=1] ", "200 [content-type: a/b] ", "200 [content-type: a/b] ",
		},
		`{"statusCode":200,"body":"aGk=","isBase64Encoded":true}`: {"200" + asis + " aGk=", "200" + plain + " hi", "200" + plain + " hi", "200" + asis + " hi", "200" + octet + " hi", "200" + octet + " hi"},
		`{"statusCode":200,"body":"~","isBase64Encoded":true}`:    {"200" + asis + " ~", bad, bad, bad, bad, bad},
		`{"statusCode":200,"statusDescription":"404 Not Found"}`:  {"200" + asis + " ", "200" + plain + " ", "200" + plain + " ", "200" + asis + " ", bad, bad},
		`{"statusCode":200,"statusDescription":""}`:               {"200" + asis + " ", "200" + plain + " ", "200" + plain + " ", "200" + asis + " ", "200" + octet + " ", "200" + octet + " "},
		`{"statusCode":200,"body":{"a":1}}`:                       same(bad),
		`{"statusCode":99}`:                                       same(bad),
		`{"statusCode":600}`:                                      same(bad),
		`{"statusCode":null}`:                                     same(bad),
		`{"statusCode":200,"headers":{"a b":"c"}}`:                {bad, bad, bad, bad, bad, "200" + octet + " "},
		`{"statusCode":200,"headers":{"a":"c\r\nd: e"}}`:          {bad, bad, bad, bad, bad, "200" + octet + " "},
		`{"statusCode":200,"headers":{"a":[1]}}`:                  {bad, bad, bad, bad, bad, "200" + octet + " "},
		`{"StatusCode":200}`:                                      {bad, bad, "200" + asis + ` {"StatusCode":200}`, "200" + asis + ` {"StatusCode":200}`, bad, bad},
		`{"message":"hi"}`:                                        {bad, bad, "200" + asis + ` {"message":"hi"}`, "200" + asis + ` {"message":"hi"}`, bad, bad},
		`"hi"`:                                                    {bad, bad, "200" + asis + " hi", "200" + asis + " hi", bad, bad},
		`null`:                                                    {bad, bad, "200" + asis + " null", "200" + asis + " null", bad, bad},
		`[1]`:                                                     {bad, bad, "200" + asis + " [1]", "200" + asis + " [1]", bad, bad},
		`nonsense`:                                                same(bad),
		``:                                                        same(bad),
	} {
		for i, f := range formats {
			got := bad
			if r, err := f.Decode(sample(), []byte(value)); err == nil {
				got = tell(r)
			}
			if got != want[i] {
				t.Errorf("%s, %s:\n got %q\nwant %q", f.Name, value, got, want[i])
			}
		}
	}
}

func tell(r *Response) string {
	var lines []string
	for _, l := range r.Header {
		lines = append(lines, l.Name+": "+l.Value)
	}
	return fmt.Sprintf("%d %v %s", r.Status, lines, r.Body)
}

func TestARESTAPIUndoesBase64ForClientsThatAcceptBinary(t *testing.T) {
	const value = `{"statusCode":200,"body":"aGk=","isBase64Encoded":true}`
	for accept, want := range map[string]string{"image/png, text/html": "hi", "text/html, image/png": "aGk=", "": "aGk="} {
		r := sample()
		r.Binary = []string{"image/png"}
		r.Header.Set("Accept", accept)
		got, err := REST.Decode(r, []byte(value))
		if err != nil || string(got.Body) != want {
			t.Errorf("with accept %q: %q, %v; want %q", accept, got.Body, err, want)
		}
	}
}

func TestALoadBalancerTakesAMebibyte(t *testing.T) {
	fits := `{"statusCode":200,"body":"` + strings.Repeat("x", largestBalanced-28) + `"}`
	if _, err := ALB.Decode(sample(), []byte(fits)); err != nil || len(fits) != largestBalanced {
		t.Errorf("%d bytes: %v", len(fits), err)
	}
	if _, err := ALB.Decode(sample(), []byte(fits+" ")); err == nil {
		t.Error("a byte more was taken")
	}
}

// FuzzDecode gives every format any bytes: what it takes can be sent.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"statusCode":200,"headers":{"a":"b"},"multiValueHeaders":{"a":["b",1,true]},"cookies":["c"],"body":"aGk=","isBase64Encoded":true,"statusDescription":"200 OK"}`,
		`"text"`, `null`, `{"statusCode":"2e2"}`, `{"statusCode":200,"headers":{"":""}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, format := range formats {
			got, err := format.Decode(sample(), payload)
			if err != nil {
				continue
			}
			if got.Status < 200 || got.Status > 599 {
				t.Errorf("%s: status %d", format.Name, got.Status)
			}
			for _, l := range got.Header {
				if l.Name == "" || strings.ContainsAny(l.Name+l.Value, "\r\n\x00") {
					t.Errorf("%s: the header %q: %q cannot be sent", format.Name, l.Name, l.Value)
				}
			}
			if got.Get("Content-Type") == "" && !strings.Contains(string(payload), "ontent-") {
				t.Errorf("%s: a response without a content type", format.Name)
			}
		}
	})
}
