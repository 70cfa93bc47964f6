package stacks

import (
	"strings"
	"testing"

	"tollgate/scenarios/sources"
)

// written is the scenario of a template with one REST API and what a row adds.
func written(t *testing.T, text string) string {
	t.Helper()
	c, err := Template("t.yaml", []byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Scenario(sources.Request{}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(m.Text), "\n# ", " ")
}

func TestWhatParametersDecide(t *testing.T) {
	const head = `Parameters:
  Stage: {Type: String, Default: prod}
  Open: {Type: String}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Test: !Not [!Condition Prod]
  Both: !And [!Condition Prod, !Condition Test]
  Either: !Or [!Condition Test, !Condition Prod]
  Unclear: !Equals [!Ref Open, x]
  Half: !Or [!Condition Unclear, !Condition Prod]
  Round: !Condition Round
Mappings:
  Sizes: {prod: {memory: 1024, kinds: [arm64]}, test: {memory: 128}}
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}
  Call: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: !GetAtt F.Arn}}
  R: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub "integrations/${Call}"}}
`
	for _, row := range []struct{ fact, text, want, lacks string }{
		{"a condition that holds", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Prod, 2048, 256]}}\n", "memory: 2048MB", "is not known"},
		{"one that does not", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Test, 2048, 256]}}\n", "memory: 256MB", "is not known"},
		{"And", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Both, 2048, 256]}}\n", "memory: 256MB", "is not known"},
		{"Or", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Either, 2048, 256]}}\n", "memory: 2048MB", "is not known"},
		{"Or, of which one side decides", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Half, 2048, 256]}}\n", "memory: 2048MB", "is not known"},
		{"one that a parameter without a default decides", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Unclear, 2048, 256]}}\n", "is not known: condition Unclear, F MemorySize", "MB"},
		{"one that refers to itself", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Round, 2048, 256]}}\n", "is not known: condition Round", "MB"},
		{"a branch that is no value", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Test, 2048, !Ref AWS::NoValue]}}\n", "memory: 128MB", "is not known"},
		{"a whole property by a condition", "  F: {Type: AWS::Lambda::Function, Properties: {Architectures: !If [Prod, [arm64], [x86_64]]}}\n", "architecture: arm64", "is not known"},
		{"conditions within one another", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !If [Prod, !If [Test, 1, 512], 256]}}\n", "memory: 512MB", "is not known"},
		{"a mapping", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !FindInMap [Sizes, !Ref Stage, memory]}}\n", "memory: 1024MB", "is not known"},
		{"a mapping with a list", "  F: {Type: AWS::Lambda::Function, Properties: {Architectures: !FindInMap [Sizes, prod, kinds]}}\n", "architecture: arm64", "is not known"},
		{"a mapping without the key", "  F: {Type: AWS::Lambda::Function, Properties: {MemorySize: !FindInMap [Sizes, !Ref Open, memory]}}\n", "is not known: F MemorySize", "MB"},
		{"Fn::Sub with variables of its own", "  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub [\"shop-${Name}-${Stage}\", {Name: !Ref Stage}]}}\n", "name: shop-prod-prod", "is not known"},
		{"Fn::Select", "  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Select [1, [a, b]]}}\n", "name: b", "is not known"},
		{"Fn::Select of Fn::Split", "  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Select [1, !Split [\"-\", a-shop]]}}\n", "name: shop", "is not known"},
		{"a resource that is not there", "  F: {Type: AWS::Lambda::Function}\n  R2: {Type: AWS::ApiGatewayV2::Route, Condition: Test, Properties: {ApiId: !Ref Api, RouteKey: GET /b}}\n", "R2 (its condition Test does not hold)", "/b"},
		{"a resource that may be there", "  F: {Type: AWS::Lambda::Function}\n  R2: {Type: AWS::ApiGatewayV2::Route, Condition: Unclear, Properties: {ApiId: !Ref Api, RouteKey: GET /b}}\n", "is not known: condition Unclear", "its condition"},
		{"a stack within", "  F: {Type: AWS::Lambda::Function}\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x}}\n", "Not read: the stack S within this one", "is not known"},
		{"a loop", "  F: {Type: AWS::Lambda::Function}\n  Fn::ForEach::All: [Name, [a], {}]\n", "Not read: resources of the loop or transform Fn::ForEach::All", "is not known"},
		{"concurrency of an alias", "  F: {Type: AWS::Lambda::Function, Properties: {ReservedConcurrentExecutions: 20}}\n  L: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, ProvisionedConcurrencyConfig: !If [Prod, {ProvisionedConcurrentExecutions: 5}, !Ref AWS::NoValue]}}\n", "provisioned concurrency 5, reserved concurrency 20", "is not known"},
		{"another function behind a route", "  F: {Type: AWS::Lambda::Function}\n  G: {Type: AWS::Lambda::Function, Properties: {FunctionName: users, MemorySize: 256}}\n  C2: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: !GetAtt G.Arn}}\n  R2: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Sub \"integrations/${C2}\"}}\n", "functions: {\"$default\": {name: users, memory: 256MB}}", "is not known"},
		{"limits of routes", "  F: {Type: AWS::Lambda::Function}\n  S: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: v1, RouteSettings: {\"GET /a\": {ThrottlingRateLimit: 5, ThrottlingBurstLimit: 9}}}}\n", "Limits of single methods: GET /a (5/s, burst 9).", "is not known"},
	} {
		if got := written(t, head+row.text); !strings.Contains(got, row.want) || strings.Contains(got, row.lacks) {
			t.Errorf("%s: no %q, or %q, in\n%s", row.fact, row.want, row.lacks, got)
		}
	}
}

