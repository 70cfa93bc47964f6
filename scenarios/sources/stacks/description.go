package stacks

import (
	"strings"

	"tollgate/pricing/document"
)

// described takes the routes of an API description within a template: OpenAPI or Swagger with
// the extensions of API Gateway. CloudFormation has one for each API of SAM.
// Source: API Gateway developer guide, "OpenAPI extensions for API Gateway".
func (t *template) described(d *door, body *document.Node) {
	paths := below(body, "paths")
	if paths == nil {
		return
	}
	schemes := firstOf(below(body, "securityDefinitions"), below(body, "components", "securitySchemes"))
	d.validates = d.validates || below(body, "x-amazon-apigateway-request-validator") != nil
	for _, p := range paths.Entries {
		for _, m := range p.Value.Entries {
			method := strings.ToUpper(m.Key)
			if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
				method = "ANY"
			}
			if len(method) > len("OPTIONS") || method == "PARAMETERS" {
				continue
			}
			integration := m.Value.Find("x-amazon-apigateway-integration")
			one := route{method: method, path: p.Key, line: m.Line, function: t.functionOf(integration), service: t.serviceOf(integration)}
			if name := strings.TrimPrefix(p.Key, "/"); name == anyRoute {
				one.path, one.named = "/{proxy+}", name
			}
			one.proof = d.secured(firstOf(m.Value.Find("security"), below(body, "security")), schemes)
			if schema := t.bodySchema(m.Value, body); schema != nil && one.takesBody() {
				one.modelled, one.example = true, t.example(d, schema, body)
			}
			d.validates = d.validates || m.Value.Find("x-amazon-apigateway-request-validator") != nil
			d.addRoute(one)
			d.integration(t.number(d.id+" timeout", below(integration, "timeoutInMillis")))
		}
	}
}

// bodySchema is the schema of an operation's body in JSON; nil if it has none.
func (t *template) bodySchema(operation, body *document.Node) *document.Node {
	request := operation.Find("requestBody")
	if ref, within := strings.CutPrefix(t.outline(below(request, "$ref")), "#/components/requestBodies/"); within {
		request = below(body, "components", "requestBodies", ref)
	}
	if schema := below(request, "content", "application/json", "schema"); schema != nil {
		return schema
	}
	for _, p := range inner(operation.Find("parameters")) { // of Swagger 2
		if textOf(p.Find("in")) == "body" {
			return p.Find("schema")
		}
	}
	return nil
}

// anyRoute is the route of an HTTP API that takes what no other takes.
const anyRoute = "$default"

// secured remembers how callers of a route prove who they are, and says whether an authorizer
// asks for it.
func (d *door) secured(security, schemes *document.Node) (proof bool) {
	if security == nil {
		return false
	}
	for _, one := range security.Items {
		for _, e := range one.Entries {
			scheme := below(schemes, e.Key)
			if scheme != nil {
				proof = d.scheme(scheme) || proof
			}
		}
	}
	return proof
}

// scheme is a way of proof that a description names.
func (d *door) scheme(n *document.Node) (proof bool) {
	authorizer := n.Find("x-amazon-apigateway-authorizer")
	kind := strings.ToLower(textOf(below(authorizer, "type")))
	switch authtype := strings.ToLower(textOf(n.Find("x-amazon-apigateway-authtype"))); {
	case authtype == "awssigv4":
		return d.authorization("AWS_IAM")
	case authtype == "cognito_user_pools" || kind == "cognito_user_pools" || kind == "jwt" || below(authorizer, "jwtConfiguration") != nil:
		return d.authorization("JWT")
	case authorizer != nil:
		return d.authorization("CUSTOM")
	}
	d.keyed = d.keyed || strings.EqualFold(textOf(n.Find("name")), "x-api-key")
	return false
}
