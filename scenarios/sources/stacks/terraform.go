package stacks

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
)

// A renamed is a type of Terraform's resources under CloudFormation's names. Attributes map
// to properties; "a.b" is b in a, where Terraform has blocks as lists of one.
// Source: the documentation of the provider hashicorp/aws, version 6.
type renamed struct {
	kind  string
	props map[string]string
}

var terraformTypes = map[string]renamed{
	"aws_api_gateway_rest_api":          {"AWS::ApiGateway::RestApi", map[string]string{"name": "Name", "endpoint_configuration.types": "EndpointConfiguration.Types"}},
	"aws_api_gateway_resource":          {"AWS::ApiGateway::Resource", map[string]string{"rest_api_id": "RestApiId", "parent_id": "ParentId", "path_part": "PathPart"}},
	"aws_api_gateway_method":            {"AWS::ApiGateway::Method", map[string]string{"rest_api_id": "RestApiId", "resource_id": "ResourceId", "http_method": "HttpMethod", "authorization": "AuthorizationType", "api_key_required": "ApiKeyRequired", "request_models": "RequestModels"}},
	"aws_api_gateway_model":             {"AWS::ApiGateway::Model", map[string]string{"rest_api_id": "RestApiId", "name": "Name", "schema": "Schema"}},
	"aws_api_gateway_integration":       {"AWS::ApiGatewayV2::Integration", map[string]string{"rest_api_id": "ApiId", "uri": "IntegrationUri", "timeout_milliseconds": "TimeoutInMillis"}},
	"aws_api_gateway_stage":             {"AWS::ApiGateway::Stage", map[string]string{"rest_api_id": "RestApiId", "stage_name": "StageName", "cache_cluster_enabled": "CacheClusterEnabled", "cache_cluster_size": "CacheClusterSize"}},
	"aws_api_gateway_method_settings":   {"AWS::ApiGateway::Stage", map[string]string{"rest_api_id": "RestApiId", "method_path": "DefaultRouteSettings.ResourcePath", "settings.throttling_rate_limit": "DefaultRouteSettings.ThrottlingRateLimit", "settings.throttling_burst_limit": "DefaultRouteSettings.ThrottlingBurstLimit", "settings.cache_ttl_in_seconds": "DefaultRouteSettings.CacheTtlInSeconds"}},
	"aws_api_gateway_usage_plan":        {"AWS::ApiGateway::UsagePlan", map[string]string{"api_stages": "ApiStages", "throttle_settings.rate_limit": "Throttle.RateLimit", "throttle_settings.burst_limit": "Throttle.BurstLimit", "quota_settings.limit": "Quota.Limit", "quota_settings.period": "Quota.Period", "name": "UsagePlanName"}},
	"aws_api_gateway_request_validator": {"AWS::ApiGateway::RequestValidator", map[string]string{"rest_api_id": "RestApiId"}},

	"aws_apigatewayv2_api":         {"AWS::ApiGatewayV2::Api", map[string]string{"name": "Name", "protocol_type": "ProtocolType", "target": "Target", "route_selection_expression": "RouteSelectionExpression", "disable_execute_api_endpoint": "DisableExecuteApiEndpoint"}},
	"aws_apigatewayv2_route":       {"AWS::ApiGatewayV2::Route", map[string]string{"api_id": "ApiId", "route_key": "RouteKey", "target": "Target", "authorization_type": "AuthorizationType", "api_key_required": "ApiKeyRequired", "route_response_selection_expression": "RouteResponseSelectionExpression", "request_models": "RequestModels"}},
	"aws_apigatewayv2_model":       {"AWS::ApiGatewayV2::Model", map[string]string{"api_id": "ApiId", "name": "Name", "schema": "Schema"}},
	"aws_apigatewayv2_integration": {"AWS::ApiGatewayV2::Integration", map[string]string{"api_id": "ApiId", "integration_uri": "IntegrationUri", "integration_type": "IntegrationType", "integration_subtype": "IntegrationSubtype", "timeout_milliseconds": "TimeoutInMillis"}},
	"aws_apigatewayv2_stage":       {"AWS::ApiGatewayV2::Stage", map[string]string{"api_id": "ApiId", "name": "StageName", "default_route_settings.throttling_rate_limit": "DefaultRouteSettings.ThrottlingRateLimit", "default_route_settings.throttling_burst_limit": "DefaultRouteSettings.ThrottlingBurstLimit"}},

	"aws_lambda_function":                       {"AWS::Lambda::Function", map[string]string{"function_name": "FunctionName", "memory_size": "MemorySize", "architectures": "Architectures", "timeout": "Timeout", "reserved_concurrent_executions": "ReservedConcurrentExecutions"}},
	"aws_lambda_alias":                          {"AWS::Lambda::Alias", map[string]string{"function_name": "FunctionName"}},
	"aws_lambda_provisioned_concurrency_config": {"AWS::Lambda::Alias", map[string]string{"function_name": "FunctionName", "provisioned_concurrent_executions": "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"}},
	"aws_lambda_function_url":                   {"AWS::Lambda::Url", map[string]string{"function_name": "TargetFunctionArn", "authorization_type": "AuthType", "invoke_mode": "InvokeMode"}},

	"aws_lb":                         {"AWS::ElasticLoadBalancingV2::LoadBalancer", map[string]string{"name": "Name", "load_balancer_type": "Type", "subnets": "Subnets"}},
	"aws_alb":                        {"AWS::ElasticLoadBalancingV2::LoadBalancer", map[string]string{"name": "Name", "load_balancer_type": "Type", "subnets": "Subnets"}},
	"aws_lb_listener":                {"AWS::ElasticLoadBalancingV2::Listener", map[string]string{"load_balancer_arn": "LoadBalancerArn", "default_action": "DefaultActions"}},
	"aws_lb_listener_rule":           {"AWS::ElasticLoadBalancingV2::ListenerRule", map[string]string{"listener_arn": "ListenerArn", "action": "Actions", "condition": "Conditions"}},
	"aws_lb_target_group":            {"AWS::ElasticLoadBalancingV2::TargetGroup", map[string]string{}},
	"aws_lb_target_group_attachment": {attachment, map[string]string{"target_group_arn": "TargetGroupArn", "target_id": "Targets"}},
}

