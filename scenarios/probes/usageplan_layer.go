package probes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/targets"
)

// A ConfiguredLimit is a token bucket that somebody has set up in front of a
// target, such as a usage plan.
type ConfiguredLimit struct {
	Layer string // `usage plan "free"`
	Rate  float64
	Burst float64
}

func (l ConfiguredLimit) String() string {
	return fmt.Sprintf("%s, which is set to %.6g/s with a burst of %.0f", l.Layer, l.Rate, l.Burst)
}

// nameLayer names who refused more exactly than answers tell, where limits are
// known: the one that is set to what was measured. The throttles of a key, a
// stage and a method answer alike.
func nameLayer(h History, layer string, fit bucketFit, limits []ConfiguredLimit) (name string, assumed []string) {
	if len(limits) == 0 || !throttledByDoor(h) {
		return layer, nil
	}
	var same, all []string
	for _, l := range limits {
		all = append(all, l.String())
		if fit.hasRate(l.Rate) && fit.hasBurst(l.Burst) {
			same = append(same, l.String())
		}
	}
	if len(same) == 0 {
		return layer, []string{"none of the limits that API Gateway has for the stage is what was measured: it has " + strings.Join(all, "; ")}
	}
	return strings.Join(same, ", or "), []string{"of the limits that API Gateway has for the stage, the one that is set to what was measured is taken for the one that refused"}
}

// throttledByDoor says whether most refusals are the door's own throttle.
func throttledByDoor(h History) bool {
	own, refused := 0, 0
	for _, m := range h {
		for i := range m.Samples {
			if s := &m.Samples[i]; refusalOf(s) {
				refused++
				if s.Mark.Fault == targets.FaultThrottled {
					own++
				}
			}
		}
	}
	return 2*own > refused
}

// layerOf names who refused, from what most refusals look like, and says what
// that had to assume.
func layerOf(h History, t targets.Target) (layer string, assumed []string) {
	kinds := map[string]int{}
	for _, m := range h {
		for i := range m.Samples {
			if s := &m.Samples[i]; refusalOf(s) {
				kinds[layerOfOne(s, t)]++
			}
		}
	}
	if len(kinds) == 0 {
		return "nobody", nil
	}
	names := slices.SortedFunc(maps.Keys(kinds), func(a, b string) int { return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b)) })
	if len(names) > 1 {
		assumed = append(assumed, "others refused too: "+strings.Join(names[1:], ", "))
	}
	return names[0], append(assumed, "who refused is told by the status and the body of its answers alone; the throttles of a key, a stage and an account answer alike")
}

// layerOfOne reads one refusal.
func layerOfOne(s *results.Sample, t targets.Target) string {
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
		return "something whose answer is not the door's own, such as AWS WAF or the application"
	}
	return fmt.Sprintf("the server itself (status %d)", s.Code)
}
