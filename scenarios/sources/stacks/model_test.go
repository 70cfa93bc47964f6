package stacks

import (
	"fmt"
	"strings"
	"testing"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
	"tollgate/targets/jsonschema"
)

func TestABodyIsMadeOfItsModel(t *testing.T) {
	const ofModel = `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi"},
		"Item": {"Type": "AWS::ApiGateway::Model", "Properties": {"RestApiId": {"Ref": "Api"}, "Name": "ItemModel", "Schema": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string", "minLength": 6}}}}},
		"Order": {"Type": "AWS::ApiGateway::Model", "Properties": {"RestApiId": {"Ref": "Api"}, "Name": "Order", "Schema": %s}},
		"Add": {"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "POST", "RequestModels": {"application/json": {"Ref": "Order"}}}}}}`
	const none = "Bodies of these have models of which none could be made: POST /."
	for _, row := range []struct{ name, schema, want string }{
		{"what is required is made up, and the rest left out", `{"type": "object", "required": ["n", "at", "who", "ok"], "properties": {"n": {"type": "integer", "minimum": 3}, "at": {"type": "string", "format": "date"}, "who": {"type": "string"}, "ok": {"type": "boolean"}, "note": {"type": "string"}}}`, `{n: 3, at: 2026-01-15, who: text, ok: true}`},
		{"values of the schema are taken", `{"type": "object", "properties": {"size": {"enum": ["S", "M"]}, "color": {"type": "string", "default": "red"}}}`, "{size: S, color: red}"},
		{"nothing required is an empty object", `{"type": "object", "properties": {"note": {"type": "string"}}}`, "{}"},
		{"a schema in a text", `"{\"type\": \"object\", \"required\": [\"a\"], \"properties\": {\"a\": {\"type\": [\"null\", \"number\"], \"exclusiveMinimum\": true, \"minimum\": 4}}}"`, "{a: 5}"},
		{"identifiers are new in each request", `{"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}}`, `{id: "${uuid}"}`},
		{"a text is no reference", `{"type": "object", "properties": {"a": {"default": "${env:HOME} ${uuid}"}}}`, `$${env:HOME} $${uuid}`},
		{"a part of its own", `{"definitions": {"a": {"type": "array", "minItems": 2, "items": {"type": "integer"}}}, "type": "object", "required": ["all"], "properties": {"all": {"$ref": "#/definitions/a"}}}`, "{all: [1, 1]}"},
		{"another model by its address", `{"type": "object", "required": ["item"], "properties": {"item": {"$ref": {"Fn::Join": ["", ["https://apigateway.amazonaws.com/restapis/", {"Ref": "Api"}, "/models/ItemModel"]]}}}}`, "{item: {sku: textxx}}"},
		{"parts that are joined", `{"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}, {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer", "maximum": -2}}}]}`, "{a: 1, b: -2}"},
		{"a pattern that what is made up does not match", `{"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "pattern": "^[0-9]+$"}}}`, none},
		{"a property that is not described", `{"type": "object", "required": ["a"]}`, none},
		{"a schema that refers to itself for ever", `{"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}`, none},
		{"a reference to a file", `{"type": "object", "required": ["a"], "properties": {"a": {"$ref": "file:///etc/passwd"}}}`, none},
		{"bounds that are no numbers", `{"type": "object", "required": ["a"], "properties": {"a": {"type": "number", "minimum": 1e999}}}`, none},
		{"a wrong schema", `{"type": 7}`, none},
		{"a text that is no schema", `"{"`, none},
	} {
		c, err := Template("t.json", fmt.Appendf(nil, ofModel, row.schema), "")
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if text := scenarioOf(t, c, "https://abc123.execute-api.eu-west-1.amazonaws.com/live"); !strings.Contains(text, row.want) {
			t.Errorf("%s: no %q in\n%s", row.name, row.want, text)
		}
	}
}

