package doctor

import (
	"context"
	"fmt"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/cloudwatch"
)

// lately is the time in which other traffic is counted. CloudWatch publishes minutes one to three
// minutes late.
const lately = 10 * time.Minute

// traffic counts what others send to the targets.
func (x *Exam) traffic(ctx context.Context, l *looking) {
	to := time.Now().UTC().Truncate(time.Minute).Add(time.Minute) // with the minute that is open
	window := cloudwatch.Window{From: to.Add(-lately), To: to, Period: time.Minute}
	for i := range x.Targets {
		t := &x.Targets[i]
		if !t.Lab && t.Kind.OnAWS() && len(t.Watch()) > 0 && !isCounted(t) {
			l.unknown(t.Name, "the scenario does not say what CloudWatch calls it", "give it "+cloudwatch.NamedBy(t.Kind))
			continue
		}
		for w, dims := range t.Watched(counter(t)) {
			q := cloudwatch.Question{Namespace: w.Namespace, Metric: w.Metric, Stat: "Sum", Dimensions: dims}
			a := x.account(ctx, aws.EndpointOf(*t).In(w.Region))
			if a.err != nil {
				l.unknown(t.Name, "CloudWatch cannot be asked", "mend what is said of the AWS account")
				continue
			}
			var r *cloudwatch.Reading
			err := a.ask(ctx, "cloudwatch", func(ctx context.Context) (err error) {
				if r, _, err = a.metrics.Read(ctx, []cloudwatch.Question{q}, window); err != nil {
					err = aws.NewTrouble(a.at.Explain(err, "cloudwatch:GetMetricData"), err)
				}
				return err
			})
			switch {
			case err != nil:
				l.cannot(t.Name, "the last minutes", err)
			case r.Failed(q) != "":
				l.unknown(t.Name, r.Failed(q), "")
			case r.Total(q) > 0:
				n := int64(r.Total(q))
				l.warn(t.Name, fmt.Sprintf("%s in the last %d minutes: of others, or of a run or a doctor just before", pricing.Counted(n, noun(t)), int(lately.Minutes())),
					"measure while no other client sends requests: they share its limits, and are counted together in CloudWatch")
			case !t.Lab && !x.counts(ctx, a, t, q):
				l.unknown(t.Name, "nothing is counted of "+named(q)+", of which it is not known whether it is the target's", "see what is said of names in CloudWatch")
			default:
				l.ok(t.Name, fmt.Sprintf("no "+noun(t)+" in the last %d minutes", int(lately.Minutes())))
			}
		}
	}
	if l.found == 0 {
		l.skip("no requests to these targets are counted by CloudWatch")
	}
}

// counts says whether CloudWatch, or the account, is known to have what a question is about.
func (x *Exam) counts(ctx context.Context, a *account, t *targets.Target, q cloudwatch.Question) bool {
	found, err := x.lookUp(ctx, a, t, q)
	return err == nil && (found.Listed || found.Known)
}

// counter is the role by which requests to a target are counted.
func counter(t *targets.Target) targets.Role {
	for _, w := range t.Watch() {
		if w.Role == targets.RoleCount {
			return targets.RoleCount
		}
	}
	return targets.RoleMessages
}

// isCounted says whether CloudWatch can be asked how many requests a target had.
func isCounted(t *targets.Target) bool {
	for range t.Watched(counter(t)) {
		return true
	}
	return false
}

// noun is what is counted.
func noun(t *targets.Target) string {
	if counter(t) == targets.RoleMessages {
		return "message"
	}
	return "request"
}
