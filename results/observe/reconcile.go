package observe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
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
	doc := &run.Document.Targets[target]
	r := reconciler{target: ts[target], sockets: doc.AllSockets(), tried: doc.TrialSockets != nil, client: viewOf(run, chosen), aws: awsViewOf(metrics)}
	r.together = named("counted together with ", ts, target, shared)
	r.function, r.through = sharedFunction(run, ts, target), through(run, ts, target)
	r.counts()
	r.releases(run, target)
	r.latencies()
	return r.rows
}

// sharedFunction names the targets whose function is that of one, with the same version or
// alias, and what all got together: CloudWatch counts their invocations as one.
func sharedFunction(run *results.Run, ts []targets.Target, target int) string {
	all := sharers(ts, target, targets.RoleInvocations)
	note, together := named(results.SharedFunction+" ", ts, target, all), map[uint16]bool{}
	if note == "" {
		return ""
	}
	for _, i := range all {
		together[uint16(i)] = true
	}
	return fmt.Sprintf("%s: all together had %s", note, pricing.Counted(viewOf(run, together).responses, "response"))
}

// A reconciler writes the rows of one target.
type reconciler struct {
	target   targets.Target
	client   clientView
	aws      awsView
	sockets  *results.SocketDoc // nil: requests were sent
	tried    bool               // those of the trial are among them
	through  thoroughfare
	together string // a note on the targets that share the door's metrics, "" for none
	function string // the same of the function's
	rows     []results.Reconciled
}

