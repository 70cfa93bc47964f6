package check

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"tollgate/pricing/document"
)

// compiled compiles what stands under expect:.
func compiled(t testing.TB, text string) Expect {
	t.Helper()
	doc := document.Open("x.yaml", []byte(text), document.Options{Env: func(string) (string, bool) { return "from-the-environment", true }})
	e := Read(doc.Value(), Options{Secret: func(name string) bool { return name == "token" }, File: func(v document.Value, _ int64) []byte {
		data, err := os.ReadFile("testdata/" + v.Raw)
		if err != nil {
			v.Problem("%v", err)
		}
		return data
	}})
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}

// replied is a response with header lines "name: value".
func replied(status int, header, body string) *Response {
	h := http.Header{}
	for line := range strings.SplitSeq(header, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			h.Add(name, value)
		}
	}
	return &Response{Status: status, Header: h.Values, Body: []byte(body), Size: int64(len(body))}
}

func TestWhatAFailedCheckSays(t *testing.T) {
	long := strings.Repeat("x", Window)
	for _, row := range []struct {
		name, expect string
		response     *Response
		text, saw    string // both "": the response is good
	}{
		{"a status that is listed", "status: [404, 2xx]", replied(404, "", ""), "", ""},
		{"a status in a class", "status: [404, 2xx]", replied(299, "", ""), "", ""},
		{"a status in a range", "status: 200-204", replied(203, "", ""), "", ""},
		{"a status beyond a range", "status: 200-204", replied(205, "", ""), "want 200-204", ""},
		{"a redirect", "status: [200, 3xx, 999]", replied(201, "", ""), "want 200, 3xx or 999", ""},
		{"an odd status", "status: 999", replied(999, "", ""), "", ""},
		{"an error, which says so itself", "status: 200", replied(500, "", ""), "", ""},

		{"a header of that value", "headers: {Content-Type: application/json}", replied(200, "content-type: application/json", ""), "", ""},
		{"a header of another value", "headers: {Content-Type: application/json}", replied(200, "content-type: text/html", ""), "header content-type: want application/json", "got text/html"},
		{"a header that is missing", "headers: {x-a: b}", replied(200, "", ""), "header x-a: want b", "got none"},
		{"a header that is empty", "headers: {x-a: b}", replied(200, "x-a: ", ""), "header x-a: want b", "got an empty value"},
		{"an empty header is present", "headers: {x-a: {present: true}}", replied(200, "x-a: ", ""), "", ""},
		{"a header that is to be there", "headers: {x-a: {present: true}}", replied(200, "", ""), "header x-a: want one", "got none"},
		{"a header that is not to be there", "headers: {x-a: {absent: true}}", replied(200, "x-a: 1", ""), "header x-a: want none", "got 1"},
		{"present: false is absent", "headers: {x-a: {present: false}}", replied(200, "x-a: 1", ""), "header x-a: want none", "got 1"},
		{"lines of a header are one value", `headers: {x-a: {equals: "1, 2", contains: ["1", "2"], matches: "^1, 2$"}}`, replied(200, "x-a: 1\nX-A: 2", ""), "", ""},
		{"a header without a text", "headers: {x-a: {contains: [a, b]}}", replied(200, "x-a: a", ""), "header x-a: want it to contain b", "got a"},
		{"a header that does not match", `headers: {x-a: {matches: "^[0-9]+$"}}`, replied(200, "x-a: 1f", ""), "header x-a: want it to match ^[0-9]+$", "got 1f"},
		{"a header that holds a secret", "headers: {set-cookie: {absent: true}}", replied(200, "set-cookie: session=1", ""), "header set-cookie: want none", "got ***"},
		{"a variable is not repeated", "headers: {x-a: '${env:V}'}", replied(200, "x-a: 1", ""), "header x-a: want ${env:V}", "got 1"},
		{"a long value is cut", "headers: {x-a: b}", replied(200, "x-a: "+strings.Repeat("y", 500), ""), "header x-a: want b", "got " + strings.Repeat("y", 119) + "…"},
		{"headers of an error are not checked", "headers: {x-a: b}", replied(404, "", ""), "", ""},

		{"a body of the right size", "body: {min_size: 2, max_size: 3}", replied(200, "", "abc"), "", ""},
		{"a body that is too long", "body: {max_size: 2}", replied(200, "", "abc"), "body size: want at most 2 bytes", "got 3"},
		{"a body that is too short", "body: {min_size: 4B}", replied(200, "", "abc"), "body size: want at least 4B", "got 3"},
		{"the size is that on the wire", "body: {max_size: 1kB}", &Response{Status: 200, Size: 4000, Body: []byte("x")}, "body size: want at most 1kB", "got 4000"},

		{"a text in the body", "body: {contains: [need, dle]}", replied(200, "", "a needle"), "", ""},
		{"a text that is missing", "body: {contains: [need, hay]}", replied(200, "", "a needle"), "body: want it to contain hay", "it is not in the body"},
		{"the old key", "body_contains: hay", replied(200, "", "a needle"), "body: want it to contain hay", "it is not in the body"},
		{"no body", "body: {contains: hay}", replied(200, "", ""), "body: want it to contain hay", "got no body"},
		{"a text beyond the window", "body: {contains: needle}", replied(200, "", long+"needle"), "body: want it to contain needle", "not in the first 64 KiB, which is what checks read"},
		{"a body that fills the window", "body: {contains: needle}", replied(200, "", long), "body: want it to contain needle", "it is not in the body"},
		{"a regular expression", `body: {matches: "(?i)^NEEDLE"}`, replied(200, "", "needles"), "", ""},
		{"a regular expression that does not match", `body: {matches: "^a.c$"}`, replied(200, "", "abd"), "body: want it to match ^a.c$", "it is not in the body"},
		{"a compressed body", "body: {contains: needle}", replied(200, "content-encoding: gzip", squeezed("a needle", toGzip)), "", ""},
		{"a compressed body that does not say so", "body: {json: {$: 3}}", replied(200, "", squeezed("3", toGzip)), "", ""},
		{"a compressed body that is not whole", "body: {contains: needle}", replied(200, "content-encoding: gzip", squeezed("a needle", toGzip)[:12]), "body: want it to contain needle", "the body is not whole, or not gzip throughout"},
		{"a body in another coding", "body: {contains: needle}", replied(200, "content-encoding: compress", "a needle"), "body: want it to contain needle", "the body is compressed with compress, which is not decoded"},
		{"a body that is not in its coding", "body: {contains: needle}", replied(200, "content-encoding: gzip", "a needle"), "body: want it to contain needle", "the body is not gzip, as its content-encoding says"},
		{"a bomb", "body: {contains: needle}", replied(200, "content-encoding: gzip", squeezed(strings.Repeat("0", 10<<20), toGzip)), "body: want it to contain needle", "not in the first 64 KiB, which is what checks read"},

		{"a value in JSON", "body: {json: {$.a.b: 1.5}}", replied(200, "", `{"a": {"b": 1.50}}`), "", ""},
		{"another value", "body: {json: {$.a.b: 1.5}}", replied(200, "", `{"a": {"b": "1.5"}}`), "json $.a.b: want 1.5", `got "1.5"`},
		{"a value that is missing", "body: {json: {$.a.b: 1.5}}", replied(200, "", `{"a": {}}`), "json $.a.b: want 1.5", "got no such value"},
		{"an integer beyond double precision", "body: {json: {$: 9007199254740993}}", replied(200, "", `9007199254740992`), "json $: want 9007199254740993", "got 9007199254740992"},
		{"a list", "body: {json: {$.a: [1, {b: x}]}}", replied(200, "", `{"a": [1.0, {"b": "x"}]}`), "", ""},
		{"a list with a variable", "body: {json: {$.a: ['${env:V}']}}", replied(200, "", `{"a": []}`), "json $.a: want the value in the scenario", "got []"},
		{"null", "body: {json: {$.a: {equals: null, type: null}}}", replied(200, "", `{"a": null}`), "", ""},
		{"each of several values", "body: {json: {'$.a[*]': {type: integer}}}", replied(200, "", `{"a": [1, 2e1, 3.5]}`), "json $.a[*]: want type integer", "got 3.5 at $['a'][2]"},
		{"a whole number is an integer, however it is written", "body: {json: {'$.a[*]': {type: integer}}}", replied(200, "", `{"a": [1, 2e1, 3.0]}`), "", ""},
		{"one that matches", `body: {json: {$.a: {matches: "^x"}}}`, replied(200, "", `{"a": "xy"}`), "", ""},
		{"one that does not match", `body: {json: {$.a: {matches: "^x"}}}`, replied(200, "", `{"a": 17}`), "json $.a: want it to match ^x", "got 17"},
		{"one that is to be there", "body: {json: {$.a: {exists: true}}}", replied(200, "", `{}`), "json $.a: want a value", "got no such value"},
		{"one that is not to be there", "body: {json: {$..error: {exists: false}}}", replied(200, "", `{"a": {"error": "no"}}`), "json $..error: want none", `got "no"`},
		{"one of many that is a secret", "body: {json: {'$.a[*]': {type: number}}}", replied(200, "", `{"a": {"id": 1, "token": "abc"}}`), "json $.a[*]: want type number", "got *** at $['a']['token']"},
		{"an item of a list of secrets", "body: {json: {'$.token[0]': {type: number}}}", replied(200, "", `{"token": ["abc"]}`), "json $.token[0]: want type number", "got ***"},
		{"one that is a secret", "body: {json: {$.a.token: {type: number}}}", replied(200, "", `{"a": {"token": "abc"}}`), "json $.a.token: want type number", "got ***"},
		{"a filter", `body: {json: {"$.a[?@.n > 3].s": ok}}`, replied(200, "", `{"a": [{"n": 1}, {"n": 4, "s": "ok"}]}`), "", ""},
		{"no JSON", "body: {json: {$.a: 1}}", replied(200, "", `<html>`), "json $.a: want 1", "the body is not JSON"},
		{"two documents", "body: {json: {$: 1}}", replied(200, "", `1 2`), "json $: want 1", "the body is not JSON"},
		{"JSON beyond the window", "body: {json: {$.a: {exists: false}}}", replied(200, "", `"`+long+`"`), "json $.a: want none", "the body is longer than the 64 KiB that checks read"},
		{"JSON that is nested deeply", "body: {json: {$.a: {exists: false}}}", replied(200, "", strings.Repeat("[", 65)+strings.Repeat("]", 65)), "json $.a: want none", "the body is nested deeper than the 64 levels that checks read"},
		{"a huge number", "body: {json: {$.a: {exists: false}}}", replied(200, "", "1e999999999"), "json $.a: want none", "the body has a number beyond double precision, which checks do not read"},

		{"a schema", "body: {schema: {type: object, required: [a]}}", replied(200, "", `{"a": 1}`), "", ""},
		{"a schema that is not met", "body: {schema: {properties: {a: {type: string}}}}", replied(200, "", `{"a": 1}`), "body: want it to meet the schema", "at /a: got number, want string"},
		{"a format", "body: {schema: {properties: {at: {format: date-time}}}}", replied(200, "", `{"at": "yesterday"}`), "body: want it to meet the schema", "at /at: 'yesterday' is not valid date-time: less than 20 characters long"},
		{"a schema in a file", "body: {schema: answer.schema.json}", replied(200, "", `{"class": "rose"}`), "body: want it to meet the schema answer.schema.json", `at /class: value must be one of 'setosa', 'versicolor', 'virginica'`},
		{"a schema that is a file of YAML", "body: {schema: answer.schema.yaml}", replied(200, "", `{}`), "body: want it to meet the schema answer.schema.yaml", "missing property 'class'"},

		{"cheap checks come first", "body: {json: {$.a: 1}, contains: b, max_size: 1}\nheaders: {x-a: b}\nstatus: 200", replied(200, "", "abc"), "header x-a: want b", "got none"},
		{"a status comes before all", "headers: {x-a: b}\nstatus: 200", replied(201, "", "abc"), "want 200", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := compiled(t, row.expect)
			f := e.Evaluate(row.response)
			bad := row.text != "" || row.response.Status >= 400 && !e.Names(row.response.Status)
			if f == nil || !bad {
				if bad || f != nil {
					t.Errorf("the failure is %+v", f)
				}
				return
			}
			if f.Text != row.text || f.Saw() != row.saw {
				t.Errorf("%q, %q; want %q, %q", f.Text, f.Saw(), row.text, row.saw)
			}
		})
	}
}

