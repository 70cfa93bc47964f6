package observe

import (
	"fmt"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/targets"
)

// inspected compares the client's 403 with what AWS WAF says that it blocked: a response
// alone does not say so, since a missing key and others are answered alike.
func (r *reconciler) inspected() {
	blocked := r.aws.count(targets.RoleWAFBlocked)
	if blocked == nil || r.client.status403 == 0 && *blocked == 0 {
		return
	}
	mine := float64(r.client.status403)
	gap := *blocked - mine
	note := ""
	switch {
	case gap < 0:
		note = fmt.Sprintf("AWS WAF blocked %s of the 403; something else refused the rest, or they are published later", pricing.Count(int64(*blocked)))
	case gap > 0:
		note = "the web ACL blocks requests of other clients or in front of other resources, too"
	}
	r.row(results.CheckWAF, "count", &mine, blocked, &gap, note, r.together)
}
