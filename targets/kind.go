package targets

import (
	"slices"
	"time"

	"tollgate/pricing"
)

// A Kind is everything we know of one sort of front door in one value. It embeds
// the front door as it is priced, and adds where it is, what proves who sends a
// request, what CloudWatch counts, and what it responds where something fails.
// The parser, the lab, CloudWatch, the probes and the reports read these fields;
// none of them compares kinds.
type Kind struct {
	pricing.Door
	Private *pricing.Door     // what a target that is reached from within a VPC only is billed as; nil: none is
	private func(Target) bool // says whether a target is one

	Service      string       // in the names that AWS gives its hosts: "execute-api", "lambda-url", "elb"; "": AWS names none
	RegionFirst  bool         // the region stands before Service in these names: "eu-west-1.elb"
	HostSuffix   string       // in place of Service and a region, what these names end in: "cloudfront.net"
	Signing      string       // SigV4 service name: "execute-api", "lambda", or "" where IAM cannot be used
	Invoke       []Permission // that signed requests need
	Keys         []string     // of a target in a scenario, beyond those of every kind: "api", "stage"
	Resources    []string     // what templates of CloudFormation call it: the types of its resource
	Integrations []string     // of IntegrationTypes, that can stand behind it in place of a function
	Words        []string     // that people write for it, which an error suggests it for

	RequestIDs []string // response headers that carry a request id, likeliest first
	Server     string   // Server header, where the kind sends one
	// ErrorHeader is the header that says of which type an error of the front door itself
	// is, where no other response has it; "": x-amzn-ErrorType, which functions can send too.
	ErrorHeader string
	Errors      ErrorResponses
	OwnPage     string  // what the body of each error of a distribution's own has; "": it is none
	Watch       []Watch // what CloudWatch counts

	// NameTTL is how long the addresses of its hosts are good, where they change
	// as it grows and shrinks under load; 0: they last.
	NameTTL time.Duration

	AccountThrottle bool    // shares API Gateway's throttle of an account in a region
	UsagePlans      bool    // has API keys, usage plans and a cache, and its stage's settings can be read
	StageInPath     bool    // the first segment of its path is always its stage
	DefaultStage    string  // its stage that has no segment in its path: another has the first; "": there is none
	APIByName       bool    // CloudWatch calls it by its API's name, which several APIs may have
	APIByID         bool    // CloudWatch calls it by its API's id, which its host name holds
	CountsFunction  bool    // its requests are counted as its function's
	CountsPassed    bool    // its metrics leave out the requests that it answers by itself
	OwnPreflights   bool    // it answers CORS preflights by itself: nothing behind it is asked
	PreflightCost   string  // what is taken to be billed for them; "": as any other request
	PreflightStatus int     // of a CORS preflight that it answers itself
	Unsigned        Fault   // what a request without any signature meets, where IAM is asked for
	BodySizes       []int64 // of request bodies at which something documented changes, below its limit
	HashesEmpty     bool    // signatures come with the hash of a body that is empty, too
	Shares          bool    // an environment serves several requests at a time, which may wait for its INIT together
	Uncounted       string  // why CloudWatch does not count its requests, unless the target names a metric; "": it does
	ThrottledBy     string  // what throttles; "": the stage's or the account's throttle

	route func(key string) map[string]string // what CloudWatch calls one of its routes, besides its stage; nil: it has none
	own   func(Target) []Watch               // what CloudWatch counts by the target's own words; nil: nothing
	uses  func(Target, *pricing.Traffic)     // states what a bill needs and no request tells; nil: nothing

	Cached      CacheHeaders // of its responses, by which they say whether its cache answered
	HasOrigin   bool         // it stands in front of another front door, see Target.Distribution
	CanBeOrigin bool         // a distribution can stand in front of it

	OnlyMessages  bool           // it takes messages over WebSocket, and no requests
	MessageErrors map[string]int // status codes that a message about a fault stands for, by its text
}

// Kinds are the front doors that can be driven and watched, in the order in
// which reports show them.
var Kinds = []*Kind{&RESTAPI, &HTTPAPI, &FunctionURL, &ALB, &CloudFront, &LambdaWeb, &WebSocketAPI, &Origin}

// OfRequests are those that requests are sent to.
func OfRequests() []*Kind {
	return slices.DeleteFunc(slices.Clone(Kinds), func(k *Kind) bool { return k.OnlyMessages })
}

// KindNamed finds a kind by the name that scenario files give it.
func KindNamed(name string) (*Kind, bool) {
	i := slices.IndexFunc(Kinds, func(k *Kind) bool { return k.Name == name })
	if i < 0 {
		return nil, false
	}
	return Kinds[i], true
}

// HasStages says whether the kind is an API that is deployed to stages.
func (k *Kind) HasStages() bool { return slices.Contains(k.Keys, "stage") }

// OnAWS says whether the kind is a front door of AWS, which AWS bills for.
func (k *Kind) OnAWS() bool { return k.Service != "" }

// Lacks returns the required features that no target of the kind can have, public
// or private. What is no front door of AWS is not judged.
func (k *Kind) Lacks(requires []string) []string {
	switch {
	case !k.OnAWS():
		return nil
	case k.Private == nil:
		return pricing.Lacking(requires, k.Door)
	}
	return pricing.Lacking(requires, k.Door, *k.Private)
}

// Sizes around which something is documented, in bytes. Sources: Lambda developer
// guide, "Lambda quotas" (6 MB with the event around the body); API Gateway
// pricing page (HTTP APIs are metered in steps of 512 KB).
const (
	LambdaBody   = pricing.LambdaBody
	meteringStep = pricing.HTTPUnit
)
