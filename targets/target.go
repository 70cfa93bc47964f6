package targets

import (
	"net/url"
	"regexp"

	"tollgate/pricing"
)

// A Target is one place that requests go to.
type Target struct {
	Name         string
	Kind         *Kind
	URL          *url.URL // up to and including the stage; request paths are appended
	ShownPath    string   // the path of URL where that holds values of the environment, masked; else ""
	Messages     bool     // are sent to it over WebSocket, and no requests
	Lab          bool     // the embedded front door of that kind; URL is known once the lab runs
	Region       string
	API          string // REST: the API's name; HTTP: its id
	Stage        string
	StageRead    bool   // off the path of its address, which may begin with a route's instead
	Balancer     string // ALB: the LoadBalancer dimension, "app/name/id"
	TargetGroup  string // ALB: of the function, the TargetGroup dimension, "targetgroup/name/id"; "": not named
	Function     Function
	Web          WebFunction     // lambda-web
	Selection    string          // of routes by a part of a message; "": RouteSelection
	Uncalled     []string        // those of $connect and $disconnect that are known to call no function
	Functions    []RouteFunction // behind single routes, in place of Function
	Integrations []Integration   // behind single routes, in place of a function
	Detailed     []string        // routes of which CloudWatch has metrics, one by one
	Releases     Releases        // by which its responses are distinguished
	Auth         Auth
	Access       Access // to its account
	LabKey       Secret // x-api-key that a usage plan of the lab asks for besides an Auth of another kind
	Client       Client

	Connection Connection

	CacheGB       string // REST: the cache that is switched on, "" for none
	WebACL        WebACL // in front of it; zero: none is known
	Edge          bool   // REST: edge-optimised, with a distribution of API Gateway's own before it
	EndpointZones int64  // REST: zones of the interface endpoint that a private one is called through, 0 for a public one
	Rules         int64  // ALB: listener rules processed per request
	Zones         int64  // ALB: zones with a public address, 0 for an internal one
	ZonesAssumed  bool   // ALB: they were not stated

	Distribution *Distribution // CloudFront: the distribution and what is behind it; nil: another kind

	// CloudWatch overrides where this target's metrics are read, and AWS's other
	// services are; "" means AWS.
	CloudWatch string
	// Keys sign what is asked there; the zero value is LabKeys. AWS itself is
	// asked with the SDK's default chain.
	Keys Keys
}

// Address is the URL as files and people may see it: without user and query, and
// with *** for what came from the environment. The scheme of one that messages are sent to
// is that of WebSocket.
func (t *Target) Address() string {
	scheme := t.URL.Scheme
	if t.Messages {
		scheme = socketScheme(scheme)
	}
	if t.ShownPath != "" {
		return scheme + "://" + t.URL.Host + t.ShownPath
	}
	return (&url.URL{Scheme: scheme, Host: t.URL.Host, Path: t.URL.Path, RawPath: t.URL.RawPath}).String()
}

// State fills in what a bill of the target needs and no request tells, if the target says
// so.
func (t Target) State(traffic *pricing.Traffic) {
	t.Distribution.state(traffic)
	if t.Kind != nil && t.Kind.uses != nil {
		t.Kind.uses(t, traffic)
	}
}

// Door is the front door as which the target is billed.
func (t *Target) Door() pricing.Door {
	if t.Distribution != nil {
		return t.Distribution.door()
	}
	if t.Kind.Private != nil && t.Kind.private(*t) {
		return *t.Kind.Private
	}
	return t.Kind.Door
}

// Title is what the front door of the target is called: of a distribution, with what it
// stands in front of. An edge-optimised API is billed as any other, and no distribution of it
// is seen.
func (t *Target) Title() string {
	if t.Distribution != nil {
		return t.Distribution.title()
	}
	if t.Edge {
		return t.Kind.Title + ", edge-optimised"
	}
	return t.Kind.Title
}

// A Function is the Lambda function behind a front door.
type Function struct {
	Name          string
	MemoryMB      int64  // default 512
	MemoryAssumed bool   // it is the default
	Architecture  string // "x86_64" (default) or "arm64"
	Streaming     bool   // its responses are sent while they are produced
}

// FunctionForm is how a function may be named: its name, its ARN, or an ARN that
// lacks some of its first parts, and each with a version or alias after it.
// Source: Lambda API reference, "GetFunctionConfiguration" (the pattern of
// FunctionName).
const FunctionForm = `(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-[0-9]:)?(?:[0-9]{12}:)?(?:function:)?([A-Za-z0-9._-]{1,140})(?::(\$LATEST|[A-Za-z0-9_-]{1,128}))?`

var functionForm = regexp.MustCompile("^" + FunctionForm + "$")

// Parts are a function's name alone, and the version or alias that is asked for,
// "" for none. What is no name of a function has neither.
func (f Function) Parts() (name, qualifier string) {
	m := functionForm.FindStringSubmatch(f.Name)
	if m == nil {
		return "", ""
	}
	return m[1], m[2]
}

// Keys are what requests to AWS's own services are signed with.
type Keys struct {
	ID     string
	Secret Secret
}

// LabKeys are the keys that a lab accepts unless it is given others. The lab
// serves loopback only: they keep nothing secret, but a client that does not
// sign, or signs wrongly, gets the error that AWS would send.
var LabKeys = Keys{ID: "AKIATOLLGATELAB00000", Secret: NewSecret("tollgate-lab-keeps-no-secrets")}

// LabTokenPath is where a lab issues tokens, at the address of its AWS services.
const LabTokenPath = "/oauth2/token"

// RenewalVariable is the variable in a function's environment by whose change
// Tollgate has Lambda retire the function's execution environments.
const RenewalVariable = "TOLLGATE_RENEWED"
