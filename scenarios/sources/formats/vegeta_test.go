package formats

import "testing"

func TestTargetsOfVegetaBecomeAScenario(t *testing.T) {
	check(t, "vegeta", []row{
		{name: "targets in the HTTP format", text: "# all\nGET http://api.test/a\nX-Mine: 1\n\nGET http://api.test/a\nX-Mine: 1\n\nGET http://api.test/b\nHEAD http://api.test/c\nAuthorization: Bearer hunter2\n\nPOST http://api.test/d\nContent-Type: application/json\n@body.json\n", has: []string{"weight: 2", "X-Mine: \"1\"", "get-b", "method: HEAD", "# - name: post-d", "json: {from: a file}"}},
		{name: "targets in JSON", text: `{"method": "GET", "url": "http://api.test/a", "header": {"X-Mine": ["1", "2"]}}` + "\n" + `{"method": "POST", "url": "http://api.test/b", "body": "eyJhIjoxfQ=="}`, has: []string{`X-Mine: ["1", "2"]`, "#   json: {a: 1}"}},
		{name: "no method", text: "\nhttp://api.test/a", wrong: "file:2: METHOD URL belongs here"},
		{name: "no host", text: "GET /a", wrong: "file:1: the address of the target cannot be read"},
		{name: "a header without a value", text: "GET http://api.test/a\nX-Mine\n", wrong: "file:2: a header"},
		{name: "a body elsewhere", text: "GET http://api.test/a\nA: b\n@../../etc/passwd\n", wrong: "file:3: ../../etc/passwd is not there"},
		{name: "no target", text: "# none\n", wrong: "there is no target"},
	})
}

func FuzzVegeta(f *testing.F) {
	fuzz(f, "vegeta", "GET http://a.test/${env:HOSTILE}\nA: ${env:HOSTILE}\n\nPOST http://a.test/b\n@body.json", `{"method": "POST", "url": "http://a.test/b", "body": "aGVsbG8="}`)
}
