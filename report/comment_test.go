package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
)

func at(v float64) *float64 { return &v }

// priced is a run of targets whose bills are known.
func priced(t *testing.T, names ...string) *Report {
	t.Helper()
	name := "priced " + strings.Join(names, " ")
	if made[name] == nil {
		m := newMaker(names...)
		for i := range names {
			m.run.Document.Targets[i].Kind = map[bool]string{true: "http-api", false: "rest-api"}[names[i] == "http" || names[i] == "head"]
			m.fill(i, 20*time.Millisecond, nil)
		}
		m.run.Document.Month = 10_000_000
		m.run.Document.Tags = results.Tags{"commit": "0df4f10aa11bb22cc33dd44ee55ff6677889900a"}
		costing := m.price(t, 10_000_000)
		r, err := New(m.done("p(99) < 400ms", "error_share < 0.1%"), costing, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Job = "https://github.com/ada/shop/actions/runs/42"
		made[name] = r
	}
	r := *made[name]
	r.Doors, r.Notices = slices.Clone(r.Doors), slices.Clone(r.Notices)
	return &r
}

// nightly is a decision against thirty baseline runs, in which p50 and costs changed by factors.
func nightly(slower, costlier float64) *compare.Decision {
	gate := func(m compare.Metric, expected, value, spread, least float64) compare.Gate {
		g := compare.Gate{
			Target: "rest", Metric: m, Unit: m.Unit(), Expected: at(expected), Value: at(value), Runs: 30, P: at(0.4),
			Low: at(expected * (1 - spread)), High: at(expected * (1 + spread)), Limit: at(expected * (1 + max(spread, least))), Change: at(value/expected - 1),
		}
		g.Alarm = value > *g.Limit
		return g
	}
	d := &compare.Decision{
		Version: compare.Version, State: compare.StateArmed, StateWhy: "finds changes from p50 +7 %, p90 +9 %, p99 +21 % on", Against: "history",
		Outcome: compare.Passed, Runs: 30, Needed: 10, Notes: []string{"left out of the baseline: 2 runs (not valid)"},
		Gates: []compare.Gate{
			gate(compare.P50, 20.1, 20.1*slower, 0.03, 0.05),
			gate(compare.P90, 27.8, 27.8*slower, 0.05, 0.05),
			gate(compare.P99, 39.6, 39.6*(1+0.9*(slower-1)), 0.21, 0.05),
			{Target: "rest", Metric: compare.Goodput, Unit: "per_s", Expected: at(500), Value: at(499.8), Low: at(498), High: at(502), Limit: at(490), Change: at(-0.0004), Runs: 30, P: at(0.5)},
			{Target: "rest", Metric: compare.ErrorShare, Unit: "share", Expected: at(0), Value: at(0), Low: at(0), High: at(0.0004), Limit: at(0.001), Change: at(0), Runs: 30, P: at(0.5)},
			gate(compare.Dollars, 4.31, 4.31*costlier, 0.008, 0.02),
		},
	}
	if slices.ContainsFunc(d.Gates, func(g compare.Gate) bool { return g.Alarm }) {
		d.Outcome = compare.Regression
	}
	return d
}

// blind is a decision of a gate that finds nothing.
func blind() *compare.Decision {
	return &compare.Decision{
		Version: compare.Version, State: compare.StateBlind, Against: "history", Outcome: compare.Learning, Runs: 3, Needed: 10, Notes: []string{},
		StateWhy: "none of the last 4 runs counted, this one included: the generator was 6.1 ms behind its schedule at p99",
		Gates: []compare.Gate{
			{Target: "rest", Metric: compare.P50, Unit: "ms", Value: at(20.3), Runs: 3, Why: "learning 3/10"},
			{Target: "rest", Metric: compare.ErrorShare, Unit: "share", Value: at(0), Runs: 3, Why: "learning 3/10"},
		},
	}
}

// sidesOf is a comparison of two targets, or of a target in two runs.
func sidesOf(design compare.Design, base, head string) *compare.Comparison {
	effect := func(m compare.Metric, was, is, low, high float64, v compare.Verdict, words string) compare.Effect {
		return compare.Effect{Metric: m, Unit: m.Unit(), Scale: compare.Ratio, Base: at(was), Head: at(is), Estimate: at(is / was), Low: at(low), High: at(high), Margin: 0.03, P: at(0.01), Blocks: 20, Verdict: v, Words: words}
	}
	return &compare.Comparison{
		Version: compare.Version, Design: design, Runs: []string{"20261121T191853Z-front-doors-0a0a0a", "20261122T191853Z-front-doors-a1b2c3"}, Level: 0.05, Blocks: 20,
		Pairs: []compare.Pair{{Base: base, Head: head, Effects: []compare.Effect{
			effect(compare.P50, 20, 20.1, 0.99, 1.02, compare.Equivalent, "equivalent within 3 %"),
			effect(compare.P99, 40, 46, 0.98, 1.31, compare.Inconclusive, "inconclusive"),
			effect(compare.Goodput, 500, 470, 0.93, 0.95, compare.Worse, "less"),
			{Metric: compare.ErrorShare, Unit: "share", Scale: compare.Difference, Base: at(0), Head: at(0.006), Estimate: at(0.006), Low: at(0.004), High: at(0.008), Margin: 0.001, Blocks: 20, Verdict: compare.Worse, Words: "more errors"},
			effect(compare.Dollars, 4.31, 2.11, 0.48, 0.5, compare.Better, "cheaper"),
		}}},
		Notes: []string{},
	}
}

func TestACommentReadsAsItsGoldenFile(t *testing.T) {
	for name, change := range map[string]func(*Report){
		"passed": func(r *Report) {
			r.Gate = nightly(1.004, 1)
			r.Gate.Limits = limited(t, r.Gate.Changes(), "change(month_usd) < 5%")
		},
		"regression": func(r *Report) {
			r.Gate = nightly(1.16, 1.12)
			r.Gate.Notes = append(r.Gate.Notes, "not confirmed: --rerun=false")
			r.Gate.Limits = limited(t, r.Gate.Changes(), "change(month_usd) < 5%", "change(p(99)) < 10%", "change(error_share) < 1 points")
		},
		"blind": func(r *Report) { r.Gate = blind() },
		"runs": func(r *Report) {
			before := priced(t, "rest").Document
			before.ID, before.Targets = "20261121T191853Z-front-doors-0a0a0a", slices.Clone(before.Targets)
			cheap := *priced(t, "http").Document.Targets[0].Bill
			before.Targets[0].Bill = &cheap
			r.Comparison, r.Decides, r.Before = sidesOf(compare.Unpaired, "rest", "rest"), true, &before
		},
		"alone": func(*Report) {},
	} {
		t.Run(name, func(t *testing.T) {
			r := priced(t, "rest")
			change(r)
			golden(t, "comment-"+name+".md", []byte(written(t, "comment", r)))
		})
	}
	r := priced(t, "base", "head")
	d := compare.CheckTargets(compare.RunValues{Run: r.ID, Verdict: results.Valid}, sidesOf(compare.Interleaved, "base", "head"), compare.GateOptions{})
	r.Gate = &d
	golden(t, "comment-ab.md", []byte(written(t, "comment", r)))
}

// limited holds changes against thresholds.
func limited(t *testing.T, changes []compare.Change, texts ...string) []compare.LimitResult {
	t.Helper()
	var all []compare.ChangeLimit
	for _, text := range texts {
		l, err := compare.ParseChangeLimit(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return compare.Limited(changes, all)
}

// The headline is right for every way in which a run and its gate can end.
func TestACommentLeadsWithWhatFollows(t *testing.T) {
	worse := sidesOf(compare.Unpaired, "rest", "rest")
	for _, row := range []struct {
		what   string
		change func(*Report)
		want   string
	}{
		{"a run that passed", func(*Report) {}, "✅ front-doors: pass"},
		{"a failed threshold", func(r *Report) { r.Result = results.Fail }, "❌ front-doors: fail"},
		{"a failed threshold behind a gate that passed", func(r *Report) { r.Result, r.Gate = results.Fail, nightly(1, 1) }, "❌ front-doors: fail (gate armed)"},
		{"a passed gate", func(r *Report) { r.Gate = nightly(1, 1) }, "✅ front-doors: pass (gate armed)"},
		{"a change beyond its threshold", func(r *Report) {
			r.Gate = nightly(1, 1)
			r.Gate.Limits = limited(t, r.Gate.Changes(), "change(p(99)) < 10%")
		}, "❌ front-doors: a threshold on a change failed (gate armed)"},
		{"two runs that differ by less than a threshold", func(r *Report) {
			equal := sidesOf(compare.Unpaired, "rest", "rest")
			equal.Pairs[0].Effects = equal.Pairs[0].Effects[:1]
			equal.Limits = limited(t, equal.Changes(), "change(p(50)) < 10%")
			r.Comparison, r.Decides = equal, true
		}, "✅ front-doors: pass"},
		{"an alarm", func(r *Report) { r.Gate = nightly(1.2, 1) }, "❌ front-doors: regression (gate armed)"},
		{"a blind gate", func(r *Report) { r.Gate = blind() }, "⚠️ front-doors: no verdict, the gate is blind"},
		{"a gate that learns", func(r *Report) {
			r.Gate = blind()
			r.Gate.State = compare.StateLearning
		}, "⚠️ front-doors: no verdict yet, the gate is learning 3/10"},
		{"a refused run", func(r *Report) { r.Gate = &compare.Decision{State: compare.StateArmed, Outcome: compare.Refused} }, "⚠️ front-doors: no verdict, the run was not checked (gate armed)"},
		{"an undecided gate", func(r *Report) { r.Gate = &compare.Decision{State: compare.StateArmed, Outcome: compare.Undecided} }, "⚠️ front-doors: not decided (gate armed)"},
		{"an invalid run", func(r *Report) { r.Verdict = results.Invalid }, "⚠️ front-doors: no verdict, the measurement is invalid"},
		{"a torn run", func(r *Report) { r.State, r.Result = results.Torn, results.Incomplete }, "⚠️ front-doors: incomplete, torn"},
		{"two runs, of which the second is worse", func(r *Report) { r.Comparison, r.Decides = worse, true }, "❌ front-doors: worse"},
		{"targets that were compared by the way", func(r *Report) { r.Comparison = worse }, "✅ front-doors: pass"},
	} {
		r := priced(t, "rest")
		row.change(r)
		if got := strings.Split(written(t, "comment", r), "\n")[1]; got != "## "+row.want {
			t.Errorf("%s: %s, want %s", row.what, got, row.want)
		}
	}
}

func TestLongReasonsStandBelowTheTable(t *testing.T) {
	r := priced(t, "rest")
	r.Gate = nightly(1, 1)
	const long = "blocks vary by more than this difference, which a quieter machine would show"
	r.Gate.Gates[2].P, r.Gate.Gates[2].Why, r.Gate.Gates[4].P, r.Gate.Gates[4].Why = nil, long, nil, "learning 3/10"
	got := written(t, "comment", r)
	table, folded, _ := strings.Cut(got, "<details><summary>Reasons for these verdicts</summary>")
	if strings.Contains(table, long) || !strings.Contains(folded, "- p99: not decided: "+long) {
		t.Errorf("the reason of p99 is not below the table:\n%s", got)
	}
	if !strings.Contains(table, "learning\u00a03/10") || strings.Contains(folded, "learning 3/10") {
		t.Errorf("the short reason of error_share is not in the table:\n%s", got)
	}
}

func TestAPictureShowsWhereAChangeLies(t *testing.T) {
	change := func(m compare.Metric, x, low, high float64) compare.Change {
		return compare.Change{Target: "rest", Metric: m, Scale: compare.Ratio, At: at(x), Low: at(low), High: at(high), Margin: 0.03}
	}
	got := effectBars([]compare.Change{
		change(compare.P50, 0.001, -0.01, 0.012),
		change(compare.P99, 0.12, 0.08, 0.15),
		change(compare.Goodput, -0.06, -0.07, -0.05), // less is worse: to the right
		change(compare.Dollars, -0.15, -0.9, 0.9),
		{Target: "other", Metric: compare.P90, Scale: compare.Ratio}, // not known
	}, false)
	want := `
            50% better    0     50% worse
rest
p50                      ┊●┊
p99                      ┊│┊├●┤
goodput                  ┊│├●
cost        <─────────●──┼┼┼────────────>
`
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got\n%s", got)
	}
	for _, line := range strings.Split(got, "\n") {
		if n := len([]rune(line)); n > barNames+barCells {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	for full, want := range map[float64]string{0.0007: "5% better", 0.07: "10% better", 9: "1,000% better"} {
		if got := effectBars([]compare.Change{change(compare.P50, full, full, full)}, false); !strings.Contains(got, " "+want) {
			t.Errorf("a change of %g is drawn on another axis than %q:\n%s", full, want, got)
		}
	}
}

var ownElements = regexp.MustCompile(`^(<!-- tollgate:[a-z0-9-]+ -->\n)|</?(details|summary)>`)

// jobLink is the link to the job, whose address is the pipeline's and no other's.
var jobLink = regexp.MustCompile(`\[job and artifacts\]\(https?://[^()\s]+\)`)

// actsInMarkdown is what a text of others could do in a comment.
var actsInMarkdown = regexp.MustCompile(`(?im)^\s*::\pL|##\[|[\x00-\x09\x0b-\x1f\x{202e}]|<[a-z/!]|\w://|www\.|@\w|[^\\]\]\(`)

// FuzzNamesStayNamesInAComment puts one text wherever others' texts stand: nothing of it is
// markup, and no row or fence begins or ends by it.
func FuzzNamesStayNamesInAComment(f *testing.F) {
	for _, text := range []string{
		"rest", "a|b", "a\n| b |", "```", "~~~\n", "`a` `", "<img src=x onerror=a>", "</details>", "[a](javascript:b)", "![a](http://evil.example/a.png)",
		"@someone", "@org/team #1 GH-1", "https://evil.example www.evil.example", "<!-- tollgate:other -->", "--> <b>", "\\", "\\|", "\x1b[31m", "\u202egnp", "::error::x",
		"> [!CAUTION]\n> **no**", strings.Repeat("x", 3000), "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := &Report{Run: &results.Run{}, Gate: nightly(1.2, 1), Notices: []Notice{{"fail", "Fail", []string{text}}}}
		r.Scenario, r.ID, r.State, r.Tags = text, text, results.Finished, results.Tags{"commit": text}
		r.Gate.Notes, r.Gate.StateWhy = []string{text}, text
		r.Gate.Gates[0].Target, r.Gate.Gates[1].Why = text, text
		r.Warnings, r.Job = []string{text}, text
		r.Gate.Limits = []compare.LimitResult{{Threshold: text, Target: text, Why: text}, {Threshold: text, Target: text, Why: text, Passed: true}}
		var b bytes.Buffer
		if err := writeComment(&b, r); err != nil {
			t.Fatal(err)
		}
		got := ownElements.ReplaceAllString(b.String(), "")
		got = jobLink.ReplaceAllString(got, "")
		fences := strings.Split(got, "\n```")
		if len(fences) != 3 {
			t.Fatalf("%d fences in\n%s", len(fences)-1, got)
		}
		prose := regexp.MustCompile("`[^`\n]*`").ReplaceAllString(fences[0]+fences[2], "code")
		if m := actsInMarkdown.FindString(prose); m != "" {
			t.Fatalf("%q of %q acts in\n%s", m, text, prose)
		}
		for _, line := range strings.Split(prose, "\n") {
			if bars := len(regexp.MustCompile(`(^|[^\\])\|`).FindAllString(line, -1)); strings.HasPrefix(line, "|") && bars != 8 {
				t.Fatalf("a row with %d bars: %s", bars, line)
			}
		}
	})
}

func TestDifferentScenariosHaveDifferentMarkers(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"front-doors", "front doors", "Front-Doors", "ночь", "夜", "a--b", "a-b", "-->", ""} {
		m := marker(name)
		if other, ok := seen[m]; ok || !ownElements.MatchString(m+"\n") {
			t.Errorf("%q has the marker %s, as has %q", name, m, other)
		}
		seen[m] = name
	}
	if m := marker("front-doors"); m != "<!-- tollgate:front-doors -->" {
		t.Error(m)
	}
}
