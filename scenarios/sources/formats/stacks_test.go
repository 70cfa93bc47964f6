package formats

import (
	"strings"
	"testing"

	"tollgate/scenarios"
	"tollgate/scenarios/sources"
)

const samTemplate = `Transform: AWS::Serverless-2016-10-31
Parameters:
  Memory: {Type: Number, Default: 1024}
  Named: {Type: String}
Globals:
  Function: {MemorySize: !Ref Memory, Architectures: [arm64], Timeout: 10}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      Name: !Sub "shop-${Named}"
      StageName: prod
      CacheClusterEnabled: true
      MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", CachingEnabled: true, CacheTtlInSeconds: 60, ThrottlingRateLimit: 500, ThrottlingBurstLimit: 200}]
      Auth:
        ApiKeyRequired: true
        UsagePlan: {CreateUsagePlan: PER_API, Throttle: {RateLimit: 100, BurstLimit: 50}, Quota: {Limit: 100000, Period: MONTH}}
  Items:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: items
      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}
      FunctionUrlConfig: {AuthType: AWS_IAM, InvokeMode: RESPONSE_STREAM}
      Events:
        Get: {Type: Api, Properties: {Path: "/items/{id}", Method: get, RestApiId: !Ref Api}}
        Add: {Type: Api, Properties: {Path: /items, Method: post, RestApiId: !Ref Api}}
        All: {Type: HttpApi}
`

const restTemplate = `{"Resources": {
  "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop", "EndpointConfiguration": {"Types": ["EDGE"]}}},
  "Items": {"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "items"}},
  "Item": {"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Ref": "Items"}, "PathPart": "{id}"}},
  "Get": {"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": "Item"}, "HttpMethod": "GET", "AuthorizationType": "AWS_IAM",
    "Integration": {"TimeoutInMillis": 5000, "Uri": {"Fn::Join": ["", ["arn:aws:apigateway:", {"Ref": "AWS::Region"}, ":lambda:path/2015-03-31/functions/", {"Fn::GetAtt": ["Handler", "Arn"]}, "/invocations"]]}}}},
  "Deployed": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "live"}},
  "Plan": {"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": "live"}], "Throttle": {"RateLimit": 0.5, "BurstLimit": 20}}},
  "Handler": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": {"Ref": "Elsewhere"}}}
}}`

const otherTemplate = `Resources:
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP, Name: shop}}
  Chat: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET}}
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Http, RouteKey: "GET /items", Target: !Sub "integrations/${Call}", AuthorizationType: JWT}}
  Call: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Http, IntegrationUri: !GetAtt Handler.Arn, TimeoutInMillis: 2000}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: shop}}
  Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Balancer, DefaultActions: [{TargetGroupArn: !Ref Group}]}}
  Rule: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Listener, Actions: [{TargetGroupArn: !Ref Group}], Conditions: [{Field: path-pattern, Values: ["/items/*"]}]}}
  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: {Fn::GetAtt: [Handler, Arn]}}]}}
  Handler: {Type: AWS::Lambda::Function, Properties: {FunctionName: shop, MemorySize: 256}}
`

