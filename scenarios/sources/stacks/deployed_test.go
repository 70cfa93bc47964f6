package stacks

import (
	"strings"
	"testing"

	"tollgate/scenarios/sources"
)

func TestADeployedFrontDoorHasItsAddress(t *testing.T) {
	const rest = `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}}, "Live": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": {"Ref": "Stage"}}}}}`
	const http = `{"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api"}, "Live": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default"}}}}`
	const address = `{"Resources": {"Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "x"}}}}`
	const two = `{"Resources": {"Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "x"}}, "Other": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "x", "Qualifier": "live"}}}}`
	const socket = `{"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}, "Live": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "prod"}}, "Hello": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "hello"}}}}`
	const model = `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi"}, "Add": {"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "POST", "RequestModels": {"application/json": "Work"}}}}}`
	const alias = `{"Resources": {"Fn": {"Type": "AWS::Lambda::Function"}, "Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": {"Ref": "Fn"}, "Qualifier": "live"}}}}`
	ids := map[string]string{"Api": "abc123"}
	for _, row := range []struct {
		name  string
		stack Deployed
		given string // by --url
		want  []string
		wrong string
	}{
		{"of its id and stage", Deployed{Template: rest, Physical: ids, Parameters: map[string]string{"Stage": "live"}}, "", []string{`url: "https://abc123.execute-api.eu-west-1.amazonaws.com/live"`, "api: shop"}, ""},
		{"of its id, without a stage in the path", Deployed{Template: http, Physical: ids}, "", []string{`url: "https://abc123.execute-api.eu-west-1.amazonaws.com"`}, ""},
		{"of an output with its id", Deployed{Template: http, Physical: ids, Outputs: map[string]string{"A": "https://example.com", "B": "https://abc123.execute-api.eu-west-1.amazonaws.com/v2"}}, "", []string{"amazonaws.com/v2"}, ""},
		{"of an output that is named after it", Deployed{Template: http, Physical: ids, Outputs: map[string]string{"ApiUrl": "https://api.example.com/v1"}}, "", []string{"https://api.example.com/v1", "region: eu-west-1", "api: abc123"}, ""},
		{"of an output of its kind", Deployed{Template: address, Outputs: map[string]string{"Doc": "https://docs.example.com", "F": "https://xyz.lambda-url.eu-west-1.on.aws/"}}, "", []string{"https://xyz.lambda-url.eu-west-1.on.aws"}, ""},
		{"of one of two of its kind, by its name", Deployed{Template: two, Outputs: map[string]string{"A": "https://abc.lambda-url.eu-west-1.on.aws/", "UrlB": "https://xyz.lambda-url.eu-west-1.on.aws/"}}, "", []string{"https://xyz.lambda-url.eu-west-1.on.aws"}, ""},
		{"of one of two of its kind, which nothing shows", Deployed{Template: two, Outputs: map[string]string{"A": "https://abc.lambda-url.eu-west-1.on.aws/"}}, "", nil, "neither its outputs nor its resources show the address of Url (Function URL): give --url"},
		{"of an output of its messages", Deployed{Template: socket, Physical: ids, Outputs: map[string]string{"ApiAddress": "ws://127.0.0.1:4080/prod"}}, "", []string{"ws://127.0.0.1:4080/prod", "api: abc123"}, ""},
		{"of an alias, which the function's name has", Deployed{Template: alias, Physical: map[string]string{"Fn": "shop"}, Outputs: map[string]string{"UrlAddress": "https://abc.lambda-url.eu-west-1.on.aws/"}}, "", []string{`name: "shop:live"`}, ""},
		{"with a model of a body that is not in the template", Deployed{Template: model, Physical: ids}, "https://abc123.execute-api.eu-west-1.amazonaws.com/live", []string{"Bodies of these have models of which none could be made: POST /."}, ""},
		{"of an id that would be another host", Deployed{Template: http, Physical: map[string]string{"Api": "example.com/x"}}, "", nil, "neither its outputs nor its resources show the address of Api (HTTP API): give --url"},
		{"that is given", Deployed{Template: address}, "https://abc.lambda-url.eu-west-1.on.aws/", []string{"https://abc.lambda-url"}, ""},
		{"that nothing shows", Deployed{Template: address}, "", nil, "neither its outputs nor its resources show the address of Url (Function URL): give --url"},
		{"of no template", Deployed{Template: "a: 1"}, "", nil, "stack dev:1:1: this is no template"},
	} {
		row.stack.What, row.stack.Region = "stack dev", "eu-west-1"
		r := sources.Request{Address: row.given}
		c, err := row.stack.Collection("", &r)
		var made *sources.Made
		if err == nil {
			made, err = c.Scenario(r, func(string) (string, bool) { return "", false })
		}
		if row.wrong != "" || err != nil {
			if err == nil || row.wrong == "" || !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%s: %v", row.name, err)
			}
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(string(made.Text), want) {
				t.Errorf("%s: no %q in\n%s", row.name, want, made.Text)
			}
		}
	}
}
