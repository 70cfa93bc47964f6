package doctor

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
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
		byRoute := !t.Lab && t.Kind.APIByID
		switch {
		case byRoute && aws.SecondID(*t) == "":
			l.unknown(t.Name, "the throttles of its stage and routes cannot be read, since its API is not named", "give it api: ID and stage:")
			continue
		case !byRoute && !staged(t):
			continue
		}
		a := x.account(ctx, aws.EndpointOf(*t))
		switch {
		case a.err != nil:
			l.unknown(t.Name, "what its stage admits cannot be read", "mend what is said of the AWS account")
		case byRoute:
			x.routesOf(ctx, l, a, i, t)
		default:
			x.plansOf(ctx, l, a, i, t)
		}
	}
	if l.found == 0 {
		l.skip("no target is a stage of an API whose limits are read")
	}
}

// routesOf compares the planned rate with the throttles of an HTTP or WebSocket API: of each
// route with what the requests to it may be.
func (x *Exam) routesOf(ctx context.Context, l *looking, a *account, i int, t *targets.Target) {
	var stage aws.Stage
	err := a.ask(ctx, "apigateway", func(ctx context.Context) (err error) {
		stage, err = a.service.RouteThrottles(ctx, *t)
		return err
	})
	if err != nil {
		l.cannot(t.Name, "the throttles of its stage and routes", err)
		return
	}
	shares := x.shares(i, stage.Limits, func(name string) string {
		if name == aws.EveryRoute {
			return ""
		}
		return name
	})
	for _, route := range slices.Sorted(maps.Keys(stage.Limits)) {
		x.limited(l, i, t, "stage "+stage.Name+" ("+route+")", stage.Limits[route], shares[route])
	}
	if len(stage.Limits) == 0 {
		l.ok(t.Name, "stage "+stage.Name+" has no throttle of its own")
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
	shares := x.shares(i, stage.Limits, methodRoute)
	for _, method := range slices.Sorted(maps.Keys(stage.Limits)) {
		x.limited(l, i, t, "stage "+stage.Name+" ("+method+")", stage.Limits[method], shares[method])
	}
	for _, p := range plans {
		if p.Throttle != nil {
			x.limited(l, i, t, fmt.Sprintf("usage plan %q", p.Name), *p.Throttle, 1)
		}
		ofPlan := x.shares(i, p.Methods, methodRoute)
		for _, method := range slices.Sorted(maps.Keys(p.Methods)) {
			x.limited(l, i, t, fmt.Sprintf("usage plan %q (%s)", p.Name, method), p.Methods[method], ofPlan[method])
		}
		if p.Quota != nil {
			x.quota(l, i, t, p)
		}
	}
	if l.found == before && err == nil {
		l.ok(t.Name, "no usage plan and no throttle of its own")
	}
}

// shares are the shares of a target's requests for which each of some limits is: that of their
// route, or one of those for all ("") if no route has its own. Those for all are compared with
// all the rest, although each route has a bucket of its own: which routes there are is not known.
func (x *Exam) shares(i int, limits map[string]aws.Limit, route func(name string) string) map[string]float64 {
	var named targets.Target
	for name := range limits {
		if r := route(name); r != "" {
			named.Detailed = append(named.Detailed, r)
		}
	}
	all := map[string]float64{}
	for name := range limits {
		of := route(name)
		all[name] = x.Plan.Share(i, func(method, path string) bool { return named.RouteAt(method, path) == of })
	}
	return all
}

// methodRoute is the route of a method as settings of stages and plans name it: "~1items/GET",
// "/items/GET", or with * for any; "" of all.
func methodRoute(name string) string {
	at := strings.LastIndex(name, "/")
	path, method := "/"+strings.TrimPrefix(strings.ReplaceAll(name[:max(at, 0)], "~1", "/"), "/"), name[at+1:]
	switch {
	case path == "/*":
		return ""
	case method == "*":
		method = "ANY"
	}
	return method + " " + path
}

// limited compares the load of a target, or a share of it, with one token bucket.
func (x *Exam) limited(l *looking, i int, t *targets.Target, layer string, limit aws.Limit, share float64) {
	if limit.Rate <= 0 {
		return
	}
	peak := share * x.peak([]int{i})
	text := fmt.Sprintf("%s lets %s with a burst of %s through; the scenario sends up to %s", layer, rate(limit.Rate), pricing.Count(limit.Burst), rate(peak))
	switch {
	case peak <= limit.Rate:
		l.ok(t.Name, text)
	case share*float64(x.Plan.LikelyAt(i)) <= float64(limit.Burst):
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
