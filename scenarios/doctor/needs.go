package doctor

import (
	"context"

	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/cloudwatch"
)

// A Need is a permission that some feature of this program uses.
type Need struct {
	Action string // as policies name it
	On     string // what it is asked about, for people: "the function"
	To     Use    // what it is for
	Lacks  string // what a run is without; "": it fails, or is not checked against AWS
	What   string // what it is good for, in detail, or the commands that ask for it

	wants func(x *Exam, t *targets.Target) []wanted           // by a target of a scenario; nil: none does
	try   func(ctx context.Context, a *account, u *use) error // nil: it cannot be tried without doing it
}

// A Use is what permissions are for.
type Use string

// The uses, in the order of the lists.
const (
	Accounts   Use = "ask a target's account by a role (`aws: {role: …}`)"
	Metrics    Use = "read CloudWatch's metrics"
	ColdStarts Use = "count cold starts"
	Naming     Use = "check names before and after a run"
	Secrets    Use = "read secrets that AWS keeps"
	Sending    Use = "send signed requests (`iam: true`)"
	Limits     Use = "compare the load with limits"
	Changes    Use = "let probes change something (`--yes`)"
	Sources    Use = "make scenarios, workloads and price books of what is there"
	Fleets     Use = "share a run between machines (`--store s3://BUCKET/PREFIX`)"
)

// Uses are all of them.
var Uses = []Use{Accounts, Metrics, ColdStarts, Naming, Secrets, Sending, Limits, Changes, Sources, Fleets}

// A wanted is a permission as one target needs it.
type wanted struct {
	at        aws.Endpoint
	action    string                       // "": that of the need
	resource  arn                          // zero: the action knows none
	condition map[string]map[string]string // of the statement
	kept      targets.Stored               // of secrets
}

// An arn names a resource. Its partition and account are those of who asks.
type arn struct {
	service, region, resource string
	unowned                   bool   // it has no account, as those of API Gateway
	whole                     string // in place of all of these
}

const (
	noCold  = "cold starts are not counted"
	noNames = "a name that is spelled wrong is found after the run only, if at all"
	noLimit = "the load is not compared with it"
)

