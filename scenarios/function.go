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

// auth reads how requests at t prove who sends them.
func (in *input) auth(v document.Value, t *targets.Target) targets.Auth {
	f := in.fields(v, "api_key", "bearer", "iam")
	if v.Type == document.Mapping && len(v.Entries) != 1 {
		v.Problem("needs exactly one of api_key, bearer or iam")
	}
	if t.Lab {
		v.Problem("the lab needs no auth: it hands out its own API key where a usage plan asks for one")
	}
	return targets.Auth{
		APIKey: targets.NewSecret(f.Get("api_key").Secret()), Bearer: targets.NewSecret(f.Get("bearer").Secret()), IAM: iam(f.Get("iam"), t),
	}
}

// iam is "true", or a mapping with a profile.
func iam(v document.Value, t *targets.Target) *targets.IAM {
	if v.Node == nil {
		return nil
	}
	if t.Kind.Name != "" && t.Kind.Signing == "" {
		v.Problem("a target of kind %s does not check AWS signatures: remove it", t.Kind.Name)
	}
	switch {
	case v.Type == document.Bool && v.Yes():
		return &targets.IAM{}
	case v.Type != document.Mapping:
		v.Bad("is neither true nor a mapping such as {profile: my-profile}")
		return nil
	}
	inner := v.Fields("profile")
	inner.Need("profile")
	return &targets.IAM{Profile: inner.Get("profile").Name()}
}