func TestAMessageIsMadeOfItsModel(t *testing.T) {
	const template = `{"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}},
		"Say": {"Type": "AWS::ApiGatewayV2::Model", "Properties": {"ApiId": {"Ref": "Api"}, "Name": "Say", "Schema": {"type": "object", "required": ["action", "text"], "additionalProperties": false, "properties": {"action": {"type": "string"}, "text": {"type": "string"}}}}},
		"Hello": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "hello", "RequestModels": {"hello": "Say"}}}}}`
	c, err := Template("t.json", []byte(template), "")
	if err != nil {
		t.Fatal(err)
	}
	if text := scenarioOf(t, c, "wss://abc123.execute-api.eu-west-1.amazonaws.com/live"); !strings.Contains(text, "{action: hello, text: text}") {
		t.Error(text)
	}
}

func TestADescriptionWithinATemplateHasBodies(t *testing.T) {
	for _, body := range []string{
		`{"openapi": "3.0.1", "paths": {"/": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}, "components": {"schemas": {"A": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "example": "shoe"}}}}}}`,
		`{"swagger": "2.0", "paths": {"/": {"post": {"parameters": [{"in": "body", "name": "A", "schema": {"$ref": "#/definitions/A"}}]}}}, "definitions": {"A": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "example": "shoe"}}}}}`,
	} {
		c, err := Template("t.json", fmt.Appendf(nil, `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": %s}}}}`, body), "")
		if err != nil {
			t.Fatal(err)
		}
		if text := scenarioOf(t, c, "https://abc123.execute-api.eu-west-1.amazonaws.com/live"); !strings.Contains(text, "{a: shoe}") {
			t.Error(text)
		}
	}
}

func TestATerraformPlanHasModels(t *testing.T) {
	const plan = `{"planned_values": {"root_module": {"resources": [
		{"address": "aws_api_gateway_rest_api.api", "type": "aws_api_gateway_rest_api", "name": "api", "values": {"name": "shop"}},
		{"address": "aws_api_gateway_model.work", "type": "aws_api_gateway_model", "name": "work", "values": {"name": "Work", "schema": "{\"type\": \"object\", \"required\": [\"a\"], \"properties\": {\"a\": {\"type\": \"integer\"}}}"}},
		{"address": "aws_api_gateway_method.add", "type": "aws_api_gateway_method", "name": "add", "values": {"http_method": "POST", "authorization": "NONE", "request_models": {"application/json": "Work"}}}]}},
		"configuration": {"root_module": {"resources": [
		{"address": "aws_api_gateway_model.work", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.api.id", "aws_api_gateway_rest_api.api"]}}},
		{"address": "aws_api_gateway_method.add", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.api.id", "aws_api_gateway_rest_api.api"]}, "resource_id": {"references": ["aws_api_gateway_rest_api.api.root_resource_id", "aws_api_gateway_rest_api.api"]}%s}}]}}}`
	for _, models := range []string{"", `, "request_models": {"references": ["aws_api_gateway_model.work.name", "aws_api_gateway_model.work"]}`} {
		c, err := Plan("p.json", fmt.Appendf(nil, plan, models), "")
		if err != nil {
			t.Fatal(err)
		}
		if text := scenarioOf(t, c, "https://abc123.execute-api.eu-west-1.amazonaws.com/live"); !strings.Contains(text, "{a: 1}") {
			t.Error(text)
		}
	}
}

// scenarioOf is the text of a collection's scenario.
func scenarioOf(t *testing.T, c sources.Collection, address string) string {
	t.Helper()
	made, err := c.Scenario(sources.Request{Address: address}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return string(made.Text)
}

func FuzzModel(f *testing.F) {
	for _, schema := range []string{`{"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}`, `{"allOf": [{"minimum": 1e999, "type": "number"}]}`, `{"enum": ["${env:HOME}"]}`} {
		f.Add(schema)
	}
	f.Fuzz(func(t *testing.T, schema string) {
		n := schemaOf(document.Text(schema))
		if value := (&template{}).example(&door{}, n, n); value != nil {
			if _, err := jsonschema.Decode(literally(value).JSON()); err != nil {
				t.Errorf("%q makes a body that is no JSON: %v", schema, err)
			}
		}
	})
}
