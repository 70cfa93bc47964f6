package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// rest describes a stage of a REST API. What it serves is what was deployed to it last, of
// which API Gateway keeps methods and their authorization; what they call, and how long that
// may take, is known only as the API is now.
func (d *draft) rest(ctx context.Context, of APIStage, api *apigateway.GetRestApiOutput) error {
	stages, err := d.gateway.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: &of.ID})
	if err != nil {
		return d.trouble(err, "apigateway:GET on the stages")
	}
	var names []string
	for _, s := range stages.Item {
		names = append(names, aws.ToString(s.StageName))
	}
	if of.Stage, err = of.stage(names); err != nil {
		return err
	}
	stage := stages.Item[slices.IndexFunc(stages.Item, func(s types.Stage) bool { return aws.ToString(s.StageName) == of.Stage })]
	var endpoints []any
	if c := api.EndpointConfiguration; c != nil {
		for _, kind := range c.Types {
			endpoints = append(endpoints, string(kind))
		}
	}
	d.add(of.ID, "AWS::ApiGateway::RestApi", properties{
		"Name": aws.ToString(api.Name), "EndpointConfiguration": properties{"Types": endpoints}.stated(), "DisableExecuteApiEndpoint": api.DisableExecuteApiEndpoint,
	})
	if d.gateway.Options().BaseEndpoint != nil {
		if at := stage.Tags[addressTag]; at != "" {
			d.made.Outputs[of.ID] = at
		} else {
			d.made.Unaddressed = "another endpoint than AWS was asked, which does not say where the API is"
		}
	}
	d.restStage(ctx, of, stage)
	if err := d.methods(ctx, of, stage); err != nil {
		return err
	}
	d.restAuthorizers(ctx, of)
	d.usagePlans(ctx, of)
	return nil
}

// addressTag is a tag by which a lab says where it serves the stage of a REST API.
const addressTag = "tollgate:url"

// restStage describes the stage.
func (d *draft) restStage(ctx context.Context, of APIStage, stage types.Stage) {
	account := d.accountThrottle(ctx)
	var settings []any
	for _, method := range slices.Sorted(maps.Keys(stage.MethodSettings)) {
		m := stage.MethodSettings[method]
		where, verb := "/*", "*"
		if at := strings.LastIndexByte(method, '/'); method != "*/*" && at >= 0 {
			where, verb = "/"+strings.TrimPrefix(strings.ReplaceAll(method[:at], "~1", "/"), "/"), method[at+1:]
		}
		p := properties{"ResourcePath": where, "HttpMethod": verb}
		maps.Copy(p, throttled(m.ThrottlingRateLimit, m.ThrottlingBurstLimit, account))
		if stage.CacheClusterEnabled && m.CachingEnabled {
			p["CachingEnabled"], p["CacheTtlInSeconds"] = true, m.CacheTtlInSeconds
		}
		if len(p) > 2 {
			settings = append(settings, p)
		}
	}
	d.add("stage "+of.Stage, "AWS::ApiGateway::Stage", properties{
		"RestApiId": ref(of.ID), "StageName": of.Stage, "CacheClusterEnabled": stage.CacheClusterEnabled, "CacheClusterSize": string(stage.CacheClusterSize), "MethodSettings": settings,
	})
	if c := stage.CanarySettings; c != nil {
		d.unseen("A canary release has %g%% of the stage's requests: releases at the target gives it figures of its own.", c.PercentTraffic)
	}
	if acl := aws.ToString(stage.WebAclArn); acl != "" {
		d.add("web ACL", "AWS::WAFv2::WebACLAssociation", properties{"ResourceArn": ref(of.ID), "WebACLArn": acl})
	}
}

