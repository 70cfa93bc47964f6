package scenarios

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

// webUseKeys are what its bill is made of, all or none.
var webUseKeys = []string{"cpu", "environments", "memory"}

var (
	webName   = document.Form(`^[A-Za-z0-9_-]{1,64}$`)
	metricsIs = document.Form(`^[A-Za-z0-9_.-]{1,255}$`)
)

// webFunction reads what is stated of a target's Web Function.
func (f fields) webFunction(t *targets.Target) {
	v := f.Get("web_function")
	if v.Node == nil {
		return
	}
	own := v.Fields(slices.Concat([]string{"name", "concurrency", "max_environments", "rate_limit", "timeout", "throttled_status", "signing_name", "metrics"}, webUseKeys)...)
	w := &t.Web
	w.Name = own.Get("name").Matching(webName(), "is not the name of a Web Function: up to 64 letters, digits, - and _")
	w.PerEnvironment = own.WholeOr("concurrency", 1, targets.WebMostPerEnvironment, 0)
	w.Environments = own.WholeOr("max_environments", targets.WebLeastEnvironments, targets.WebMostEnvironments, 0)
	w.Timeout = own.DurationOr("timeout", targets.WebShortestTimeout, targets.WebLongestTimeout, 0)
	w.Throttled = int(own.WholeOr("throttled_status", 400, 599, 0))
	w.Signing = own.Get("signing_name").Matching(webName(), "is not the name of a service that requests are signed for, such as lambda")
	w.Rate = webRate(own.Get("rate_limit"))
	w.Metrics = webMetrics(own.Get("metrics"), t)
	webUse(own, t)
}

// webRate is a limit in one of the steps that there are.
func webRate(v document.Value) *int64 {
	if v.Node == nil {
		return nil
	}
	perSecond := v.RateOrZero().PerSecond()
	whole := int64(perSecond)
	if float64(whole) != perSecond || !targets.IsWebRate(whole) {
		v.Bad("is not a rate limit of a Web Function: 0/s blocks every request; else write 100/s to 1,000/s in steps of 100/s, or 2,000/s to 10,000/s in steps of 1,000/s")
		return nil
	}
	return &whole
}

// webMetrics are the metrics that AWS documents nowhere, by what they count.
func webMetrics(v document.Value, t *targets.Target) (all []targets.WebMetric) {
	if v.Node == nil {
		return nil
	}
	if t.Lab {
		v.Problem("the lab publishes the documented metric alone: leave this out")
		return nil
	}
	names := map[string]targets.Role{}
	for _, role := range targets.WebRoles {
		names[string(role)] = role
	}
	keys := slices.Sorted(maps.Keys(names))
	own := v.Fields(keys...)
	for _, key := range keys {
		if name := own.Get(key).Matching(metricsIs(), "is not the name of a metric of CloudWatch"); name != "" {
			all = append(all, targets.WebMetric{Role: names[key], Name: name})
		}
	}
	return all
}

// webUse is what a bill is made of.
func webUse(own document.Fields, t *targets.Target) {
	if !slices.ContainsFunc(webUseKeys, own.Has) {
		return
	}
	own.Need(webUseKeys...)
	cpu := own.Get("cpu").Duration(0, targets.WebLongestTimeout)
	t.Web.Use.CPU = pricing.Shape{Range: pricing.Exactly(pricing.Ratio(cpu.Microseconds(), 1000))}
	environments := own.Get("environments").Within(big.NewRat(1, 1000), big.NewRat(targets.WebMostEnvironments, 1))
	if n, ok := environments.Exact(); ok {
		if q, err := pricing.ParseQuantity(document.Decimal(n)); err == nil {
			t.Web.Use.Environments = pricing.Exactly(q)
		}
	}
	t.Web.Use.MemoryMB = own.Get("memory").In(document.Megabytes).Whole(1, 2048)
}

// overWebRate warns of load above the rate limit that a target states.
func (p *Plan) overWebRate(target int) (all []error) {
	t := p.Scenario.Targets[target]
	if t.Web.Rate == nil {
		return nil
	}
	if most := p.together(func(i int) bool { return i == target }, (*PlannedStage).Peak); most > float64(*t.Web.Rate) {
		all = append(all, fmt.Errorf("target %s: the load of up to %s/s exceeds the rate limit of its endpoint, %s/s: requests above it are refused", t.Name, rounded(most), pricing.Count(*t.Web.Rate)))
	}
	return all
}
