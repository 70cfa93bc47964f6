package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// mostResources is how many resources a stack has at most.
// Source: CloudFormation user guide, "Understand CloudFormation quotas".
const mostResources = 500

// DescribeStack reads a stack. It may be in any state but deleted: nothing is measured yet.
func (a *Account) DescribeStack(ctx context.Context, name string) (Described, error) {
	d := a.draft("stack " + name)
	described, err := a.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	switch {
	case isNoStack(err) || err == nil && len(described.Stacks) == 0:
		return Described{}, fmt.Errorf("%s has no stack %s, or it was deleted: check its name, AWS_PROFILE and AWS_REGION", d.endpoint.at("cloudformation:DescribeStacks"), name)
	case err != nil:
		return Described{}, d.trouble(err, "cloudformation:DescribeStacks")
	}
	d.made.values(described.Stacks[0])
	template, err := a.stacks.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &name, TemplateStage: types.TemplateStageProcessed})
	if err != nil {
		return Described{}, d.trouble(err, "cloudformation:GetTemplate")
	}
	d.made.Template = aws.ToString(template.TemplateBody)
	pages := cloudformation.NewListStackResourcesPaginator(a.stacks, &cloudformation.ListStackResourcesInput{StackName: &name}, func(o *cloudformation.ListStackResourcesPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Described{}, d.trouble(err, "cloudformation:ListStackResources")
		}
		for _, r := range page.StackResourceSummaries {
			d.made.Physical[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
		}
		if len(d.made.Physical) > mostResources {
			return Described{}, errors.New("the stack has more resources than CloudFormation allows: its description cannot be right")
		}
	}
	return d.made, nil
}

// masked is what CloudFormation shows in place of a NoEcho parameter.
const masked = "****"

// socketText matches an address of a WebSocket API, as [addressText] does those of HTTP.
var socketText = regexp.MustCompile(strings.Replace(addressText.String(), "https?", "wss?", 1))

// values takes parameters and outputs. Outputs may hold secrets, and addresses do not.
func (s *Described) values(stack types.Stack) {
	for _, p := range stack.Parameters {
		value := aws.ToString(p.ParameterValue)
		if p.ResolvedValue != nil {
			value = *p.ResolvedValue
		}
		if value != masked {
			s.Parameters[aws.ToString(p.ParameterKey)] = value
		}
	}
	for _, o := range stack.Outputs {
		if value := aws.ToString(o.OutputValue); addressText.MatchString(value) || socketText.MatchString(value) {
			s.Outputs[aws.ToString(o.OutputKey)] = value
		}
	}
}
