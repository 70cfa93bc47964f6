package formats

import (
	"strings"
	"testing"

	"tollgate/scenarios/sources"
)

const shopAPI = `openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "https://{stage}.shop.test/v1", variables: {stage: {default: api}}}]
security: [{key: []}]
paths:
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 7}}]
    get:
      operationId: getItem
      parameters:
        - {name: expand, in: query, required: true, schema: {type: array, items: {type: string, enum: [price, stock]}}}
        - {name: page, in: query, schema: {type: integer}}
        - {name: X-Tenant, in: header, required: true, example: acme}
      responses: {"200": {description: ok}, "404": {description: none}}
    delete:
      deprecated: true
      responses: {"204": {description: gone}}
  /items:
    post:
      security: []
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/Item"}}
      responses: {"201": {description: made}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: AWS_SECRET_ACCESS_KEY}
  schemas:
    Item:
      type: object
      required: [name, id, price, parent]
      properties:
        id: {type: string, format: uuid}
        name: {type: string, example: "a ${env:HOSTILE} pen"}
        made: {type: string, readOnly: true}
        price: {type: number, exclusiveMinimum: true, minimum: 2}
        parent: {$ref: "#/components/schemas/Item"}
        tags: {type: array, items: {type: string}}
`

// described is a description with one operation.
func described(operation string) string {
	return "openapi: 3.1.0\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://a.test'}]\npaths:\n  /a:\n" + operation
}

func TestAnAPIDescriptionBecomesAScenario(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := '1'; i <= '9'; i++ {
		bomb += "a" + string(i) + ": &a" + string(i) + " [" + strings.TrimSuffix(strings.Repeat("*a"+string(i-1)+", ", 9), ", ") + "]\n"
	}
	check(t, "openapi", []row{
		{name: "operations", text: shopAPI, has: []string{
			`url: "https://api.shop.test/v1"`, "name: getitem", `path: "/items/7?expand=price"`, "X-Tenant: acme", "status: [200]",
			"- name: post-items", "$${env:HOSTILE}", `id: "${uuid}"`, "price: 3", "parameters of paths are made up, since the description has no examples: id", "Deprecated operations are left out: 1",
			`AWS_SECRET_ACCESS_KEY: "${env:API_KEY}"`, "API_KEY (the API key key)",
		}, lacks: []string{"page=", "made:"}},
		{name: "another server", text: shopAPI, request: sources.Request{Address: "http://127.0.0.1:8000/v2"}, has: []string{`url: "http://127.0.0.1:8000/v2"`, "/items/7"}},
		{name: "at the lab", text: shopAPI, request: sources.Request{Address: "lab", Kind: "rest-api"}, has: []string{"url: lab"}},
		{name: "JSON", text: `{"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "servers": [{"url": "https://a.test"}], "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}}}`, has: []string{"path: /a"}},
		{name: "Swagger 2", text: "swagger: '2.0'\ninfo: {title: t, version: '1'}\nhost: a.test\nbasePath: /v1\nschemes: [https]\npaths:\n  /a:\n    post:\n      consumes: [application/json]\n      parameters: [{name: b, in: body, schema: {type: object, properties: {n: {type: integer, example: 5}}}}]\n      responses: {'200': {description: ok}}\n", has: []string{"https://a.test/v1", "json: {n: 5}"}},
		{name: "other bodies", text: described("    post: {requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string, example: b c}}}}}}}\n    put: {requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {a: {type: string}}}}}}}\n    patch: {requestBody: {required: true, content: {image/png: {}}}}\n"), has: []string{"body: a=b%20c", "multipart/form-data; boundary=", "of type image/png, of which none can be made up"}},
		{name: "types of 3.1", text: described("    post: {requestBody: {content: {application/json: {schema: {type: [object, 'null'], properties: {a: {const: 1}, b: {type: string, examples: [x]}}}}}}}\n"), has: []string{"json: {a: 1, b: x}"}},
		{name: "other credentials", text: described("    get: {security: [{o: []}], responses: {}}\n    head: {security: [{b: []}], responses: {}}\ncomponents: {securitySchemes: {o: {type: oauth2, flows: {}}, b: {type: http, scheme: basic}}}\n"), has: []string{`auth: {bearer: "${env:BEARER_TOKEN}"}`, `Authorization: "${env:AUTHORIZATION}"`}},
		{name: "two credentials", text: described("    get: {security: [{a: [], b: [], k: [], l: []}], responses: {}}\ncomponents: {securitySchemes: {a: {type: http, scheme: bearer}, b: {type: http, scheme: basic}, k: {type: apiKey, in: query, name: k}, l: {type: apiKey, in: header, name: X-L}}}\n"), has: []string{"needs two credentials", "bearer: ", `"/a?k=${env:API_KEY}"`, `X-L: "${env:API_KEY_2}"`}, lacks: []string{"env:AUTHORIZATION"}},
		{name: "signatures of AWS", text: strings.Replace(described("    get: {security: [{s: []}], responses: {}}\ncomponents: {securitySchemes: {s: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv4}}}\n"), "https://a.test", "https://abc.execute-api.eu-west-1.amazonaws.com/prod", 1), request: sources.Request{Kind: "rest-api"}, has: []string{"auth: {iam: true}", "kind: rest-api"}},
		{name: "no server", text: strings.Replace(shopAPI, "https://{stage}.shop.test", "", 1), wrong: "file: no server in the description that can be reached: give --url https://HOST/PATH"},
		{name: "no operation", text: "openapi: 3.0.0\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://a.test'}]\npaths: {}\n", wrong: "has no request that could be sent"},
		{name: "another file", text: "name: x\n", wrong: "file:1: this is no API description"},
		{name: "no YAML", text: "openapi: 3.0.0\n\tx", wrong: "file:2: "},
		{name: "a reference over the network", text: described("    get: {parameters: [{$ref: 'http://169.254.169.254/x#/a'}], responses: {}}\n"), wrong: "is not read"},
		{name: "a reference to another folder", text: described("    get: {parameters: [{$ref: '../../etc/passwd#/a'}], responses: {}}\n"), wrong: "is not there"},
		{name: "a reference to nothing", text: described("    get: {parameters: [{$ref: '#/components/parameters/none'}], responses: {}}\n"), wrong: "cannot be read"},
		{name: "a billion laughs", text: "openapi: 3.0.0\n" + bomb, wrong: "file"},
	})
}

