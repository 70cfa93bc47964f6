package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tollgate/pricing"
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
	x.countedTrials(l, tried, time.Now())
	for _, t := range tried {
		if t.Expected && !isFailed[[2]string{t.Target, t.Request}] {
			l.ok(t.Target, fmt.Sprintf("%s: %s: %s in %.3g ms", t.Request, t.Method, t.Outcome(), t.Service))
		}
	}
}

// countedTrials says which trial requests are in minutes that a run would compare with its own:
// CloudWatch counts whole minutes, and a run has the one in which it begins.
func (x *Exam) countedTrials(l *looking, tried []results.Trial, now time.Time) {
	for i := range x.Targets {
		t := &x.Targets[i]
		n := int64(0)
		for _, one := range tried {
			if one.Target == t.Name {
				n++
			}
		}
		if n == 0 || t.Lab || !observed(t) {
			continue
		}
		next := now.UTC().Truncate(time.Minute).Add(time.Minute).Format("15:04:05 UTC")
		l.add(Finding{About: t.Name, State: OK, Found: pricing.Counted(n, "trial request") + " sent: CloudWatch counts them in this minute, as other traffic of a run that begins in it", Remedy: "begin the run at " + next + " or later"})
	}
}
