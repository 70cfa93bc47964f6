package claims

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

const examplePremise = "a key whose measured bucket is 1000/s with a burst of 2000"

var throttling = []claim{
	{
		name: "plan-example", plan: planExample, says: "the example's usage plan lets 1000/s pass, with a burst of 2000", kinds: onlyREST,
		premise: keyOf(planExample), decide: bucketOf(planExample, 1000, 2000),
	},
	{
		name: "500-pass", says: "500/s under a plan of 1000/s and 2000: nothing is throttled", kinds: onlyREST,
		premise: examplePremise, decide: underExample(passes500),
	},
	{
		name: "1500-burst", says: "1500/s for 5 s under a plan of 1000/s and 2000: the first 2000 pass, the rest is throttled", kinds: onlyREST,
		premise: examplePremise, decide: underExample(burstOf7500),
	},
	{
		name: "2000-sustained", says: "2000/s sustained under a plan of 1000/s and 2000: 1000/s pass and 1000/s get 429", kinds: onlyREST,
		premise: examplePremise, decide: underExample(halfOf2000),
	},
	{name: "plan-free", plan: planFree, says: "the free plan lets 100/s pass", kinds: onlyREST, premise: keyOf(planFree), decide: bucketOf(planFree, 100, 0)},
	{name: "plan-pro", plan: planPro, says: "the pro plan lets 1000/s pass", kinds: onlyREST, premise: keyOf(planPro), decide: bucketOf(planPro, 1000, 0)},
	{name: "quota-example", plan: planExample, says: "a key of the example's plan has 1,000,000 requests a month", kinds: onlyREST, premise: quotaOf(planExample), decide: quota(planExample, 1_000_000)},
	{name: "quota-free", plan: planFree, says: "a key of the free plan has 100,000 requests a month", kinds: onlyREST, premise: quotaOf(planFree), decide: quota(planFree, 100_000)},
	{name: "quota-pro", plan: planPro, says: "a key of the pro plan has 10,000,000 requests a month", kinds: onlyREST, premise: quotaOf(planPro), decide: quota(planPro, 10_000_000)},
	{
		name: "throttled-429", says: "a throttled request: 429", kinds: gateways,
		premise: "a load that the front door throttles, by the probe usage-plan", decide: throttledBy429,
	},
}

func keyOf(plan string) string {
	return fmt.Sprintf("a key of the %s plan: under keys of the probe usage-plan by the name %q, or the target's own and plan: %s here", plan, plan, plan)
}

func quotaOf(plan string) string {
	return fmt.Sprintf("a usage plan of the stage that is called %q, or plan: %s here for the only one, and permission to read it (apigateway:GET)", plan, plan)
}

// A bucket is what the probe usage-plan measured with one key.
type bucket struct {
	key         string // its name; "": the target's own
	rate, burst results.Value
}

// buckets are those of all keys that were measured at the target.
func (e *evidence) buckets() (all []bucket, f results.Finding, missing answer, ok bool) {
	if f, missing, ok = e.of("usage-plan"); !ok {
		return nil, f, missing, false
	}
	for name, rate := range f.Values {
		key, is := strings.CutSuffix(name, "rate")
		burst, there := f.Values[key+"burst"]
		if is && there && (key == "" || strings.HasSuffix(key, ".")) {
			all = append(all, bucket{strings.TrimSuffix(key, "."), rate, burst})
		}
	}
	slices.SortFunc(all, func(a, b bucket) int { return strings.Compare(a.key, b.key) })
	return all, f, answer{}, true
}

// with names the key, the path and the load of a bucket.
func (e *evidence) with(b bucket, f results.Finding) string {
	if b.key == "" {
		return e.at(f)
	}
	return fmt.Sprintf("%s with the key %s, of %d requests in %.3g s by the probe %s", e.paths(f.Probe), b.key, f.Requests, f.Seconds, f.Probe)
}

func (b bucket) String() string {
	return "rate " + valueText(b.rate) + ", burst " + valueText(b.burst)
}

// bucketOf decides on the bucket of a plan's key; burst 0 stands for any. Another
// key's bucket says nothing about the plan.
func bucketOf(plan string, rate, burst float64) func(*evidence) answer {
	return func(e *evidence) answer {
		all, f, missing, ok := e.buckets()
		if !ok {
			return missing
		}
		i := slices.IndexFunc(all, func(b bucket) bool {
			return strings.EqualFold(b.key, plan) || b.key == "" && e.plan == plan
		})
		if i < 0 {
			return answer{about: e.at(f), why: "no measured key is known to be of that plan"}
		}
		b := all[i]
		a := within(b.rate, 0.97*rate, 1.03*rate)
		if burst > 0 {
			a = both(a, within(b.burst, 0.97*burst, 1.03*burst), b.String(), "the plan has another bucket")
		}
		a.about = e.with(b, f)
		return a
	}
}

