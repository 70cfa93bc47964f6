package formats

import (
	"testing"

	"tollgate/scenarios/sources"
)

const postmanHead = `{"info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
 "variable": [{"key": "baseUrl", "value": "https://api.test/v1"}, {"key": "id", "value": 7}, {"key": "apiKey", "value": "hunter2", "type": "secret"}],
 "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
 "item": [`

func TestACollectionOfPostmanBecomesAScenario(t *testing.T) {
	check(t, "postman", []row{
		{
			name: "variables and inherited auth", text: postmanHead + `{"name": "Items", "item": [{"name": "One item", "request": {"method": "GET", "url": {"raw": "{{baseUrl}}/items/:id?x={{$guid}}&off=1", "query": [{"key": "off", "disabled": true}], "variable": [{"key": "id", "value": "{{id}}"}]}}}]}]}`,
			has: []string{"https://api.test", `path: "/v1/items/7?x=${uuid}"`, "name: one-item", `auth: {bearer: "${env:POSTMAN_TOKEN}"}`, "POSTMAN_TOKEN"},
		},
		{name: "a request that is an address", text: postmanHead + `{"name": "a", "request": "{{baseUrl}}/a"}]}`, has: []string{"path: /v1/a"}},
		{
			name: "bodies", text: postmanHead + `
			{"name": "raw", "request": {"method": "POST", "url": "{{baseUrl}}/a", "body": {"mode": "raw", "raw": "{\"n\": {{id}}, \"password\": \"hunter2\"}", "options": {"raw": {"language": "json"}}}}},
			{"name": "form", "request": {"method": "POST", "url": "{{baseUrl}}/b", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b c"}, {"key": "k", "value": "{{apiKey}}"}]}}},
			{"name": "parts", "request": {"method": "POST", "url": "{{baseUrl}}/c", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "b", "type": "text"}]}}},
			{"name": "graph", "request": {"method": "POST", "url": "{{baseUrl}}/d", "body": {"mode": "graphql", "graphql": {"query": "{ items }", "variables": "{\"n\": 1}"}}}},
			{"name": "file", "request": {"method": "POST", "url": "{{baseUrl}}/e", "body": {"mode": "file", "file": {"src": "/etc/passwd"}}}}]}`,
			has: []string{`json: {n: 7, password: "${env:PASSWORD}"}`, `body: "a=b+c&k=${env:POSTMAN_API_KEY}"`, "multipart/form-data", `query: "{ items }"`, `"file" (file:9): its body is a file`}, lacks: []string{"/etc/passwd"},
		},
		{
			name: "other auth", text: `{"item": [
			{"name": "basic", "request": {"url": "http://a.test/1", "auth": {"type": "basic", "basic": [{"key": "username", "value": "ada"}, {"key": "password", "value": "hunter2"}]}}},
			{"name": "key", "request": {"url": "http://a.test/2", "auth": {"type": "apikey", "apikey": {"key": "key", "value": "hunter2", "in": "query"}}}},
			{"name": "none", "request": {"url": "http://a.test/3", "auth": {"type": "noauth"}}},
			{"name": "digest", "request": {"url": "http://a.test/4", "auth": {"type": "digest"}}}]}`,
			has: []string{`Authorization: "${env:AUTHORIZATION}"`, "Auth of type digest is not sent"}, lacks: []string{"key=hunter2"},
		},
		{name: "JSON that variables complete", text: postmanHead + `{"name": "a", "request": {"method": "POST", "url": "{{baseUrl}}/a", "body": {"mode": "raw", "raw": "{\"password\":\"hunter2\",\"a\":{{num}}}"}}}]}`, has: []string{`body: "{\"password\":\"${env:PASSWORD}\",\"a\":${env:POSTMAN_NUM}}"`}},
		{name: "a signature of AWS", text: postmanHead + `{"name": "a", "request": {"url": "{{baseUrl}}/a", "auth": {"type": "awsv4"}}}]}`, has: []string{"Requests that are signed for AWS are sent without a signature", ": 1. --kind says"}},
		{
			name: "variables that are secrets, and that are made of themselves", text: `{"variable": [{"key": "tok", "value": "hunter2", "type": "secret"}, {"key": "loop", "value": "{{loop}}"}], "item": [{"name": "a", "request": "http://a.test/{{tok}}/{{loop}}/{{none}}"}]}`,
			has: []string{"has no values for these variables, which are those of the environment: POSTMAN_NONE.", "marks these variables as secrets, and they are those of the environment: POSTMAN_TOK.", "makes these variables of themselves, and they are those of the environment: POSTMAN_LOOP."},
		},
		{name: "a name that is an address", text: `{"item": [{"name": "http://a.test/hooks/AbcHunter2hunter2?pw=1", "request": "http://a.test/hooks/AbcHunter2hunter2?pw=1"}]}`, has: []string{"name: http-a-test-hooks-path-token"}, lacks: []string{"unter2"}},
		{name: "no server", text: `{"item": [{"name": "a", "request": "{{url}}/a"}]}`, wrong: "give --url"},
		{name: "the server said", text: `{"item": [{"name": "a", "request": "{{url}}/a"}, {"name": "b", "request": "http://b.test/b"}]}`, request: sources.Request{Address: "http://a.test/v2"}, has: []string{`url: "http://a.test/v2"`, "path: /a"}, lacks: []string{"/b\n"}},
		{name: "the name of a variable", text: `{"item": [{"name": "a", "request": {"url": "http://a.test/${env:HOSTILE}/{{HOSTILE}}"}}]}`, has: []string{"${env:POSTMAN_HOSTILE}"}},
		{name: "format 1", text: `{"id": "x", "requests": []}`, wrong: "export it as Collection v2.1"},
		{name: "a list in place of a collection", text: "[\n]", wrong: "file:1: a collection of Postman"},
		{name: "another type", text: "{\"item\":\n\n{}}", wrong: "file:3: the list of items belongs here"},
	})
}

func FuzzPostman(f *testing.F) {
	fuzz(f, "postman", postmanHead+`{"name": "a", "request": {"method": "POST", "url": {"host": ["api", "test"], "path": ["a", {"value": "b"}]}, "header": [{"key": "A", "value": "{{HOSTILE}}"}], "body": {"mode": "raw", "raw": "${env:HOSTILE}"}}}]}`)
}
