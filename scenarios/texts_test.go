package scenarios

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tollgate/targets"
)

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

// first is the first request of a scenario with these lines, as it is sent, next to files.
func first(t *testing.T, lines string, files map[string]string) (Request, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := "name: x\ntargets: {a: {kind: origin, url: 'http://127.0.0.1:1'}}\nload: [constant: {rate: 1/s, for: 1s}]\n" + lines + "\n"
	s, err := Parse(filepath.Join(dir, "x.yaml"), []byte(text), env("KEY", "hunter2", "ODD", `q"\ &${uuid}`, "NUMBER", "7", "FORM", "a=1&b=2"))
	if err != nil {
		return Request{}, err
	}
	return s.Requests[0].Sample(1), nil
}

func TestValuesAreFilledInEverywhere(t *testing.T) {
	users := map[string]string{"users.csv": "id,name\n7,\"a \"\"b\"\" c/ä\"\n", "items.jsonl": `{"id": 5, "tags": ["x", "y"]}`, "key.txt": "s3cret\n"}
	for _, row := range []struct {
		name, lines string
		want        Request
	}{
		{"a column in a path and a query", "data: {users: users.csv}\nrequests: [{name: r, path: '/u/${users.name}', query: {n: 'x ${users.name}'}}]", Request{Path: "/u/a%20%22b%22%20c%2F%C3%A4?n=x%20a%20%22b%22%20c%2F%C3%A4"}},
		{"a column in JSON", "data: {users: users.csv}\nrequests: [{name: r, path: /, json: {n: '${users.name}'}}]", Request{Path: "/", Body: []byte(`{"n":"a \"b\" c/ä"}`)}},
		{"a number and a list in JSON text", "data: {items: items.jsonl}\nrequests: [{name: r, path: /, body: '{\"id\": ${items.id}, \"t\": ${items.tags}}'}]", Request{Path: "/", Body: []byte(`{"id": 5, "t": ["x", "y"]}`)}},
		{"a column in a form", "data: {users: users.csv}\nrequests: [{name: r, path: /, headers: {Content-Type: application/x-www-form-urlencoded}, body: 'n=${users.name}'}]", Request{Path: "/", Body: []byte("n=a%20%22b%22%20c%2F%C3%A4")}},
		{"a column in plain text and a header", "data: {users: users.csv}\nrequests: [{name: r, path: /, headers: {Content-Type: text/plain, T: 'u ${users.id}'}, body: '${users.name}'}]", Request{Path: "/", Header: targets.Header{"T": {"u 7"}}, Body: []byte(`a "b" c/ä`)}},
		{"a variable in JSON text", "requests: [{name: r, path: /, body: '{\"a\": \"x${env:ODD}\", \"n\": ${env:NUMBER}, \"b\": \"${uuid}\"}', headers: {X: '${env:ODD}'}}]", Request{Path: "/", Body: []byte(`{"a": "xq\"\\ &${uuid}", "n": 7, "b": "UUID"}`)}},
		{"a variable in a form", "requests: [{name: r, path: /, headers: {Content-Type: application/x-www-form-urlencoded}, body: 'a=${env:ODD}&b=1'}]", Request{Path: "/", Body: []byte("a=q%22%5C%20%26%24%7Buuid%7D&b=1")}},
		{"a variable that is a whole form", "requests: [{name: r, path: /, headers: {Content-Type: application/x-www-form-urlencoded}, body: '${env:FORM}'}]", Request{Path: "/", Body: []byte("a=1&b=2")}},
		{"a variable in plain text", "requests: [{name: r, path: /, headers: {Content-Type: text/plain}, body: 'a ${env:ODD}'}]", Request{Path: "/", Body: []byte(`a q"\ &${uuid}`)}},
		{"a secret in a file", "requests: [{name: r, path: /, headers: {T: '${file:key.txt}'}}]", Request{Path: "/", Header: targets.Header{"T": {"s3cret"}}}},
		{"a secret header of a value", "data: {users: users.csv}\nrequests: [{name: r, path: /, headers: {Authorization: 'Bearer ${users.id}'}}]", Request{Path: "/"}},
		{"a choice of one", "values: {c: {pick: [red]}, d: {pick: {blue: 3}}}\nrequests: [{name: r, path: '/${c}/${d}'}]", Request{Path: "/red/blue"}},
		{"a constant text", "values: {c: {integer: {from: 5, to: 5}}}\nrequests: [{name: r, path: '/${c}'}]", Request{Path: "/5"}},
		{"a time", "values: {c: {timestamp: {format: unix, plus: 1m}}, d: {timestamp: date}}\nrequests: [{name: r, path: '/${c}/${d}'}]", Request{Path: "/60/1970-01-01"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := first(t, row.lines, users)
			if err != nil {
				t.Fatal(err)
			}
			body := identifier.ReplaceAllString(string(got.Body), "UUID")
			if got.Path != row.want.Path || body != string(row.want.Body) || got.Header.Get("T") != row.want.Header.Get("T") {
				t.Errorf("got %s %q %q", got.Path, got.Header.Get("T"), got.Body)
			}
		})
	}
}

