package claims

import (
	"fmt"
	"net/http"
	"slices"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

var (
	onlyREST = []*targets.Kind{&targets.RESTAPI}
	onlyHTTP = []*targets.Kind{&targets.HTTPAPI}
	onlyALB  = []*targets.Kind{&targets.ALB}
	gateways = []*targets.Kind{&targets.RESTAPI, &targets.HTTPAPI}
	guarded  = []*targets.Kind{&targets.RESTAPI, &targets.ALB} // that AWS WAF may stand in front of
)

const (
	splitPremise = "the probe overhead for five minutes or more, alone in CloudWatch's minutes, for an interval of mean Latency less mean IntegrationLatency"
)

var latency = []claim{
	{
		name: "warm", says: "a warm request takes less than 100 ms",
		premise: "good responses of warm environments to this probe's own requests", decide: warmBelow,
	},
	{
		name: "get-end-to-end", says: "a simple GET takes about 110 ms end to end: 10 at the gateway, 80 in Lambda, 15 in the network", kinds: gateways,
		premise: "a scenario whose requests are all GET, with the probe overhead", decide: simpleGET,
	},
	{name: "overhead-gateway", says: "API Gateway adds about 50 ms", kinds: gateways, premise: splitPremise, decide: between("overhead", "gateway", 40, 60)},
	{name: "overhead-rest", says: "a REST API adds 10 to 25 ms", kinds: onlyREST, premise: splitPremise, decide: between("overhead", "gateway", 10, 25)},
	{name: "overhead-http", says: "an HTTP API adds 2 to 5 ms", kinds: onlyHTTP, premise: splitPremise, decide: between("overhead", "gateway", 2, 5)},
	{
		name: "http-faster", says: "an HTTP API answers up to 60 % faster than a REST API", kinds: onlyHTTP,
		premise: "a REST API in front of the same function in the same scenario, and the probe overhead at both", decide: fasterThanREST,
	},
}

// overheads are the parts of the overhead. CloudWatch has none of them, except how
// long the function is invoked beyond its own duration; so targets are compared that
// differ in one of them alone.
var overheads = []claim{
	added("rest-authorization", "of a REST API's overhead, authorization takes 1 to 5 ms", onlyREST, partAuthorization, 1, 5),
	added("rest-validation", "of a REST API's overhead, validation takes 1 to 3 ms", onlyREST, partValidation, 1, 3),
	added("rest-transformation", "of a REST API's overhead, transformation takes 1 to 5 ms", onlyREST, partTransformation, 1, 5),
	{name: "rest-invocation", says: "of a REST API's overhead, the invocation takes 1 to 3 ms", kinds: onlyREST, premise: splitPremise + ", and the function's log", decide: between("overhead", "to_function", 1, 3)},
	added("rest-response", "of a REST API's overhead, the response takes 1 to 5 ms", onlyREST, partResponse, 1, 5),
	added("rest-logging", "of a REST API's overhead, logging takes 1 to 2 ms", onlyREST, partLogging, 1, 2),
	{name: "http-invocation", says: "of an HTTP API's overhead, the invocation takes 1 to 3 ms", kinds: onlyHTTP, premise: splitPremise + ", and the function's log", decide: between("overhead", "to_function", 1, 3)},
	added("http-logging", "of an HTTP API's overhead, logging takes 1 to 2 ms", onlyHTTP, partLogging, 1, 2),
}

// added is a claim about what a part adds to the time that a front door takes.
func added(name, says string, kinds []*targets.Kind, part string, low, high float64) claim {
	return claim{
		name: name, says: says, kinds: kinds, part: part, decide: adds(part, low, high),
		premise: "a second target that differs in its " + part + " alone (variants: {" + part + ": TARGET}), and load on both, or the probe overhead at both",
	}
}

func warmBelow(e *evidence) answer {
	if e.unfit {
		return answer{about: e.here(), why: "the load generator, and not the target, set the result of this probe's own requests"}
	}
	var ms []float64
	for _, s := range e.history.Samples() {
		if s.Outcome() == results.OK {
			ms = append(ms, probe.MS(s.Service))
		}
	}
	slices.Sort(ms)
	q, ok := estimate.Quantile(ms, 0.5)
	if !ok {
		return answer{about: e.here(), why: fmt.Sprintf("%d good responses are too few for a median with an interval", len(ms))}
	}
	a := within(probe.Value(q, "ms", ""), 0, 100)
	a.about, a.measured = e.here(), "a median of "+a.measured
	return a
}

func simpleGET(e *evidence) answer {
	if slices.ContainsFunc(e.scenario.Requests, func(r scenarios.Request) bool { return r.Method != http.MethodGet }) || len(e.scenario.Requests) == 0 {
		return unmet("the mean is over " + e.paths("overhead"))
	}
	return between("overhead", "total", 90, 130)(e)
}

// fasterThanREST compares the gateways' parts, not whole responses: those hold the
// function's time, which is the same behind both.
func fasterThanREST(e *evidence) answer {
	own, f, missing, ok := e.value("overhead", "gateway")
	if !ok {
		return missing
	}
	for _, t := range e.scenario.Targets {
		found := e.all("overhead", t.Name)
		if !slices.Contains(onlyREST, t.Kind) || len(found) == 0 {
			continue
		}
		rest, there := found[0].Values["gateway"]
		if a, b := intervalOf(own), intervalOf(rest); there && own.Low != nil && rest.Low != nil && b.Low > 0 {
			less := results.Between(100*(1-a.Value/b.Value), 100*(1-a.High/b.Low), 100*(1-a.Low/b.High), "%", "")
			c := within(less, 0, 60)
			c.about, c.measured = e.at(f)+", and at "+t.Name, c.measured+" less gateway time than "+t.Name
			return c
		}
	}
	return answer{about: e.at(f), measured: valueText(own) + " of gateway time"}
}
