package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/compare"
)

// A compact summary of four front doors fits in 25 lines of 100 columns: what decides, and
// no row that a full one can give. It never leaves out that a run failed, that it cannot be
// trusted, and what went wrong.
const (
	mostReasons = 1 // kinds of reasons that a run is suspect; twice as many that it is invalid
	mostNotes   = 4 // lines of any other notice
	mostHolding = 8 // rows of checks that hold
)

// A reasonGroup is one reason at several targets.
type reasonGroup struct {
	first string
	also  []string // the other targets
}

var measurements = regexp.MustCompile(`[0-9][0-9.,]*( ?(ms|µs|s|%))?`)

// groups puts reasons together that differ in their target and figures alone.
func (r *Report) groups(reasons []string) (all []reasonGroup) {
	index := map[string]int{}
	for _, reason := range reasons {
		target, rest := "", reason
		for _, d := range r.Doors {
			if cut, is := strings.CutPrefix(reason, d.Name+": "); is {
				target, rest = d.Name, cut
			}
		}
		key := measurements.ReplaceAllString(rest, "#")
		i, known := index[key]
		if !known {
			index[key] = len(all)
			all = append(all, reasonGroup{first: reason})
			continue
		}
		if target != "" && !slices.Contains(all[i].also, target) {
			all[i].also = append(all[i].also, target)
		}
	}
	return all
}

func (g reasonGroup) String() string {
	if len(g.also) == 0 {
		return g.first
	}
	return g.first + "; the like at " + listed(g.also)
}

// notice writes a notice: in a compact summary its first reasons.
func (s *summary) notice(n Notice) {
	style := map[string][2]string{"fail": {"FAIL", red}, "bad": {"problem", red}, "warn": {"caution", yellow}, "note": {"note", strong}}[n.Level]
	titled := n.Level != "note" && n.Level != "fail"
	if s.Detail != Compact {
		if titled {
			s.painted(style[1], style[0], n.Title)
		}
		for _, reason := range n.Reasons {
			s.painted(style[1], style[0], reason)
		}
		return
	}
	if titled && n.Title != suspectTitle { // the headline says that
		s.painted(style[1], style[0], n.Title)
	}
	var lines []string
	most := map[string]int{"fail": mostFailures, "bad": 2 * mostReasons, "warn": mostReasons, "note": mostNotes}[n.Level]
	switch {
	case n.Title == notAWS:
		for _, reason := range n.Reasons {
			what, _, _ := strings.Cut(reason, "; ")
			lines = append(lines, what)
		}
	case titled:
		for _, g := range s.groups(n.Reasons) {
			lines = append(lines, g.String())
		}
	default:
		lines = n.Reasons
	}
	for i, line := range lines[:min(len(lines), most)] {
		if more := len(lines) - most; i == most-1 && more > 0 {
			line += "; and " + pricing.Counted(int64(more), map[bool]string{true: "more reason", false: "more"}[titled])
			s.left = true
		}
		s.painted(style[1], style[0], line)
	}
}

// comparedShort is a comparison of many targets on one line: at each metric which are
// better, worse, and not decided.
func comparedShort(c *compare.Comparison) string {
	type group struct {
		metric compare.Metric
		word   string
		heads  []string
	}
	var groups []group
	bases := map[string]bool{}
	for _, p := range c.Pairs {
		bases[p.Base] = true
		for _, e := range p.Effects {
			if !e.Asked && !slices.Contains(shownMetrics, e.Metric) {
				continue
			}
			word, _, _ := strings.Cut(normalize(e.Words), ",")
			i := slices.IndexFunc(groups, func(g group) bool { return g.metric == e.Metric && g.word == word })
			if i < 0 {
				i, groups = len(groups), append(groups, group{metric: e.Metric, word: word})
			}
			groups[i].heads = append(groups[i].heads, p.Head)
		}
	}
	var metrics []compare.Metric
	texts := map[compare.Metric][]string{}
	for _, g := range groups {
		if texts[g.metric] == nil {
			metrics = append(metrics, g.metric)
		}
		texts[g.metric] = append(texts[g.metric], g.word+" "+strings.Join(g.heads, ", "))
	}
	var parts []string
	for _, m := range metrics {
		parts = append(parts, metricTitle(m)+" "+strings.Join(texts[m], ", "))
	}
	text := strings.Join(parts, "; ")
	if len(bases) == 1 {
		text = "vs. " + c.Pairs[0].Base + ": " + text
	}
	return text
}

// coldStarts are those of all targets on one line.
func (s *summary) coldStarts() {
	var parts []string
	for _, d := range s.Doors {
		if d.Observed == nil {
			continue
		}
		for _, c := range d.Observed.Checks {
			switch {
			case c.What != results.ColdStarts:
			case c.AWS == nil:
				parts = append(parts, "unknown at "+d.Name)
			default:
				share := ""
				if d.Requests > 0 && c.Unit == "count" {
					share = fmt.Sprintf(", %s%%", digits(100**c.AWS/float64(d.Requests)))
				}
				parts = append(parts, fmt.Sprintf("%s (%s%s)", d.Name, amount(c.AWS, c.Unit), share))
			}
		}
	}
	if len(parts) > 0 {
		s.say("cold starts", listed(parts))
		s.left = true
	}
}

// checks writes those that do not hold, and how many do.
func (s *summary) checks(all []results.Check) {
	holding := 0
	for _, c := range all {
		if c.Holds == "yes" {
			holding++
		}
	}
	few := s.Detail != Compact || holding <= mostHolding
	for _, c := range all {
		if few || c.Holds != "yes" {
			s.say(checkWord(c), checkText(c))
		}
	}
	if !few {
		s.say("holds", fmt.Sprintf("%d of %d as documented", holding, len(all)))
		s.left = true
	}
}