// underExample decides on what follows from the example's bucket, where a key has it.
func underExample(decide func(bucket) answer) func(*evidence) answer {
	return func(e *evidence) answer {
		all, f, missing, ok := e.buckets()
		if !ok {
			return missing
		}
		var others []string
		for _, b := range all {
			if within(b.rate, 970, 1030).holds == "yes" && within(b.burst, 1940, 2060).holds == "yes" {
				a := decide(b)
				a.about = e.with(b, f)
				return a
			}
			others = append(others, b.String())
		}
		if len(others) == 0 {
			return answer{about: e.at(f), why: "no token bucket was found: " + beginning(f.Conclusion)}
		}
		return answer{about: e.at(f), measured: strings.Join(others, "; "), why: "another bucket is in force"}
	}
}

func passes500(b bucket) answer {
	a := within(b.rate, 500, math.Inf(1))
	a.measured = "a bucket that is refilled at " + valueText(b.rate)
	return a
}

func halfOf2000(b bucket) answer {
	a := within(b.rate, 970, 1030)
	a.measured = fmt.Sprintf("a bucket that lets %s pass once its burst is used up, after %.3g s", valueText(b.rate), b.burst.Value/(2000-b.rate.Value))
	return a
}

// burstOf7500 computes what the measured bucket passes: it is refilled meanwhile,
// which the claim forgets.
func burstOf7500(b bucket) answer {
	const offered, seconds, claimed = 1500.0, 5.0, 2000.0
	rate, burst := intervalOf(b.rate), intervalOf(b.burst)
	passes := func(rate, burst float64) float64 { return min(offered*seconds, burst+rate*seconds) }
	full := burst.Value / (offered - rate.Value)
	a := answer{measured: fmt.Sprintf("a bucket that lets everything pass for %.2f s (%.0f requests), then %.0f/s: %.0f in all", full, offered*min(full, seconds), rate.Value, passes(rate.Value, burst.Value))}
	v := results.Between(passes(rate.Value, burst.Value), passes(rate.Low, burst.Low), passes(rate.High, burst.High), "requests", "")
	a.holds = within(v, 0.98*claimed, 1.02*claimed).holds
	a.why = "tokens come back while requests come: a bucket passes its burst and rate × time"
	return a
}

// quota decides by the configuration of the plan: a quota shows in responses only
// when it is used up.
func quota(plan string, claimed int64) func(*evidence) answer {
	return func(e *evidence) answer {
		var names []string
		for _, q := range e.Quotas {
			names = append(names, fmt.Sprintf("%q", q.Plan))
			if strings.EqualFold(q.Plan, plan) || e.plan == plan && len(e.Quotas) == 1 {
				return configuredQuota(q, claimed)
			}
		}
		if len(names) == 0 {
			return unmet("no quota of the stage's usage plans could be read")
		}
		return unmet("the stage's usage plans with a quota are " + strings.Join(names, ", "))
	}
}

func configuredQuota(q probe.ConfiguredQuota, claimed int64) answer {
	a := answer{about: fmt.Sprintf("the configuration of the usage plan %q", q.Plan), measured: q.String(), holds: "no", why: "the plan has another quota"}
	if q.Limit == claimed && q.Period == "MONTH" {
		a.holds, a.why = "yes", ""
	}
	return a
}

func throttledBy429(e *evidence) answer {
	f, missing, ok := e.of("usage-plan")
	if !ok {
		return missing
	}
	var refused, by429 float64
	for name, v := range f.Values {
		switch {
		case name == "refused" || strings.HasSuffix(name, ".refused"):
			refused += v.Value
		case name == "refused_429" || strings.HasSuffix(name, ".refused_429"):
			by429 += v.Value
		}
	}
	if refused == 0 {
		return answer{about: e.at(f), measured: "no throttled request"}
	}
	a := answer{about: e.at(f), measured: fmt.Sprintf("%.0f of %.0f refused requests with 429", by429, refused), holds: "yes"}
	if by429 < refused {
		a.holds, a.why = "no", "others were refused with another status code"
	}
	return a
}