const terraformPlan = `{"format_version": "1.2", "planned_values": {"root_module": {
 "resources": [
  {"address": "aws_lambda_function.items", "type": "aws_lambda_function", "values": {"function_name": "items", "memory_size": 512, "architectures": ["arm64"], "reserved_concurrent_executions": -1, "timeout": 3}}],
 "child_modules": [{"address": "module.api", "resources": [
  {"address": "module.api.aws_api_gateway_rest_api.this", "type": "aws_api_gateway_rest_api", "values": {"name": "shop"}},
  {"address": "module.api.aws_api_gateway_resource.items[0]", "type": "aws_api_gateway_resource", "values": {"path_part": "items"}},
  {"address": "module.api.aws_api_gateway_method.get", "type": "aws_api_gateway_method", "values": {"http_method": "GET", "authorization": "NONE", "api_key_required": true}},
  {"address": "module.api.aws_api_gateway_integration.get", "type": "aws_api_gateway_integration", "values": {"timeout_milliseconds": 4000}},
  {"address": "module.api.aws_api_gateway_stage.live", "type": "aws_api_gateway_stage", "values": {"stage_name": "live", "cache_cluster_enabled": true, "cache_cluster_size": "1.6"}},
  {"address": "module.api.aws_api_gateway_method_settings.all", "type": "aws_api_gateway_method_settings", "values": {"method_path": "*/*", "settings": [{"throttling_rate_limit": -1, "cache_ttl_in_seconds": 30}]}},
  {"address": "module.api.aws_api_gateway_usage_plan.free", "type": "aws_api_gateway_usage_plan", "values": {"api_stages": [{"stage": "live"}], "throttle_settings": [{"rate_limit": 20, "burst_limit": 40}], "quota_settings": []}}
 ]}]}},
 "configuration": {"root_module": {"resources": [{"address": "aws_lambda_function.items", "type": "aws_lambda_function", "expressions": {}}],
  "module_calls": {"api": {"expressions": {"invoke_arn": {"references": ["aws_lambda_function.items.invoke_arn", "aws_lambda_function.items"]}}, "module": {"resources": [
   {"address": "aws_api_gateway_rest_api.this", "expressions": {"name": {"constant_value": "shop"}}},
   {"address": "aws_api_gateway_resource.items", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id", "aws_api_gateway_rest_api.this"]}, "parent_id": {"references": ["aws_api_gateway_rest_api.this.root_resource_id"]}}},
   {"address": "aws_api_gateway_method.get", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}, "resource_id": {"references": ["aws_api_gateway_resource.items[0].id"]}}},
   {"address": "aws_api_gateway_integration.get", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}, "uri": {"references": ["var.invoke_arn"]}}},
   {"address": "aws_api_gateway_stage.live", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}}},
   {"address": "aws_api_gateway_method_settings.all", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}}},
   {"address": "aws_api_gateway_usage_plan.free", "expressions": {"api_stages": [{"api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}}]}}]}}}}}}`

// eachPlan is a plan whose blocks make several resources, by for_each, in a module of which
// there are two by count.
const eachPlan = `{"planned_values": {"root_module": {"child_modules": [
 {"address": "module.api[0]", "resources": [
  {"address": "module.api[0].aws_api_gateway_rest_api.this", "type": "aws_api_gateway_rest_api", "values": {"name": "first"}},
  {"address": "module.api[0].aws_api_gateway_resource.r[\"a\"]", "type": "aws_api_gateway_resource", "values": {"path_part": "a"}},
  {"address": "module.api[0].aws_api_gateway_resource.r[\"b.c\"]", "type": "aws_api_gateway_resource", "values": {"path_part": "b.c"}},
  {"address": "module.api[0].aws_api_gateway_method.m[\"a\"]", "type": "aws_api_gateway_method", "values": {"http_method": "GET"}},
  {"address": "module.api[0].aws_api_gateway_method.m[\"b.c\"]", "type": "aws_api_gateway_method", "values": {"http_method": "DELETE"}},
  {"address": "module.api[0].aws_api_gateway_method.one", "type": "aws_api_gateway_method", "values": {"http_method": "PUT"}},
  {"address": "module.api[0].aws_api_gateway_method.any", "type": "aws_api_gateway_method", "values": {"http_method": "PATCH"}}]},
 {"address": "module.api[1]", "resources": [
  {"address": "module.api[1].aws_api_gateway_rest_api.this", "type": "aws_api_gateway_rest_api", "values": {"name": "second"}},
  {"address": "module.api[1].aws_api_gateway_resource.r[\"a\"]", "type": "aws_api_gateway_resource", "values": {"path_part": "other"}},
  {"address": "module.api[1].aws_api_gateway_method.m[\"a\"]", "type": "aws_api_gateway_method", "values": {"http_method": "POST"}}]}]}},
 "configuration": {"root_module": {"module_calls": {"api": {"module": {"resources": [
  {"address": "aws_api_gateway_rest_api.this", "expressions": {}},
  {"address": "aws_api_gateway_resource.r", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id", "aws_api_gateway_rest_api.this"]}, "path_part": {"references": ["each.key"]}}},
  {"address": "aws_api_gateway_method.m", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}, "resource_id": {"references": ["aws_api_gateway_resource.r", "each.key"]}}},
  {"address": "aws_api_gateway_method.one", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}, "resource_id": {"references": ["aws_api_gateway_resource.r[\"b.c\"].id", "aws_api_gateway_resource.r[\"b.c\"]", "aws_api_gateway_resource.r"]}}},
  {"address": "aws_api_gateway_method.any", "expressions": {"rest_api_id": {"references": ["aws_api_gateway_rest_api.this.id"]}, "resource_id": {"references": ["aws_api_gateway_resource.r", "var.which"]}}}]}}}}}}`

