package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"tollgate/targets"
)

// A FunctionSettings is a function with its own address.
type FunctionSettings struct {
	Name, Region, Architecture string
	MemoryMB, Timeout          int    // seconds
	URL                        string // "": it has none
	AuthType, InvokeMode       string // of the address
}

// FunctionSettings reads how a function is set up, and its function URL. It may be named
// with an alias, as in items:live, which has an address of its own.
func (a *Account) FunctionSettings(ctx context.Context, name string) (FunctionSettings, error) {
	t := targets.Target{Function: targets.Function{Name: name}}
	out, err := a.configuration(ctx, t)
	if err != nil {
		return FunctionSettings{}, err
	}
	made := FunctionSettings{Name: aws.ToString(out.FunctionName), Region: a.functions.Options().Region, MemoryMB: int(aws.ToInt32(out.MemorySize)), Timeout: int(aws.ToInt32(out.Timeout))}
	for _, architecture := range out.Architectures {
		made.Architecture = string(architecture)
	}
	in := &lambda.GetFunctionUrlConfigInput{FunctionName: out.FunctionName}
	if _, alias := t.Function.Parts(); alias != "" {
		in.Qualifier = &alias
	}
	address, err := a.functions.GetFunctionUrlConfig(ctx, in)
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return made, nil
	}
	if err != nil {
		return made, a.trouble(err, "lambda:GetFunctionUrlConfig")
	}
	made.URL, made.AuthType, made.InvokeMode = aws.ToString(address.FunctionUrl), string(address.AuthType), string(address.InvokeMode)
	return made, nil
}