// attachment is a resource that Terraform alone has: what a target group sends to.
const attachment = "attachment"

// planBound is how much of a plan is read.
var planBound = document.Bound{Bytes: 16 << 20, Values: 500_000}

// Plan makes a collection of a plan of Terraform or OpenTofu in JSON.
func Plan(file string, data []byte, named string) (sources.Collection, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return sources.Collection{}, errors.New(file + ": the file is empty, which is no plan of Terraform: terraform plan -out plan && terraform show -json plan writes one")
	}
	d := document.Open(file, data, document.Options{Bound: planBound})
	if d.Failed() {
		return sources.Collection{}, d.Err()
	}
	planned := below(d.Root, "planned_values", "root_module")
	if planned == nil {
		d.Problem(d.Root, "this is no plan of Terraform in JSON: terraform plan -out plan && terraform show -json plan writes one")
		return sources.Collection{}, d.Err()
	}
	p := &plan{template: &template{name: file, parameters: map[string]*document.Node{}}, modules: map[string]*module{}, instances: map[string][]string{}}
	p.configuration("", below(d.Root, "configuration", "root_module"), nil, 0)
	p.addresses(planned, 0)
	p.values(planned, 0)
	p.attach()
	c, err := p.collection("the Terraform plan "+file, named)
	c.Region = regionOfPlan(d.Root)
	return c, err
}

// A region of AWS, such as us-gov-west-1.
var regionForm = regexp.MustCompile(`^[a-z]{2}(?:-[a-z]+){1,2}-[0-9]$`)

// regionOfPlan is the region of the provider, a constant or a variable of the plan; "" where
// it is not known, or there are several providers with different ones.
func regionOfPlan(root *document.Node) (region string) {
	providers := below(root, "configuration", "provider_config")
	if providers == nil {
		return ""
	}
	for _, e := range providers.Entries {
		name, full := textOf(e.Value.Find("name")), textOf(e.Value.Find("full_name"))
		of := below(e.Value, "expressions", "region")
		if name != "aws" && !strings.HasSuffix(full, "/aws") || of == nil {
			continue
		}
		one := textOf(of.Find("constant_value"))
		if refs := of.Find("references"); one == "" && refs != nil && len(refs.Items) > 0 {
			variable := strings.TrimPrefix(textOf(refs.Items[0]), "var.")
			one = textOf(below(root, "variables", variable, "value"))
		}
		if !regionForm.MatchString(one) || region != "" && one != region {
			return ""
		}
		region = one
	}
	return region
}

// A plan is a template in the making.
type plan struct {
	*template
	modules   map[string]*module  // by their address; "": the root
	instances map[string][]string // addresses of resources, by those without indexes
}

// A module is the configuration of one.
type module struct {
	address   string
	parent    *module
	call      *document.Node // how the parent calls it
	resources map[string]*document.Node
	config    *document.Node
}

// deepest is how deep modules, and references through them, are followed.
const deepest = 8

