package scenarios

import (
	"tollgate/pricing/document"
	"tollgate/targets"
)

// function reads the Lambda function behind a target.
func function(v document.Value) targets.Function {
	made := targets.Function{MemoryMB: defaultMemoryMB, Architecture: defaultArchitecture}
	f := v.Fields("name", "memory", "architecture")
	made.Name = f.Get("name").Matching(functionForm(), "is not the name or ARN of a Lambda function: write my-function, my-function:alias or arn:aws:lambda:REGION:ACCOUNT:function:NAME")
	made.MemoryAssumed = !f.Has("memory")
	if !made.MemoryAssumed {
		made.MemoryMB = f.Get("memory").In(document.Megabytes).Whole(leastMB, mostMB)
	}
	if a := f.Get("architecture").Choice("x86_64", "arm64"); a != "" {
		made.Architecture = a
	}
	return made
}

var functionForm = document.Form("^" + targets.FunctionForm + "$")

// The bounds of a function's memory. Source: Lambda developer guide, quotas.
const leastMB, mostMB = 128, 10_240