// What a schema calls a password is none that a file should have, though it is an example.
func TestPasswordsOfExamplesAreWrittenToNoFile(t *testing.T) {
	check(t, "openapi", []row{
		{
			name: "of the body", text: `{"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "servers": [{"url": "http://a.test"}], "paths": {"/a": {"post": {"responses": {"200": {"description": "a"}},
			"requestBody": {"content": {"application/json": {"example": {"user": "ada", "e": "hunter2", "all": [{"e": "hunter2"}]}, "schema": {"$ref": "#/components/schemas/S"}}}}}}},
			"components": {"schemas": {"S": {"type": "object", "properties": {"user": {"type": "string"}, "e": {"type": "string", "format": "password"}, "all": {"type": "array", "items": {"$ref": "#/components/schemas/S"}}}}}}}`,
			has: []string{"user: ada", `e: "${env:E}"`, "set E (the field e)"},
		},
		{
			name: "made up", text: `{"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "servers": [{"url": "http://a.test"}], "paths": {"/a": {"post": {"responses": {"200": {"description": "a"}},
			"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"e": {"type": "string", "format": "password"}}}}}}}}}}`,
			has: []string{"json: {e: text}"}, lacks: []string{"set E"},
		},
	})
}

func FuzzOpenAPI(f *testing.F) {
	fuzz(f, "openapi", shopAPI, described("    get: {responses: {}}\n"), "swagger: '2.0'\nhost: a.test\npaths: {/a: {get: {responses: {}}}}\n")
}
