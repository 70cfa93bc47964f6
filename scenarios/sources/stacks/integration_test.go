package stacks

import (
	"fmt"
	"strings"
	"testing"
)

// What is behind a route is named, however its address is put together: CDK joins it from the
// partition, the region and the names of resources.
func TestWhatIsBehindARouteIsNamed(t *testing.T) {
	const head = `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  R: {Type: AWS::ApiGateway::Resource, Properties: {ParentId: !GetAtt Api.RootResourceId, PathPart: a, RestApiId: !Ref Api}}
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: shop}}
  Q: {Type: AWS::SQS::Queue}
  Own: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, Integration: {Type: AWS_PROXY, Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}
`
	const start = `"Fn::Join": ["", ["arn:", {Ref: "AWS::Partition"}, ":apigateway:", {Ref: "AWS::Region"}, `
	for _, row := range []struct{ fact, kind, uri, want, lacks string }{
		{"a function of the stack, as CDK writes it", "AWS_PROXY", start + `":lambda:path/2015-03-31/functions/", {"Fn::GetAtt": [F, Arn]}, "/invocations"]]`, "name: shop", "GET /a ("},
		{"a service's action, as CDK writes it", "AWS", start + `":dynamodb:action/PutItem"]]`, "GET /a (dynamodb PutItem)", "is not known"},
		{"a service's path, with the name of a queue", "AWS", start + `":sqs:path/123456789012/", {"Fn::GetAtt": [Q, QueueName]}]]`, "GET /a (sqs)", "is not known"},
		{"an action by Fn::Sub", "AWS", `"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"`, "GET /a (states StartExecution)", "is not known"},
		{"a function by its ARN", "AWS_PROXY", start + `":lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders/invocations"]]`, "GET /a (the function orders, by its ARN)", "is not known"},
		{"a function that another stack exports", "AWS_PROXY", start + `":lambda:path/2015-03-31/functions/", {"Fn::ImportValue": orders}, "/invocations"]]`, "GET /a (a function whose ARN the file does not say)", "is not known"},
	} {
		method := fmt.Sprintf("  M: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref R, HttpMethod: GET, Integration: {Type: %s, Uri: {%s}}}}\n", row.kind, row.uri)
		if got := written(t, head+method); !strings.Contains(got, row.want) || strings.Contains(got, row.lacks) {
			t.Errorf("%s: no %q, or %q, in\n%s", row.fact, row.want, row.lacks, got)
		}
	}
}