func TestWhatRulesOfALoadBalancerAskFor(t *testing.T) {
	const balancer = `Resources:
  Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: shop, Scheme: internal, LoadBalancerAttributes: [{Key: idle_timeout.timeout_seconds, Value: "120"}]}}
  L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Lb, DefaultActions: [{Type: redirect}]}}
  G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: !GetAtt F.Arn}]}}
  F: {Type: AWS::Lambda::Function}
  Acl: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Ref Lb, WebACLArn: x}}
`
	rule := func(id, conditions, action string) string {
		return "  " + id + ": {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref L, Conditions: [" + conditions + "], Actions: [" + action + "]}}\n"
	}
	const forward = "{Type: forward, TargetGroupArn: !Ref G}"
	got := written(t, balancer+
		rule("R1", `{Field: path-pattern, PathPatternConfig: {Values: ["/v?/items/*"]}}, {Field: http-request-method, HttpRequestMethodConfig: {Values: [DELETE]}}`, forward)+
		rule("R2", `{Field: host-header, Values: ["*.a.example.com"]}`, forward)+
		rule("R3", `{Field: host-header, Values: [b.example.com]}, {Field: path-pattern, Values: [/b]}`, forward)+
		rule("R4", `{Field: host-header, Values: ["*.a.example.com"]}, {Field: path-pattern, Values: [/c]}`, forward)+
		rule("R5", `{Field: path-pattern, Values: [/gone]}`, "{Type: fixed-response}"))
	for _, want := range []string{"path: /vx/items/proxy", "method: DELETE", "host: www.a.example.com", "rules: 6", "zones: 0", "Rules for other hosts are left out: b.example.com.", "It ends an idle connection after 120 s.", "requires: [waf]", "path: /c"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, not := range []string{"path: /gone", "path: /b\n"} {
		if strings.Contains(got, not) {
			t.Errorf("%q in\n%s", not, got)
		}
	}
}

func TestMessagesOfAWebSocketAPI(t *testing.T) {
	api := func(selection string) string {
		return `Resources:
  Chat: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET, Name: chat, RouteSelectionExpression: "` + selection + `"}}
  C: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Chat, RouteKey: $connect, ApiKeyRequired: true}}
  D: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Chat, RouteKey: $default, RouteResponseSelectionExpression: $default}}
  S: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Chat, RouteKey: "say${env:HOSTILE}", Target: !Sub "integrations/${I}"}}
  I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Chat, IntegrationUri: !Sub "x/${F.Arn}/invocations", TimeoutInMillis: 3000}}
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: chat}}
`
	}
	for _, row := range []struct{ selection, want, lacks string }{
		{"$request.body.action", `send: {action: "say$${env:HOSTILE}", id: "${uuid}"}, reply: none`, "route_selection"},
		{"$request.body.do.what", `send: {do: {what: "say$${env:HOSTILE}"}, id: "${uuid}"}`, "- limits"},
		{"$request.body.id", `send: {id: "say$${env:HOSTILE}"}`, "requests: 1"},
		{"${request.body.a}-${request.body.b}", `name: default, send: {id: "${uuid}"}, reply: in order`, "HOSTILE"},
	} {
		got := written(t, api(row.selection))
		for _, want := range []string{row.want, `auth: {api_key: "${env:API_KEY}"}`, "function: {name: chat, memory: 128MB}", "url: lab"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", row.selection, want, got)
			}
		}
		if strings.Contains(got, row.lacks) {
			t.Errorf("%s: %q in\n%s", row.selection, row.lacks, got)
		}
	}
}
