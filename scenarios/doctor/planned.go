package doctor

import (
	"context"
	"fmt"
	"strings"

	"tollgate/pricing"
)

// plan says what the scenario would send, and what run would refuse or ask.
func (x *Exam) plan(_ context.Context, l *looking) {
	p := x.Plan
	sends := fmt.Sprintf("%s to %s in %v", pricing.Counted(p.Requests(), "request"), pricing.Counted(len(x.Targets), "target"), p.Duration())
	if len(p.Stages) == 0 {
		sends = fmt.Sprintf("probes of %s, in at most %v", pricing.Counted(len(x.Targets), "target"), p.ProbeTime())
	}
	l.ok("", sends)
	for _, r := range x.Refusals {
		text, remedy, _ := strings.Cut(r.Error(), ": ")
		if r.Asks {
			l.warn("", "run asks first: "+text, remedy)
		} else {
			l.problem("", "run refuses it: "+text, remedy)
		}
	}
	for _, a := range p.Probes {
		if a.Changes != "" {
			l.warn(a.Target, "probe "+a.Probe+" "+a.Changes, "")
		}
	}
	for _, w := range append(p.Warnings, x.Notes...) {
		l.warn("", w.Error(), "")
	}
}
