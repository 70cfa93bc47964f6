package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// http describes a stage of an API of the second version: HTTP or WebSocket. Its routes are
// those that the API has now; a stage that is not deployed by itself may have others.
func (d *draft) http(ctx context.Context, of APIStage, api *apigatewayv2.GetApiOutput) error {
	stages, err := paged(func(next *string) ([]types.Stage, *string, error) {
		out, err := d.apis.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: &of.ID, NextToken: next})
		if err != nil {
			return nil, nil, d.trouble(err, "apigateway:GET on the stages")
		}
		return out.Items, out.NextToken, nil
	})
	if err != nil {
		return err
	}
	var names []string
	for _, s := range stages {
		names = append(names, aws.ToString(s.StageName))
	}
	if of.Stage, err = of.stage(names); err != nil {
		return err
	}
	stage := stages[slices.IndexFunc(stages, func(s types.Stage) bool { return aws.ToString(s.StageName) == of.Stage })]
	if !aws.ToBool(stage.AutoDeploy) {
		d.unseen("The routes are those of the API as it is now. The stage has those of its last deployment.")
	}
	disabled := aws.ToBool(api.DisableExecuteApiEndpoint)
	d.add(of.ID, "AWS::ApiGatewayV2::Api", properties{
		"Name": aws.ToString(api.Name), "ProtocolType": string(api.ProtocolType), "RouteSelectionExpression": aws.ToString(api.RouteSelectionExpression), "DisableExecuteApiEndpoint": disabled,
	})
	if at := aws.ToString(api.ApiEndpoint); at != "" && !disabled {
		if of.Stage != defaultStage {
			at = strings.TrimSuffix(at, "/") + "/" + of.Stage
		}
		d.made.Outputs[of.ID] = at
	}
	d.httpStage(ctx, of, stage)
	d.httpAuthorizers(ctx, of)
	integrations, err := d.integrations(ctx, of)
	if err != nil {
		return err
	}
	return d.routes(ctx, of, stage, integrations)
}

// defaultStage is the stage without a part in the path.
const defaultStage = "$default"

// paged reads all pages of a list.
func paged[T any](read func(next *string) ([]T, *string, error)) (all []T, err error) {
	const mostPages = 1000
	var next *string
	for range mostPages {
		page, further, err := read(next)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if aws.ToString(further) == "" {
			return all, nil
		}
		next = further
	}
	return nil, fmt.Errorf("a list has more than %d pages: it cannot be right", mostPages)
}

// httpStage describes the stage.
func (d *draft) httpStage(ctx context.Context, of APIStage, stage types.Stage) {
	account := d.accountThrottle(ctx)
	settings := func(s types.RouteSettings) properties {
		return throttled(aws.ToFloat64(s.ThrottlingRateLimit), aws.ToInt32(s.ThrottlingBurstLimit), account)
	}
	single := properties{}
	for route, s := range stage.RouteSettings {
		if p := settings(s); p != nil {
			single[route] = p
		}
	}
	p := properties{"ApiId": ref(of.ID), "StageName": of.Stage, "RouteSettings": single}
	if s := stage.DefaultRouteSettings; s != nil {
		p["DefaultRouteSettings"] = settings(*s)
	}
	d.add("stage "+of.Stage, "AWS::ApiGatewayV2::Stage", p)
}

// httpAuthorizers names those of the API.
func (d *draft) httpAuthorizers(ctx context.Context, of APIStage) {
	all, err := paged(func(next *string) ([]types.Authorizer, *string, error) {
		out, err := d.apis.GetAuthorizers(ctx, &apigatewayv2.GetAuthorizersInput{ApiId: &of.ID, NextToken: next})
		if err != nil {
			return nil, nil, d.trouble(err, "apigateway:GET on the authorizers")
		}
		return out.Items, out.NextToken, nil
	})
	if err != nil {
		d.unseen("Authorizers are not known: %v.", err)
		return
	}
	for _, a := range all {
		what := "of the type " + string(a.AuthorizerType)
		if jwt := a.JwtConfiguration; jwt != nil {
			what += fmt.Sprintf(", for tokens of %s", aws.ToString(jwt.Issuer))
		}
		d.unseen("The API has the authorizer %s, %s.", aws.ToString(a.Name), what)
	}
}

// integrations describes what routes call, by their ids.
func (d *draft) integrations(ctx context.Context, of APIStage) (map[string]types.Integration, error) {
	all, err := paged(func(next *string) ([]types.Integration, *string, error) {
		out, err := d.apis.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: &of.ID, NextToken: next})
		if err != nil {
			return nil, nil, d.trouble(err, "apigateway:GET on the integrations")
		}
		return out.Items, out.NextToken, nil
	})
	byID := map[string]types.Integration{}
	for _, i := range all {
		byID[aws.ToString(i.IntegrationId)] = i
	}
	return byID, err
}

// routes describes the routes, and the integrations that they call.
func (d *draft) routes(ctx context.Context, of APIStage, stage types.Stage, integrations map[string]types.Integration) error {
	all, err := paged(func(next *string) ([]types.Route, *string, error) {
		out, err := d.apis.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &of.ID, NextToken: next})
		if err != nil {
			return nil, nil, d.trouble(err, "apigateway:GET on the routes")
		}
		return out.Items, out.NextToken, nil
	})
	if err != nil {
		return err
	}
	for _, r := range all {
		key := aws.ToString(r.RouteKey)
		p := properties{
			"ApiId": ref(of.ID), "RouteKey": key, "AuthorizationType": string(r.AuthorizationType), "ApiKeyRequired": aws.ToBool(r.ApiKeyRequired),
			"RouteResponseSelectionExpression": aws.ToString(r.RouteResponseSelectionExpression),
		}
		id := strings.TrimPrefix(aws.ToString(r.Target), "integrations/")
		if i, known := integrations[id]; known {
			p["Target"] = ref(d.integration(ctx, of, stage, id, i))
		}
		method, path, found := strings.Cut(key, " ")
		if !found {
			method, path = "", key
		}
		d.add(path+" "+method, "AWS::ApiGatewayV2::Route", p)
	}
	return nil
}

// integration describes one that a route calls.
func (d *draft) integration(ctx context.Context, of APIStage, stage types.Stage, id string, i types.Integration) string {
	uri := resolved(aws.ToString(i.IntegrationUri), stage.StageVariables)
	p := properties{
		"ApiId": ref(of.ID), "IntegrationType": string(i.IntegrationType), "IntegrationSubtype": aws.ToString(i.IntegrationSubtype), "TimeoutInMillis": aws.ToInt32(i.TimeoutInMillis), "IntegrationUri": uri,
	}
	if function := d.function(ctx, uri); function != nil {
		p["IntegrationUri"] = function
	}
	return d.add("integration "+id, "AWS::ApiGatewayV2::Integration", maps.Clone(p))
}
