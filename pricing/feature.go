package pricing

import "slices"

// A Feature is what an application may need of a front door besides a response.
// A front door has a feature if AWS offers it there, not if your own function
// could provide it.
type Feature struct {
	Name string
	What string
	Old  string // an earlier spelling, which files may still use; "" for none
}

// Features are the words that scenarios and workloads may require.
var Features = []Feature{
	{Name: "api-keys", What: "keys that identify customers"},
	{Name: "usage-plans", What: "rate limits and quotas for each key"},
	{Name: "throttling", What: "rate limits at the front door"},
	{Name: "caching", What: "responses cached by the front door"},
	{Name: "request-validation", What: "requests checked before the function runs", Old: "validation"},
	{Name: "transformation", What: "requests and responses rewritten by the front door"},
	{Name: "service-integration", What: "other AWS services called without a function", Old: "direct-integration"},
	{Name: "private-endpoint", What: "reachable from within a VPC only", Old: "private"},
	{Name: "edge", What: "an endpoint at CloudFront's edge locations"},
	{Name: "cdn", What: "a content delivery network in front"},
	{Name: "websocket", What: "messages in both directions on one connection"},
	{Name: "streaming", What: "responses sent while they are produced"},
	{Name: "large-payloads", What: "bodies larger than a gateway or a function takes"},
	{Name: "iam", What: "callers authenticated by SigV4"},
	{Name: "jwt", What: "tokens of an identity provider checked by the front door"},
	{Name: "lambda-authorizer", What: "callers authorized by your own function"},
	{Name: "mutual-tls", What: "clients authenticated by certificates"},
	{Name: "waf", What: "AWS WAF in front"},
	{Name: "containers", What: "targets other than functions"},
	{Name: "sticky-sessions", What: "one client always at the same target"},
	{Name: "custom-domain", What: "your own domain name"},
}

// FeatureNamed finds a feature by its name or its earlier one.
func FeatureNamed(word string) (Feature, bool) {
	i := slices.IndexFunc(Features, func(f Feature) bool { return f.Name == word || f.Old == word && word != "" })
	if i < 0 {
		return Feature{}, false
	}
	return Features[i], true
}

// Lacking returns the required features that none of the front doors has, in the
// order of requires.
func Lacking(requires []string, doors ...Door) (lacks []string) {
	for _, need := range requires {
		if !slices.ContainsFunc(doors, func(d Door) bool { return slices.Contains(d.Features, need) }) {
			lacks = append(lacks, need)
		}
	}
	return lacks
}

// needs are the features that a workload requires, and those that follow from
// what it states.
func (w *Workload) needs() []string {
	needs := slices.Clone(w.Requires)
	for feature, stated := range map[string]bool{
		"lambda-authorizer":   w.Authorizer.MemoryMB > 0,
		"websocket":           w.Sockets.stated() && !w.mixed(), // a mixed one has a WebSocket API next to its front door
		"streaming":           w.Function.Streaming,
		"service-integration": w.Direct,
		"mutual-tls":          w.Balancer.MutualTLS,
		"waf":                 w.WAF.ACLs > 0,
	} {
		if stated && !slices.Contains(needs, feature) {
			needs = append(needs, feature)
		}
	}
	slices.Sort(needs)
	return needs
}