// Needs are all permissions. Sources of which actions know resources: Service Authorization
// Reference, the pages of the services.
func Needs() []Need {
	return []Need{
		{Action: "sts:AssumeRole", On: "the role", To: Accounts, What: "`aws: {role: ARN}` of a target; the other permissions are the role's", wants: roleOf, try: func(context.Context, *account, *use) error {
			return nil // what can be asked there has assumed it
		}},
		{Action: "cloudwatch:GetMetricData", On: "metrics", To: Metrics, What: "what CloudWatch counted: requests, errors, latency; traffic of others", wants: metricsOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.metrics.TryRead(ctx, questionOf(&u.target, a.at))
		}},
		{Action: "logs:StartQuery", On: "the function's log", To: ColdStarts, What: "cold starts, from REPORT lines of the function's log", Lacks: noCold, wants: logsOf, try: tryQuery},
		{Action: "logs:GetQueryResults", On: "queries", To: ColdStarts, What: "the same", Lacks: noCold, wants: resultsOf, try: tryResults},
		{Action: "lambda:GetFunctionConfiguration", On: "the function", To: ColdStarts, What: "the log group of the function, and whether it exists", Lacks: "its log is taken to be in the usual log group", wants: functionsOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryFunction(ctx, u.target)
		}},
		{Action: "xray:BatchGetTraces", On: "traces", To: ColdStarts, What: "cold starts, from traces: probe `cold-start`", Lacks: "cold starts that no log line names stay unknown", wants: tracesOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryTraces(ctx, u.target)
		}},
		{Action: "xray:GetTraceSummaries", On: "traces", To: ColdStarts, What: "the same with `x_ray: true`", Lacks: "traces that no response names are not found", wants: summariesOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TrySummaries(ctx, u.target)
		}},
		{Action: "cloudwatch:ListMetrics", On: "names of metrics", To: Naming, What: "which name CloudWatch knows, where it has no data", Lacks: noNames, wants: namesOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.metrics.TryList(ctx, questionOf(&u.target, a.at))
		}},
		{Action: "apigateway:GET", On: "the API", To: Naming, What: "what the API of an address is called", Lacks: noNames, wants: apiOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryAPI(ctx, u.target)
		}},
		{Action: "apigateway:GET", On: "/restapis", To: Naming, What: "other APIs of the same name; the id of an API by its name", Lacks: "it is not known whether other APIs of the same name are counted with it", wants: apisOf, try: func(ctx context.Context, a *account, _ *use) error {
			return a.service.TryAPIs(ctx)
		}},
		{Action: "apigateway:GET", On: "/apis", To: Naming, What: "whether an HTTP or WebSocket API, and its stage, exist", Lacks: noNames, wants: routesOf, try: func(ctx context.Context, a *account, u *use) error {
			_, err := a.service.RouteThrottles(ctx, u.target)
			return err
		}},
		{Action: "elasticloadbalancing:DescribeLoadBalancers", On: "load balancers", To: Naming, What: "whether the load balancer exists", Lacks: noNames, wants: balancerOf, try: func(ctx context.Context, a *account, _ *use) error {
			return a.service.TryBalancers(ctx)
		}},
		{Action: "secretsmanager:GetSecretValue", On: "the secret", To: Secrets, What: "`{secret: NAME}` in place of a value", wants: secretsOf, try: trySecret},
		{Action: "ssm:GetParameter", On: "the parameter", To: Secrets, What: "`{parameter: NAME}` in place of a value", wants: parametersOf, try: trySecret},
		{Action: "execute-api:Invoke", On: "an API", To: Sending, What: "`auth: {iam: true}` at REST, HTTP and WebSocket APIs"},
		{Action: "lambda:InvokeFunctionUrl", On: "a function URL", To: Sending, What: "`auth: {iam: true}` at function URLs"},
		{Action: "lambda:InvokeFunction", On: "a function URL", To: Sending, What: "the same, since October 2025"},
		{Action: "lambda:InvokeWebFunctionEndpoint", On: "a Web Function", To: Sending, What: "`auth: {iam: true}` at Web Functions"},
		{Action: "apigateway:GET", On: "/account", To: Limits, What: "the throttle that all APIs share", Lacks: noLimit, wants: throttleOf, try: func(ctx context.Context, a *account, _ *use) error {
			_, err := a.service.Throttle(ctx)
			return err
		}},
		{Action: "apigateway:GET", On: "/usageplans", To: Limits, What: "usage plans of the stage", Lacks: noLimit, wants: plansOf, try: func(ctx context.Context, a *account, _ *use) error {
			return a.service.TryUsagePlans(ctx)
		}},
		{Action: "apigateway:GET", On: "the stage", To: Limits, What: "throttles and cache of the stage", Lacks: noLimit, wants: stageOf, try: func(ctx context.Context, a *account, u *use) error {
			_, err := a.service.Stage(ctx, u.target)
			return err
		}},
		{Action: "apigateway:GET", On: "the stages", To: Limits, What: "throttles of the routes of an HTTP or WebSocket API", Lacks: noLimit, wants: routesOf, try: func(ctx context.Context, a *account, u *use) error {
			_, err := a.service.RouteThrottles(ctx, u.target)
			return err
		}},
		{Action: "lambda:GetAccountSettings", On: "the account", To: Limits, What: "the concurrency that all functions share: `doctor`", Lacks: noLimit, wants: concurrencyOf, try: func(ctx context.Context, a *account, _ *use) error {
			_, _, err := a.service.Concurrency(ctx)
			return err
		}},
		{Action: "lambda:UpdateFunctionConfiguration", On: "the function", To: Changes, What: "probe `cold-start` with `renew: true`", wants: renewalsOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryUpdate(ctx, u.target)
		}},
		{Action: "apigateway:DELETE", On: "the stage's cache", To: Changes, What: "probe `cache` with `flush: true`", wants: flushesOf},
		{Action: "cloudformation:DescribeStacks", On: "the stack", To: Sources, What: "`ab`, `init --stack`"},
		{Action: "cloudformation:GetTemplate", On: "the stack", To: Sources, What: "`init --stack`"},
		{Action: "cloudformation:ListStackResources", On: "the stack", To: Sources, What: "`init --stack`"},
		{Action: "lambda:GetFunctionUrlConfig", On: "the function", To: Sources, What: "`init --function`"},
		{Action: "lambda:GetFunctionConcurrency", On: "the function", To: Sources, What: "`init` of deployed functions and APIs: reserved concurrency"},
		{Action: "lambda:ListProvisionedConcurrencyConfigs", On: "the function", To: Sources, What: "the same: provisioned concurrency"},
		{Action: "elasticloadbalancing:DescribeLoadBalancers", On: "the balancer", To: Sources, What: "`init --load-balancer`"},
		{Action: "elasticloadbalancing:DescribeLoadBalancerAttributes", On: "the balancer", To: Sources, What: "the same"},
		{Action: "elasticloadbalancing:DescribeListeners", On: "the balancer", To: Sources, What: "the same"},
		{Action: "elasticloadbalancing:DescribeRules", On: "the balancer", To: Sources, What: "the same"},
		{Action: "elasticloadbalancing:DescribeTargetGroups", On: "the balancer", To: Sources, What: "the same"},
		{Action: "elasticloadbalancing:DescribeTargetHealth", On: "the balancer", To: Sources, What: "the same"},
		{Action: "s3:ListBucket", On: "the bucket", To: Sources, What: "`import logs s3://BUCKET/PREFIX`, `whatif`"},
		{Action: "s3:GetObject", On: "the objects", To: Sources, What: "`import logs s3://BUCKET/PREFIX`, `whatif`"},
		{Action: "pricing:GetProducts", On: "price lists", To: Sources, What: "`prices update --api`"},
		{Action: "s3:ListBucket", On: "the bucket", To: Fleets, What: "which shards are ready, and what they uploaded"},
		{Action: "s3:GetObject", On: "the objects", To: Fleets, What: "the start, `merge` and `fleet status`"},
		{Action: "s3:PutObject", On: "the objects", To: Fleets, What: "to be ready, to start, to claim a shard, to upload results"},
	}
}

// questionOf asks for the first metric of a target that is at an endpoint.
func questionOf(t *targets.Target, at aws.Endpoint) (q cloudwatch.Question) {
	for w, dims := range t.Watched("") {
		if aws.EndpointOf(*t).In(w.Region) == at {
			return cloudwatch.Question{Namespace: w.Namespace, Metric: w.Metric, Stat: w.Stats[0], Dimensions: dims}
		}
	}
	return q
}
