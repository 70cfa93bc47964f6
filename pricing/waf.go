package pricing

// AWS WAF in front of a door is billed by the month for web ACLs and for rules,
// where a rule group counts as one rule, and by the inspected request. Refused
// requests are inspected too.
var (
	// WAFACLs are web access control lists.
	WAFACLs = Dimension{
		ID:    "waf.acls",
		Title: "WAF web ACLs",
		Unit:  Months,
		Meter: func(t Traffic) Reading { return monthly(t.WebACLs, "web ACLs") },
	}
	// WAFRules are rules and rule groups.
	WAFRules = Dimension{
		ID:    "waf.rules",
		Title: "WAF rules and rule groups",
		Unit:  Months,
		Meter: func(t Traffic) Reading { return monthly(t.WebACLRules, "rules and rule groups") },
	}
	// WAFRequests are inspected requests.
	WAFRequests = Dimension{
		ID:    "waf.requests",
		Title: "WAF requests",
		Unit:  Requests,
		Meter: func(t Traffic) Reading {
			if t.WebACLs <= 0 {
				return Reading{}
			}
			return told(t.Requests, "inspected requests")
		},
	}
)
