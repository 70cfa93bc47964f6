package scenarios

import (
	"testing"

	"tollgate/targets"
)

// A fixed value is the same in every request.
type fixed string

func (f fixed) Append(b []byte, _ uint64) []byte { return append(b, f...) }

func TestTemplatesAreRendered(t *testing.T) {
	for _, row := range []struct {
		name, source string
		escape       Escape
		value, want  string
	}{
		{"a text without places", "/a?b={key}&c=$1", Raw, "v", "/a?b={key}&c=$1"},
		{"a place", "/a/${key}", Raw, "v", "/a/v"},
		{"two places in a row", "${key}${key}", Raw, "v", "vv"},
		{"a literal ${", "a $${key} and ${key}", Raw, "v", "a ${key} and v"},
		{"a reference that is none", "${other} ${", Raw, "v", "${other} ${"},
		{"nothing", "", Raw, "v", ""},
		{"a value with nothing to escape in a path", "/${key}", Percent, "a-b_c.d~e9", "/a-b_c.d~e9"},
		{"a value that is escaped in a path", "/${key}?q=${key}", Percent, "a b/c&ä", "/a%20b%2Fc%26%C3%A4?q=a%20b%2Fc%26%C3%A4"},
		{"a value that is escaped in JSON", `{"a":"${key}"}`, InJSON, "a \"b\"\\\n", `{"a":"a \"b\"\\\n"}`},
		{"a value that is written as it is", "${key}", Raw, "a \"b\"\\\n", "a \"b\"\\\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			made := Compile(row.source, row.escape, fixed(row.value))
			if got := made.Text(1); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if got := Compile(LiteralSource(row.source), row.escape, fixed("x")).Text(1); got != row.source {
				t.Errorf("as a literal it is %q", got)
			}
			joined := Join(Literal("<"), made, Literal(">"), made, Place(fixed("!")))
			if got, want := joined.Text(1), "<"+row.want+">"+row.want+"!"; got != want {
				t.Errorf("joined it is %q, want %q", got, want)
			}
		})
	}
}

func TestRenderingAllocatesNothing(t *testing.T) {
	made := Compile("POST /items/${key} HTTP/1.1\r\n\r\n{\"id\":\"${key}\"}", InJSON, (&Keys{Count: 1000}).Picker(1))
	b := make([]byte, 0, 200)
	if n := testing.AllocsPerRun(100, func() { b = made.Append(b[:0], 7) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPlacesOfKeysAreRead(t *testing.T) {
	for _, row := range []struct {
		name, request string
		want          Request // as the first request of a run has it
		old           bool    // it is noted
	}{
		{"in the path and the query", "path: '/items/${key}?a=${key}', query: {b: 'x y${key}'}, keys: {list: [k]}", Request{Path: "/items/k?a=k&b=x%20yk"}, false},
		{"as it was once written", "path: '/items/{key}', query: {b: '{key}'}, headers: {T: 'a{key}'}, keys: {list: [k]}", Request{Path: "/items/k?b=k", Header: targets.Header{"T": {"ak"}}}, true},
		{"in a JSON body", `path: /, json: {id: "${key}", 'a"${b}': "$${key} {key}"}, keys: {list: [k]}`, Request{Path: "/", Body: []byte(`{"id":"k","a\"${b}":"${key} {key}"}`)}, false},
		{"in a body, as a number", `path: /, body: '{"id": ${key}}', keys: {count: 1}`, Request{Path: "/", Body: []byte(`{"id": 1}`)}, false},
		{"a literal mark as well", "path: '/${key}', headers: {T: '$${key}'}, keys: {list: [k]}", Request{Path: "/k", Header: targets.Header{"T": {"${key}"}}}, false},
		{"a value of the environment that looks like one", "path: '/${key}', headers: {T: '${env:MARK}'}, keys: {list: [k]}", Request{Path: "/k", Header: targets.Header{"T": {"${key}"}}}, false},
		{"a literal mark in a request without keys", "path: /, headers: {T: '$${key}'}", Request{Path: "/", Header: targets.Header{"T": {"${key}"}}}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := "name: x\ntargets: {a: {kind: origin, url: 'http://127.0.0.1:1'}}\nload: [constant: {rate: 1/s, for: 1s}]\nrequests:\n  - {name: r, " + row.request + "}\n"
			s, err := Parse("x.yaml", []byte(text), func(string) (string, bool) { return "${key}", true })
			if err != nil {
				t.Fatal(err)
			}
			got := s.Requests[0].Sample(1)
			if got.Path != row.want.Path || string(got.Body) != string(row.want.Body) || got.Header.Get("T") != row.want.Header.Get("T") {
				t.Errorf("got %s %q %q", got.Path, got.Header.Get("T"), got.Body)
			}
			if (s.Notes != nil) != row.old {
				t.Errorf("notes: %v", s.Notes)
			}
		})
	}
}
