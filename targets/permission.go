package targets

import (
	"cmp"
	"regexp"
	"strings"
)

// A Permission is what a caller must be allowed who signs requests to a target.
type Permission struct {
	Action    string
	Service   string                       // in the ARN of its resource
	Resource  func(Invocable) string       // what comes after the account there
	Condition map[string]map[string]string // of the statement that allows it; nil: none
}

// An Invocable is what a request invokes.
type Invocable struct {
	Target
	ID           string // of the API, in the address or named by the target; "": it is not known
	Hosted       bool   // the address is the API's own
	Method, Path string // of the request: the source of a template
}

// Invoked is what a request to the target invokes.
func (t Target) Invoked(method, path string) Invocable {
	if t.URL == nil {
		return Invocable{Target: t, Method: method, Path: path}
	}
	host, _, _ := ReadHost(t.URL.Hostname())
	id := host.API
	if id == "" && t.Kind.APIByID {
		id = t.API
	}
	return Invocable{t, id, host.API != "", method, path}
}

// inBraces are places in a path that requests fill in: an ARN has a wildcard there.
var inBraces = regexp.MustCompile(`\$?\{[^}]*\}`)

// invokedMethod names a method of an API as execute-api:Invoke has it: API/STAGE/METHOD/PATH.
// Behind a custom domain neither the API's id, unless the target names it, nor how much of the
// path is the domain's mapping is known: of the path only the last part is. Source: API Gateway
// developer guide, "Control access for invoking an API" and "Use API mappings".
func invokedMethod(t Invocable) string {
	path, _, _ := strings.Cut(t.Path, "?")
	path = inBraces.ReplaceAllString(path, "*")
	if !t.Hosted {
		last := strings.TrimLeft(path[strings.LastIndex(path, "/")+1:], "*")
		return cmp.Or(t.ID, "*") + "/" + cmp.Or(t.Stage, "*") + "/" + t.Method + "/*" + last
	}
	whole := strings.TrimSuffix(t.URL.Path, "/") + path
	if rest, staged := strings.CutPrefix(whole, "/"+t.Stage); staged && (rest == "" || rest[0] == '/') {
		whole = rest
	}
	return t.ID + "/" + cmp.Or(t.Stage, "*") + "/" + t.Method + "/" + strings.TrimPrefix(whole, "/")
}

// invokedConnect names the route by which clients of a WebSocket API connect.
func invokedConnect(t Invocable) string {
	return cmp.Or(t.ID, "*") + "/" + cmp.Or(t.Stage, "*") + "/$connect"
}

// invokedFunction names a function, and the version or alias of it that has the address.
func invokedFunction(t Invocable) string {
	name, qualifier := t.Function.Parts()
	if name == "" {
		return "function:*"
	}
	if qualifier != "" {
		name += ":" + qualifier
	}
	return "function:" + name
}
