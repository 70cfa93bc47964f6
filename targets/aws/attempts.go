package aws

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	balancing "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"tollgate/targets"
)

// Each method here asks once for as little as can be, to see whether it may be asked at all.

// TryAPI reads the REST API of a target, by the id in its address.
func (a *Account) TryAPI(ctx context.Context, t targets.Target) error {
	id := HostID(t)
	if id == "" {
		return missing(t, "the id of its API")
	}
	_, err := a.gateway.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: &id})
	return a.trouble(err, "apigateway:GET on /restapis/"+id)
}

// TryAPIs lists one REST API.
func (a *Account) TryAPIs(ctx context.Context) error {
	_, err := a.gateway.GetRestApis(ctx, &apigateway.GetRestApisInput{Limit: aws.Int32(1)})
	return a.trouble(err, "apigateway:GET on /restapis")
}

// TryBalancers lists one load balancer.
func (a *Account) TryBalancers(ctx context.Context) error {
	_, err := a.balancers.DescribeLoadBalancers(ctx, &balancing.DescribeLoadBalancersInput{PageSize: aws.Int32(1)})
	return a.trouble(err, "elasticloadbalancing:DescribeLoadBalancers")
}

// TryUsagePlans lists one usage plan.
func (a *Account) TryUsagePlans(ctx context.Context) error {
	_, err := a.gateway.GetUsagePlans(ctx, &apigateway.GetUsagePlansInput{Limit: aws.Int32(1)})
	return a.trouble(err, "apigateway:GET on /usageplans")
}

// TryFunction reads the configuration of a target's function.
func (a *Account) TryFunction(ctx context.Context, t targets.Target) error {
	_, err := a.configuration(ctx, t)
	return err
}

// TryUpdate asks for a change of a target's function on the condition that it is at a revision
// that never was: Lambda refuses the condition where it would allow the change, and changes
// nothing. Source: Lambda API reference, "UpdateFunctionConfiguration", RevisionId and
// PreconditionFailedException.
func (a *Account) TryUpdate(ctx context.Context, t targets.Target) error {
	if _, err := functionName(t); err != nil {
		return err
	}
	_, err := a.functions.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &t.Function.Name, RevisionId: aws.String("00000000-0000-0000-0000-000000000000"),
	})
	if api, is := errors.AsType[smithy.APIError](err); is && (api.ErrorCode() == "PreconditionFailedException" || api.ErrorCode() == "ResourceConflictException") {
		return nil
	}
	return a.trouble(err, "lambda:UpdateFunctionConfiguration")
}

// LogGroup is where a target's function logs, and whether that is only assumed.
func (a *Account) LogGroup(ctx context.Context, t targets.Target) (name string, assumed bool, err error) {
	group, err := a.logGroup(ctx, t)
	return group.name, group.assumed, err
}

// TryQuery starts a query of one second of a target's log. It returns the query for TryResults.
// Where there is no log group, the cause of the error is ErrNoLogGroup.
func (a *Account) TryQuery(ctx context.Context, t targets.Target) (query string, err error) {
	group, err := a.logGroup(ctx, t)
	if err != nil {
		return "", err
	}
	now := time.Now().Unix()
	started, err := a.startQuery(ctx, group, &cloudwatchlogs.StartQueryInput{
		LogGroupName: &group.name, QueryString: aws.String("fields @timestamp | limit 1"), Limit: aws.Int32(1),
		StartTime: aws.Int64(now - 1), EndTime: aws.Int64(now),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(started.QueryId), nil
}

// TryResults asks for the results of a query.
func (a *Account) TryResults(ctx context.Context, query string) error {
	_, err := a.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: &query})
	return a.trouble(err, "logs:GetQueryResults")
}

// noTrace is the id of a trace that never was.
const noTrace = "1-00000000-000000000000000000000000"

// TryTraces asks X-Ray for a trace that there is not.
func (a *Account) TryTraces(ctx context.Context, t targets.Target) error {
	_, err := a.Traces(ctx, t, []string{noTrace})
	return err
}

// TrySummaries asks X-Ray for the traces of one second.
func (a *Account) TrySummaries(ctx context.Context, t targets.Target) error {
	now := time.Now()
	_, err := a.TraceIDs(ctx, t, now.Add(-time.Second), now)
	return err
}

// Concurrency is how many invocations the account may have under way in the region, and how many
// of them functions share that have none of their own.
// Source: Lambda API reference, "GetAccountSettings".
func (a *Account) Concurrency(ctx context.Context) (all, shared int64, err error) {
	out, err := a.functions.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	switch {
	case err != nil:
		return 0, 0, a.trouble(err, "lambda:GetAccountSettings")
	case out.AccountLimit == nil:
		return 0, 0, errors.New("the account's concurrency is not in the answer of Lambda")
	}
	return int64(out.AccountLimit.ConcurrentExecutions), int64(aws.ToInt32(out.AccountLimit.UnreservedConcurrentExecutions)), nil
}
