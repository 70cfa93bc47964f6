package load

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

func TestAddress(t *testing.T) {
	rows := []struct{ name, base, path, want string }{
		{"a path is appended to the stage", "https://a.example/prod", "/predict", "https://a.example/prod/predict"},
		{"a slash at the end of the stage is not doubled", "https://a.example/prod/", "/predict", "https://a.example/prod/predict"},
		{"a query stays a query", "http://a.example", "/x?a=1&b=%20", "http://a.example/x?a=1&b=%20"},
		{"a query of the target comes first", "http://a.example/s?k=v", "/x?a=1", "http://a.example/s/x?k=v&a=1"},
		{"no path is the stage itself", "http://a.example/prod", "", "http://a.example/prod"},
		{"no path at all is the root", "http://a.example", "", "http://a.example/"},
		{"a query alone goes to the stage", "http://a.example/prod", "?a=1", "http://a.example/prod?a=1"},
		{"an escaped slash stays escaped", "http://a.example", "/a%2Fb", "http://a.example/a%2Fb"},
		{"a question mark with nothing behind it", "http://a.example", "/x?", "http://a.example/x?"},
		{"double slashes and dots stay", "http://a.example/prod", "//x/./y/../z//", "http://a.example/prod//x/./y/../z//"},
		{"double slashes at the root", "http://a.example", "//x", "http://a.example//x"},
		{"a semicolon and a stray percent sign in a query", "http://a.example", "/x?a=1;b=2&c=100%", "http://a.example/x?a=1;b=2&c=100%"},
		{"a host that is not in ASCII is refused", "http://bücher.example", "/", ""},
		{"a missing slash is put in", "http://a.example/prod", "x", "http://a.example/prod/x"},
		{"a blank in a path is escaped", "http://a.example", "/a b", "http://a.example/a%20b"},
		{"a blank in a query is refused", "http://a.example", "/x?a b", ""},
		{"a broken escape is refused", "http://a.example", "/%zz", ""},
		{"a line break is refused", "http://a.example", "/x?a\r\nHost: b", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			base, err := url.Parse(row.base)
			if err != nil {
				t.Fatal(err)
			}
			got, err := address(base, row.path)
			switch {
			case err != nil && row.want != "":
				t.Errorf("refused: %v", err)
			case err == nil && got.String() != row.want:
				t.Errorf("got %s, want %q", got, row.want)
			}
		})
	}
}

func TestEachSendingIsSignedByItself(t *testing.T) {
	n := 0
	sign := func(r *targets.Request) error {
		n++
		r.Header.Set("Authorization", strings.Repeat("x", n))
		r.URL.RawQuery = "signed"
		return nil
	}
	base, _ := url.Parse("http://a.example")
	m, err := composeOne(targets.Target{URL: base}, targets.Stamp{Sign: sign, PerRequest: true}, scenarios.Request{Path: "/"}, 0)
	if err != nil || n != 0 {
		t.Fatalf("composed with %d signatures, error %v", n, err)
	}
	a, errA := m.ready(0)
	b, errB := m.ready(0)
	if errA != nil || errB != nil || a.Header.Get("Authorization") != "x" || b.Header.Get("Authorization") != "xx" {
		t.Errorf("signed %q and %q", a.Header, b.Header)
	}
	if m.request.Header.Get("Authorization") != "" || m.request.URL.RawQuery != "" {
		t.Error("signing changed what the sendings share")
	}
	once, err := composeOne(targets.Target{URL: base}, targets.Stamp{Sign: sign}, scenarios.Request{Path: "/"}, 0)
	c, _ := once.ready(0)
	d, _ := once.ready(0)
	if err != nil || n != 3 || c != d || c.Header.Get("Authorization") != "xxx" {
		t.Errorf("a proof that serves for ever was made %d times", n-2)
	}
}

// What appendHTTP1 writes, net/http reads back as the same request, and writes
// in as many bytes.
func TestSerialisedRequestsReadBack(t *testing.T) {
	token := rapid.StringMatching(`X-[A-Z][a-z]{0,8}`)
	value := rapid.StringMatching(`[!-~]([ -~]{0,20}[!-~])?`)
	rapid.Check(t, func(t *rapid.T) {
		r := &targets.Request{
			Method: rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}).Draw(t, "method"),
			URL:    &url.URL{Scheme: "http", Host: "a.example:81", Path: "/" + rapid.StringMatching(`[a-z/]{0,9}`).Draw(t, "path")},
			Header: targets.Header{"User-Agent": {"tollgate"}},
			Body:   rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "body"),
		}
		for range rapid.IntRange(0, 5).Draw(t, "headers") {
			r.Header.Add(token.Draw(t, "name"), value.Draw(t, "value"))
		}
		wire := appendHTTP1(nil, r)
		back, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			t.Fatalf("%q does not read back: %v", wire, err)
		}
		body, err := io.ReadAll(back.Body)
		if err != nil || back.Method != r.Method || back.Host != r.URL.Host || back.URL.Path != r.URL.Path || !bytes.Equal(body, r.Body) {
			t.Fatalf("%q reads back as %+v with body %q, error %v", wire, back, body, err)
		}
		for name, values := range r.Header {
			if strings.Join(back.Header[name], "\n") != strings.Join(values, "\n") {
				t.Fatalf("header %s reads back as %q, was %q", name, back.Header[name], values)
			}
		}
		var theirs bytes.Buffer
		if err := plain(t.Context(), r).Write(&theirs); err != nil {
			t.Fatal(err)
		}
		if theirs.Len() != len(wire) {
			t.Fatalf("%d bytes, net/http needs %d:\n%q\n%q", len(wire), theirs.Len(), wire, theirs.Bytes())
		}
	})
}

func TestMarksTakeTheLikeliestHeader(t *testing.T) {
	m := marksOf(&targets.Kind{RequestIDs: []string{"a", "b"}}, scenarios.Marks{})
	got := m.read(func(name string) string {
		return map[string]string{"b": "second", "X-Cache": "Hit from cloudfront"}[name]
	}, 200, nil)
	if want := (results.Mark{RequestID: "second", Cache: "Hit from cloudfront"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
