package scenarios

// features are what a workload may need of a front door besides answering. A
// door that lacks one is ruled out before doors are ranked by cost and latency.
var features = []struct{ name, what string }{
	{"api-keys", "keys that tell customers apart"},
	{"usage-plans", "rate limits and quotas for each key"},
	{"throttling", "rate limits at the door"},
	{"caching", "responses kept by the door"},
	{"request-validation", "requests checked before the function runs"},
	{"transformation", "requests and responses rewritten by the door"},
	{"service-integration", "other AWS services called without a function"},
	{"private", "reachable from within a VPC only"},
	{"edge", "an endpoint at CloudFront's edge locations"},
	{"websocket", "messages in both directions on one connection"},
	{"streaming", "responses sent while they are made"},
	{"iam", "callers proven by SigV4"},
	{"jwt", "tokens of an identity provider checked by the door"},
	{"lambda-authorizer", "callers checked by a function of one's own"},
	{"waf", "AWS WAF in front"},
	{"containers", "targets other than functions"},
	{"sticky-sessions", "one client always at the same target"},
	{"custom-domain", "an address of one's own"},
}

// Features are the words that "requires" understands.
func Features() []string {
	names := make([]string, len(features))
	for i, f := range features {
		names[i] = f.name
	}
	return names
}
