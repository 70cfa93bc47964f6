package load

import (
	"net/url"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/values"
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
			target, err := requestTarget(base, row.path)
			var got *url.URL
			if err == nil {
				got, err = address(base, target)
			}
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
	m, err := composeOne(targets.Target{URL: base}, targets.Stamp{Sign: sign, PerRequest: true}, scenarios.Request{Path: "/"}, &Job{})
	if err != nil || n != 0 {
		t.Fatalf("composed with %d signatures, error %v", n, err)
	}
	a, errA := m.Render(&values.Sending{})
	b, errB := m.Render(&values.Sending{})
	if errA != nil || errB != nil || a.Header.Get("Authorization") != "x" || b.Header.Get("Authorization") != "xx" {
		t.Errorf("signed %q and %q", a.Header, b.Header)
	}
	if m.Request.Header.Get("Authorization") != "" || m.Request.URL.RawQuery != "" {
		t.Error("signing changed what the sendings share")
	}
	once, err := composeOne(targets.Target{URL: base}, targets.Stamp{Sign: sign}, scenarios.Request{Path: "/"}, &Job{})
	c, _ := once.Render(&values.Sending{})
	d, _ := once.Render(&values.Sending{})
	if err != nil || n != 3 || c != d || c.Header.Get("Authorization") != "xxx" {
		t.Errorf("a proof that serves for ever was made %d times", n-2)
	}
}

func TestMarksTakeTheLikeliestHeader(t *testing.T) {
	m := marksOf(&targets.Target{Kind: &targets.Kind{RequestIDs: []string{"a", "b"}}}, scenarios.Marks{})
	got := m.Read(func(name string) string {
		return map[string]string{"b": "second", "X-Cache": "Hit from cloudfront"}[name]
	}, 200, nil)
	if want := (results.Mark{RequestID: "second", Cache: "Hit from cloudfront"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A cache that says nothing but how old its response is.
func TestMarksTakeAnAgeWhereNoHeaderSaysMore(t *testing.T) {
	m := marksOf(&targets.Target{}, scenarios.Marks{})
	for _, row := range []struct {
		headers map[string]string
		want    string
	}{
		{map[string]string{"Age": "7"}, "Age: 7"},
		{map[string]string{"Age": "7", "X-Cache": "HIT"}, "HIT"},
		{map[string]string{"Age": "old"}, ""},
	} {
		if got := m.Read(func(name string) string { return row.headers[name] }, 200, nil); got.Cache != row.want {
			t.Errorf("%v is %q, want %q", row.headers, got.Cache, row.want)
		}
	}
}