// inRegion is a plan with the configuration of providers.
func inRegion(plan, providers string) string {
	return strings.NewReplacer(`"configuration": {`, `"configuration": {"provider_config": `+providers+`, `, `{"format_version"`, `{"variables": {"where": {"value": "eu-north-1"}}, "format_version"`).Replace(plan)
}

func TestATemplateBecomesAScenario(t *testing.T) {
	const deployed = "https://abc.execute-api.eu-west-1.amazonaws.com/prod"
	check(t, "template", []row{
		{name: "SAM, at the lab", text: samTemplate, has: []string{
			"url: lab", "function: {memory: 1024MB, architecture: arm64}", "usage_plan:", "rate: 100/s", "burst: 50", "quota: {limit: 100000, period: MONTH}", "cache_ttl: 1m0s",
			"#   stage: prod", "#   cache: 0.5GB", `#   auth: {api_key: "${env:API_KEY}"}`, "# - name: get-items-1", "# - name: post-items",
			"requires: [api-keys, usage-plans, throttling, caching]", "provisioned concurrency 5", "stage's own limit is 500/s with a burst of 200", "Api Name",
			"Others in the file, which --resource chooses: ServerlessHttpApi (HTTP API), ItemsUrl (Function URL)", `path: "/items/${key}"`,
		}, lacks: []string{"set API_KEY"}},
		{name: "deployed", text: samTemplate, request: sources.Request{Address: deployed}, has: []string{"amazonaws.com/prod", "cache: 0.5GB", `auth: {api_key: "${env:API_KEY}"}`, "\n  - name: get-items-1", "  # - name: post-items", "set API_KEY (an API key)"}, lacks: []string{"lab", "stage: prod"}},
		{name: "REST in plain CloudFormation", text: restTemplate, has: []string{"get-items-1", "rate: 30/m", "burst: 20", "constant: {rate: 15/m", "#   api: shop", "#   stage: live", "auth: {iam: true}", "timeout: 5s", "requires: [usage-plans, iam, edge]", "not known: Handler MemorySize"}},
		{name: "an HTTP API", text: otherTemplate, request: sources.Request{Name: "Http"}, has: []string{"kind: http-api", "get-items", "function: {memory: 256MB}", "timeout: 2s", "requires: [jwt]", "Chat (WebSocket API)", "an authorizer"}},
		{name: "a load balancer that is named", text: otherTemplate, request: sources.Request{Name: "Balancer"}, has: []string{"kind: alb", "/items/proxy", "name: shop, memory: 256MB"}},
		{name: "a function URL that is named", text: samTemplate, request: sources.Request{Name: "ItemsUrl"}, has: []string{"kind: function-url", "streaming: true", "requires: [iam, streaming]"}},
		{name: "one that is not there", text: otherTemplate, request: sources.Request{Name: "Balance"}, wrong: `--resource Balance: file has no such front door; did you mean "Balancer"?`},
		{name: "no front door", text: "Resources:\n  T: {Type: AWS::SNS::Topic}\n", wrong: "file: there is no front door of Lambda in it"},
		{name: "an empty file", text: " \n", wrong: "file: the file is empty, which is no template"},
		{name: "a limit of the stage of a REST API", text: strings.NewReplacer(`"Throttle": {"RateLimit": 0.5, "BurstLimit": 20}`, `"UsagePlanName": "a"`, `"StageName": "live"`, `"StageName": "live", "MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 25.5, "ThrottlingBurstLimit": 7}]`).Replace(restTemplate), has: []string{"usage_plan: {rate: 25.5/s, burst: 7}", "#   - usage-plan: {target: api, expect: {rate: 25.5/s, burst: 7}}", "a burst of 7. At the lab a usage plan stands for it."}},
		{name: "a limit of the stage of an HTTP API", text: otherTemplate + "  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Http, DefaultRouteSettings: {ThrottlingRateLimit: 10, ThrottlingBurstLimit: 5}}}\n", request: sources.Request{Name: "Http"}, has: []string{"#   - usage-plan: {target: api, expect: {rate: 10/s, burst: 5}}", "a burst of 5. The lab has none."}, lacks: []string{"\nlab:"}},
		{name: "no template", text: "a: 1\n", wrong: "file:1:1: this is no template of CloudFormation or SAM"},
		{name: "no YAML", text: "Resources:\n  A: [\n", wrong: "file:"},
		{name: "another tag", text: "Resources:\n  A: !Nonsense x\n", wrong: "file:2:6: remove the tag !Nonsense"},
		{name: "a path that hides a variable", text: strings.Replace(otherTemplate, "GET /items", "GET /${env:HOSTILE}", 1), request: sources.Request{Name: "Http"}, has: []string{"path: \"/$1\""}},
		{name: "resources within themselves", text: "Resources:\n  Api: {Type: AWS::ApiGateway::RestApi}\n  R: {Type: AWS::ApiGateway::Resource, Properties: {ParentId: !Ref R, PathPart: a}}\n  M: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref R, HttpMethod: GET}}\n", has: []string{"is not known: the path of M."}, lacks: []string{"/a"}},
	})
}

