package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/report/chart"
	"tollgate/results/compare"
)

// forest draws the ratio of each target to the base target, by metric. Shares have no ratio.
func forest(c *compare.Comparison) *chart.Forest {
	if c == nil {
		return nil
	}
	ch := &chart.Forest{
		Title: "Targets compared",
		Desc:  "How far each target differs from the base target, as a ratio with its interval, for each metric. At one there is no difference. The table beneath has the same numbers.",
		Axis:  "ratio to the base target, on a log axis",
	}
	for _, p := range c.Pairs {
		for _, e := range p.Effects {
			if e.Scale != compare.Ratio || e.Estimate == nil || !(*e.Estimate > 0) || math.IsInf(*e.Estimate, 0) {
				continue
			}
			tone := map[compare.Verdict]chart.Tone{compare.Better: chart.Better, compare.Worse: chart.Worse}[e.Verdict]
			ch.Rows = append(ch.Rows, chart.ForestRow{
				Label: fmt.Sprintf("%s vs. %s: %s", clipped(p.Head, 14), clipped(p.Base, 14), metricTitle(e.Metric)),
				Note:  inShort(e), At: *e.Estimate, Low: e.Low, High: e.High, Tone: tone,
			})
		}
	}
	if len(ch.Rows) == 0 {
		return nil
	}
	return ch
}

// metricTitle is a metric in a reader's words.
func metricTitle(m compare.Metric) string {
	if title, ok := map[compare.Metric]string{
		compare.ErrorShare: "error share", compare.ColdShare: "cold starts", compare.Dollars: "cost per million",
		compare.FlowP50: "flow p50", compare.FlowP90: "flow p90", compare.FlowP99: "flow p99",
		compare.FirstByteP50: "first byte p50", compare.FirstByteP99: "first byte p99",
		compare.FirstEventP50: "first event p50", compare.FirstEventP90: "first event p90", compare.FirstEventP99: "first event p99",
		compare.LongestGapP50: "longest gap p50", compare.LongestGapP90: "longest gap p90",
	}[m]; ok {
		return title
	}
	return string(m)
}

// inShort is an effect's verdict in a few words.
func inShort(e compare.Effect) string {
	if e.Verdict != compare.Better && e.Verdict != compare.Worse {
		return string(e.Verdict)
	}
	size := digits(math.Abs(*e.Estimate-1)*100) + "%"
	if *e.Estimate >= 11 {
		size = "×" + digits(*e.Estimate)
	}
	return size + " " + clipped(e.Words, 16)
}

// estimated prints an effect with its interval.
func estimated(e compare.Effect) string {
	if e.Estimate == nil {
		return none
	}
	scaled := func(v float64) string { return "×" + digits(v) }
	if e.Scale == compare.Difference {
		scaled = func(v float64) string {
			if math.Abs(v) < 0.5e-4 { // of which two decimals print nothing
				return "0 points"
			}
			return map[bool]string{true: "+"}[v > 0] + digits(100*v) + " points"
		}
	}
	text := scaled(*e.Estimate)
	if e.Low != nil && e.High != nil {
		text += " (" + scaled(*e.Low) + " to " + scaled(*e.High) + ")"
	}
	return text
}

// shownMetrics are those of which each pair has a sentence.
var shownMetrics = []compare.Metric{compare.P50, compare.P99, compare.FlowP50, compare.FirstByteP50, compare.FirstEventP50}

// comparisonLines is the comparison in a sentence for each pair and percentile, and
// what contradicts it in other tables.
func comparisonLines(c *compare.Comparison) (lines []string) {
	if c == nil {
		return nil
	}
	if text := c.Conclusion(); text != "" {
		lines = append(lines, normalize(text))
	}
	for _, p := range c.Pairs {
		for _, e := range p.Effects {
			if e.Asked || slices.Contains(shownMetrics, e.Metric) {
				lines = append(lines, fmt.Sprintf("%s vs. %s, %s: %s%s, %s", p.Head, p.Base, metricTitle(e.Metric), sides(e), estimated(e)+e.AddedText(), normalize(e.Words)))
			}
		}
		if e := p.WholeRun(); e != "" {
			lines = append(lines, normalize(e))
		}
	}
	return lines
}

// sides are the two values that an effect compares: "16.1 ms vs. 21.1 ms in a typical block, ".
func sides(e compare.Effect) string {
	base, head := e.Compared()
	if base == nil || head == nil {
		return ""
	}
	where := ", "
	if e.TypicalBase != nil {
		where = " in a typical block, "
	}
	return inUnit(*head, e.Unit) + " vs. " + inUnit(*base, e.Unit) + where
}

// EffectTable has every effect of the comparison of targets, sorted by ratios:
// figures of different metrics are not sorted into each other. What is the same
// in every row is not repeated there.
func (p *page) EffectTable() *htmlTable {
	s := &htmlTable{ID: "by-effect", Caption: "Effects, over " + pricing.Counted(int64(p.Comparison.Blocks), "block")}
	base, why := p.common()
	names := []string{"target", "text:base", "text:metric", "at base", "at target", "effect", "long:interval", "text:verdict"}
	if base != "" {
		names = slices.Delete(names, 1, 2)
		s.Caption = "Effects compared with " + plain(base) + ", over " + pricing.Counted(int64(p.Comparison.Blocks), "block")
	}
	if text := p.Comparison.Conclusion(); text != "" {
		s.Caption += ": " + plain(normalize(text))
	}
	s.Columns = heads(names...)
	for _, pair := range p.Comparison.Pairs {
		for _, e := range pair.Effects {
			row := []htmlCell{words(pair.Head)}
			if base == "" {
				row = append(row, words(pair.Base))
			}
			s.add(append(row, effect(e, why == "")...)...)
		}
	}
	return s.sorted()
}

func effect(e compare.Effect, reasons bool) []htmlCell {
	size, interval, _ := strings.Cut(estimated(e), " (")
	ratio := htmlCell{Text: size}
	if e.Scale == compare.Ratio && e.Estimate != nil {
		ratio = figureOf(*e.Estimate, size)
	}
	if interval = strings.ReplaceAll(strings.TrimSuffix(interval, ")"), " points", ""); interval == "" {
		interval = none
	}
	base, head := e.Compared()
	side := func(v *float64) htmlCell {
		return htmlCell{Text: figureOr(v, func(v float64) string { return strings.TrimSuffix(inUnit(v, e.Unit), " per million") }).Text}
	}
	tone := map[compare.Verdict]string{compare.Better: "good", compare.Worse: "bad"}[e.Verdict]
	verdict := words(normalize(e.Words)).classed(tone)
	if reasons {
		verdict = verdict.noted(normalize(e.Why))
	}
	return []htmlCell{words(metricTitle(e.Metric)), side(base), side(head), ratio, {Text: interval}, verdict}
}

// Common is the reason that all effects without a verdict share; "" where they differ.
func (p *page) Common() string {
	_, why := p.common()
	return why
}

// common is the base target of all pairs and the reason of all effects, "" if there are several.
func (p *page) common() (base, why string) {
	var bases, reasons []string
	for _, pair := range p.Comparison.Pairs {
		bases = append(bases, pair.Base)
		for _, e := range pair.Effects {
			reasons = append(reasons, e.Why)
		}
	}
	only := func(texts []string) string {
		if texts = slices.Compact(texts); len(texts) == 1 {
			return texts[0]
		}
		return ""
	}
	return only(bases), only(reasons)
}
