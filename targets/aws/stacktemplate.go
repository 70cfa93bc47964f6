package aws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// A StackTemplate is a stack with the template that it was deployed by.
type StackTemplate struct {
	Name, Region string
	Template     string            // as CloudFormation has it: SAM's abbreviations are written out
	Parameters   map[string]string // whose values are no secrets
	Physical     map[string]string // ids of resources, by logical ids
	Outputs      map[string]string // those that are addresses
}

// mostResources is how many resources a stack has at most.
// Source: CloudFormation user guide, "Understand CloudFormation quotas".
const mostResources = 500

// StackTemplate reads a stack. It may be in any state but deleted: nothing is measured yet.
func (a *Account) StackTemplate(ctx context.Context, name string) (StackTemplate, error) {
	e := a.endpoint
	e.Region = a.stacks.Options().Region
	explained := func(err error, action string) error { return trouble(err, "%s", e.Explain(err, action)) }
	described, err := a.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	switch {
	case isNoStack(err) || err == nil && len(described.Stacks) == 0:
		return StackTemplate{}, fmt.Errorf("%s has no stack %s, or it was deleted: check its name, AWS_PROFILE and AWS_REGION", e.at("cloudformation:DescribeStacks"), name)
	case err != nil:
		return StackTemplate{}, explained(err, "cloudformation:DescribeStacks")
	}
	made := StackTemplate{Name: name, Region: e.Region, Parameters: map[string]string{}, Physical: map[string]string{}, Outputs: map[string]string{}}
	made.values(described.Stacks[0])
	template, err := a.stacks.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &name, TemplateStage: types.TemplateStageProcessed})
	if err != nil {
		return StackTemplate{}, explained(err, "cloudformation:GetTemplate")
	}
	made.Template = aws.ToString(template.TemplateBody)
	pages := cloudformation.NewListStackResourcesPaginator(a.stacks, &cloudformation.ListStackResourcesInput{StackName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return StackTemplate{}, explained(err, "cloudformation:ListStackResources")
		}
		for _, r := range page.StackResourceSummaries {
			made.Physical[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
		}
		if len(made.Physical) > mostResources {
			return StackTemplate{}, errors.New("the stack has more resources than CloudFormation allows: its description cannot be right")
		}
	}
	return made, nil
}

// masked is what CloudFormation shows in place of a NoEcho parameter.
const masked = "****"

// values takes parameters and outputs. Outputs may hold secrets, and addresses do not.
func (s *StackTemplate) values(stack types.Stack) {
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
		if value := aws.ToString(o.OutputValue); addressText.MatchString(value) {
			s.Outputs[aws.ToString(o.OutputKey)] = value
		}
	}
}
