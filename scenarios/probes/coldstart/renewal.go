package coldstart

import (
	"fmt"
	"math"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// readRenewal reads whether to change the function's configuration, which is
// opt-in (renew: true), and whether to revert the change (restore: true).
func (c *options) readRenewal(o document.Fields, t targets.Target) {
	renew, restore := o.Get("renew").Yes(), o.Get("restore").Yes()
	if restore && !renew {
		o.ProblemAt("restore", "belongs to renew: true: there is nothing else to restore")
	}
	if !renew {
		return
	}
	name, qualifier := t.Function.Parts()
	switch {
	case t.Kind.Shares:
		o.ProblemAt("renew", "the environments of target %q are replaced by a new revision alone, which is not made here", t.Name)
	case !t.Kind.OnAWS():
		o.ProblemAt("renew", "target %q has no function to renew", t.Name)
	case name == "" && !t.Lab:
		o.ProblemAt("renew", "the function behind target %q is unknown: give it function: {name: …}", t.Name)
	case qualifier != "" && qualifier != "$LATEST":
		o.ProblemAt("renew", "target %q calls %q of its function, which never changes: a change of configuration reaches $LATEST alone", t.Name, qualifier)
	}
	c.renews = probe.Renewal{Times: len(c.renewedFanOuts()), Restore: restore}
}

// renewedFanOuts are the sizes of fan-outs of which none finds an environment. Fast
// responses free environments for later requests of the same fan-out, so there are
// a few more fan-outs than are needed, and one more than latency needs: the generator may
// be disturbed in one.
func (c options) renewedFanOuts() (sizes []int64) {
	size := min(c.want, c.fanOut)
	n := (c.want + size - 1) / size
	for range max(n+1+n/4, leastPairs+1) {
		sizes = append(sizes, size)
	}
	return sizes
}

// addRenewal adds how many responses came from new environments after the others
// were retired, and what was changed.
func (c *classification) addRenewal(h probe.History, e probe.Evidence, t targets.Target, f *results.Finding) (text []string) {
	changed := false
	var good, fresh int64
	for _, m := range h {
		if !m.Renew {
			continue
		}
		changed = true
		for _, r := range c.during(m) {
			good++
			if r.start != warm {
				fresh++
			}
		}
	}
	if !changed {
		return nil
	}
	share, ok := estimate.Share(fresh, good)
	method := "Wilson's interval, 95 %"
	if x := c.excess; x != nil { // every fan-out came after a change
		share, method = x.delayed.Count.Over(float64(len(x.rise))), "by latency, inverted score test, 95 %"
		fresh = int64(math.Round(x.delayed.Count.Value))
	}
	if ok && (c.compared == nil || c.excess != nil) {
		f.Values["new_after_renewal"] = probe.Value(share, "share", "of the responses to the fan-outs after a change of configuration, those from a new environment; "+method)
		text = append(text, fmt.Sprintf("%d of %d responses to fan-outs after a change of the configuration came from a new environment", fresh, good))
	}
	after := fmt.Sprintf("the variable was left there; to remove it, which retires the environments once more, delete %s from the function's environment, or give the probe restore: true", targets.RenewalVariable)
	if e.Restored {
		after = "it was removed in the end, which retired them once more"
	}
	f.Assumptions = append(f.Assumptions, fmt.Sprintf(
		"new environments were forced: the variable %s in the environment of %s was changed before each fan-out, and Lambda retires all execution environments then; %s",
		targets.RenewalVariable, probe.FunctionName(t), after))
	return text
}
