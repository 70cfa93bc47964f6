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
	r.compare(results.CheckConnections, r.sockets.Opened, targets.RoleConnects, func(gap float64) string { return r.explainSockets(gap, foreign) })
	r.compare(results.CheckMessages, r.sockets.Sent+r.sockets.Received, targets.RoleMessages, func(gap float64) string {
		if d := r.sockets; d.Pushes > 0 || d.Received < d.Sent {
			return r.explainSockets(gap, unread)
		}
		return r.explainSockets(gap, foreign)
	})
	for _, f := range []struct {
		what string
		role targets.Role
	}{{"refused by the front door", targets.RoleRefusals}, {"errors of integrations", targets.RoleIntegrationErrors}, {"errors in calling them", targets.RoleExecutionErrors}} {
		if n := r.aws.count(f.role); n != nil {
			r.row(f.what, "count", nil, n, nil)
		}
	}
}

// Why CloudWatch may count more than the client.
const (
	foreign = "others use the API, too"
	unread  = "the API sent more than the client had read when its connections ended, or others use it, too: CloudWatch does not tell which"
)

// explainSockets says what may account for a difference, more being that for more.
func (r *reconciler) explainSockets(gap float64, more string) string {
	switch {
	case gap < 0:
		return "those of the last minute may be published later"
	case !r.tried:
		return "CloudWatch counts those of the trial before the load, too"
	}
	return more
}
