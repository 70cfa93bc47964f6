package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"tollgate/pricing/document"
)

// A StackOutput names an output of a CloudFormation stack.
type StackOutput struct {
	Stack  string
	Output string // "": the only one that is an address
}

// What CloudFormation takes as names.
// Sources: CloudFormation API reference, CreateStack, StackName; CloudFormation template
// reference, "Outputs": a logical ID is alphanumeric.
var (
	stackName  = document.Form(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)
	outputName = document.Form(`^[A-Za-z0-9]{1,255}$`)
)

// ParseStackOutput reads NAME or NAME/OUTPUT.
func ParseStackOutput(text string) (StackOutput, error) {
	stack, output, chosen := strings.Cut(text, "/")
	switch {
	case strings.HasPrefix(text, "arn:"):
		return StackOutput{}, errors.New("that is an ARN: write the stack's name, such as shop-prod")
	case !stackName().MatchString(stack):
		return StackOutput{}, fmt.Errorf("%q is no name of a stack: write a letter, then letters, digits and hyphens, at most 128, such as shop-prod", stack)
	case chosen && !outputName().MatchString(output):
		return StackOutput{}, fmt.Errorf("%q is no name of an output: write letters and digits, as in stack:%s/ApiUrl", output, stack)
	}
	return StackOutput{stack, output}, nil
}

// StackAddress is the address that an output of a stack holds. The stack must be at rest
// with its last deployment complete: otherwise another version than the one meant would
// be measured. Messages name outputs and never show their values: CloudFormation does not
// mask those that come from NoEcho parameters.
// Source: CloudFormation template reference, "Parameters", NoEcho.
func (a *Account) StackAddress(ctx context.Context, of StackOutput) (string, error) {
	e := a.endpoint
	e.Region = a.stacks.Options().Region
	const action = "cloudformation:DescribeStacks"
	out, err := a.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &of.Stack})
	switch {
	case isNoStack(err) || err == nil && len(out.Stacks) == 0:
		return "", fmt.Errorf("%s has no stack %s, or it was deleted: check its name, AWS_PROFILE and AWS_REGION", e.at(action), of.Stack)
	case err != nil:
		return "", trouble(err, "%s", e.Explain(err, action))
	}
	if why := notServing(of.Stack, out.Stacks[0].StackStatus); why != "" {
		return "", errors.New(why)
	}
	return of.address(out.Stacks[0].Outputs)
}

// isNoStack says that there is no stack of the name. CloudFormation has no code for it.
// Source: CloudFormation API reference, DescribeStacks: "If the stack doesn't exist, a
// ValidationError is returned."
func isNoStack(err error) bool {
	api, is := errors.AsType[smithy.APIError](err)
	return is && api.ErrorCode() == "ValidationError" && strings.HasSuffix(api.ErrorMessage(), "does not exist")
}

// notServing says why a stack does not serve what was deployed last; "" where it does.
// Source: CloudFormation user guide, "Stack status codes".
func notServing(stack string, status types.StackStatus) string {
	is := func(what string) string { return fmt.Sprintf("stack %s %s (%s): ", stack, what, status) }
	wait := func(what string) string {
		return fmt.Sprintf("wait for it with \"aws cloudformation wait stack-%s-complete --stack-name %s\"", what, stack)
	}
	switch status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateCompleteCleanupInProgress, // removes only what was replaced
		types.StackStatusImportComplete, types.StackStatusImportRollbackComplete:
		return ""
	case types.StackStatusCreateInProgress:
		return is("is still being created") + wait("create")
	case types.StackStatusReviewInProgress:
		return is("is not created yet") + "execute its change set"
	case types.StackStatusUpdateInProgress:
		return is("is being updated, and would change while it is measured") + wait("update")
	case types.StackStatusDeleteInProgress, types.StackStatusDeleteComplete, types.StackStatusDeleteFailed:
		return is("is deleted or being deleted") + "deploy it again, or name another stack"
	case types.StackStatusUpdateRollbackComplete:
		return is("serves the version before its last update, which failed") + "deploy it again, or name its address in place of the stack"
	}
	if strings.HasSuffix(string(status), "_IN_PROGRESS") {
		return is("is being changed") + "wait until that is complete"
	}
	return is("was not deployed completely") + "mend it and deploy it again"
}

// addressText matches an address of HTTP that holds only characters of an address. Others,
// such as braces, would be read as references to secrets. Source: RFC 3986, section 2.
var addressText = regexp.MustCompile(`^https?://[A-Za-z0-9\[][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*$`)

// address is the value of the output that is meant.
func (o StackOutput) address(outputs []types.Output) (string, error) {
	values, all, addresses := map[string]string{}, []string{}, []string{}
	for _, output := range outputs {
		key, value := aws.ToString(output.OutputKey), aws.ToString(output.OutputValue)
		values[key] = value
		all = append(all, key)
		if addressText.MatchString(value) {
			addresses = append(addresses, key)
		}
	}
	slices.Sort(all)
	slices.Sort(addresses)
	_, exists := values[o.Output]
	switch {
	case len(all) == 0:
		return "", fmt.Errorf("stack %s has no outputs: give its template one that holds the address, or name the address in place of the stack", o.Stack)
	case o.Output == "" && len(addresses) == 1:
		return values[addresses[0]], nil
	case o.Output == "" && len(addresses) == 0:
		return "", fmt.Errorf("no output of stack %s is an http or https address; its outputs are %s", o.Stack, strings.Join(all, ", "))
	case o.Output == "":
		return "", fmt.Errorf("several outputs of stack %s are addresses: choose one, as in stack:%s/%s (%s)", o.Stack, o.Stack, addresses[0], strings.Join(addresses, ", "))
	case !exists:
		return "", fmt.Errorf("stack %s has no output %s; its outputs are %s", o.Stack, o.Output, strings.Join(all, ", "))
	case !slices.Contains(addresses, o.Output):
		return "", fmt.Errorf("output %s of stack %s is no http or https address%s", o.Output, o.Stack, instead(addresses))
	}
	return values[o.Output], nil
}

// instead names the outputs that can be chosen.
func instead(addresses []string) string {
	if len(addresses) == 0 {
		return ", and no other of its outputs is"
	}
	return "; these are: " + strings.Join(addresses, ", ")
}
