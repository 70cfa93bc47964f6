package usageplan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// enforcerOf names what throttled, by most throttled responses, and says what that
// assumes.
func enforcerOf(h probe.History, t targets.Target) (name string, assumed []string) {
	counts := map[string]int{}
	for _, s := range throttledOf(h) {
		counts[enforcer(s, t)]++
	}
	if len(counts) == 0 {
		return "nobody", nil
	}
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	if len(names) > 1 {
		assumed = append(assumed, "these throttled too: "+strings.Join(names[1:], ", "))
	}
	return names[0], append(assumed, "what throttled is derived from status code and body alone; the throttles of a key, a stage and an account answer alike")
}

func throttledOf(h probe.History) (all []*results.Sample) {
	for _, m := range h {
		for i := range m.Samples {
			if s := &m.Samples[i]; probe.Throttled(s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// enforcer names what throttled one request.
func enforcer(s *results.Sample, t targets.Target) string {
	keyed := !t.Auth.APIKey.IsZero() || t.Lab
	switch {
	case s.Mark.Fault == targets.FaultQuota:
		return "the quota of the key's usage plan"
	case s.Mark.Fault == targets.FaultConcurrency:
		return "Lambda (the function's concurrency)"
	case s.Mark.Fault == targets.FaultThrottled && t.Kind.UsagePlans && keyed:
		return "the key's usage plan, or the stage's or the account's throttle"
	case s.Mark.Fault == targets.FaultThrottled:
		return "the stage's or the account's throttle"
	case s.Code == 429 && t.Kind.OnAWS():
		return "something behind or beside the front door, such as AWS WAF or the application"
	}
	return fmt.Sprintf("the server itself (status %d)", s.Code)
}

// configured names what throttled more exactly than responses tell, where limits
// are known: the limit that is set to what was measured. The throttles of a key, a
// stage and a method answer alike.
func configured(h probe.History, name string, fit bucketFit, limits []probe.ConfiguredLimit) (exact string, assumed []string) {
	throttled := throttledOf(h)
	own := slices.DeleteFunc(slices.Clone(throttled), func(s *results.Sample) bool { return s.Mark.Fault != targets.FaultThrottled })
	if len(limits) == 0 || 2*len(own) <= len(throttled) { // most are not the front door's own throttle
		return name, nil
	}
	var same, all []string
	for _, l := range limits {
		all = append(all, l.String())
		if fit.hasRate(l.Rate) && fit.hasBurst(l.Burst) {
			same = append(same, l.String())
		}
	}
	if len(same) == 0 {
		return name, []string{"none of the limits that API Gateway has for the stage is what was measured: it has " + strings.Join(all, "; ")}
	}
	return strings.Join(same, ", or "), []string{"of the limits that API Gateway has for the stage, the one that is set to what was measured is taken as the one that throttled"}
}
