package report

import (
	"slices"
	"strings"

	"tollgate/results/compare"
)

// EffectSheet has every effect of the comparison of targets, sorted by ratios:
// figures of different metrics are not sorted into each other. What is the same
// in every row is not repeated there.
func (p *page) EffectSheet() *sheet {
	s := &sheet{ID: "by-effect", Caption: "Effects, over " + plural(int64(p.Comparison.Blocks), "block")}
	base, why := p.common()
	names := []string{"target", "text:base", "text:metric", "at base", "at target", "effect", "long:interval", "text:verdict"}
	if base != "" {
		names = slices.Delete(names, 1, 2)
		s.Caption = "Effects against " + plain(base) + ", over " + plural(int64(p.Comparison.Blocks), "block")
	}
	s.Columns = heads(names...)
	for _, pair := range p.Comparison.Pairs {
		for _, e := range pair.Effects {
			row := []entry{words(pair.Head)}
			if base == "" {
				row = append(row, words(pair.Base))
			}
			s.add(append(row, effect(e, why == "")...)...)
		}
	}
	return s.sorted()
}

// effect is an effect's part of a row.
func effect(e compare.Effect, reasons bool) []entry {
	size, interval, _ := strings.Cut(estimated(e), " (")
	ratio := entry{Text: size}
	if e.Scale == compare.Ratio && e.Estimate != nil {
		ratio = figureOf(*e.Estimate, size)
	}
	if interval = strings.ReplaceAll(strings.TrimSuffix(interval, ")"), " points", ""); interval == "" {
		interval = none
	}
	side := func(v *float64) entry { return entry{Text: strings.TrimSuffix(either(v, e.Unit), " per million")} }
	tone := map[compare.Verdict]string{compare.Better: "good", compare.Worse: "bad"}[e.Verdict]
	verdict := words(typeset(e.Words)).classed(tone)
	if reasons {
		verdict = verdict.noted(typeset(e.Why))
	}
	return []entry{words(metricTitle(e.Metric)), side(e.Base), side(e.Head), ratio, {Text: interval}, verdict}
}

// Common is the reason that every effect without a verdict gives; "" where they
// differ.
func (p *page) Common() string {
	_, why := p.common()
	return why
}

// common is the base target of all pairs and the reason of all effects, each ""
// where there are several.
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
