package stacks

import (
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

// A lambda is a function.
type lambda struct {
	id, name, architecture string
	memory, timeout        float64
	provisioned, reserved  float64
}

// functionOf is the logical id of the function that a value refers to, directly, or by
// an alias or a target group; "" for none.
func (t *template) functionOf(n *document.Node) string { return t.functionVia(n, 0) }

func (t *template) functionVia(n *document.Node, depth int) string {
	const deepest = 4
	for _, id := range refers(n) {
		r, ok := t.find(id)
		if !ok || depth > deepest {
			continue
		}
		switch r.kind {
		case "AWS::Lambda::Function", "AWS::Serverless::Function":
			return id
		case "AWS::Lambda::Alias", "AWS::Lambda::Version":
			if found := t.functionVia(r.prop("FunctionName"), depth+1); found != "" {
				return found
			}
		case "AWS::ElasticLoadBalancingV2::TargetGroup":
			if found := t.functionVia(r.prop("Targets"), depth+1); found != "" {
				return found
			}
		}
	}
	return ""
}

// firstFunction is the function that a value refers to; nil for none.
func (t *template) firstFunction(n *document.Node) *lambda {
	if id := t.functionOf(n); id != "" {
		return t.lambda(id)
	}
	return nil
}

// mostUsed is the function behind most routes; nil if none is known.
func (t *template) mostUsed(routes []route, integrations []string) *lambda {
	ids := slices.Clone(integrations)
	for _, r := range routes {
		ids = append(ids, r.function)
	}
	counts := map[string]int{}
	best := ""
	for _, id := range ids {
		if id == "" {
			continue
		}
		if counts[id]++; best == "" || counts[id] > counts[best] {
			best = id
		}
	}
	if best == "" {
		return nil
	}
	return t.lambda(best)
}

// lambda reads a function. What neither it nor the globals say is as by default.
func (t *template) lambda(id string) *lambda {
	r, _ := t.find(id)
	get := func(key string) *document.Node {
		if n := r.prop(key); n != nil {
			return n
		}
		if r.kind == "AWS::Serverless::Function" {
			return below(t.functions, key)
		}
		return nil
	}
	l := &lambda{id: id, name: t.physical[id]}
	if l.name == "" {
		l.name = t.say(id+" FunctionName", get("FunctionName"))
	}
	l.memory = t.number(id+" MemorySize", get("MemorySize"))
	if l.memory == 0 && get("MemorySize") == nil {
		l.memory = 128 // CloudFormation's default
	}
	l.timeout = t.number(id+" Timeout", get("Timeout"))
	if all := get("Architectures"); all != nil && len(all.Items) > 0 {
		l.architecture = t.say(id+" Architectures", all.Items[0])
	}
	l.reserved = t.number(id+" ReservedConcurrentExecutions", get("ReservedConcurrentExecutions"))
	l.provisioned = t.provisioned(id, get("ProvisionedConcurrencyConfig"))
	return l
}

// provisioned is the provisioned concurrency of a function, or of its alias or version.
func (t *template) provisioned(id string, own *document.Node) float64 {
	n := t.number(id+" ProvisionedConcurrency", below(own, "ProvisionedConcurrentExecutions"))
	for _, r := range t.resources {
		if (r.kind == "AWS::Lambda::Alias" || r.kind == "AWS::Lambda::Version") && refersTo(r.prop("FunctionName"), id) {
			n = max(n, t.number(r.id+" ProvisionedConcurrency", r.prop("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions")))
		}
	}
	return n
}

// qualify adds the alias that a function URL is of: a policy that allows the function
// without it allows nothing of the alias. f may be nil, and alias "".
// Source: Lambda developer guide, "Using IAM policies with versions and aliases".
func (f *lambda) qualify(alias string) {
	if f != nil && f.name != "" && alias != "" && !strings.Contains(f.name, ":") {
		f.name += ":" + alias
	}
}

// settings are those of a function that matter for cold starts and limits.
func (f *lambda) settings() string {
	var all []string
	for _, one := range []struct {
		name  string
		value float64
	}{{"timeout", f.timeout}, {"provisioned concurrency", f.provisioned}, {"reserved concurrency", f.reserved}} {
		if one.value > 0 {
			text := strconv.FormatFloat(one.value, 'f', -1, 64)
			if one.name == "timeout" {
				text += " s"
			}
			all = append(all, one.name+" "+text)
		}
	}
	if all == nil {
		return ""
	}
	return " (" + strings.Join(all, ", ") + ")"
}

// node is the function as a target says it.
func (f *lambda) node(named, streaming bool) *document.Node {
	made := document.Pairs()
	add := func(key, value string) {
		made.Entries = append(made.Entries, document.Pairs(key, value).Entries...)
	}
	if named && functionName().MatchString(f.name) {
		add("name", f.name)
	}
	if f.memory > 0 {
		add("memory", strconv.Itoa(int(f.memory))+"MB")
	}
	if f.architecture != "" {
		add("architecture", f.architecture)
	}
	if streaming {
		made.Entries = append(made.Entries, document.Pairs("streaming", yes()).Entries...)
	}
	if len(made.Entries) == 0 {
		return nil
	}
	return made
}

// functionName is what Lambda takes as one, with an alias or a version.
var functionName = document.Form(`^[A-Za-z0-9_-]{1,140}(?::(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?$`)
