package observe

import (
	"context"
	"fmt"
	"strings"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/cloudwatch"
)

// An expectation is what CloudWatch should have counted of one target, and what is
// wrong with the names by which it was asked.
type expectation struct {
	target    targets.Target
	responses int64
	good      int64 // responses that are no errors
	counts    []cloudwatch.Question
	function  []cloudwatch.Question // invocations, where the function is another thing than the door

	naming    cloudwatch.Naming // of the door
	behind    cloudwatch.Naming // of the function
	examined  bool
	namesakes string // what is said of other APIs that CloudWatch counts together with this one
}

// expect is what one place should have counted, of the metrics that are here.
func expect(t targets.Target, client clientView, here func(targets.Watch) bool) *expectation {
	e := &expectation{target: t, responses: client.responses, good: client.responses - client.status4xx - client.status5xx}
	for w, dims := range t.Watched("") {
		q := cloudwatch.Question{Namespace: w.Namespace, Metric: w.Metric, Stat: "Sum", Dimensions: dims}
		switch {
		case !here(w):
		case w.Role == targets.RoleCount:
			e.counts = append(e.counts, q)
		case w.Role == targets.RoleInvocations && !t.Kind.CountsFunction:
			e.function = append(e.function, q)
		}
	}
	return e
}

// examineCounts looks at the names of every target that answered and has no count:
// once, at its first empty read, for what exists is listed by then as a rule. The
// lab's names are its own.
func (x *watching) examineCounts(ctx context.Context, c *cloudwatch.Client) {
	for _, e := range x.expected {
		if !e.examined && e.responses > 0 && !e.target.Lab {
			e.examined = x.examine(ctx, c, e.target, e.counts, &e.naming)
		}
	}
}

// examineFunctions looks at the names of functions that have no invocations behind
// doors that answered well and whose counts have come.
func (x *watching) examineFunctions(ctx context.Context, c *cloudwatch.Client) {
	for _, e := range x.expected {
		if !e.target.Lab && e.good > 0 && e.naming.Wrong == "" && !x.short(e) {
			x.examine(ctx, c, e.target, e.function, &e.behind)
		}
	}
}

// examine looks at the names of questions that count nothing, and reports at once
// what is wrong with them. It returns false where all count something.
func (x *watching) examine(ctx context.Context, c *cloudwatch.Client, t targets.Target, questions []cloudwatch.Question, naming *cloudwatch.Naming) (empty bool) {
	for _, q := range questions {
		if x.last.Total(q) > 0 {
			continue
		}
		empty, *naming = true, c.Examine(ctx, t, q)
		if naming.Wrong != "" && x.notice != nil {
			x.notice(t.Name + ": " + said(*naming))
		}
	}
	return empty
}

// findNamesakes looks for REST APIs of one name. Where API Gateway may not be read
// it is not known whether there are any. The lab knows its own doors.
func (x *watching) findNamesakes(ctx context.Context, c *cloudwatch.Client) {
	found := map[string][]string{}
	for _, e := range x.expected {
		if !e.target.Kind.APIByName || e.target.Lab {
			continue
		}
		ids, asked := found[e.target.API]
		if !asked {
			ids, _ = c.Account.Namesakes(ctx, e.target) // optional
			found[e.target.API] = ids
		}
		if len(ids) > 1 {
			e.namesakes = fmt.Sprintf("%d REST APIs are called %s (%s), which CloudWatch counts together stage by stage: the others' requests may be among these", len(ids), e.target.API, strings.Join(ids, ", "))
		}
	}
}

// annotate says in the rows of a target what is known of its names: why there is
// no count, that a function without invocations is another one, and who else is
// counted.
func (e *expectation) annotate(checks []results.Reconciled) (all []results.Reconciled) {
	for _, c := range checks {
		function := strings.HasPrefix(c.What, "function ")
		switch {
		case c.What == "requests" && c.AWS == nil && e.naming.Wrong != "":
			c.Note = said(e.naming)
		case function && e.behind.Wrong != "" && c.What != results.CheckInvocations:
			continue
		case function && e.behind.Wrong != "":
			c.AWS, c.Note = nil, said(e.behind)
		case !function && c.Unit == "count" && c.AWS != nil && e.namesakes != "":
			c.Note = strings.TrimPrefix(c.Note+"; "+e.namesakes, "; ")
		}
		all = append(all, c)
	}
	return all
}

// said is what is wrong, and what to do about it.
func said(n cloudwatch.Naming) string {
	return n.Wrong + "; correct the target in the scenario, or where its names are right run \"tollgate observe\" on the recorded run in a quarter of an hour"
}
