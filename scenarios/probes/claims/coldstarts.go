package claims

import (
	"fmt"
	"strings"
)

var coldStarts = []claim{
	{
		name: "cold-first", says: "the first request of the sample application, a cold start, takes 3 to 5 s",
		premise: "cold starts of the deployed sample application", decide: between("cold-start", "cold_p50", 3000, 5000),
	},
	{
		name: "cold-memory", says: "more memory shortens cold starts",
		premise: "two targets of one scenario whose functions differ in their memory alone, and the probe cold-start at both", decide: shortenedByMemory,
	},
	{
		name: "cold-package", part: partPackage, says: "a smaller package shortens cold starts",
		premise: "a second target whose function has a larger package and differs in nothing else (variants: {package: TARGET}), and the probe cold-start at both", decide: shortens(partPackage, false),
	},
	{
		name: "cold-provisioned", part: partProvisioned, says: "provisioned concurrency shortens cold starts",
		premise: "a second target by an alias with provisioned concurrency (variants: {provisioned: TARGET}), and the probe cold-start at both", decide: shortens(partProvisioned, true),
	},
	{
		name: "environments", says: "1000 simultaneous requests get 1000 environments, without queueing",
		premise: "a fan-out of 1000 (fan_out: 1000 of the probe cold-start), and responses that name their instance or their request in the function's log", decide: environmentsForAll,
	},
}

// shortenedByMemory compares with another target of the scenario whose function has
// less memory.
func shortenedByMemory(e *evidence) answer {
	own, f, missing, ok := e.value("cold-start", "cold_p50")
	if !ok {
		return missing
	}
	memory := e.target.Function.MemoryMB
	for _, other := range e.scenario.Targets {
		found := e.all("cold-start", other.Name)
		if len(found) == 0 || other.Function.MemoryMB == 0 || other.Function.MemoryMB >= memory {
			continue
		}
		less, ok := found[0].Values["cold_p50"]
		if !ok || own.Low == nil || less.Low == nil {
			continue
		}
		a := answer{
			about:    e.at(f),
			measured: fmt.Sprintf("%s with %d MB, %s at %s with %d MB", valueText(own), memory, valueText(less), other.Name, other.Function.MemoryMB),
			why:      "the intervals overlap: measure more cold starts",
		}
		switch mine, theirs := intervalOf(own), intervalOf(less); {
		case mine.High < theirs.Low:
			a.holds, a.why = "yes", "if the two differ in nothing else"
		case mine.Low > theirs.High:
			a.holds, a.why = "no", "more memory made them longer here, if the two differ in nothing else"
		}
		return a
	}
	return answer{about: e.at(f)}
}

func environmentsForAll(e *evidence) answer {
	v, f, missing, ok := e.value("cold-start", "environments_per_request")
	if !ok {
		return missing
	}
	fan := f.Values["largest_fan_out"].Value
	if fan < 1000 {
		return answer{about: e.at(f), measured: fmt.Sprintf("%s environments for each of %.0f simultaneous requests", valueText(v), fan), why: fmt.Sprintf("only %.0f requests were sent at once", fan)}
	}
	a := within(v, 0.99, 1)
	a.about, a.measured = e.at(f), fmt.Sprintf("%s environments for each of %.0f simultaneous requests", valueText(v), fan)
	switch {
	case a.holds == "no" && strings.Contains(v.Method, "by latency"):
		a.holds, a.why = "", "latency shows which requests waited, and not which environments were there"
	case a.holds == "no":
		a.why = "requests waited for the environments of others"
	}
	return a
}