var identifier = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func TestGeneratedValuesHaveTheirForms(t *testing.T) {
	got, err := first(t, "values: {order: uuid, when: timestamp, n: {zipf: {count: 10}}, m: {lognormal: {median: 10, p99: 50}}, t: {text: {size: 40}}, s: {text: {size: {median: 1kB, p99: 2kB}}}}\nrequests: [{name: r, path: '/${order}/${order}/${uuid}/${uuid}/${when}/${n}/${m}/${t}/${s}'}]", nil)
	if err != nil {
		t.Fatal(err)
	}
	id := "([0-9a-f-]{36})"
	m := regexp.MustCompile(`^/` + id + "/" + id + "/" + id + "/" + id + `/1970-01-01T00%3A00%3A00\.000Z/[0-9]+/[0-9]+/[A-Za-z0-9_-]{40}/[A-Za-z0-9_-]{300,1000}[A-Za-z0-9_-]*$`).FindStringSubmatch(got.Path)
	if m == nil || m[1] != m[2] || m[3] == m[4] || m[3] == m[1] {
		t.Errorf("got %s", got.Path)
	}
}

func TestWrongValuesAreReportedAllAtOnce(t *testing.T) {
	files := map[string]string{"users.csv": "id,name\n1,ann\n", "semicolons.csv": "id;name\n1;ann\n", "bad.csv": "id\n1\n1,2\n", "gap.csv": "id,,name\n1,2,3\n", "users.jsonl": "{\"id\":1}\n{}"}
	for _, row := range []struct{ name, lines, want string }{
		{"an unknown column", "data: {users: users.csv}\nrequests: [{name: r, path: '/${users.nam}'}]", `5:28: requests[0].path: ${users.nam}: users.csv has no column "nam"; did you mean "name"? (it has id, name)`},
		{"a column without a name", "data: {users: gap.csv}\nrequests: [{name: r, path: '/${users.nam}'}]", `did you mean "name"? (it has id, name, and no name for column 2)`},
		{"another separator", "data: {users: semicolons.csv}\nrequests: [{name: r, path: '/${users.id}'}]", `has no column "id" (it has id;name); if ";" separates its columns, write data: {users: {file: semicolons.csv, separator: ";"}}`},
		{"two unknown names", "data: {users: users.csv}\nvalues: {order: uuid}\nrequests: [{name: r, path: '/${ordr}', json: {a: ['${uuidd}']}}]", `requests[0].path: ${ordr} stands for nothing; did you mean "order"?|requests[0].json.a[0]: ${uuidd} stands for nothing; did you mean "uuid"?`},
		{"a name without data", "requests: [{name: r, path: '/${users.id}'}]", "${users.id}: there is no data \"users\": name its file under data, as in data: {users: users.csv}"},
		{"a variable without env", "requests: [{name: r, path: '/${TOKEN}'}]", "${TOKEN} is not a reference: write ${env:TOKEN}"},
		{"what no step extracts", "requests: [{name: r, path: '/${steps.login.token}'}]", "${steps.login.token}: no earlier step of this flow extracts that"},
		{"a value elsewhere", "values: {order: uuid}\nrequests: [{name: r, path: /, expect: {body: {contains: '${order}'}}}]", "${order} stands for another value in each request"},
		{"a ragged file", "data: {users: bad.csv}\nrequests: [{name: r, path: '/${users.id}'}]", "4:15: data.users: bad.csv:3: has 2 fields, and the columns are 1"},
		{"a file that is missing", "data: {users: nosuch.csv}\nrequests: [{name: r, path: /}]", `data.users: "nosuch.csv" does not exist in the scenario's folder`},
		{"a file elsewhere", "data: {users: ../users.csv}\nrequests: [{name: r, path: /}]", "is not within the scenario's folder"},
		{"a used member that a line lacks", "data: {users: users.jsonl}\nrequests: [{name: r, path: '/${users.id}'}]", `data.users: users.jsonl:2: has no "id"`},
		{"a secret column that is none", "data: {users: {file: users.csv, secret: [nam]}}\nrequests: [{name: r, path: /}]", `data.users.secret: the scenario has no column "nam"; did you mean "name"?`},
		{"a secret file elsewhere", "requests: [{name: r, path: /, headers: {T: '${file:/etc/passwd}'}}]", "${file:/etc/passwd}: is not within the scenario's folder"},
		{"a secret file that is missing", "requests: [{name: r, path: /, headers: {T: '${file:none.txt}'}}]", "${file:none.txt}: does not exist in the scenario's folder"},
		{"a secret in the file next to a value", "data: {users: users.csv}\nrequests: [{name: r, path: /, headers: {Authorization: 'Bearer hunter2 ${users.id}'}}]", "a secret does not belong in a file"},
		{"a name that is taken", "values: {uuid: uuid}\nrequests: [{name: r, path: /}]", `"uuid" has a meaning of its own`},
		{"a name with a dot", "values: {a.b: uuid}\nrequests: [{name: r, path: /}]", `"a.b" is not a name`},
		{"unique data and probes", "data: {users: {file: users.csv, pick: unique}}\nprobes: [cold-start: {target: a}]\nrequests: [{name: r, path: '/${users.id}'}]", "request r takes unique data, and probes send it again: use another pick"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := first(t, row.lines, files)
			for want := range strings.SplitSeq(row.want, "|") {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}
