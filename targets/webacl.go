package targets

import "cmp"

// A WebACL is AWS WAF in front of a target.
type WebACL struct {
	Name   string // "": there is none
	Region string // as its metrics say; "": the target's
	Rules  int64  // rules and rule groups in it, which are billed
}

// Billed is how many web ACLs there are to be billed.
func (w WebACL) Billed() int64 {
	if w.Name == "" {
		return 0
	}
	return 1
}

// webACLNeeds is the key that names a web ACL.
const webACLNeeds = "web_acl.name"

// webACLWatch is what AWS WAF counts of the web ACL in front of a front door: of all
// resources that the web ACL stands in front of, and only minutes in which there was any.
// Source: AWS WAF developer guide, "AWS WAF metrics and dimensions".
var webACLWatch = optional(watch("AWS/WAFV2", webACLNeeds, webACLDimensions,
	count(RoleWAFAllowed, "AllowedRequests"),
	count(RoleWAFBlocked, "BlockedRequests"),
))

// edgeACLWatch is what it counts of one in front of a distribution: with no region as a
// dimension, where CloudFront's metrics are.
var edgeACLWatch = func() []Watch {
	metrics := optional(watch("AWS/WAFV2", webACLNeeds, edgeACLDimensions,
		count(RoleWAFAllowed, "AllowedRequests"),
		count(RoleWAFBlocked, "BlockedRequests"),
	))
	for i := range metrics {
		metrics[i].Region = MetricsRegion
	}
	return metrics
}()

func edgeACLDimensions(t Target) map[string]string {
	if t.WebACL.Name == "" {
		return nil
	}
	return map[string]string{"WebACL": t.WebACL.Name, "Rule": "ALL"}
}

func optional(metrics []Watch) []Watch {
	for i := range metrics {
		metrics[i].Optional = true
	}
	return metrics
}

func webACLDimensions(t Target) map[string]string {
	region := cmp.Or(t.WebACL.Region, t.Region)
	if t.WebACL.Name == "" || region == "" {
		return nil
	}
	return map[string]string{"WebACL": t.WebACL.Name, "Region": region, "Rule": "ALL"}
}
