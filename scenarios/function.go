package scenarios

import (
	"slices"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// function reads the Lambda function behind a target of a kind.
func function(v document.Value, kind *targets.Kind) targets.Function {
	made := targets.Function{MemoryMB: defaultMemoryMB, Architecture: defaultArchitecture}
	f := v.Fields("name", "memory", "architecture", "streaming")
	made.Name = f.Get("name").Matching(functionForm(), "is not the name or ARN of a Lambda function: write my-function, my-function:alias or arn:aws:lambda:REGION:ACCOUNT:function:NAME")
	made.MemoryAssumed = !f.Has("memory")
	if !made.MemoryAssumed {
		made.MemoryMB = f.Get("memory").In(document.Megabytes).Whole(leastMB, mostMB)
	}
	if a := f.Get("architecture").Choice("x86_64", "arm64"); a != "" {
		made.Architecture = a
	}
	made.Streaming = f.Get("streaming").Yes()
	if made.Streaming && kind.Name != "" && !streams(kind) {
		f.Get("streaming").Problem("a front door of kind %s waits for the end of a response: only %s can stream", kind.Name, document.OneOf(kindsOf(streams)))
	}
	return made
}

// streams says whether a kind of front door passes on what a function streams.
func streams(k *targets.Kind) bool {
	return slices.Contains(k.Keys, "function") && slices.Contains(k.Features, "streaming")
}

// routeFunctions reads the functions behind single routes of an API. Memory and
// architecture are those of the target's function where a route does not state them.
func routeFunctions(v document.Value, kind *targets.Kind, own targets.Function) (all []targets.RouteFunction) {
	if v.Node == nil {
		return nil
	}
	if v.Type != document.Mapping || len(v.Entries) == 0 {
		v.Problem(`needs a mapping from routes to functions: {"GET /users": {name: users}}`)
		return nil
	}
	form, example := routeForm(), `a method and a path, such as "GET /users/{id}" or "ANY /{proxy+}", or $default`
	if kind.OnlyMessages {
		form, example = socketRouteForm(), "$connect, $disconnect, $default, or what chooses the route, such as sendMessage"
	}
	for _, e := range v.Entries {
		one := v.At(e.Value, v.Below(e.Key))
		if !form.MatchString(e.Key) {
			v.At(e.At(), v.Path).Problem("%q is not a route: write %s", e.Key, example)
			continue
		}
		f := function(one, kind)
		if f.Name == "" {
			one.Problem("needs the name of a function")
		}
		if f.Streaming {
			one.Problem("streaming belongs to the target's own function: make the route's requests go to a target of their own")
		}
		if f.MemoryAssumed {
			f.MemoryMB, f.MemoryAssumed = own.MemoryMB, own.MemoryAssumed
		}
		if one.Find("architecture") == nil {
			f.Architecture = own.Architecture
		}
		all = append(all, targets.RouteFunction{Route: e.Key, Function: f})
	}
	return all
}

var routeForm = document.Form("^(?:" + targets.RouteForm + ")$")

var socketRouteForm = document.Form("^(?:" + targets.SocketRouteForm + ")$")

var functionForm = document.Form("^" + targets.FunctionForm + "$")

// The bounds of a function's memory. Source: Lambda developer guide, quotas.
const leastMB, mostMB = 128, 10_240
