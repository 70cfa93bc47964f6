package scenarios

import (
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/results"
)

const (
	maxThresholds = 1000
	maxAborts     = 100
)

// NoAbort is what a scenario writes to have no rule that ends its load.
const NoAbort = "none"

// noRule are other words that people write for none.
var noRule = []string{"", "none", "off", "no", "never", "false"}

// thresholds are limits in words. Their targets and requests must exist.
func (in *input) thresholds(v document.Value, s *Scenario) {
	if v.Node != nil && !s.HasLoad() && len(s.Probes) > 0 {
		v.Problem("there is no load that they could be about: probes evaluate themselves")
	}
	in.limitsOf("", v, s)
}

// populationThresholds are those that stand in populations, which they are about. All
// populations are known by now, so that one may name any.
func (in *input) populationThresholds(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	for _, e := range v.Entries {
		if n := e.Value.Find("thresholds"); n != nil {
			in.limitsOf(e.Key, v.At(n, v.Below(e.Key)+".thresholds"), s)
		}
	}
}

// limitsOf reads a list of thresholds, of the whole scenario or of a population.
func (in *input) limitsOf(population string, v document.Value, s *Scenario) {
	for _, item := range v.List(maxThresholds) {
		if !limitInWords(item, "a limit", "p(99) < 250ms") {
			continue
		}
		t, err := results.ParseThreshold(item.Node.Text)
		if err == nil && population != "" {
			t, err = t.ForPopulation(population)
		}
		if err == nil {
			t, err = t.OfFlow(flowNames(s.Flows))
		}
		if err == nil {
			t, err = t.Within(s.populationNames())
		}
		if err != nil {
			in.Problem(item.Node, "%v", err)
			continue
		}
		scope(item, t, s, true)
		s.Thresholds = append(s.Thresholds, t)
	}
}

// limitInWords reports a limit that is no string, or not in the file itself.
func limitInWords(v document.Value, what, example string) bool {
	switch {
	case v.Type != document.String:
		v.Bad("is not %s such as %q", what, example)
	case len(v.References) > 0:
		v.Bad("comes from the environment: write it into the file, so that a report can show it")
	default:
		return true
	}
	return false
}

// scope reports what a limit is about and the scenario does not have. Whole flows are
// known to thresholds alone: a rule is checked while they are under way.
func scope(v document.Value, t results.Threshold, s *Scenario, flows bool) {
	var sent []string
	var stages []Stage
	for _, p := range s.populations() {
		sent, stages = append(sent, requestNames(p.Requests)...), append(stages, p.Stages...)
		sent = append(sent, slices.DeleteFunc(s.asked(&p), func(name string) bool { return name == "" })...)
		if flows {
			sent = append(sent, flowNames(p.Flows)...)
			sent = append(sent, s.releaseNames(t.Target)...)
		}
		if p.Name == t.Population && t.Target != "" && p.Name != "" && slices.Contains(s.TargetNames(), t.Target) && !slices.Contains(p.Targets, t.Target) {
			v.Problem("population %s sends nothing to %s", p.Name, t.Target)
		}
	}
	v.Path += ": " + v.Quote()
	first := slices.Concat(s.TargetNames(), s.populationNames())
	if t.Target != "" && !slices.Contains(first, t.Target) && slices.Contains(requestNames(s.Requests), t.Target) {
		v.Problem("%s is a request: write /%s", t.Target, t.Target)
		return
	}
	mentions(v, s.firstWord(), t.Target, first)
	mentions(v, "request", t.Request, sent)
	mentions(v, "stage", t.Stage, stageNames(stages))
	if i := slices.Index(stageNames(stages), t.Stage); i >= 0 && stages[i].WarmUp {
		v.Problem("stage %q is a warm-up, which no threshold is about: leave out its warm_up to measure it", t.Stage)
	}
}

// abort are rules that end the load early. They take the place of the default
// rule, and none takes it away.
func (in *input) abort(v document.Value, s *Scenario) {
	switch {
	case v.Node == nil && s.HasLoad():
		s.Abort = []results.AbortRule{results.DefaultAbort()}
		return
	case v.Node == nil:
		return
	case !s.HasLoad() && len(s.Probes) > 0:
		v.Problem("there is no load that a rule could end: probes end by themselves")
	case v.Type == document.String && v.Node.Text == NoAbort:
		return
	case v.Type == document.Bool || v.Type == document.String && slices.Contains(noRule, strings.ToLower(v.Node.Text)) && len(v.References) == 0:
		v.Bad("is not a rule: write abort: none for no rule, or leave it out for the default, %s", results.DefaultAbort().Text)
		return
	}
	items := []document.Value{v}
	if v.Type != document.String {
		items = v.List(maxAborts)
	}
	for _, item := range items {
		in.abortRule(item, s)
	}
}

func (in *input) abortRule(item document.Value, s *Scenario) {
	if !limitInWords(item, "a rule", "error_share > 50% for 10s") {
		return
	}
	if item.Node.Text == NoAbort {
		item.Problem("none stands alone, not in a list: write abort: none")
		return
	}
	rule, err := results.ParseAbort(item.Node.Text)
	if err != nil {
		in.Problem(item.Node, "%v", err)
		return
	}
	t, err := rule.OfFlow(flowNames(s.Flows))
	if err == nil {
		t, err = t.Within(s.populationNames())
	}
	if err != nil {
		in.Problem(item.Node, "%v", err)
		return
	}
	scope(item, t, s, false)
	s.Abort = append(s.Abort, rule)
}
