package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	balancing "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/smithy-go"

	"tollgate/targets"
)

// A Naming is what the account itself says of a name in a scenario.
type Naming struct {
	Known bool   // there is something of that name
	Wrong string // why there is not; "" where nothing can be said
}

// APIName says whether a REST API is called as a target says it is. Its address
// holds the API's id, which decides; behind a custom domain any API of the name
// will do. Nothing can be said where API Gateway may not be read.
func (a *Account) APIName(ctx context.Context, t targets.Target) Naming {
	id := HostID(t)
	if id == "" {
		named, err := a.apisNamed(ctx, t.API)
		return Naming{Known: err == nil && len(named) > 0}
	}
	out, err := a.gateway.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: &id})
	switch {
	case isMissing(err):
		return Naming{Wrong: fmt.Sprintf("there is no REST API with the id %s of the URL in this account and region", id)}
	case err != nil && t.API == id:
		return Naming{Wrong: fmt.Sprintf("%s is the API's id, and CloudWatch knows REST APIs by their names: give the target the API's name as api:", id)}
	case err != nil:
		return Naming{}
	case aws.ToString(out.Name) != t.API:
		name := aws.ToString(out.Name)
		return Naming{Wrong: fmt.Sprintf("the REST API %s of the URL is called %q, not %q: give the target api: %q", id, name, t.API, name)}
	default:
		return Naming{Known: true}
	}
}

// FunctionName says whether there is a function of a target's name.
func (a *Account) FunctionName(ctx context.Context, t targets.Target) Naming {
	_, err := a.configuration(ctx, t)
	if isMissing(err) {
		return Naming{Wrong: fmt.Sprintf("Lambda has no function %s in this account and region", t.Function.Name)}
	}
	return Naming{Known: err == nil}
}

// SecondAPIName says whether there is an HTTP or WebSocket API of a target's id, and whether it
// has the target's stage.
func (a *Account) SecondAPIName(ctx context.Context, t targets.Target) Naming {
	_, err := a.RouteThrottles(ctx, t)
	var none *NoStageError
	switch {
	case isMissing(err):
		return Naming{Wrong: fmt.Sprintf("API Gateway has no HTTP or WebSocket API with the id %s in this account and region", SecondID(t))}
	case errors.As(err, &none):
		return Naming{Wrong: none.Error()}
	}
	return Naming{Known: err == nil}
}

// BalancerName says whether there is a load balancer of a target's name.
func (a *Account) BalancerName(ctx context.Context, t targets.Target) Naming {
	parts := strings.Split(t.Balancer, "/") // app/name/id
	if len(parts) != 3 || !balancerName.MatchString(parts[1]) {
		return Naming{}
	}
	out, err := a.balancers.DescribeLoadBalancers(ctx, &balancing.DescribeLoadBalancersInput{Names: []string{parts[1]}})
	api, is := errors.AsType[smithy.APIError](err)
	switch {
	case is && api.ErrorCode() == "LoadBalancerNotFound":
		return Naming{Wrong: fmt.Sprintf("there is no load balancer %s in this account and region", parts[1])}
	case err != nil || len(out.LoadBalancers) == 0:
		return Naming{}
	}
	_, found, _ := strings.Cut(aws.ToString(out.LoadBalancers[0].LoadBalancerArn), ":loadbalancer/")
	if found != t.Balancer {
		return Naming{Wrong: fmt.Sprintf("the load balancer %s is %q, not %q: give the target balancer: %q", parts[1], found, t.Balancer, found)}
	}
	return Naming{Known: true}
}

// Namesakes are the ids of all REST APIs that are called as a target's is, where
// there are several: CloudWatch knows REST APIs by their names alone.
func (a *Account) Namesakes(ctx context.Context, t targets.Target) ([]string, error) {
	ids, err := a.apisNamed(ctx, t.API)
	if err != nil || len(ids) < 2 {
		return nil, err
	}
	return ids, nil
}

func (a *Account) apisNamed(ctx context.Context, name string) (ids []string, err error) {
	pages := apigateway.NewGetRestApisPaginator(a.gateway, &apigateway.GetRestApisInput{Limit: aws.Int32(500)}, func(o *apigateway.GetRestApisPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, a.trouble(err, "apigateway:GET on /restapis")
		}
		for _, api := range page.Items {
			if aws.ToString(api.Name) == name {
				ids = append(ids, aws.ToString(api.Id))
			}
		}
	}
	return ids, nil
}

// HostID is the API's id in the address of a target, "" behind a custom domain.
func HostID(t targets.Target) string {
	if t.URL == nil {
		return ""
	}
	host, _, _ := targets.ReadHost(t.URL.Hostname())
	return host.API
}

func isMissing(err error) bool {
	api, is := errors.AsType[smithy.APIError](err)
	return is && (strings.HasPrefix(api.ErrorCode(), "ResourceNotFound") || strings.HasPrefix(api.ErrorCode(), "NotFound"))
}
