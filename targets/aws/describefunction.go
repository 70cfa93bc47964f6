package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"tollgate/pricing/document"
)

// DescribeFunction describes a function and its function URL. It may be named with an alias,
// as in items:live, which has an address of its own.
func (a *Account) DescribeFunction(ctx context.Context, name string) (Described, error) {
	d := a.draft("function " + name)
	p, err := d.settings(ctx, name)
	if err != nil {
		return Described{}, err
	}
	d.add("Function", "AWS::Lambda::Function", p)
	in := &lambda.GetFunctionUrlConfigInput{FunctionName: &name}
	if plain, alias := qualified(name); alias != "" {
		in.FunctionName, in.Qualifier = &plain, &alias
	}
	address, err := a.functions.GetFunctionUrlConfig(ctx, in)
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return d.described()
	}
	if err != nil {
		return Described{}, d.trouble(err, "lambda:GetFunctionUrlConfig")
	}
	d.add(name, "AWS::Lambda::Url", properties{"TargetFunctionArn": ref("Function"), "AuthType": string(address.AuthType), "InvokeMode": string(address.InvokeMode)})
	d.made.Outputs[name] = aws.ToString(address.FunctionUrl)
	return d.described()
}

// functionNamed matches a function's name with a version or an alias. Source: Lambda API
// reference, "GetFunctionConfiguration", FunctionName.
var functionNamed = document.Form(`^[A-Za-z0-9_-]{1,140}(?::(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?$`)

// CheckFunction says why a text is neither the name nor the ARN of a function.
func CheckFunction(text string) error {
	if functionNamed().MatchString(text) || functionARN().FindString(text) == text && text != "" {
		return nil
	}
	return fmt.Errorf("%q is neither the name of a function, with an alias or without, as in items:live, nor its ARN", text)
}

// functionARN matches the ARN of a function, wherever it stands: integrations have it within
// another. Source: Lambda developer guide, "Function resources"; API Gateway API reference,
// "Integration", uri.
var functionARN = document.Form(`arn:aws[a-z-]*:lambda:([a-z0-9-]+):[0-9]{12}:function:([A-Za-z0-9_-]{1,140})(:(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?`)

// mostFunctions is how many functions are asked for: each takes three requests.
const mostFunctions = 50

// function describes the function whose ARN stands in a text, once, and refers to it; nil if
// there is none. What cannot be read of it is said, and is no error: its routes are known.
func (d *draft) function(ctx context.Context, text string) any {
	found := functionARN().FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	id := found[2] + found[3]
	if known := d.called[id]; known != "" {
		return ref(known)
	}
	p := properties{"FunctionName": id}
	for _, key := range []string{"MemorySize", "Timeout", "Architectures"} {
		p[key] = unread(key)
	}
	switch {
	case d.unasked != "":
	case found[1] != d.made.Region:
		d.unseen("The function %s is in %s: its settings are not read.", id, found[1])
	case len(d.called) >= mostFunctions:
		d.unseen("The settings of %d functions are read, and those of others are not.", mostFunctions)
	default:
		read, err := d.settings(ctx, found[0])
		if err != nil {
			d.unasked = err.Error()
			if isMissing(err) {
				d.unasked = ""
			}
			d.unseen("Settings of functions are missing: %v.", err)
			break
		}
		p = read
		p["FunctionName"] = id
	}
	d.called[id] = id
	if d.resources[id] != nil { // a front door is called like it
		d.called[id] = id + " (function)"
	}
	return ref(d.add(d.called[id], "AWS::Lambda::Function", p))
}

// qualified takes a name or an ARN apart into the function and its version or alias.
func qualified(name string) (plain, qualifier string) {
	if found := functionARN().FindStringSubmatch(name); found != nil {
		return strings.TrimSuffix(found[0], found[3]), strings.TrimPrefix(found[3], ":")
	}
	plain, qualifier, _ = strings.Cut(name, ":")
	return plain, qualifier
}

// settings are those of a function. Concurrency that may not be read is said to be missing.
func (d *draft) settings(ctx context.Context, name string) (properties, error) {
	plain, qualifier := qualified(name)
	in := &lambda.GetFunctionConfigurationInput{FunctionName: &plain}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	out, err := d.functions.GetFunctionConfiguration(ctx, in)
	switch {
	case isMissing(err):
		return nil, fmt.Errorf("%w: check its name, AWS_PROFILE and AWS_REGION", trouble(err, "%s has no function %s", d.endpoint.at("lambda:"), name))
	case err != nil:
		return nil, d.trouble(err, "lambda:GetFunctionConfiguration")
	}
	full := aws.ToString(out.FunctionName)
	if qualifier != "" {
		full += ":" + qualifier
	}
	architectures := []any{}
	for _, architecture := range out.Architectures {
		architectures = append(architectures, string(architecture))
	}
	p := properties{"FunctionName": full, "MemorySize": aws.ToInt32(out.MemorySize), "Timeout": aws.ToInt32(out.Timeout), "Architectures": architectures}
	d.concurrency(ctx, plain, qualifier, p)
	return p, nil
}

// concurrency adds what is reserved for a function, and what is provisioned for the version
// or alias that requests go to.
func (d *draft) concurrency(ctx context.Context, name, qualifier string, p properties) {
	reserved, err := d.functions.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: &name})
	if err != nil {
		d.unseen("Reserved concurrency is not known: %v.", d.trouble(err, "lambda:GetFunctionConcurrency"))
	} else if reserved.ReservedConcurrentExecutions != nil {
		p["ReservedConcurrentExecutions"] = fmt.Sprint(*reserved.ReservedConcurrentExecutions) // 0 shuts the function
	}
	if qualifier == "" { // it is of a version or an alias
		return
	}
	all, err := d.functions.ListProvisionedConcurrencyConfigs(ctx, &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: &name})
	if err != nil {
		d.unseen("Provisioned concurrency is not known: %v.", d.trouble(err, "lambda:ListProvisionedConcurrencyConfigs"))
		return
	}
	for _, one := range all.ProvisionedConcurrencyConfigs {
		if strings.HasSuffix(aws.ToString(one.FunctionArn), ":"+qualifier) {
			p["ProvisionedConcurrencyConfig"] = properties{"ProvisionedConcurrentExecutions": aws.ToInt32(one.RequestedProvisionedConcurrentExecutions)}
		}
	}
}
