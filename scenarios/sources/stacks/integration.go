package stacks

import (
	"cmp"
	"regexp"
	"strings"

	"tollgate/pricing/document"
)

// serviceARN takes apart what a REST API calls in place of a function. Source: API Gateway
// API reference, "Integration", uri.
var serviceARN = regexp.MustCompile(`:apigateway:[^:]*:([a-z0-9-]+):(action|path)/?(?:[0-9]{12}/)?([A-Za-z0-9_-]*)`)

// functionARN finds the name of a function by its ARN. Source: Service authorization
// reference, "Resource types defined by AWS Lambda".
var functionARN = regexp.MustCompile(`:lambda:[^:]*:[^:]*:function:([A-Za-z0-9_-]+)`)

// serviceOf is what an integration calls in place of a function, in words; "" if it is a
// function, or nothing is known of it.
func (t *template) serviceOf(integration *document.Node) string {
	if integration == nil || t.functionOf(integration) != "" {
		return ""
	}
	get := func(keys ...string) string {
		for _, key := range keys {
			if text, ok := t.text(integration.Find(key)); ok {
				return text
			}
		}
		return ""
	}
	uri := ""
	for _, key := range []string{"Uri", "uri", "IntegrationUri"} {
		if uri == "" {
			uri = t.outline(integration.Find(key))
		}
	}
	switch kind := strings.ToUpper(get("Type", "type", "IntegrationType")); kind {
	case "MOCK":
		return mocked
	case "HTTP", "HTTP_PROXY":
		return "a server by HTTP"
	case "AWS", "AWS_PROXY":
		if found := functionARN.FindStringSubmatch(uri); found != nil {
			return "the function " + found[1] + ", by its ARN"
		}
		switch found := serviceARN.FindStringSubmatch(uri); {
		case found == nil:
		case found[1] == "lambda":
			return "a function whose ARN the file does not say"
		default:
			return strings.TrimSpace(found[1] + " " + found[3])
		}
		return strings.ReplaceAll(get("IntegrationSubtype", "x-amazon-apigateway-integration-subtype"), "-", " ")
	}
	return ""
}

// mocked is what is behind a route that API Gateway answers by itself.
const mocked = "a mock"

// elsewhere names the routes that call something in place of a function.
func (d *door) elsewhere() (all []string) {
	for _, r := range d.routes {
		if r.service != "" && r.function == "" {
			all = append(all, r.key()+" ("+r.service+")")
		}
	}
	return all
}

// key is a route as a target says it.
func (r route) key() string { return cmp.Or(r.named, strings.TrimSpace(r.method+" "+r.path)) }

// otherFunctions are those behind routes that the target's own is not behind, with their
// settings.
func (t *template) otherFunctions(d *door) (all []string) {
	seen := map[string]bool{d.function.id: true, "": true}
	for _, r := range d.routes {
		if !seen[r.function] {
			seen[r.function] = true
			f := t.lambda(r.function)
			all = append(all, cmp.Or(f.name, f.id)+f.settings())
		}
	}
	return all
}

// functionsByRoute are the functions of the routes that do not call the one of the target.
func (t *template) functionsByRoute(d *door) *document.Node {
	if !d.takes("functions") || d.function == nil {
		return nil
	}
	const most = 100
	made := document.Pairs()
	for _, r := range d.routes {
		if r.function == "" || r.function == d.function.id || len(made.Entries) == most || !routeKey().MatchString(r.key()) {
			continue
		}
		if node := t.lambda(r.function).node(true, false); node != nil && node.Find("name") != nil {
			made.Entries = append(made.Entries, document.Pairs(r.key(), node).Entries...)
		}
	}
	if len(made.Entries) == 0 {
		return nil
	}
	return made
}

// routeKey is how a target's routes are written, those of messages too.
var routeKey = document.Form(`^(?:\$(?:default|connect|disconnect)|(?:ANY|[A-Z]{1,16}) /[^\s?#]*|[^$\s][^\s]{0,127})$`)
