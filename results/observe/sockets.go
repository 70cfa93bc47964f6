package observe

import (
	"tollgate/results"
	"tollgate/targets"
)

// messages compares connections and messages with CloudWatch. It counts those of the trial
// before the load as well, which older runs do not know.
func (r *reconciler) messages() {
	if r.sockets == nil {
		return
	}
	explain := func(gap float64) string {
		switch {
		case gap < 0:
			return "those of the last minute may be published later"
		case r.tried:
			return "others use the API, too"
		}
		return "CloudWatch counts those of the trial before the load, too"
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
