package targets

import (
	"cmp"
	"slices"
	"time"

	"tollgate/pricing"
)

// LambdaWeb is a Lambda Web Function: a server that speaks HTTP/1.1 in Lambda's execution
// environments, each of which serves several requests at a time, at an address of its own.
//
// Sources, of November 2026: Lambda developer guide, "Web functions", with its pages on HTTP
// requests (host names, removed and added headers, 404 of another host, 400 of another
// method, 431, 504 with lambda-web-error-type: Runtime.RequestTimeout), access control (403)
// and monitoring (the namespace and HTTPResponseStatusClass5XX, by FunctionName); AWS's
// skill "aws-lambda-web-functions" (502, 500, 417, 505). Nothing was tried at AWS.
//
// Not documented in any text that was found: the status code of throttled requests, the
// bodies of errors, the other metrics, and the service name of signatures. Scenarios
// state these ([WebFunction]); what is taken otherwise is marked unsourced. An error is one
// of the front door if it carries an error type, whatever its body.
var LambdaWeb = Kind{
	Door:    pricing.LambdaWeb,
	Service: "lambda-web",
	Signing: "lambda",
	Invoke: []Permission{{Action: "lambda:InvokeWebFunctionEndpoint", Service: "lambda", Resource: func(t Invocable) string {
		return "web-function/" + cmp.Or(t.Web.Name, "*") + "/endpoint/*"
	}}},
	HashesEmpty: true,
	Keys:        []string{"web_function"},
	Words:       []string{"web-function", "webfunction", "lambda-web-function", "lambda-web-functions", "lambdaweb"},
	RequestIDs:  []string{"lambda-web-request-id"},
	ErrorHeader: "lambda-web-error-type",
	Errors:      webErrors,
	Watch: watch(webNamespace, "web_function.name", webDimensions,
		count(RoleServerError, "HTTPResponseStatusClass5XX"),
	),
	Unsigned:    FaultUnsigned,
	Shares:      true,
	Uncounted:   "AWS's list of metrics of Web Functions was not found: name the one that counts requests, if you know it (web_function: {metrics: {count: …}})",
	ThrottledBy: "the rate limit of the endpoint, the most environments that it may have, or a quota of the account, whose responses are not documented",
	own:         Target.webWatch,
	uses:        Target.webUse,
	CanBeOrigin: true,
}

const webNamespace = "AWS/Lambda/Web"

// A WebFunction is what is stated of a Lambda Web Function. Zero values are what AWS
// documents as defaults, or unknown.
type WebFunction struct {
	Name           string        // as CloudWatch has it
	PerEnvironment int64         // requests at a time in one environment, at most
	Environments   int64         // at most
	Rate           *int64        // requests a second; nil: the account's quota
	Timeout        time.Duration // of a request
	Throttled      int           // status code of a request that is refused for its rate
	Signing        string        // service name of signatures
	Metrics        []WebMetric   // that CloudWatch has besides the documented one
	Use            pricing.WebFunctionUse
}

// A WebMetric is a metric of CloudWatch, which counts something or measures latency.
type WebMetric struct {
	Role Role
	Name string
}

// WebRoles are what the metrics of a Web Function can be stated to count.
var WebRoles = []Role{RoleCount, RoleClientError, RoleLatency}

// The limits of a Web Function. Sources: aws-sdk-net, ScalingConfig and ThrottleConfig;
// Lambda developer guide, "Scaling" and "Timeout" of web functions. The most environments
// follow from an account's quota of 2,000 vCPUs, of which each has two.
const (
	WebPerEnvironment     = 64 // by default
	WebMostPerEnvironment = 128
	WebLeastEnvironments  = 2
	WebMostEnvironments   = 10_000
	WebQuotaEnvironments  = 1_000
	WebQuotaRate          = 10_000 // requests a second of an endpoint
	WebTimeout            = 30 * time.Second
	WebShortestTimeout    = 3 * time.Second
	WebLongestTimeout     = 900 * time.Second
	WebStart              = 10 * time.Second // within which a server must listen
	WebHeaderLines        = 6_300
	WebThrottled          = 429 // assumed
)

