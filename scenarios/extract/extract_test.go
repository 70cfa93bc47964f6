package extract

import (
	"net/http"
	"strings"
	"testing"

	"tollgate/pricing/document"
	"tollgate/scenarios/check"
)

// read reads one extract as a scenario has it.
func read(t testing.TB, source string) ([]Extract, error) {
	t.Helper()
	d := document.Open("x.yaml", []byte(source), document.Options{})
	all := Read(d.Value(), func(name string) bool { return name == "token" })
	return all, d.Err()
}

const page = `{"token": "abc", "n": 12, "on": true, "none": null, "items": [{"id": "i1"}, {"id": "i2"}], "big": 12345678901234567890}`

func TestValuesAreTakenFromResponses(t *testing.T) {
	header := http.Header{"Location": {"/items/42"}, "Set-Cookie": {"SESSION=old; Path=/", `SESSION="new"; HttpOnly`, "theme=dark"}, "Via": {"a", "b"}}
	for _, row := range []struct {
		name, extract, body, want, fails string
	}{
		{"a string", "v: $.token", page, "abc", ""},
		{"a number", "v: $.n", page, "12", ""},
		{"a number beyond double precision", "v: $.big", page, "12345678901234567890", ""},
		{"a truth value", "v: $.on", page, "true", ""},
		{"an object", "v: $.items[0]", page, `{"id":"i1"}`, ""},
		{"the first of several", "v: $.items[*].id", page, "i1", ""},
		{"by its long form", "v: {json: $.token}", page, "abc", ""},
		{"null is nothing", "v: $.none", page, "", "the body has null at $[\"none\"], which is no value"},
		{"nothing there", "v: $.access_token", page, "", "it has big, items, n, none, on, token"},
		{"nothing in a list", "v: $.id", "[1, 2]", "", "it is a list of 2"},
		{"no JSON", "v: $.id", "<html>", "", "the body is not JSON"},
		{"nothing, with a default", `v: {json: $.next, default: ""}`, page, "", ""},
		{"a default is no excuse for a broken body", `v: {json: $.next, default: ""}`, "<html>", "", "the body is not JSON"},
		{"a header", "v: {header: location}", "", "/items/42", ""},
		{"a part of a header", `v: {header: Location, matches: "/items/(.*)$"}`, "", "42", ""},
		{"a header that is not as expected", `v: {header: Location, matches: "/orders/(.*)$"}`, "", "", "header location does not match /orders/(.*)$"},
		{"a header that is not there", "v: {header: x-id}", "", "", "the response has no header x-id"},
		{"a header of several lines", "v: {header: via}", "", "a, b", ""},
		{"a cookie, the last of its name", "v: {cookie: SESSION}", "", "new", ""},
		{"a cookie that is not set", "v: {cookie: csrf}", "", "", "it sets SESSION, SESSION, theme"},
		{"a part of the body", `v: {body: 'name="csrf" value="([^"]+)"'}`, `<input name="csrf" value="z9">`, "z9", ""},
		{"an expression without a group", `v: {body: "z[0-9]"}`, `<input value="z9">`, "z9", ""},
		{"an expression that matches nothing", `v: {body: "q[0-9]"}`, `<input value="z9">`, "", "the body does not match q[0-9]"},
		{"too long", `v: {body: ".*"}`, strings.Repeat("x", Longest+1), "", "more than the 16384 that a value may have"},
	} {
		t.Run(row.name, func(t *testing.T) {
			all, err := read(t, row.extract)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			got, err := all[0].From(check.BodyOf(&check.Response{Status: 200, Header: header.Values, Body: []byte(row.body), Size: int64(len(row.body))}))
			switch {
			case row.fails == "" && (err != nil || got != row.want):
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			case row.fails != "" && (err == nil || !strings.Contains(err.Error(), row.fails)):
				t.Errorf("got %q, %v, want an error with %q", got, err, row.fails)
			}
		})
	}
}

func TestABodyThatGoesOn(t *testing.T) {
	all, _ := read(t, "v: {body: 'id=([0-9]+)'}")
	for body, want := range map[string]string{"id=7": "7", "": ""} {
		long := body + strings.Repeat(" ", check.Window)
		got, err := all[0].From(check.BodyOf(&check.Response{Header: http.Header{}.Values, Body: []byte(long[:check.Window]), Size: int64(len(long) + 1)}))
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", body, got, err)
		}
	}
}

func TestWhatIsNeededOfAResponse(t *testing.T) {
	all, err := read(t, "{a: $.x, b: {header: Location}, c: {cookie: S}}")
	if err != nil || !ReadsBody(all) || strings.Join(Headers(all), " ") != "content-encoding location set-cookie" {
		t.Errorf("%v, %v, %v", ReadsBody(all), Headers(all), err)
	}
	if ReadsBody(all[1:]) {
		t.Error("a header and a cookie need no body")
	}
}

func TestSecretsThatAResponseHolds(t *testing.T) {
	all, err := read(t, "{token: $.token, plain: $.n, hidden: {header: via, secret: true}, gone: {json: $.gone, secret: true}}")
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Via": {"a"}}
	found, unknown := Secrets(all, check.BodyOf(&check.Response{Header: header.Values, Body: []byte(page), Size: int64(len(page))}))
	if strings.Join(found, " ") != "abc a" || unknown {
		t.Error(found, unknown)
	}
	found, unknown = Secrets(all, check.BodyOf(&check.Response{Header: header.Values, Body: []byte(page[:20]), Size: int64(len(page))}))
	if strings.Join(found, " ") != "a" || !unknown {
		t.Error(found, unknown)
	}
}

func TestWhatIsWrongWithAnExtract(t *testing.T) {
	for source, want := range map[string]string{
		"[a]":                               "needs a mapping from names",
		"v: {}":                             "needs exactly one of json, header, cookie, body",
		"v: {json: $.a, header: b}":         "needs exactly one of",
		"v: token":                          "it begins with $",
		"v: {jsno: $.a}":                    `did you mean "json"?`,
		"status: $.a":                       "is there for each step",
		"9v: $.a":                           "is not a name",
		"v: {header: 'a b'}":                "is not the name of a header",
		"v: {cookie: 'a b'}":                "is not the name of a cookie",
		"v: {body: '('}":                    "is not a regular expression",
		"v: {json: $.a, matches: b}":        "matches: belongs to header",
		"v: {json: $.a, default: [1]}":      "a text",
		"v: {json: $.a, secret: 1}":         "is neither true nor false",
		"v: {json: '$..a..b', default: ''}": "more than one",
	} {
		if _, err := read(t, source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", source, err, want)
		}
	}
}

func FuzzFrom(f *testing.F) {
	all, _ := read(f, "{a: $..id, b: {body: '(.*)'}, c: {cookie: S}, d: {header: x}}")
	f.Add([]byte(page), "S=1", "")
	f.Add([]byte{0x1f, 0x8b, 0x08}, "S", "gzip")
	f.Fuzz(func(t *testing.T, body []byte, line, coding string) {
		header := http.Header{"Set-Cookie": {line}, "X": {line}, "Content-Encoding": {coding}}
		b := check.BodyOf(&check.Response{Header: header.Values, Body: body, Size: int64(len(body))})
		for i := range all {
			if v, err := all[i].From(b); err == nil && len(v) > Longest {
				t.Errorf("%d bytes", len(v))
			}
		}
	})
}
