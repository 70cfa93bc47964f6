package observe

import (
	"fmt"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/cloudwatch"
)

// Reconcile compares what the client counted and timed at one target with what
// CloudWatch did. Counts are compared by their sums; latencies by their means,
// which may be subtracted, and never by percentiles, which may not.
func Reconcile(run *results.Run, target int, ts []targets.Target, metrics []results.ObservedMetric) []results.Reconciled {
	if len(metrics) == 0 {
		return nil
	}
	shared := sharers(ts, target, targets.RoleCount)
	chosen := map[uint16]bool{}
	for _, i := range shared {
		chosen[uint16(i)] = true
	}
	r := reconciler{target: ts[target], client: viewOf(run, chosen), aws: awsViewOf(metrics)}
	r.together = togetherWith(ts, target, shared)
	r.function = togetherWith(ts, target, sharers(ts, target, targets.RoleInvocations))
	r.counts()
	r.latencies()
	return r.rows
}

// A reconciler writes the rows of one target.
type reconciler struct {
	target   targets.Target
	client   clientView
	aws      awsView
	together string // names the targets that share the door's metrics, "" for none
	function string // the same for the function's
	rows     []results.Reconciled
}

func togetherWith(ts []targets.Target, target int, all []int) string {
	var names []string
	for _, i := range all {
		if i != target {
			names = append(names, ts[i].Name)
		}
	}
	return strings.Join(names, ", ")
}

func (r *reconciler) row(what, unit string, client, aws, gap *float64, notes ...string) {
	var said []string
	for _, n := range notes {
		if n != "" {
			said = append(said, n)
		}
	}
	r.rows = append(r.rows, results.Reconciled{What: what, Unit: unit, Client: client, AWS: aws, Gap: gap, Note: strings.Join(said, "; ")})
}

// compare writes a row of counts.
func (r *reconciler) compare(what string, client int64, role targets.Role, explain func(gap float64) string) {
	mine, theirs := float64(client), r.aws.count(role)
	// A door that answered has counted: nothing at all is no count of zero.
	if theirs == nil || role == targets.RoleCount && *theirs == 0 && r.client.responses > 0 {
		r.row(what, "count", &mine, nil, nil, r.nothing(role))
		return
	}
	gap := *theirs - mine
	note := ""
	if gap != 0 {
		note = explain(gap)
	}
	if r.together != "" {
		note = strings.TrimPrefix(note+"; counted together with "+r.together, "; ")
	}
	r.row(what, "count", &mine, theirs, &gap, note)
}

// nothing says what it may mean that CloudWatch has no points of a role. Of a
// name that does not exist it has none either, and never says so.
func (r *reconciler) nothing(role targets.Role) string {
	if role == targets.RoleCount && r.client.responses > 0 {
		for _, w := range r.target.Kind.Watch {
			if w.Role == role {
				return unpublished + "; if that stays so, one of these is not the target's: " + calledBy(r.target, w)
			}
		}
	}
	return unpublished
}

const unpublished = "CloudWatch has published nothing so far"

// calledBy is what a metric was asked for by.
func calledBy(t targets.Target, w targets.Watch) string {
	all := []string{cloudwatch.Spelled(w.Dimensions(t))}
	if t.Region != "" {
		all = append(all, "region "+t.Region)
	}
	return strings.Join(append(all, "the account of these credentials"), ", ")
}

func (r *reconciler) counts() {
	r.compare("requests", r.client.requests, targets.RoleCount, r.explainRequests)
	for _, class := range []struct {
		what   string
		client int64
		role   targets.Role
	}{{"4xx", r.client.status4xx, targets.RoleClientError}, {"5xx", r.client.status5xx, targets.RoleServerError}} {
		if len(r.aws[class.role]) > 0 {
			r.compare(class.what, class.client, class.role, r.explainErrors)
		}
	}
	if n := float64(r.client.status429); n > 0 {
		r.row("429", "count", &n, nil, nil, "CloudWatch counts these among the 4xx")
	}
	for _, f := range []struct {
		what string
		role targets.Role
	}{{"function invocations", targets.RoleInvocations}, {"function errors", targets.RoleErrors}, {"function throttles", targets.RoleThrottles}} {
		if n := r.aws.count(f.role); n != nil {
			r.row(f.what, "count", nil, n, nil, r.explainFunction(f.role, *n), sharedFunction(r.function))
		}
	}
}

// explainRequests says what may account for a difference of counts.
func (r *reconciler) explainRequests(gap float64) string {
	c := r.client
	if gap < 0 {
		if lost := c.timeouts + c.broken; lost > 0 {
			return fmt.Sprintf("%d requests got no response (%s, %s): the front door may not have received them", lost, plural(c.timeouts, "timeout"), plural(c.broken, "broken connection"))
		}
		return "CloudWatch counts fewer requests than were answered: it has not published everything, or does not count requests that the front door refuses"
	}
	var known []string
	if c.abandoned > 0 {
		known = append(known, fmt.Sprintf("%d were under way when the run was interrupted", c.abandoned))
	}
	if c.retried > 0 {
		known = append(known, fmt.Sprintf("%d requests, of all targets together, were sent again on a fresh connection", c.retried))
	}
	if gap > float64(c.abandoned+c.retried) {
		known = append(known, "other clients used this front door too: its metrics are not of this run alone")
	}
	return strings.Join(known, "; ")
}

func (r *reconciler) explainErrors(gap float64) string {
	if gap < 0 {
		return "CloudWatch does not count every error that a front door returns by itself"
	}
	if r.client.timeouts+r.client.abandoned > 0 {
		return "requests that the client gave up on may have ended so"
	}
	return "other clients used this front door too"
}

// explainFunction says with which status code a front door answers for a throttled function.
func (r *reconciler) explainFunction(role targets.Role, n float64) string {
	answer, ok := r.target.Kind.Errors[targets.FaultConcurrency]
	if role != targets.RoleThrottles || n == 0 || !ok {
		return ""
	}
	return fmt.Sprintf("this front door answers them with %d", answer.Status)
}

func sharedFunction(names string) string {
	if names == "" {
		return ""
	}
	return "the function is shared with " + names
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func plural(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
