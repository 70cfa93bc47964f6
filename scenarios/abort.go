package scenarios

import (
	"slices"
	"strings"

	"tollgate/results"
)

// NoAbort is what a scenario writes that wants no rule to end its load.
const NoAbort = "none"

const maxAborts = 100

// noRule is what else people write for none.
var noRule = []string{"", "none", "off", "no", "never", "false"}

// abort are rules that end the load early. They take the place of the default
// rule, and none takes it away.
func (in *input) abort(n *node, s *Scenario) {
	switch {
	case n == nil && len(s.Stages) > 0:
		s.Abort = []results.AbortRule{results.DefaultAbort()}
		return
	case n != nil && len(s.Stages) == 0 && len(s.Probes) > 0:
		in.problem(n, "abort: there is no load that a rule could end: probes end by themselves")
	case n != nil && n.sort == text && n.text == NoAbort:
		return
	case n != nil && (n.sort == boolean || n.sort == text && slices.Contains(noRule, strings.ToLower(n.text)) && len(n.references) == 0):
		in.problem(n, "abort: %s is not a rule: write abort: none for no rule, or leave it out for the default, %s", n.quote(), results.DefaultAbort().Text)
		return
	case n != nil && n.sort == text:
		n = &node{sort: list, items: []*node{n}, line: n.line, column: n.column}
	}
	for _, item := range in.list(n, "abort", maxAborts) {
		switch {
		case item.sort != text:
			in.problem(item, "abort: %s is not a rule such as \"error_share > 50%% for 10s\"", item.quote())
		case len(item.references) > 0:
			in.problem(item, "abort: %s: a rule belongs into the file itself, not into the environment: a report must be able to show it", item.quote())
		case item.text == NoAbort:
			in.problem(item, "abort: none stands alone, not in a list: write abort: none")
		default:
			rule, err := results.ParseAbort(item.text)
			if err != nil {
				in.problem(item, "%v", err)
				continue
			}
			in.scope("abort", item, rule.Threshold, s)
			s.Abort = append(s.Abort, rule)
		}
	}
}
