package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/scenarios/sources/formats"
	"tollgate/scenarios/sources/stacks"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// A describer asks an account for something that is deployed. A name that cannot be one is
// refused before that.
type describer struct {
	check    func(name string) error
	describe func(a *aws.Account, ctx context.Context, name string) (aws.Described, error)
}

// deployed are the flags that name what is deployed.
var deployed = map[string]*describer{
	formats.API: {
		check: func(name string) error { _, err := aws.ParseAPIStage(name); return err },
		describe: func(a *aws.Account, ctx context.Context, name string) (aws.Described, error) {
			of, err := aws.ParseAPIStage(name)
			if err != nil {
				return aws.Described{}, err
			}
			return a.DescribeAPI(ctx, of)
		},
	},
	formats.Balancer: {check: aws.CheckBalancer, describe: (*aws.Account).DescribeBalancer},
	formats.Function: {check: aws.CheckFunction, describe: (*aws.Account).DescribeFunction},
	formats.Stack: {
		check: func(name string) error {
			of, err := aws.ParseStackOutput(name)
			if err == nil && of.Output != "" {
				err = errors.New("write its name alone: --resource chooses a front door of it")
			}
			return err
		},
		describe: (*aws.Account).DescribeStack,
	},
}

// deployed asks AWS for what a flag names.
func (i *initFlags) deployed(c *cobra.Command, flag string, name string) (stacks.Deployed, error) {
	of := deployed[flag]
	if err := of.check(name); err != nil {
		return stacks.Deployed{}, usage(fmt.Errorf("--%s: %w", flag, err))
	}
	account, err := aws.Open(c.Context(), targets.Target{Region: i.region})
	if errors.Is(err, aws.ErrNoRegion) { // there is no target yet
		err = errors.New("nothing says in which region: add --region, such as --region eu-central-1, or set AWS_REGION")
	}
	if err != nil {
		return stacks.Deployed{}, fmt.Errorf("--%s %s: %w", flag, name, err)
	}
	described, err := of.describe(account, c.Context(), name)
	if err != nil {
		err = fmt.Errorf("--%s: %w", flag, err)
	}
	return stacks.Deployed(described), err
}
