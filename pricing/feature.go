package pricing

import (
	"slices"
	"strings"
)

// What doors can do besides answering, and where AWS says so. A feature that a
// door has only by a function of one's own is none of its features.
//
// REST and HTTP APIs: API Gateway developer guide, "Choose between REST APIs and
// HTTP APIs": keys, usage plans, caching, validation, body transformation, WAF,
// edge-optimised and private endpoints are REST's alone; tokens of any OpenID
// Connect provider are checked by HTTP APIs alone (a REST API checks those of
// Amazon Cognito only, or asks a Lambda authoriser); both have IAM, Lambda
// authorisers, custom domains with mutual TLS, AWS services as integrations and
// stage throttling. Streaming: "Stream the integration response for your proxy
// integrations" (REST only).
var (
	restFeatures = []string{
		"api-keys", "usage-plans", "throttling", "validation", "caching", "transformation", "waf", "iam", "lambda-authorizer",
		"custom-domain", "edge", "streaming", "direct-integration", "mutual-tls",
	}
	privateFeatures = append([]string{"private-endpoint"}, restFeatures...)
	httpFeatures    = []string{"throttling", "jwt", "iam", "lambda-authorizer", "custom-domain", "direct-integration", "mutual-tls"}
)

// WebSocket APIs: API Gateway developer guide, "Develop WebSocket APIs" (access,
// request validation, data transformation), "Custom domain names for WebSocket
// APIs", and "API key source" (keys on $connect by way of usage plans). No WAF:
// AWS WAF developer guide, "Resources that you can protect".
var webSocketFeatures = []string{
	"websocket", "api-keys", "usage-plans", "throttling", "validation", "transformation", "iam", "lambda-authorizer",
	"custom-domain", "direct-integration",
}

// Function URLs: Lambda developer guide, "Creating and managing Lambda function
// URLs" (IAM or nothing; no custom domain) and "Response streaming". Reserved
// concurrency caps what the function does; it is no throttle per caller.
var functionFeatures = []string{"iam", "streaming"}

// Load balancers: Application Load Balancer user guide, "Verify JWTs", "Mutual
// authentication with TLS" and "AWS WAF". With a function behind: "Lambda
// functions as targets" has neither WebSocket nor streaming, and one target, so
// that there is nothing to stick to. With others behind: "Sticky sessions" and
// WebSocket. An internal load balancer is reachable from within its VPC only
// ("Load balancer scheme"); it is not among the doors that are priced, whose
// responses all leave the region.
var (
	balancerFeatures  = []string{"waf", "jwt", "custom-domain", "mutual-tls"}
	containerFeatures = append([]string{"websocket", "sticky-sessions", "containers", "streaming", "large-payloads"}, balancerFeatures...)
)

// CloudFront: CloudFront developer guide, "Restrict access to an AWS Lambda
// function URL origin" (origin access control signs for the viewer), "Mutual TLS
// authentication with CloudFront (viewer)", "Use AWS WAF protections". What the
// function URL behind it can do, such as streaming, it passes on.
var cdnFeatures = []string{"cdn", "edge", "caching", "waf", "iam", "custom-domain", "streaming", "mutual-tls"}

// synonyms are words of scenarios that workloads spell otherwise.
var synonyms = map[string]string{
	"request-validation": "validation", "service-integration": "direct-integration", "private": "private-endpoint",
}

// Lacking says which of the required features the front door of that name
// lacks, in the order of requires. A REST API and a load balancer may be private ones. What
// is no front door of AWS, such as a server of one's own, is not judged.
func Lacking(door string, requires []string) (lacks []string) {
	var has []string
	for _, f := range Fronts {
		if f.Name == door || f.Name == door+"-private" {
			has = append(has, f.Features...)
		}
	}
	switch {
	case has == nil:
		return nil
	case strings.HasPrefix(door, "alb"):
		has = append(has, "private-endpoint")
	}
	for _, need := range requires {
		word := need
		if same, ok := synonyms[need]; ok {
			word = same
		}
		if !slices.Contains(has, word) {
			lacks = append(lacks, need)
		}
	}
	return lacks
}

// spoken is a feature's word as prose has it.
func spoken(feature string) string { return strings.ReplaceAll(feature, "-", " ") }
