package probes

import (
	"fmt"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// readRenewal reads whether the function's configuration is to be changed, which
// is opt-in: renew: true, and restore: true to take the change back.
func (c *coldOptions) readRenewal(o *scenarios.Options, t targets.Target) {
	renew, restore := o.Yes("renew"), o.Yes("restore")
	if restore && !renew {
		o.Problem("restore", "belongs to renew: true: there is nothing else to take back")
	}
	if !renew {
		return
	}
	name, qualifier := t.Function.Parts()
	switch {
	case !t.Kind.OnAWS():
		o.Problem("renew", "target %q has no function to renew", t.Name)
	case name == "" && !t.Lab:
		o.Problem("renew", "nothing says which function is behind target %q: give it function: {name: …}", t.Name)
	case qualifier != "" && qualifier != "$LATEST":
		o.Problem("renew", "target %q asks for %q of its function, which never changes: a change of configuration reaches $LATEST alone", t.Name, qualifier)
	}
	c.renews = Renewal{Times: len(c.renewedFans()), Restore: restore}
}

// renewedFans are the sizes of fan-outs of which none meets an environment: as
// many as are wanted. Answers that come quickly let later requests of the same
// fan-out find one, so there are a few more to spare.
func (c coldOptions) renewedFans() (sizes []int64) {
	size := min(c.want, c.most)
	n := (c.want + size - 1) / size
	for range n + 1 + n/4 {
		sizes = append(sizes, size)
	}
	return sizes
}

// tellRenewal adds how many responses came from new environments after the
// others were retired, and what was done to the function.
func (c *coldSorting) tellRenewal(h History, told Told, t targets.Target, f *results.Finding) (words []string) {
	var changes int
	var good, fresh int64
	for _, m := range h {
		if !m.Renew {
			continue
		}
		changes++
		for _, one := range c.during(m) {
			good++
			if one.sort != warmStart {
				fresh++
			}
		}
	}
	if changes == 0 {
		return nil
	}
	if share, ok := estimate.Share(fresh, good); ok {
		f.Values["new_after_renewal"] = valueOf(share, "share", "of the responses to the fan-outs after a change of configuration, those from a new environment; Wilson's interval, 95 %")
		words = append(words, fmt.Sprintf("%d of %d responses to fan-outs after a change of the configuration came from a new environment", fresh, good))
	}
	after := fmt.Sprintf("the variable was left there; to remove it, which retires the environments once more, delete %s from the function's environment, or give the probe restore: true", targets.RenewalVariable)
	if told.Restored {
		after = "it was taken away again in the end, which retired them once more"
	}
	f.Assumptions = append(f.Assumptions, fmt.Sprintf(
		"new environments were forced: the variable %s in the environment of %s was changed %d times, and Lambda retires all execution environments then; %s",
		targets.RenewalVariable, functionOf(t), changes, after))
	return words
}

// during are the good responses to what a stage sent.
func (c *coldSorting) during(m Measured) (some []*sorted) {
	for i := range c.all {
		if s := &c.all[i]; s.sample.Due >= m.Started && s.sample.Due < m.Started+m.For {
			some = append(some, s)
		}
	}
	return some
}