// IsWebRate says whether a rate limit can be set: 0, which blocks every request, hundreds
// up to 1,000 and thousands up to 10,000.
func IsWebRate(perSecond int64) bool {
	return perSecond >= 0 && perSecond <= 1_000 && perSecond%100 == 0 || perSecond > 0 && perSecond <= 10_000 && perSecond%1_000 == 0
}

// webDimensions name a Web Function.
func webDimensions(t Target) map[string]string {
	if t.Web.Name == "" {
		return nil
	}
	return map[string]string{"FunctionName": t.Web.Name}
}

// webWatch are the metrics that the target names.
func (t Target) webWatch() (all []Watch) {
	for _, m := range t.Web.Metrics {
		one := count(m.Role, m.Name)
		if m.Role == RoleLatency {
			one = latency(m.Role, m.Name)
		}
		all = append(all, one)
	}
	return watch(webNamespace, "web_function.name", webDimensions, all...)
}

// webUse states what the target's Web Function uses.
func (t Target) webUse(traffic *pricing.Traffic) { traffic.Web = t.Web.Use.Month() }

// PerEnvironment is how many requests an environment serves at a time, at most; 1 if an
// environment serves one.
func (t *Target) PerEnvironment() int64 {
	if t.Kind == nil || !t.Kind.Shares {
		return 1
	}
	return cmp.Or(t.Web.PerEnvironment, WebPerEnvironment)
}

// SigningName is the service that requests are signed for.
func (t *Target) SigningName() string { return cmp.Or(t.Web.Signing, t.Kind.Signing) }

// ThrottleStatus is the status code of requests that the front door refuses for their
// rate, if it says in a header that it was the front door.
func (t *Target) ThrottleStatus() int {
	if t.Kind.ErrorHeader == "" {
		return 0
	}
	return cmp.Or(t.Web.Throttled, WebThrottled)
}

func webError(status int, errorType string, sourced bool) ErrorResponse {
	return ErrorResponse{Status: status, Type: "application/json", ErrorType: errorType, Sourced: sourced}
}

// webErrors: a rate that is too high and environments that are all busy are both
// FaultThrottled, since one text describes both. Only the error type of a timeout is documented. The others' begin as the
// documentation says that they begin, and are not told by them.
var webErrors = ErrorResponses{
	FaultTimeout:    webError(504, webTimedOut, true),
	FaultThrown:     webError(502, "Runtime.RequestFailed", false),
	FaultNetwork:    webError(500, "Runtime.StartFailed", false),
	FaultThrottled:  webError(WebThrottled, "Platform.Throttled", false),
	FaultUnsigned:   webError(403, "Platform.AccessDenied", false),
	FaultNoEndpoint: webError(404, "Platform.NoEndpoint", false),
	FaultMethod:     webError(400, "Platform.BadRequest", false),
	FaultExpect:     webError(417, "Platform.BadRequest", false),
	FaultVersion:    webError(505, "Platform.BadRequest", false),
	FaultHeaders:    webError(431, "Platform.BadRequest", false),
}

const webTimedOut = "Runtime.RequestTimeout"

// FaultOf is the fault that a response with an error type of a front door stands for, by
// what is documented or stated; "" if that does not say.
func (t *Target) FaultOf(status int, errorType string) Fault {
	switch {
	case errorType == "":
		return ""
	case status == t.ThrottleStatus():
		return FaultThrottled
	}
	for _, fault := range []Fault{FaultTimeout, FaultHeaders, FaultExpect, FaultVersion} {
		if e, has := t.Kind.Errors[fault]; has && e.Status == status && (e.ErrorType == errorType || fault != FaultTimeout) {
			return fault
		}
	}
	return ""
}

// Methods that a Web Function passes on.
var webMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "DELETE"}

// IsWebMethod says whether a Web Function gets requests with a method.
func IsWebMethod(method string) bool { return slices.Contains(webMethods, method) }

// MultiRegion says whether the target's host is that of an endpoint in several regions,
// whose signatures are of another form, SigV4a.
func (t *Target) MultiRegion() bool {
	if t.URL == nil {
		return false
	}
	h, known, _ := ReadHost(cmp.Or(t.Connection.HostName(), t.URL.Hostname()))
	return known && h.Global
}