// configuration collects the expressions of resources, by their addresses.
func (p *plan) configuration(address string, n *document.Node, parent *module, depth int) {
	if n == nil || depth > deepest {
		return
	}
	m := &module{address: address, parent: parent, resources: map[string]*document.Node{}, config: n}
	p.modules[address] = m
	if all := n.Find("resources"); all != nil {
		for _, r := range all.Items {
			m.resources[textOf(r.Find("address"))] = r.Find("expressions")
		}
	}
	if calls := n.Find("module_calls"); calls != nil {
		for _, c := range calls.Entries {
			inner := strings.TrimPrefix(address+".module."+c.Key, ".")
			p.configuration(inner, c.Value.Find("module"), m, depth+1)
			if made := p.modules[inner]; made != nil {
				made.call = c.Value.Find("expressions")
			}
		}
	}
}

// index matches the part of an address that distinguishes what one block makes several of.
var index = regexp.MustCompile(`\[[^\]]*\]`)

// values makes resources of what is planned.
func (p *plan) values(n *document.Node, depth int) {
	if depth > deepest {
		return
	}
	if all := n.Find("resources"); all != nil {
		for _, r := range all.Items {
			if to, known := terraformTypes[textOf(r.Find("type"))]; known {
				p.resources = append(p.resources, p.resource(r, to))
			}
		}
	}
	if children := n.Find("child_modules"); children != nil {
		for _, c := range children.Items {
			p.values(c, depth+1)
		}
	}
}

// resource is one resource under CloudFormation's names. What is known only after the plan
// was applied refers to other resources.
func (p *plan) resource(n *document.Node, to renamed) resource {
	address := textOf(n.Find("address"))
	parts := strings.Split(index.ReplaceAllString(address, ""), ".")
	m := p.modules[strings.Join(parts[:max(0, len(parts)-2)], ".")]
	var expressions *document.Node
	if m != nil {
		expressions = m.resources[strings.Join(parts[max(0, len(parts)-2):], ".")]
	}
	r := resource{id: address, kind: to.kind, line: n.Line, props: document.Pairs()}
	values := n.Find("values")
	for _, attribute := range slices.Sorted(maps.Keys(to.props)) {
		path := strings.Split(attribute, ".")
		value := first(values, path)
		if refs := p.references(m, first(expressions, path), address, 0); refs != nil && (value == nil || value.Type == document.Null || len(value.Items) > 0 || value.Type == document.Mapping) {
			value = document.Items(append(refs, inner(value)...)...)
		}
		if value != nil && value.Type != document.Null && value.Text != "-1" { // which says that there is no limit
			put(r.props, strings.Split(to.props[attribute], "."), shaped(attribute, value))
		}
	}
	return r
}

// inner are the items of a list; those of nothing are none.
func inner(n *document.Node) []*document.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// first is a value by its path, where blocks are lists of one.
func first(n *document.Node, path []string) *document.Node {
	for _, key := range path {
		if n != nil && n.Type == document.List && len(n.Items) > 0 {
			n = n.Items[0]
		}
		if n == nil {
			return nil
		}
		n = n.Find(key)
	}
	return n
}

// put sets a property by its path.
func put(n *document.Node, path []string, value *document.Node) {
	for ; len(path) > 1; path = path[1:] {
		next := n.Find(path[0])
		if next == nil {
			next = document.Pairs()
			n.Entries = append(n.Entries, document.Pairs(path[0], next).Entries...)
		}
		n = next
	}
	n.Entries = append(n.Entries, document.Pairs(path[0], value).Entries...)
}

// shaped gives a value the form that CloudFormation has it in.
func shaped(attribute string, value *document.Node) *document.Node {
	switch {
	case attribute == "method_path" && value.Text == "*/*":
		return document.Text("/*")
	case attribute == "api_stages":
		return document.Items(document.Pairs("ApiId", value))
	case attribute == "condition":
		made := document.Items()
		for _, c := range value.Items {
			for _, of := range [][2]string{{"path_pattern", "path-pattern"}, {"host_header", "host-header"}, {"http_request_method", "http-request-method"}} {
				if values := first(c, []string{of[0], "values"}); values != nil {
					made.Items = append(made.Items, document.Pairs("Field", of[1], "Values", values))
				}
			}
		}
		return made
	}
	return value
}

// attach gives target groups what is attached to them.
func (p *plan) attach() {
	for _, a := range p.resources {
		if a.kind != attachment {
			continue
		}
		for _, id := range refers(a.prop("TargetGroupArn")) {
			if group, ok := p.find(id); ok {
				put(group.props, []string{"Targets"}, a.prop("Targets"))
			}
		}
	}
}