// named is a note that ends in the names of all but one target, "" without any.
func named(note string, ts []targets.Target, but int, all []int) string {
	var names []string
	for _, i := range all {
		if i != but {
			names = append(names, ts[i].Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return note + strings.Join(names, ", ")
}

func (r *reconciler) row(what, unit string, client, aws, gap *float64, notes ...string) {
	notes = slices.DeleteFunc(notes, func(n string) bool { return n == "" })
	r.rows = append(r.rows, results.Reconciled{What: what, Unit: unit, Client: client, AWS: aws, Gap: gap, Note: strings.Join(notes, "; ")})
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
	note, from := "", ""
	if gap != 0 {
		note = explain(gap)
	}
	if what == results.CheckOrigin || role == targets.RoleCount && r.target.Distribution == nil {
		from = r.through.note
	}
	r.row(what, "count", &mine, theirs, &gap, note, r.together, from)
}

const unpublished = "CloudWatch has published nothing so far"

// nothing says what it may mean that CloudWatch has no points of a role. Of a
// name that does not exist it has none either, and never says so.
func (r *reconciler) nothing(role targets.Role) string {
	if role != targets.RoleCount || r.client.responses == 0 {
		return unpublished
	}
	var calledBy []string
	for _, dims := range r.target.Watched(role) {
		calledBy = []string{cloudwatch.Spelled(dims)}
	}
	if r.target.Region != "" {
		calledBy = append(calledBy, "region "+r.target.Region)
	}
	return unpublished + "; if that stays so, one of these is not the target's: " + strings.Join(append(calledBy, "the account of these credentials"), ", ")
}

func (r *reconciler) counts() {
	if r.target.Kind.OnlyMessages {
		r.messages()
		r.functionCounts()
		return
	}
	r.requests()
	if !r.target.Kind.CountsPassed { // elsewhere a response may be the front door's own, which is not counted
		answered := float64(r.client.responses - r.client.status4xx)
		if r.target.Distribution == nil {
			answered += float64(r.through.responses)
		}
		r.rows[len(r.rows)-1].Answered = &answered
	}
	for _, class := range []struct {
		what   string
		client int64
		role   targets.Role
	}{{"4xx", r.client.status4xx, targets.RoleClientError}, {"5xx", r.client.status5xx, targets.RoleServerError}} {
		if len(r.aws[class.role]) > 0 {
			r.compare(class.what, class.client, class.role, r.explainErrors)
		}
	}
	if n := float64(r.client.status429); n > 0 && r.watches(targets.RoleClientError) {
		r.row("429", "count", &n, nil, nil, "CloudWatch counts these among the 4xx")
	}
	r.inspected()
	r.distribution()
	r.functionCounts()
}

// requests compares how many there were, if CloudWatch counts them.
func (r *reconciler) requests() {
	if mine := float64(r.client.requests); r.target.Kind.Uncounted != "" && !r.watches(targets.RoleCount) {
		r.row(results.CheckRequests, "count", &mine, nil, nil, r.target.Kind.Uncounted)
		return
	}
	sent := r.client.requests
	if r.target.Distribution == nil {
		sent += r.through.requests
	}
	r.compare(results.CheckRequests, sent, targets.RoleCount, r.explainRequests)
}

// watches says whether CloudWatch has a metric of a role.
func (r *reconciler) watches(role targets.Role) bool {
	return slices.ContainsFunc(r.target.Watch(), func(w targets.Watch) bool { return w.Role == role })
}

func (r *reconciler) functionCounts() {
	for _, f := range []struct {
		what string
		role targets.Role
	}{{results.CheckInvocations, targets.RoleInvocations}, {"function errors", targets.RoleErrors}, {"function throttles", targets.RoleThrottles}} {
		if n := r.aws.count(f.role); n != nil {
			r.row(f.what, "count", nil, n, nil, r.explainFunction(f.role, *n), r.function)
		}
	}
	for _, f := range []struct {
		what, note string
		role       targets.Role
	}{
		{"rejected connections", "the load balancer had as many as it takes, and refused more", targets.RoleRejected},
		{"LambdaUserError", "the balancer answers 502 where the function fails, is throttled or may not be called", targets.RoleUserErrors},
		{"LambdaInternalError", "Lambda or the load balancer failed, and not the function", targets.RoleInternalErrors},
		{"provisioned spill-over", "the provisioned environments did not take these invocations, which may have met cold starts", targets.RoleSpillover},
	} {
		if n := r.aws.count(f.role); n != nil && *n > 0 {
			r.row(f.what, "count", nil, n, nil, f.note, r.function)
		}
	}
}

// explainRequests says what may account for a difference of counts.
func (r *reconciler) explainRequests(gap float64) string {
	c := r.client
	if gap < 0 {
		return r.explainMissing(-gap)
	}
	var known []string
	if c.abandoned > 0 {
		known = append(known, fmt.Sprintf("%d were under way when the run was interrupted", c.abandoned))
	}
	if c.retried > 0 {
		known = append(known, fmt.Sprintf("%s, of all targets together, were sent again on a fresh connection", pricing.Counted(c.retried, "request")))
	}
	if gap > float64(c.abandoned+c.retried) {
		known = append(known, "other clients used this front door too: its metrics are not of this run alone")
	}
	return strings.Join(known, "; ")
}

// explainMissing says what may account for requests that CloudWatch does not count.
func (r *reconciler) explainMissing(missing float64) string {
	c := r.client
	if lost := c.timeouts + c.broken; lost > 0 {
		known := fmt.Sprintf("%s got no response (%s, %s): the front door may not have received them", pricing.Counted(lost, "request"), pricing.Counted(c.timeouts, "timeout"), pricing.Counted(c.broken, "broken connection"))
		if missing <= float64(lost) {
			return known
		}
		return known + "; more than these are missing"
	}
	if r.target.Kind.CountsPassed {
		return "CloudWatch counts fewer requests than were answered: it has not published everything, and does not count what this front door answers by itself"
	}
	if missing <= float64(c.status4xx) {
		return "CloudWatch counts fewer requests than were answered: it has not published everything, or does not count requests that the front door refuses"
	}
	return "CloudWatch counts fewer requests than were answered: it has not published everything, or something else answered in the place of this front door"
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

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
