package observe

import (
	"fmt"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/targets"
)

// releases compares what responses said of a canary with what CloudWatch counted of it. The
// client's number is of those that named their release.
func (r *reconciler) releases(run *results.Run, target int) {
	if r.target.Releases.Header == "" {
		return
	}
	met := func(of results.Release) int64 { return run.Met(uint16(target), of) }
	said := float64(met(results.Canary))
	var unsaid string
	if n := met(results.UnknownRelease); n > 0 {
		unsaid = pricing.Counted(n, "request") + " did not say which release they met"
	}
	for _, of := range []struct {
		what   string
		role   targets.Role
		client *float64
		under  string // what is counted
		shared string // a note on the targets that share it
	}{
		{"canary requests", targets.RoleCanary, &said, "Stage " + targets.CanaryStage(r.target.Stage) + ", a name that is assumed", ""},
		{"canary invocations", targets.RoleCanaryInvocations, nil, "ExecutedVersion " + r.target.Releases.Canary, r.function},
		{"canary errors", targets.RoleCanaryErrors, nil, "ExecutedVersion " + r.target.Releases.Canary, r.function},
	} {
		if len(r.aws[of.role]) == 0 {
			continue
		}
		if points := len(r.aws[of.role][0].Points); points == 0 { // nothing is no count of zero
			r.row(of.what, "count", of.client, nil, nil, fmt.Sprintf("CloudWatch has nothing under %s", of.under), unsaid)
			continue
		}
		n := r.aws[of.role][0].Total["Sum"]
		var gap *float64
		if of.client != nil && unsaid == "" {
			difference := n - said
			gap = &difference
		}
		r.row(of.what, "count", of.client, &n, gap, "under "+of.under, of.shared, unsaid)
	}
}
