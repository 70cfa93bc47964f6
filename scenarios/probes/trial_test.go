package probes

import (
	"slices"
	"strings"
	"testing"

	"tollgate/scenarios"
)

// Which probes may have a trial request before them; a new one has to say.
func TestProbesThatMeasureWhatATrialWouldChangeHaveNone(t *testing.T) {
	options := map[string]string{
		"usage-plan": "{}", "saturation": "{}", "cold-start": "{}", "cache": `{path: "/?key={key}"}`, "limits": "{}", "overhead": "{}", "claims": "{}",
	}
	tried := map[string]bool{"saturation": true, "overhead": true, "claims": true}
	for _, name := range Names() {
		if slices.Contains(ofMessages(), name) {
			continue // their scenarios send messages
		}
		for load, want := range map[string]bool{"": tried[name], "load: [{constant: {rate: 1/s, for: 1s}}]\n": true} {
			text := "name: x\ntargets: {rest: {kind: rest-api, url: lab}}\nrequests: [{name: a, path: /}]\n" + load + "probes:\n  - " + name + ": " + options[name] + "\n"
			s, err := scenarios.Parse("x.yaml", []byte(text), func(string) (string, bool) { return "", false })
			if err != nil {
				t.Fatal(err)
			}
			plan, _, err := NewPlan(s, true)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := len(plan.Trials) > 0; got != want || want == (len(plan.Untried) > 0) {
				t.Errorf("%s with load %q: tried %v, want %v; untried %q", name, load, got, want, plan.Untried)
			}
			if !want && !strings.HasPrefix(plan.Untried[0], "rest: no trial before probe "+name) {
				t.Errorf("%s: untried %q", name, plan.Untried)
			}
		}
	}
}
