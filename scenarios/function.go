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
	return k.HasFunction() && slices.Contains(k.Features, "streaming")
}

var functionForm = document.Form("^" + targets.FunctionForm + "$")

// The bounds of a function's memory. Source: Lambda developer guide, quotas.
const leastMB, mostMB = 128, 10_240
