package observe

import (
	"tollgate/results"
	"tollgate/targets"
)

// messages compares connections and messages with CloudWatch, which counts those of the
// trial before the load as well.
func (r *reconciler) messages() {
	if r.sockets == nil {
		return
	}
	trial := "CloudWatch counts those of the trial before the load, too"
	explain := func(gap float64) string {
		if gap < 0 {
			return "those of the last minute may be published later"
		}
		return trial
	}
	r.compare(results.CheckConnections, r.sockets.Opened, targets.RoleConnects, explain)
	r.compare(results.CheckMessages, r.sockets.Sent+r.sockets.Received, targets.RoleMessages, explain)
	for _, f := range []struct {
		what string
		role targets.Role
	}{{"refused by the front door", targets.RoleRefusals}, {"errors of integrations", targets.RoleIntegrationErrors}, {"errors in calling them", targets.RoleExecutionErrors}} {
		if n := r.aws.count(f.role); n != nil {
			r.row(f.what, "count", nil, n, nil)
		}
	}
}
