package results

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/targets"
)

// Posted says whether a request at a target is a message without a reply. It ends when it is
// written: that is no response time, and says nothing of what the front door did with it.
// Both are left out of the latencies of a target. Rejected: taking the time to write for a
// response time, by which such a target is always the fastest.
func (d *Document) Posted(target, request uint16) bool {
	if int(target) >= len(d.Targets) || int(request) >= len(d.Requests) {
		return false
	}
	return d.Targets[target].talks() && d.SocketSteps[d.Requests[request]] == StepPosts
}

// talks says whether messages are sent to a target; older runs do not note it.
func (t *TargetDoc) talks() bool { return t.Messages || t.Sockets != nil }

// Unanswered counts the messages without a reply that were sent to a target, and says whether all
// that was sent were such.
func (d *Document) Unanswered(t *TargetDoc) (n int64, all bool) {
	if !t.talks() {
		return 0, false
	}
	all = true
	for name, f := range t.ByRequest {
		switch {
		case d.SocketSteps[name] == StepPosts:
			n += f.Requests
		case f.Requests > 0 && !slices.Contains(d.Elsewhere, name):
			all = false
		}
	}
	return n, all && n > 0
}

// good merges what a clock took of good responses at a target.
func (r *Run) good(target uint16, clock Clock) *Histogram {
	return r.Histogram(func(k Key) bool {
		return k.Target == target && k.Outcome == OK && k.Clock == clock && !r.Document.Posted(target, k.Request)
	})
}

// untimed is p without the latencies of good responses, which messages without a reply
// do not have.
func (p *part) untimed() *part {
	o := *p
	o.latency[OK] = [NumClocks]*Histogram{}
	return &o
}

// unheard says that CloudWatch counted more errors at a target than the client knows of, and
// that some messages have no reply that would say so; "": it did not, or was not read. What
// went to the same address is counted as one.
func (r *Run) unheard(target int) string {
	d := &r.Document
	posted, known := int64(0), int64(0)
	for _, s := range r.Sent() {
		if int(s.Target) >= len(d.Targets) || d.Targets[s.Target].URL != d.Targets[target].URL {
			continue
		}
		known += s.Failed
		if int(s.Target) == target && d.Posted(s.Target, s.Request) {
			posted += s.requests()
		}
	}
	for i := range d.Targets {
		if s := d.Targets[i].AllSockets(); s != nil && d.Targets[i].URL == d.Targets[target].URL {
			known += s.Failed
		}
	}
	counted, parts := r.doorErrors(d.Targets[target].Name)
	if posted == 0 || counted <= known {
		return ""
	}
	return fmt.Sprintf("CloudWatch counted %s in the minutes of this run, and the client saw %s: of %s without a reply it cannot know which were accepted",
		strings.Join(parts, " and "), pricing.Counted(known, "failure"), pricing.Counted(posted, "message"))
}

// doorErrors are the errors that CloudWatch counted at a front door for messages, and each of
// them in words.
func (r *Run) doorErrors(target string) (all int64, parts []string) {
	if r.Observed == nil {
		return 0, nil
	}
	i := slices.IndexFunc(r.Observed.Targets, func(o ObservedDoc) bool { return o.Target == target })
	if i < 0 {
		return 0, nil
	}
	for _, m := range r.Observed.Targets[i].Metrics {
		n, what := int64(m.Total["Sum"]), ""
		switch targets.Role(m.Role) {
		case targets.RoleRefusals:
			what = "refused by the front door"
		case targets.RoleIntegrationErrors:
			what = "with an error of the integration"
		case targets.RoleExecutionErrors:
			what = "with an error in calling the integration"
		}
		if what != "" && n > 0 {
			all, parts = all+n, append(parts, pricing.Count(n)+" "+what)
		}
	}
	return all, parts
}

// unheard doubts an error share that errors of messages without a reply are missing from.
func (a *assessor) unheard(i int, name string) {
	if text := a.run.unheard(i); text != "" {
		a.suspect("%s: %s; its errors and goodput are those that the client saw", name, text)
	}
}

// answered are the metrics that take what the client did not see fail for good.
var answered = []string{"error_share", "share", "count", "goodput"}

// heard refuses to measure by what the client saw where CloudWatch counted more errors.
func (t Threshold) heard(e evidence, k partKey) error {
	if !slices.Contains(answered, t.Metric) {
		return nil
	}
	posts := k.request == every || e.run.Document.Posted(k.target, uint16(k.request))
	if text := e.run.unheard(e.target); posts && text != "" {
		return fmt.Errorf("cannot be told: %s", text)
	}
	return nil
}
