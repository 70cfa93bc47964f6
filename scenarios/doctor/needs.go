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
	Where  string // the command that asks for it, of those that no scenario needs

	wants func(x *Exam, t *targets.Target) []wanted           // by a target of a scenario; nil: none does
	try   func(ctx context.Context, a *account, u *use) error // nil: it cannot be tried without doing it
}

// A Use is what permissions are for.
type Use string

// The uses, in the order of the README.
const (
	Metrics    Use = "read CloudWatch's metrics"
	ColdStarts Use = "count cold starts"
	Naming     Use = "check names before and after a run"
	Secrets    Use = "read secrets that AWS keeps"
	Sending    Use = "send signed requests (`iam: true`)"
	Limits     Use = "compare the load with limits"
	Changes    Use = "let probes change something (`--yes`)"
	Sources    Use = "make scenarios and workloads of what is there"
)

// Uses are all of them.
var Uses = []Use{Metrics, ColdStarts, Naming, Secrets, Sending, Limits, Changes, Sources}

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
		{Action: "cloudwatch:GetMetricData", On: "metrics", To: Metrics, wants: metricsOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.metrics.TryRead(ctx, questionOf(&u.target, a.at))
		}},
		{Action: "logs:StartQuery", On: "the function's log", To: ColdStarts, Lacks: noCold, wants: logsOf, try: tryQuery},
		{Action: "logs:GetQueryResults", On: "queries", To: ColdStarts, Lacks: noCold, wants: resultsOf, try: tryResults},
		{Action: "lambda:GetFunctionConfiguration", On: "the function", To: ColdStarts, Lacks: "its log is taken to be in the usual log group", wants: functionsOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryFunction(ctx, u.target)
		}},
		{Action: "xray:BatchGetTraces", On: "traces", To: ColdStarts, Lacks: "cold starts that no log line names stay unknown", wants: tracesOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryTraces(ctx, u.target)
		}},
		{Action: "xray:GetTraceSummaries", On: "traces", To: ColdStarts, Lacks: "traces that no response names are not found", wants: summariesOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TrySummaries(ctx, u.target)
		}},
		{Action: "cloudwatch:ListMetrics", On: "names of metrics", To: Naming, Lacks: noNames, wants: namesOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.metrics.TryList(ctx, questionOf(&u.target, a.at))
		}},
		{Action: "apigateway:GET", On: "the API", To: Naming, Lacks: noNames, wants: apiOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryAPI(ctx, u.target)
		}},
		{Action: "apigateway:GET", On: "/restapis", To: Naming, Lacks: "it is not known whether other APIs of the same name are counted with it", wants: apisOf, try: func(ctx context.Context, a *account, _ *use) error {
			return a.service.TryAPIs(ctx)
		}},
		{Action: "secretsmanager:GetSecretValue", On: "the secret", To: Secrets, wants: secretsOf, try: trySecret},
		{Action: "ssm:GetParameter", On: "the parameter", To: Secrets, wants: parametersOf, try: trySecret},
		{Action: "execute-api:Invoke", On: "an API", To: Sending},
		{Action: "lambda:InvokeFunctionUrl", On: "a function URL", To: Sending},
		{Action: "lambda:InvokeFunction", On: "a function URL", To: Sending},
		{Action: "lambda:InvokeWebFunctionEndpoint", On: "a Web Function", To: Sending},
		{Action: "apigateway:GET", On: "/account", To: Limits, Lacks: noLimit, wants: throttleOf, try: func(ctx context.Context, a *account, _ *use) error {
			_, err := a.service.Throttle(ctx)
			return err
		}},
		{Action: "apigateway:GET", On: "/usageplans", To: Limits, Lacks: noLimit, wants: plansOf, try: func(ctx context.Context, a *account, _ *use) error {
			return a.service.TryUsagePlans(ctx)
		}},
		{Action: "apigateway:GET", On: "the stage", To: Limits, Lacks: noLimit, wants: stageOf, try: func(ctx context.Context, a *account, u *use) error {
			_, err := a.service.Stage(ctx, u.target)
			return err
		}},
		{Action: "lambda:GetAccountSettings", On: "the account", To: Limits, Lacks: noLimit, wants: concurrencyOf, try: func(ctx context.Context, a *account, _ *use) error {
			_, _, err := a.service.Concurrency(ctx)
			return err
		}},
		{Action: "lambda:UpdateFunctionConfiguration", On: "the function", To: Changes, wants: renewalsOf, try: func(ctx context.Context, a *account, u *use) error {
			return a.service.TryUpdate(ctx, u.target)
		}},
		{Action: "apigateway:DELETE", On: "the stage's cache", To: Changes, wants: flushesOf},
		{Action: "cloudformation:DescribeStacks", On: "the stack", To: Sources, Where: "ab, init --stack"},
		{Action: "cloudformation:GetTemplate", On: "the stack", To: Sources, Where: "init --stack"},
		{Action: "cloudformation:ListStackResources", On: "the stack", To: Sources, Where: "init --stack"},
		{Action: "lambda:GetFunctionUrlConfig", On: "the function", To: Sources, Where: "init --function"},
		{Action: "s3:ListBucket", On: "the bucket", To: Sources, Where: "import logs, whatif"},
		{Action: "s3:GetObject", On: "the objects", To: Sources, Where: "import logs, whatif"},
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