// throttled is a token bucket as templates have it; nothing where it is the account's own,
// which API Gateway shows for what has none.
func throttled(rate float64, burst int32, account Limit) properties {
	if rate <= 0 && burst <= 0 || rate == account.Rate && int64(burst) == account.Burst {
		return nil
	}
	return properties{"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}.stated()
}

// methods describes the methods that are deployed.
func (d *draft) methods(ctx context.Context, of APIStage, stage types.Stage) error {
	deployed, err := d.gateway.GetDeployment(ctx, &apigateway.GetDeploymentInput{RestApiId: &of.ID, DeploymentId: stage.DeploymentId, Embed: []string{"apisummary"}})
	if err != nil {
		return d.trouble(err, "apigateway:GET on the deployment")
	}
	now := map[string]types.Method{}
	pages := apigateway.NewGetResourcesPaginator(d.gateway, &apigateway.GetResourcesInput{RestApiId: &of.ID, Embed: []string{"methods"}, Limit: aws.Int32(500)}, func(o *apigateway.GetResourcesPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return d.trouble(err, "apigateway:GET on the resources")
		}
		for _, r := range page.Items {
			for verb, m := range r.ResourceMethods {
				now[aws.ToString(r.Path)+" "+verb] = m
			}
		}
	}
	for path, verbs := range deployed.ApiSummary {
		d.add(path, "AWS::ApiGateway::Resource", properties{"RestApiId": ref(of.ID), "PathPart": strings.TrimPrefix(path, "/")})
		for verb, m := range verbs {
			d.method(ctx, of, stage, path, verb, m, now[path+" "+verb])
			delete(now, path+" "+verb)
		}
	}
	if undeployed := slices.Sorted(maps.Keys(now)); len(undeployed) > 0 {
		d.unseen("Of the API as it is now the stage does not have: %s. They are left out until it is deployed again.", someOf(undeployed))
	}
	return nil
}

// method describes one method: as it was deployed, with the integration that it has now.
func (d *draft) method(ctx context.Context, of APIStage, stage types.Stage, path, verb string, m types.MethodSnapshot, now types.Method) {
	p := properties{
		"RestApiId": ref(of.ID), "ResourceId": ref(path), "HttpMethod": verb, "AuthorizationType": aws.ToString(m.AuthorizationType), "ApiKeyRequired": m.ApiKeyRequired,
	}
	if aws.ToString(now.RequestValidatorId) != "" {
		d.add("validator", "AWS::ApiGateway::RequestValidator", properties{"RestApiId": ref(of.ID)})
	}
	if i := now.MethodIntegration; i != nil {
		uri := resolved(aws.ToString(i.Uri), stage.Variables)
		p["Integration"] = properties{
			"Type": string(i.Type), "Uri": uri, "Function": d.function(ctx, uri), "TimeoutInMillis": i.TimeoutInMillis, "ResponseTransferMode": string(i.ResponseTransferMode),
		}.stated()
	}
	d.add(path+" "+verb, "AWS::ApiGateway::Method", p)
}

// resolved puts the variables of a stage in their places.
func resolved(text string, variables map[string]string) string {
	for name, value := range variables {
		text = strings.ReplaceAll(text, "${stageVariables."+name+"}", value)
	}
	return text
}

// restAuthorizers names those of the API.
func (d *draft) restAuthorizers(ctx context.Context, of APIStage) {
	all, err := d.gateway.GetAuthorizers(ctx, &apigateway.GetAuthorizersInput{RestApiId: &of.ID, Limit: aws.Int32(500)})
	if err != nil {
		d.unseen("Authorizers are not known: %v.", d.trouble(err, "apigateway:GET on the authorizers"))
		return
	}
	for _, a := range all.Items {
		what := "of the type " + string(a.Type)
		if len(a.ProviderARNs) > 0 {
			what += ", of " + strings.Join(a.ProviderARNs, ", ")
		}
		d.unseen("The API has the authorizer %s, %s.", aws.ToString(a.Name), what)
	}
}

// usagePlans describes the usage plans of the stage. Of their API keys the names are kept,
// and never the values, which API Gateway sends as well.
func (d *draft) usagePlans(ctx context.Context, of APIStage) {
	pages := apigateway.NewGetUsagePlansPaginator(d.gateway, &apigateway.GetUsagePlansInput{Limit: aws.Int32(500)}, func(o *apigateway.GetUsagePlansPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			d.unseen("Usage plans are not known: %v.", d.trouble(err, "apigateway:GET on /usageplans"))
			return
		}
		for _, plan := range page.Items {
			for _, s := range plan.ApiStages {
				if aws.ToString(s.ApiId) == of.ID && aws.ToString(s.Stage) == of.Stage {
					d.usagePlan(ctx, of, plan, s)
				}
			}
		}
	}
}

func (d *draft) usagePlan(ctx context.Context, of APIStage, plan types.UsagePlan, stage types.ApiStage) {
	covered := properties{"ApiId": ref(of.ID), "Stage": of.Stage}
	methods := properties{}
	for method, l := range stage.Throttle {
		methods[method] = properties{"RateLimit": l.RateLimit, "BurstLimit": l.BurstLimit}.stated()
	}
	if len(methods) > 0 {
		covered["Throttle"] = methods
	}
	p := properties{"ApiStages": []any{covered}, "UsagePlanName": aws.ToString(plan.Name)}
	if t := plan.Throttle; t != nil {
		p["Throttle"] = properties{"RateLimit": t.RateLimit, "BurstLimit": t.BurstLimit}.stated()
	}
	if q := plan.Quota; q != nil {
		p["Quota"] = properties{"Limit": q.Limit, "Period": string(q.Period)}.stated()
	}
	d.add("usage plan "+aws.ToString(plan.Id), "AWS::ApiGateway::UsagePlan", p)
	keys, err := d.gateway.GetUsagePlanKeys(ctx, &apigateway.GetUsagePlanKeysInput{UsagePlanId: plan.Id, Limit: aws.Int32(500)})
	if err != nil {
		d.unseen("API keys of the usage plan %s are not known: %v.", aws.ToString(plan.Name), d.trouble(err, "apigateway:GET on the keys of /usageplans"))
		return
	}
	var names []string
	for _, key := range keys.Items {
		names = append(names, aws.ToString(key.Name))
	}
	if len(names) > 0 {
		d.unseen("API keys of the usage plan %s: %s.", aws.ToString(plan.Name), someOf(names))
	}
}

// someOf lists a dozen names, and says how many more there are.
func someOf(names []string) string {
	const most = 12
	if len(names) > most {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", len(names)-most))
	}
	return strings.Join(names, ", ")
}
