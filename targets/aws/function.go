package aws

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	smithytime "github.com/aws/smithy-go/time"

	"tollgate/targets"
)

// functionName is that of the function behind a target, without a qualifier.
func functionName(t targets.Target) (string, error) {
	name, _ := t.Function.Parts()
	if name == "" {
		return "", missing(t, "which function is behind it; give it function: {name: …}")
	}
	return name, nil
}

func (a *Account) configuration(ctx context.Context, t targets.Target) (*lambda.GetFunctionConfigurationOutput, error) {
	if _, err := functionName(t); err != nil {
		return nil, err
	}
	out, err := a.functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &t.Function.Name})
	return out, a.trouble(err, "lambda:GetFunctionConfiguration")
}

// Renew changes one variable of the environment of a target's function, so that
// Lambda retires its execution environments, and waits until the change is in
// effect: the next invocations are cold. The variable stays until Restore.
func (a *Account) Renew(ctx context.Context, t targets.Target) error {
	stamp := strconv.FormatInt(time.Now().UnixNano(), 36)
	return a.change(ctx, t, func(variables map[string]string) { variables[targets.RenewalVariable] = stamp })
}

// Restore takes away what Renew added. That retires the environments once more.
func (a *Account) Restore(ctx context.Context, t targets.Target) error {
	return a.change(ctx, t, func(variables map[string]string) { delete(variables, targets.RenewalVariable) })
}

func (a *Account) change(ctx context.Context, t targets.Target, edit func(map[string]string)) error {
	before, err := a.configuration(ctx, t)
	if err != nil {
		return err
	}
	variables := map[string]string{}
	if before.Environment != nil {
		if before.Environment.Error != nil { // or the update would lose the variables
			return fmt.Errorf("the environment of function %s cannot be read, and would be lost: allow these credentials to decrypt its key", t.Function.Name)
		}
		maps.Copy(variables, before.Environment.Variables)
	}
	edit(variables)
	_, err = a.functions.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &t.Function.Name, RevisionId: before.RevisionId,
		Environment: &types.Environment{Variables: variables},
	})
	if err != nil {
		return a.trouble(err, "lambda:UpdateFunctionConfiguration")
	}
	return a.settled(ctx, t)
}

// settled waits until the function's last update is in effect.
func (a *Account) settled(ctx context.Context, t targets.Target) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		out, err := a.configuration(ctx, t)
		switch {
		case err != nil:
			return err
		case out.LastUpdateStatus == types.LastUpdateStatusFailed:
			return fmt.Errorf("the update of function %s failed: %s", t.Function.Name, short(aws.ToString(out.LastUpdateStatusReason)))
		case out.LastUpdateStatus != types.LastUpdateStatusInProgress:
			return nil
		}
		if err := smithytime.SleepWithContext(ctx, pause); err != nil {
			return fmt.Errorf("the update of function %s is not in effect yet: %w", t.Function.Name, err)
		}
	}
}
