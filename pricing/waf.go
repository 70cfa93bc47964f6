package pricing

// AWS WAF in front of a front door is billed by the month for web ACLs and for
// rules, where a rule group counts as one rule, and by the inspected request.
// Refused requests are inspected too.
var (
	WAFACLs     = owned("waf.acls", "WAF web ACLs", Months, "web ACLs", func(t Traffic) int64 { return t.WebACLs })
	WAFRules    = owned("waf.rules", "WAF rules and rule groups", Months, "rules and rule groups", func(t Traffic) int64 { return t.WebACLRules })
	WAFRequests = metered("waf.requests", "WAF requests", Requests, func(t Traffic) Reading {
		if t.WebACLs <= 0 {
			return Reading{}
		}
		return asCounted(t.Requests, "inspected requests")
	})
)