// Every text that a failure can have is announced, so that engines know what to keep.
func TestCausesAreAllThatEvaluateSays(t *testing.T) {
	e := compiled(t, "{status: 2xx, headers: {x-a: {equals: b, contains: [b, b]}}, body: {contains: needle, json: {$.a: {type: string, matches: a}}, schema: {type: object}}}")
	texts := map[string]bool{}
	for _, text := range e.Causes(200) {
		if texts[text] {
			t.Errorf("two checks are called %q", text)
		}
		texts[text] = true
	}
	if len(texts) != len(e.Checks) || len(e.Checks) != 7 {
		t.Errorf("%d texts of %d checks", len(texts), len(e.Checks))
	}
	if got := strings.Join(e.Headers(), " "); got != "content-encoding x-a" {
		t.Errorf("it reads %s", got)
	}
	for _, status := range []int{302, 404, 600} {
		f := e.Evaluate(replied(status, "", ""))
		if all := e.Causes(status); f == nil || len(all) != 1 || all[0] != f.Text {
			t.Errorf("%d: %+v, announced are %q", status, f, all)
		}
	}
}

// A path that searches a body of 64 KiB once for each of its values is refused; what
// looks like one, and is not, is read.
func TestPathsAreBounded(t *testing.T) {
	for path, good := range map[string]bool{
		"$[?count($[*]) > 1]": false, "$[?$..a]": false, "$[?length(value($.a[1:3])) > 1]": false, "$.a[?count($['b','c']) > 1]": false, "$[?$.a[?@.b]]": false,
		"$..a..b": false, "$..[?@..b]": false,
		"$[?@.a == $.max].b[*]": true, "$[?@.a == $['x'][0]['y']]": true, "$['..']['$'][*]": true, "$..['a..b']": true, "$[?@.a == '$[*]']": true, "$[?count(@[*]) > 1]": true,
		"$[?@.a == $[-1].b && @.c == 'd'].e": true,
	} {
		doc := document.Open("x.yaml", []byte(strconv.Quote(path)+": {exists: true}"), document.Options{})
		readPath(doc.Value(), path)
		if err := doc.Err(); (err == nil) != good {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestTextsOfChecksArePrintableAndBounded(t *testing.T) {
	for _, expect := range []string{`body: {contains: "a\u202eb\tc"}`, "body: {contains: " + strings.Repeat("ä", 2000) + "}"} {
		e := compiled(t, expect)
		text := e.Checks[0].Text
		if len([]rune(text)) > 160 || strings.ContainsAny(text, "\u202e\t\n") {
			t.Errorf("%q", text)
		}
	}
}

// Bodies are anybody's. Whatever they hold, a check ends soon and says something.
func FuzzEvaluate(f *testing.F) {
	for _, body := range []string{
		`{"a": [1, {"b": "x"}], "n": 1e400}`, "1e-99999999", strings.Repeat("[", 70), strings.Repeat(`{"a":`, 9) + "1" + strings.Repeat("}", 9),
		`{"a": {"a": {"a": 1}}}`, "-0", "\xff\xfe", `"\ud800"`, squeezed(strings.Repeat("[", 1<<20), toGzip), squeezed(`{"a": 1}`, toZlib),
	} {
		for _, coding := range []string{"", "gzip", "deflate", "br"} {
			f.Add([]byte(body), coding)
		}
	}
	e := compiled(f, `{body: {json: {"$..a": {type: integer}, "$.a[?@.b == 'x']": {exists: true}, "$..[?match(@.a, 'x.*')]": {exists: false}, "$[?length(@) > 2]": {matches: "^x"}, $.n: 1.5},
		schema: {properties: {n: {multipleOf: 0.1, maximum: 3}, a: {uniqueItems: true, contains: {const: 1}}}, unevaluatedProperties: false}}}`)
	f.Fuzz(func(t *testing.T, body []byte, coding string) {
		r := replied(200, "content-encoding: "+strings.Map(func(c rune) rune { return max(c, ' ') }, coding), string(body))
		begun := time.Now()
		for i := range e.Checks { // each, not only the first that fails
			one := Expect{Checks: e.Checks[i : i+1]}
			if failure := one.Evaluate(r); failure != nil && (failure.Text == "" || failure.Saw() == "") {
				t.Errorf("%q says nothing", failure.Text)
			}
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
