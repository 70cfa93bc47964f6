package stacks

import (
	"strings"
	"testing"
)

// What CloudFormation has of a stack of SAM is what SAM wrote out: routes, keys and authorizers
// stand in a description of the API. Both must say the same.
func TestSAMAndWhatItWritesOutSayTheSame(t *testing.T) {
	const invoking = `x-amazon-apigateway-integration: {type: aws_proxy, uri: !Sub "x/${F.Arn}/invocations"}`
	for _, row := range []struct{ fact, sam, written string }{
		{
			"an API key", `  Api: {Type: AWS::Serverless::Api, Properties: {StageName: Prod, Auth: {ApiKeyRequired: true}}}
  F: {Type: AWS::Serverless::Function, Properties: {Events: {E: {Type: Api, Properties: {Path: /a, Method: any, RestApiId: !Ref Api}}}}}
`, `  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {securityDefinitions: {api_key: {type: apiKey, name: x-api-key}}, paths: {/a: {x-amazon-apigateway-any-method: {security: [{api_key: []}], ` + invoking + `}}}}}}
  D: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api, StageName: Stage}}
  S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: Prod}}
  F: {Type: AWS::Lambda::Function}
`,
		},
		{
			"an authorizer by default, and a route without", `  Api: {Type: AWS::Serverless::HttpApi, Properties: {Auth: {DefaultAuthorizer: Users, Authorizers: {Users: {JwtConfiguration: {issuer: x}}}}}}
  F: {Type: AWS::Serverless::Function, Properties: {Events: {A: {Type: HttpApi, Properties: {Path: /a, Method: get, ApiId: !Ref Api}}, B: {Type: HttpApi, Properties: {Path: $default, Method: any, ApiId: !Ref Api, Auth: {Authorizer: NONE}}}}}}
`, `  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Body: {components: {securitySchemes: {Users: {type: oauth2, x-amazon-apigateway-authorizer: {jwtConfiguration: {issuer: x}}}}}, paths: {/a: {get: {security: [{Users: []}], ` + invoking + `}}, /$default: {x-amazon-apigateway-any-method: {` + invoking + `}}}}}}
  S: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default}}
  F: {Type: AWS::Lambda::Function}
`,
		},
		{
			"signatures and a function as authorizer", `  Api: {Type: AWS::Serverless::Api, Properties: {StageName: Prod, Auth: {Authorizers: {Own: {FunctionArn: x}}}}}
  F: {Type: AWS::Serverless::Function, Properties: {Events: {A: {Type: Api, Properties: {Path: /a, Method: get, RestApiId: !Ref Api, Auth: {Authorizer: AWS_IAM}}}, B: {Type: Api, Properties: {Path: /b, Method: get, RestApiId: !Ref Api, Auth: {Authorizer: Own}}}}}}
`, `  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {securityDefinitions: {AWS_IAM: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4}, Own: {x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {type: token}}}, paths: {/a: {get: {security: [{AWS_IAM: []}], ` + invoking + `}, options: {x-amazon-apigateway-integration: {type: mock}}}, /b: {get: {security: [{Own: []}], ` + invoking + `}}}}}}
  S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: Prod}}
  F: {Type: AWS::Lambda::Function}
`,
		},
		{
			"a WebSocket API", `  Api: {Type: AWS::Serverless::WebSocketApi, Properties: {RouteSelectionExpression: $request.body.do, Routes: {$connect: {FunctionArn: !GetAtt F.Arn, ApiKeyRequired: true}, say: {FunctionArn: !GetAtt F.Arn, RouteResponseSelectionExpression: $default}}}}
  F: {Type: AWS::Serverless::Function}
`, `  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.do}}
  S: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: default}}
  C: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $connect, ApiKeyRequired: true, Target: !Sub "integrations/${I}"}}
  R: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: say, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/${I}"}}
  I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: !GetAtt F.Arn}}
  F: {Type: AWS::Lambda::Function}
`,
		},
	} {
		sam, out := written(t, "Resources:\n"+row.sam), written(t, "Resources:\n"+row.written)
		if sam != out {
			t.Errorf("%s: of SAM\n%s\nwritten out\n%s", row.fact, sam, out)
		}
	}
}

func TestWhatSAMHasElsewhere(t *testing.T) {
	machine := written(t, "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {Events: {E: {Type: Api, Properties: {Path: /start, Method: post}}}}}\n")
	if !strings.Contains(machine, "POST /start (a state machine)") {
		t.Error(machine)
	}
	file := written(t, "Resources:\n  Api: {Type: AWS::Serverless::Api, Properties: {StageName: Prod, DefinitionUri: s3://b/k}}\n")
	if !strings.Contains(file, "Not read: the description of Api, which is a file of its own, with its routes.") {
		t.Error(file)
	}
}
