package doors

import (
	"encoding/json"
	"fmt"
	"time"

	"tollgate/targets/lab/aws/control"
)

// StackName is the stack of CloudFormation that the lab's APIs are deployed by.
const StackName = "lab"

// Stack is the stack of the set's APIs: its template has the settings of their stages, and
// its outputs their addresses. Other doors are not in it.
func (s *Set) Stack() control.Stack {
	resources := map[string]any{}
	made := control.Stack{Name: StackName, Outputs: map[string]string{}}
	add := func(id, physical, kind string, properties map[string]any) {
		resources[id] = map[string]any{"Type": kind, "Properties": properties}
		made.Resources = append(made.Resources, control.StackResource{LogicalID: id, PhysicalID: physical, Type: kind})
	}
	for _, d := range s.doors {
		if !d.kind.HasStages() || len(d.kind.Resources) == 0 || d.kind.OnlyMessages {
			continue
		}
		id := control.LogicalID(d.Name)
		made.Outputs[id+"Url"] = d.URL
		api := map[string]any{"Name": d.API}
		if !d.kind.UsagePlans {
			api["ProtocolType"] = "HTTP"
		}
		add(id, d.kind.id(d.apiName()), d.kind.Resources[0], api)
		function := ""
		if d.function != nil {
			function = id + "Function"
			add(function, d.function.name, "AWS::Lambda::Function", map[string]any{
				"FunctionName": d.function.name, "MemorySize": int(d.function.config.Memory), "Timeout": int(time.Duration(d.function.config.Timeout).Seconds()),
			})
		}
		if d.kind.UsagePlans {
			d.methods(id, function, add)
		} else {
			d.routes(id, function, add)
		}
	}
	text, err := json.Marshal(map[string]any{"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
	if err != nil {
		panic(fmt.Sprintf("a template of texts and numbers: %v", err))
	}
	made.Template = string(text)
	return made
}

// add adds a resource to a template.
type add func(id, physical, kind string, properties map[string]any)

func ref(id string) any { return map[string]any{"Ref": id} }

// called is an integration with a function; "" is a server of another sort.
func called(function, key string) map[string]any {
	if function == "" {
		return map[string]any{}
	}
	return map[string]any{key: map[string]any{"Fn::GetAtt": []string{function, "Arn"}}}
}

// methods are those that the lab's application answers at a REST API, with the stage and
// its usage plans.
func (d *door) methods(id, function string, add add) {
	api := ref(id)
	integration := called(function, "Uri")
	keyed := len(d.config.plans()) > 0
	add(id+"Predict", "predict", "AWS::ApiGateway::Resource", map[string]any{"RestApiId": api, "ParentId": map[string]any{"Fn::GetAtt": []string{id, "RootResourceId"}}, "PathPart": "predict"})
	add(id+"Get", "get", "AWS::ApiGateway::Method", map[string]any{"RestApiId": api, "ResourceId": map[string]any{"Fn::GetAtt": []string{id, "RootResourceId"}}, "HttpMethod": "GET", "ApiKeyRequired": keyed, "Integration": integration})
	add(id+"Post", "post", "AWS::ApiGateway::Method", map[string]any{"RestApiId": api, "ResourceId": ref(id + "Predict"), "HttpMethod": "POST", "ApiKeyRequired": keyed, "Integration": integration})
	stage := map[string]any{"RestApiId": api, "StageName": d.Stage}
	all := map[string]any{"ResourcePath": "/*", "HttpMethod": "*"}
	if t := d.config.Throttle; t != nil {
		all["ThrottlingRateLimit"], all["ThrottlingBurstLimit"] = float64(t.Rate), t.Burst
	}
	if c := d.config.Cache; c != nil {
		stage["CacheClusterEnabled"], stage["CacheClusterSize"] = true, "0.5"
		all["CachingEnabled"], all["CacheTtlInSeconds"] = true, time.Duration(c.TTL).Seconds()
	}
	stage["MethodSettings"] = []any{all}
	add(id+"Stage", d.Stage, "AWS::ApiGateway::Stage", stage)
	for i, p := range d.config.plans() {
		plan := planOf(d, i, p)
		properties := map[string]any{"ApiStages": []any{map[string]any{"ApiId": api, "Stage": d.Stage}}, "Throttle": map[string]any{"RateLimit": plan.Throttle.Rate, "BurstLimit": plan.Throttle.Burst}}
		if q := plan.Quota; q != nil {
			properties["Quota"] = map[string]any{"Limit": q.Limit, "Period": q.Period}
		}
		add(fmt.Sprintf("%sPlan%d", id, i+1), plan.ID, "AWS::ApiGateway::UsagePlan", properties)
	}
}

// routes are those that the lab's application answers at an HTTP API.
func (d *door) routes(id, function string, add add) {
	api := ref(id)
	integration := called(function, "IntegrationUri")
	integration["ApiId"] = api
	add(id+"Integration", "integration", "AWS::ApiGatewayV2::Integration", integration)
	for i, key := range []string{"GET /", "POST /predict"} {
		add(fmt.Sprintf("%sRoute%d", id, i+1), key, "AWS::ApiGatewayV2::Route", map[string]any{"ApiId": api, "RouteKey": key, "Target": map[string]any{"Fn::Sub": "integrations/${" + id + "Integration}"}})
	}
	add(id+"Stage", d.Stage, "AWS::ApiGatewayV2::Stage", map[string]any{"ApiId": api, "StageName": d.Stage})
}
