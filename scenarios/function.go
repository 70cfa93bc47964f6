package scenarios

import (
	"regexp"
	"strconv"
	"strings"

	"tollgate/targets"
)

// function reads the Lambda function behind a target; n may be nil.
func (in *input) function(n *node, path string) targets.Function {
	made := targets.Function{MemoryMB: defaultMemoryMB, Architecture: defaultArchitecture}
	if n == nil {
		return made
	}
	f := in.fields(n, path, "name", "memory", "architecture")
	made.Name = f.matching("name", functionForm, "is not the name or ARN of a Lambda function: write my-function, my-function:alias or arn:aws:lambda:REGION:ACCOUNT:function:NAME")
	if f.has("memory") {
		made.MemoryMB = f.memory()
	}
	if a := f.choice("architecture", "x86_64", "arm64"); a != "" {
		made.Architecture = a
	}
	return made
}

var functionForm = regexp.MustCompile("^" + targets.FunctionForm + "$")

// The bounds of a function's memory. Source: Lambda developer guide, quotas.
const leastMB, mostMB = 128, 10_240

func (f fields) memory() int64 {
	n, ok := f.scalar("memory", "a size such as 512MB", integer, float)
	if !ok {
		return 0
	}
	for unit, factor := range map[string]int64{"MB": 1, "GB": 1024} {
		number, found := strings.CutSuffix(n.text, unit)
		if mb, err := strconv.ParseInt(number, 10, 64); found && err == nil && digits(number) && mb <= mostMB {
			if mb *= factor; mb >= leastMB && mb <= mostMB {
				return mb
			}
			f.bad(n, "memory", "is out of bounds: a function has from %dMB to %dMB", leastMB, mostMB)
			return 0
		}
	}
	f.bad(n, "memory", "is not a size of memory: write it as 512MB or 1GB")
	return 0
}

// auth reads how requests at t prove who sends them.
func (in *input) auth(n *node, path string, t *targets.Target) targets.Auth {
	f := in.fields(n, path, "api_key", "bearer", "iam")
	if n.sort == mapping && len(n.entries) != 1 {
		in.problem(n, "%s: needs exactly one of api_key, bearer or iam", path)
	}
	if t.Lab {
		in.problem(n, "%s: the lab needs no auth: it hands out its own API key where a usage plan asks for one", path)
	}
	var a targets.Auth
	if key := f.get("api_key"); key != nil {
		a.APIKey = targets.NewSecret(in.secret(key, f.at("api_key")))
	}
	if token := f.get("bearer"); token != nil {
		a.Bearer = targets.NewSecret(in.secret(token, f.at("bearer")))
	}
	if f.has("iam") {
		a.IAM = f.iam(t)
	}
	return a
}

// iam is "true", or a mapping with a profile.
func (f fields) iam(t *targets.Target) *targets.IAM {
	n := f.get("iam")
	if n == nil {
		return nil
	}
	if t.Kind.Name != "" && t.Kind.Signing == "" {
		f.in.problem(n, "%s: a target of kind %s does not check AWS signatures: remove it", f.at("iam"), t.Kind.Name)
	}
	switch {
	case n.sort == boolean && n.text == "true":
		return &targets.IAM{}
	case n.sort != mapping:
		f.bad(n, "iam", "is neither true nor a mapping such as {profile: my-profile}")
		return nil
	}
	inner := f.in.fields(n, f.at("iam"), "profile")
	inner.need("profile")
	return &targets.IAM{Profile: inner.name("profile")}
}