func TestAPlanOfTerraformBecomesAScenario(t *testing.T) {
	check(t, "terraform-plan", []row{
		{name: "modules", text: terraformPlan, has: []string{"# - name: get-items", "kind: rest-api", "function: {memory: 512MB, architecture: arm64}", "rate: 20/s", "burst: 40", "cache: 1.6GB", "cache_ttl: 30s", "#   api: shop", "#   stage: live", "timeout: 4s", "function: {name: items, memory: 512MB"}},
		{name: "for_each and count", text: eachPlan, has: []string{"api: first", "# - name: get-a\n", "method: DELETE\n  #   path: /b.c\n", "method: PUT\n  #   path: /b.c\n", "is not known: the path of module.api[0].aws_api_gateway_method.any.", "module.api[1].aws_api_gateway_rest_api.this (REST API)"}, lacks: []string{"POST", "PATCH"}},
		{name: "the other one", text: eachPlan, request: sources.Request{Name: "module.api[1].aws_api_gateway_rest_api.this"}, has: []string{"api: second", "method: POST\n  #   path: /other\n"}, lacks: []string{"DELETE"}},
		{name: "cache and region, at the lab", text: inRegion(terraformPlan, `{"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}}`), has: []string{"\n    url: lab\n    region: eu-central-1\n", "\n    cache: 1.6GB\n"}},
		{name: "a region by a variable", text: inRegion(terraformPlan, `{"aws": {"full_name": "registry.terraform.io/hashicorp/aws", "expressions": {"region": {"references": ["var.where"]}}}}`), has: []string{"region: eu-north-1"}},
		{name: "several regions", text: inRegion(terraformPlan, `{"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}, "aws.us": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}}`), lacks: []string{"region:"}},
		{name: "a region that the host says", text: inRegion(terraformPlan, `{"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}}`), request: sources.Request{Address: "https://abc.execute-api.eu-west-1.amazonaws.com/live"}, lacks: []string{"region:"}},
		{name: "a name that steers a terminal", text: strings.Replace(terraformPlan, `"function_name": "items"`, `"function_name": "it\u001b[31mems"`, 1), has: []string{"Behind it is the function it[31mems"}, lacks: []string{"\x1b"}},
		{name: "an empty file", text: "", wrong: "file: the file is empty, which is no plan of Terraform"},
		{name: "state in place of a plan", text: `{"values": {}}`, wrong: "file:1:2: this is no plan of Terraform in JSON"},
		{name: "nothing of Lambda", text: `{"planned_values": {"root_module": {}}}`, wrong: "there is no front door"},
	})
}

// The probes that are written as comments are those of a valid scenario.
func TestProbesInCommentsAreValid(t *testing.T) {
	for flag, text := range map[string]string{"template": samTemplate, "terraform-plan": terraformPlan} {
		m, err := made(t, flag, text, sources.Request{})
		if err != nil {
			t.Fatal(err)
		}
		before, after, found := strings.Cut(string(m.Text), "\n# probes:\n")
		text := before + "\nprobes:\n" + strings.ReplaceAll("\n"+after, "\n# ", "\n")
		if _, err := scenarios.Parse("made.yaml", []byte(text), nothing); err != nil || !found {
			t.Errorf("%s: %v in\n%s", flag, err, text)
		}
	}
}

func FuzzTemplate(f *testing.F) { fuzz(f, "template", samTemplate, restTemplate, otherTemplate) }

func FuzzTerraformPlan(f *testing.F) { fuzz(f, "terraform-plan", terraformPlan, eachPlan) }
