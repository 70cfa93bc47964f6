package claims

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

var (
	onlyREST = []*targets.Kind{&targets.RESTAPI}
	onlyHTTP = []*targets.Kind{&targets.HTTPAPI}
	gateways = []*targets.Kind{&targets.RESTAPI, &targets.HTTPAPI}
)

func between(probe, name string, low, high float64) check {
	return func(f *findings) answer {
		v, missing, ok := f.value(probe, name)
		if !ok {
			return missing
		}
		return within(v, low, high)
	}
}

// never is a claim that no single run can check.
func never(why string) check {
	return func(*findings) answer { return unknown(why) }
}

func latencyClaims() []claim {
	return []claim{
		{says: "the first request of the sample application, a cold start, takes 3 to 5 s", check: between("cold-start", "cold_p50", 3000, 5000)},
		{says: "a warm request takes less than 100 ms", check: warmBelow},
		{says: "API Gateway adds about 50 ms", kinds: gateways, check: between("overhead", "gateway", 40, 60)},
		{says: "a REST API adds 10 to 25 ms", kinds: onlyREST, check: between("overhead", "gateway", 10, 25)},
		{says: "an HTTP API adds 2 to 5 ms", kinds: onlyHTTP, check: between("overhead", "gateway", 2, 5)},
		{says: "an HTTP API answers up to 60 % faster than a REST API", kinds: onlyHTTP, check: fasterThanREST},
		{says: "a simple GET takes about 110 ms end to end", kinds: gateways, check: between("overhead", "total", 90, 130)},
		{says: "a cached response takes 10 ms, an uncached one 100 to 200 ms", kinds: onlyREST, check: cachedFaster},
		{says: "a request that fails validation invokes no function", kinds: onlyREST, check: rejectedAtFrontDoor},
		{says: "provisioned concurrency, a smaller package and more memory shorten cold starts", check: coldStartsShortened},
	}
}

func warmBelow(f *findings) answer {
	var ms []float64
	for _, s := range f.history.Samples() {
		if s.Outcome() == results.OK {
			ms = append(ms, probe.MS(s.Service))
		}
	}
	slices.Sort(ms)
	q, ok := estimate.Quantile(ms, 0.5)
	if !ok {
		return unknown("too few good responses")
	}
	return within(probe.Value(q, "ms", ""), 0, 100)
}

func fasterThanREST(f *findings) answer {
	own, missing, ok := f.value("overhead", "gateway")
	if !ok {
		return missing
	}
	for _, e := range f.earlier {
		rest, there := e.Values["gateway"]
		if e.Probe != "overhead" || e.Target == f.target.Name || !there || rest.Value <= 0 {
			continue
		}
		less := 1 - own.Value/rest.Value
		a := answer{measured: fmt.Sprintf("%.0f %% less gateway time than %s", 100*less, e.Target), holds: "yes"}
		if less <= 0 || less > 0.65 {
			a.holds, a.why = "no", "the guides say up to 60 % less"
		}
		return a
	}
	return unknown("it takes a REST API in the same scenario, and the probe overhead at both")
}

func cachedFaster(f *findings) answer {
	hit, miss, missing, ok := f.pair("cache", "hit_p50", "miss_p50")
	if !ok {
		return missing
	}
	a, b := within(hit, 0, 15), within(miss, 100, 200)
	return both(a, b, "hit "+a.measured+", miss "+b.measured, fmt.Sprintf("a hit is %.1f times as fast here", miss.Value/hit.Value))
}

// rejectedAtFrontDoor reads the limits probe's response to a malformed body: if it
// is the front door's own, the function was not invoked.
func rejectedAtFrontDoor(f *findings) answer {
	row, missing, ok := f.row(malformedBody)
	if !ok {
		return missing
	}
	for _, own := range []string{"by the front door itself", "Invalid request body", "BadRequestException"} {
		if strings.Contains(row[2], own) {
			return answer{measured: row[2], holds: "yes"}
		}
	}
	return unknown("the API validates nothing: the application answered " + row[2])
}

// coldStartsShortened compares with another target of the scenario whose function
// has less memory. A smaller package or provisioned concurrency cannot be seen from
// outside.
func coldStartsShortened(f *findings) answer {
	own, missing, ok := f.value("cold-start", "cold_p50")
	if !ok {
		return missing
	}
	memory := f.target.Function.MemoryMB
	for _, other := range f.targets {
		e, _ := f.of("cold-start", other.Name)
		less, ok := e.Values["cold_p50"]
		if !ok || other.Function.MemoryMB == 0 || other.Function.MemoryMB >= memory {
			continue
		}
		a := answer{
			measured: fmt.Sprintf("%s with %d MB, %s at %s with %d MB", valueText(own), memory, valueText(less), other.Name, other.Function.MemoryMB),
			why:      "the intervals overlap: measure more cold starts",
		}
		switch mine, theirs := intervalOf(own), intervalOf(less); {
		case mine.High < theirs.Low:
			a.holds, a.why = "yes", "of memory; the others were not tried"
		case mine.Low > theirs.High:
			a.holds, a.why = "no", "more memory made them longer here"
		}
		return a
	}
	return unknown("it takes two deployments: name both as targets of one scenario, with the memory of their functions, and put the probe cold-start before this one")
}
