package report

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/results"
	"tollgate/results/compare"
)

// writeMarkdown writes r as Markdown, beginning with a comment by which a bot finds the
// text again that it has to replace.
func writeMarkdown(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintln(&b, marker(r.Scenario))
	fmt.Fprintf(&b, "## %s: %s\n\n", md(clipped(r.Scenario, 80)), headline(r.Document))
	if flags := r.overridden(); flags != "" {
		fmt.Fprintf(&b, "Values of the scenario's file were replaced: `%s`\n\n", code(flags))
	}
	for _, n := range r.Notices {
		markdownNotice(&b, n)
	}
	if r.Gate != nil {
		fmt.Fprintf(&b, "Gate: **%s**\n\n", md(gateTitle(r.Gate)))
		markdownState(&b, r.Gate)
		if n, failed := limitNotice(r.Gate.Limits); failed {
			markdownNotice(&b, n)
		}
	}
	fmt.Fprintf(&b, "%s\n\n", md(strings.Join(r.Answer, " ")))
	markdownTargets(&b, r)
	markdownFlows(&b, r)
	markdownPopulations(&b, r)
	markdownStages(&b, r)
	markdownDeployed(&b, r)
	markdownFirstBytes(&b, r)
	markdownEvents(&b, r)
	markdownFailures(&b, r)
	markdownThresholds(&b, r)
	markdownChecks(&b, r)
	markdownFacts(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownNotice(b *strings.Builder, n Notice) {
	kind := map[string]string{"fail": "CAUTION", "bad": "CAUTION", "warn": "WARNING", "note": "NOTE"}[n.Level]
	fmt.Fprintf(b, "> [!%s]\n> **%s**\n", kind, md(n.Title))
	for _, reason := range n.Reasons {
		fmt.Fprintf(b, "> - %s\n", md(reason))
	}
	b.WriteString("\n")
}

func markdownTargets(b *strings.Builder, r *Report) {
	if len(r.Doors) == 0 {
		return
	}
	r.targetTable(false).without(2).markdown(b)
	b.WriteString("\n")
	for i, note := range r.latencyNotes() {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(capital(note) + ".")
	}
	b.WriteString("\n\n")
}

// markdownFailures lists why requests failed.
func markdownFailures(b *strings.Builder, r *Report) {
	rows := r.failures()
	if len(rows) == 0 {
		return
	}
	t := table{columns: []column{{head: "target"}, {head: "request"}, {head: "cause"}, {head: "requests", right: true}, {head: "first response or error", code: true}}}
	for _, f := range rows[:min(len(rows), mostFailedRows)] {
		t.rows = append(t.rows, []string{clipped(f.Target, 40), clipped(f.Request, 40), f.Cause, count(f.Count) + " (" + share(f.Share) + ")", cmp.Or(f.shown(160), none)})
	}
	b.WriteString("**Why requests failed**\n\n")
	t.markdown(b)
	if n := len(rows) - mostFailedRows; n > 0 {
		fmt.Fprintf(b, "\nand %s, see the full report\n", pricing.Counted(int64(n), "more cause"))
	}
	b.WriteString("\n")
}

// mostFailedRows is how many causes the Markdown lists.
const mostFailedRows = 20

func markdownThresholds(b *strings.Builder, r *Report) {
	passed, all := r.passed()
	if all == 0 {
		return
	}
	t := table{columns: []column{{ours: true}, {head: "target"}, {head: "threshold", code: true}, {head: "measured", right: true}}}
	for _, th := range r.Thresholds {
		word, found := "**fail**", measured(th)
		if th.Passed {
			word = "pass"
		}
		if th.Why != "" {
			found += ": " + th.Why
		}
		t.rows = append(t.rows, []string{word, r.thresholdOf(th), th.Threshold, found})
	}
	fmt.Fprintf(b, "**Thresholds: %d of %d passed**\n\n", passed, all)
	t.markdown(b)
	b.WriteString("\n")
}

// markdownChecks counts what the scenario, a document or a guide expects, and lists
// what does not hold and what models were given; the other formats have the rest.
func markdownChecks(b *strings.Builder, r *Report) {
	for _, section := range r.Sections {
		for _, f := range section.Findings {
			if len(f.Checks) == 0 {
				continue
			}
			fmt.Fprintf(b, "**%s at %s: %s**\n\n", md(section.Title), md(clipped(f.Target, 40)), checkCounts(f))
			if t := checksTable(f); len(t.rows) > 0 {
				t.markdown(b)
				b.WriteString("\n")
			}
		}
	}
}

// checkCounts is how many claims of a finding hold, and how many do not.
func checkCounts(f Finding) string {
	n := map[string]int64{}
	for _, c := range f.Checks {
		n[c.Holds]++
	}
	text := pricing.Counted(int64(len(f.Checks)), "claim")
	for _, p := range [][2]string{{"no", "wrong"}, {"yes", "right"}, {results.OfModel, "of the model"}, {"unknown", "cannot be told"}} {
		if n[p[0]] > 0 {
			text += ", " + count(n[p[0]]) + " " + p[1]
		}
	}
	return text
}

// What the Markdown lists of a finding's claims, and of a comparison.
const (
	mostChecks   = 40
	mostCompared = 6
)

func checksTable(f Finding) table {
	t := table{columns: []column{{ours: true}, {head: "claim"}, {head: "source"}, {head: "measured"}, {head: "at"}}}
	for _, holds := range []string{"no", results.OfModel} {
		word := map[string]string{"no": "**wrong**", results.OfModel: "model"}[holds]
		for _, c := range f.Checks {
			if c.Holds == holds && len(t.rows) < mostChecks {
				t.rows = append(t.rows, []string{word, clipped(c.Claim, 160), clipped(c.Source, 40), clipped(measuredText(c), 160), clipped(c.About, 120)})
			}
		}
	}
	return t
}

func markdownFacts(b *strings.Builder, r *Report) {
	var facts []string
	for _, section := range r.Sections {
		for _, f := range section.Findings {
			facts = append(facts, fmt.Sprintf("%s at %s: %s", md(section.Title), md(clipped(f.Target, 40)), md(clipped(f.Conclusion, 300))))
			for _, d := range f.Disturbed {
				facts = append(facts, fmt.Sprintf("%s at %s, disturbed: %s", md(section.Title), md(clipped(f.Target, 40)), md(clipped(d, 300))))
			}
		}
	}
	for i, line := range comparisonLines(r.Comparison) {
		if i == mostCompared {
			facts = append(facts, "Compared: more in the full report")
			break
		}
		facts = append(facts, "Compared: "+md(line))
	}
	if a := agreement(r.Doors); a != "" {
		facts = append(facts, "CloudWatch: "+md(a))
	}
	if text := r.Protocols(); text != "" {
		facts = append(facts, "Protocol: "+md(text))
	}
	for _, d := range r.Doors {
		if text := d.headers(); text != "" {
			facts = append(facts, md(d.Name+": "+text))
		}
		if text := bodiesText(d.Bodies); text != "" {
			facts = append(facts, md(d.Name+": "+text))
		}
	}
	if text := r.Preflights(); text != "" {
		facts = append(facts, "Preflights: "+md(text))
	}
	if r.Costing != nil {
		for _, x := range r.Costing.Crossings {
			facts = append(facts, "Break-even: "+md(breakEven(x)))
		}
	}
	flows := r.flowCosts()
	for _, line := range flows {
		facts = append(facts, "Flow cost: "+md(line))
	}
	if len(flows) > 0 {
		facts = append(facts, "Costs of flows are "+r.flowCostNote())
	}
	for _, d := range r.Doors {
		if d.priced() {
			facts = append(facts, fmt.Sprintf("Prices: %s, region %s", md(d.Bill.Book), md(d.Bill.Region)))
			break
		}
	}
	facts = append(facts, fmt.Sprintf("Run `%s`: %s%s", code(r.ID), pricing.Counted(requests(r.Doors), "request"), r.extent()))
	for _, f := range facts {
		fmt.Fprintf(b, "- %s\n", f)
	}
}

// WriteGate writes the gate's decision as Markdown, for the summary of a pipeline.
func WriteGate(w io.Writer, d *compare.Decision) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Gate: %s\n\n", md(gateTitle(d)))
	markdownState(&b, d)
	if n, failed := limitNotice(d.Limits); failed {
		markdownNotice(&b, n)
	}
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "- %s\n", md(n))
	}
	if len(d.Notes) > 0 {
		b.WriteString("\n")
	}
	if len(d.Gates) > 0 {
		t := table{columns: []column{{ours: true}, {head: "target"}, {head: "metric"}, {head: "measured", right: true}, {head: "expected", right: true}, {head: "limit", right: true}, {}}}
		for _, g := range d.Gates {
			word := d.Result(g)
			if g.Alarm {
				word = "**ALARM**"
			}
			t.rows = append(t.rows, []string{
				word, clipped(g.Target, 40), string(g.Metric) + ", " + g.Unit, millis(g.Value), millis(g.Expected), millis(g.Limit), clipped(g.Why, 300),
			})
		}
		t.markdown(&b)
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// gateTitle is the state, with the outcome where that is another word.
func gateTitle(d *compare.Decision) string {
	switch {
	case d.State == "" || string(d.State) == string(d.Outcome):
		return string(d.Outcome)
	}
	return string(d.State) + ", " + string(d.Outcome)
}

// markdownState writes the state of the gate; a gate that finds nothing, as a warning.
func markdownState(b *strings.Builder, d *compare.Decision) {
	switch {
	case d.State == compare.StateBlind:
		markdownNotice(b, gateNotice(d))
	case d.State != "":
		fmt.Fprintf(b, "%s\n\n", md(capital(d.Stated())))
	}
}

// gateNotice is what a reader of a gate must know before its figures.
func gateNotice(d *compare.Decision) Notice {
	return Notice{"warn", "The gate is blind", []string{d.StateWhy}}
}

func md(s string) string { return escape.Markdown(plain(s)) }

func code(s string) string { return escape.Code(clipped(s, 160)) }

// marker is the line by which the text of a scenario is found again, to be replaced. Names
// that differ have different markers.
func marker(scenario string) string {
	name := slug(scenario)
	if name != scenario || name == "" {
		sum := sha256.Sum256([]byte(scenario))
		name = strings.TrimPrefix(name+fmt.Sprintf("-%x", sum[:4]), "-")
	}
	return "<!-- tollgate:" + name + " -->"
}

// slug keeps letters, digits and single hyphens.
func slug(s string) string {
	parts := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(parts, "-")
	return strings.TrimSuffix(name[:min(len(name), 80)], "-")
}
