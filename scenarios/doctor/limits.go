package doctor

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// accountLimits compares the planned rates with what all APIs and functions of the account share.
func (x *Exam) accountLimits(ctx context.Context, l *looking) {
	for _, at := range x.endpoints() {
		gateway, functions := x.sharing(at)
		if gateway == nil && functions == nil {
			continue
		}
		a := x.account(ctx, at)
		if a.err != nil {
			l.unknown(name(at), "the limits of the account cannot be read", "mend what is said of the AWS account")
			continue
		}
		x.throttle(ctx, l, a, gateway)
		x.concurrency(ctx, l, a, functions)
	}
	if l.found == 0 {
		l.skip("no target shares a limit of an account")
	}
}

// sharing are the targets at an endpoint that share API Gateway's throttle, and those that share
// Lambda's concurrency.
func (x *Exam) sharing(at aws.Endpoint) (gateway, functions []int) {
	for i := range x.Targets {
		t := &x.Targets[i]
		if aws.EndpointOf(*t) != at {
			continue
		}
		if t.Kind.AccountThrottle {
			gateway = append(gateway, i)
		}
		if len(concurrencyOf(x, t)) > 0 {
			functions = append(functions, i)
		}
	}
	return gateway, functions
}

// peak is the highest rate of the load at some targets, which take turns or not.
func (x *Exam) peak(at []int) float64 {
	return x.Plan.PeakAt(func(i int) bool { return slices.Contains(at, i) })
}

func rate(r float64) string {
	if r == math.Trunc(r) {
		return pricing.Count(int64(r)) + "/s"
	}
	return fmt.Sprintf("%.4g/s", r)
}

func (x *Exam) throttle(ctx context.Context, l *looking, a *account, at []int) {
	if at == nil {
		return
	}
	var limit aws.Limit
	err := a.ask(ctx, "apigateway", func(ctx context.Context) (err error) {
		limit, err = a.service.Throttle(ctx)
		return err
	})
	if err != nil {
		l.cannot(name(a.at), "the throttle of API Gateway", err)
		return
	}
	peak := x.peak(at)
	text := fmt.Sprintf("API Gateway lets %s with a burst of %s through, of all APIs of the account together; the scenario sends up to %s", rate(limit.Rate), pricing.Count(limit.Burst), rate(peak))
	if peak > limit.Rate {
		l.warn(name(a.at), text+": requests above it are throttled with 429, also those of other APIs", "lower the rate, or have the quota raised")
		return
	}
	l.ok(name(a.at), text)
}

// short is a time that functions often take: a limit that a rate reaches with it is near.
const short = time.Second

// concurrency is compared by Little's law: as many invocations are under way as begin in the time
// that one takes.
func (x *Exam) concurrency(ctx context.Context, l *looking, a *account, at []int) {
	if at == nil {
		return
	}
	var all, shared int64
	err := a.ask(ctx, "lambda", func(ctx context.Context) (err error) {
		all, shared, err = a.service.Concurrency(ctx)
		return err
	})
	if err != nil {
		l.cannot(name(a.at), "Lambda's concurrency", err)
		return
	}
	peak := x.peak(at)
	text := fmt.Sprintf("Lambda runs %s invocations at a time, %s of them unreserved", pricing.Count(all), pricing.Count(shared))
	if peak <= 0 {
		l.ok(name(a.at), text)
		return
	}
	longest := time.Duration(float64(shared) / peak * float64(time.Second))
	text += fmt.Sprintf("; at up to %s that is used up once a function takes longer than %v", rate(peak), longest.Round(time.Millisecond))
	if longest < short {
		l.warn(name(a.at), text, "lower the rate, or have the quota raised")
		return
	}
	l.ok(name(a.at), text)
}

// usagePlans compares the planned rates with what is set for stages.
func (x *Exam) usagePlans(ctx context.Context, l *looking) {
	for i := range x.Targets {
		t := &x.Targets[i]
		if !t.Lab && t.Kind.APIByID {
			l.unknown(t.Name, "the throttles of its stage and routes are not read", "compare them with the planned rate: aws apigatewayv2 get-stage --api-id ID --stage-name STAGE")
			continue
		}
		if !staged(t) {
			continue
		}
		a := x.account(ctx, aws.EndpointOf(*t))
		if a.err != nil {
			l.unknown(t.Name, "its usage plans cannot be read", "mend what is said of the AWS account")
			continue
		}
		x.plansOf(ctx, l, a, i, t)
	}
	if l.found == 0 {
		l.skip("no target is a stage of an API whose limits are read")
	}
}

func (x *Exam) plansOf(ctx context.Context, l *looking, a *account, i int, t *targets.Target) {
	var stage aws.Stage
	var plans []aws.Plan
	err := a.ask(ctx, "apigateway", func(ctx context.Context) (err error) {
		stage, err = a.service.Stage(ctx, *t)
		return err
	})
	if err != nil {
		l.cannot(t.Name, "the settings of its stage", err)
	}
	err = a.ask(ctx, "apigateway", func(ctx context.Context) (err error) {
		plans, err = a.service.Plans(ctx, *t)
		return err
	})
	if err != nil {
		l.cannot(t.Name, "its usage plans", err)
		return
	}
	before := l.found
	for method, limit := range stage.Limits {
		x.limited(l, i, t, "stage "+stage.Name+" ("+method+")", limit)
	}
	for _, p := range plans {
		if p.Throttle != nil {
			x.limited(l, i, t, fmt.Sprintf("usage plan %q", p.Name), *p.Throttle)
		}
		for method, limit := range p.Methods {
			x.limited(l, i, t, fmt.Sprintf("usage plan %q (%s)", p.Name, method), limit)
		}
		if p.Quota != nil {
			x.quota(l, i, t, p)
		}
	}
	if l.found == before && err == nil {
		l.ok(t.Name, "no usage plan and no throttle of its own")
	}
}

// limited compares the load of a target with one token bucket.
func (x *Exam) limited(l *looking, i int, t *targets.Target, layer string, limit aws.Limit) {
	if limit.Rate <= 0 {
		return
	}
	peak := x.peak([]int{i})
	text := fmt.Sprintf("%s lets %s with a burst of %s through; the scenario sends up to %s", layer, rate(limit.Rate), pricing.Count(limit.Burst), rate(peak))
	switch {
	case peak <= limit.Rate:
		l.ok(t.Name, text)
	case x.Plan.LikelyAt(i) <= limit.Burst:
		l.ok(t.Name, text+", fewer requests than the burst")
	default:
		l.warn(t.Name, text+": what is above it is throttled with 429", "raise the limit, or lower the rate; to measure the limit itself use the probe usage-plan")
	}
}

func (x *Exam) quota(l *looking, i int, t *targets.Target, p aws.Plan) {
	n := x.Plan.LikelyAt(i)
	text := fmt.Sprintf("usage plan %q lets each key send %s requests a %s; the scenario sends about %s", p.Name, pricing.Count(p.Quota.Limit), period(p.Quota.Period), pricing.Count(n))
	if n > p.Quota.Limit {
		l.warn(t.Name, text+": it is used up before the end", "raise the quota, or send less")
		return
	}
	l.ok(t.Name, text)
}

func period(name string) string {
	return map[string]string{"DAY": "day", "WEEK": "week", "MONTH": "month"}[name]
}
