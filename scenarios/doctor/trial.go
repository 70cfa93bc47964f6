package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tollgate/results"
)

// trial tries each request once at each target, as run does before its load.
func (x *Exam) trial(ctx context.Context, l *looking) {
	for _, why := range x.Plan.Untried {
		l.unknown("", "not tried: "+why, "")
	}
	if len(x.Plan.Trials) == 0 || x.Try == nil {
		if l.found == 0 {
			l.skip("no request is tried")
		}
		return
	}
	tried, err := x.Try(ctx)
	if err != nil {
		for line := range strings.Lines(err.Error()) { // one for each target
			one := errors.New(strings.TrimSpace(line))
			l.problem("", first(one), rest(one))
		}
		return
	}
	failed := results.FailedTrials(tried)
	isFailed := map[[2]string]bool{}
	for _, t := range failed {
		isFailed[[2]string{t.Target, t.Request}] = true
		text := fmt.Sprintf("%s: %s: %s", t.Request, t.Method, t.Outcome())
		if shown := strings.Join(t.Shown(), " "); shown != "" {
			text += " (" + shown + ")"
		}
		remedy := ""
		if x.Remedy != nil {
			remedy = x.Remedy([]results.Trial{t})
		}
		l.problem(t.Target, text, remedy)
	}
	for _, t := range tried {
		if t.Expected && !isFailed[[2]string{t.Target, t.Request}] {
			l.ok(t.Target, fmt.Sprintf("%s: %s: %s in %.3g ms", t.Request, t.Method, t.Outcome(), t.Service))
		}
	}
}
