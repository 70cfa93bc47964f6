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
		for w, dims := range t.Watched(targets.RoleCount) {
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
				l.warn(t.Name, fmt.Sprintf("%s in the last %d minutes: of others, or of a run just before", pricing.Counted(n, "request"), int(lately.Minutes())),
					"measure while no other client sends requests: they share its limits, and are counted together in CloudWatch")
			default:
				l.ok(t.Name, fmt.Sprintf("no request in the last %d minutes", int(lately.Minutes())))
			}
		}
	}
	if l.found == 0 {
		l.skip("no requests to these targets are counted by CloudWatch")
	}
}
