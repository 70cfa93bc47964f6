package compare

import (
	"strings"
	"testing"
)

func TestThresholdsOnChangesAreReadAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]ChangeLimit{
		"change(p(99)) < 10%":              {Metric: P99, Less: true, Limit: 0.1},
		"change(p99.9) <= 10.5 %":          {Metric: P999, Less: true, OrEqual: true, Limit: 0.105},
		" api : change ( p ( 50 ) ) < 3% ": {Target: "api", Metric: P50, Less: true, Limit: 0.03},
		"*: change(month_usd) < 5%":        {Metric: Dollars, Less: true, Limit: 0.05},
		"change(usd_per_million) < 5%":     {Metric: Dollars, Less: true, Limit: 0.05},
		"change(goodput) > -2%":            {Metric: Goodput, Limit: -0.02},
		"change(goodput) >= −2%":           {Metric: Goodput, OrEqual: true, Limit: -0.02},
		"change(error_share) < 0.1 points": {Metric: ErrorShare, Less: true, Limit: 0.001},
		"change(cold_share) < 1%":          {Metric: ColdShare, Less: true, Limit: 0.01},
	} {
		got, err := ParseChangeLimit(text)
		want.Text = strings.TrimSpace(text)
		if got != want || err != nil {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"p(99) < 10%":                 "want a change",
		"change(p(99)) < 10":          "limit in percent",
		"change(p(99)) < 10ms":        "limit in percent",
		"change(p(75)) < 10%":         `"p(75)" is not compared; compared are p(50), p(90)`,
		"change(p(99)) < 1.2.3%":      "not a number",
		"change(p(99)) < 1 points":    "only shares by points",
		": change(p(99)) < 10%":       "before the colon stands a target",
		"change(change(p(99))) < 10%": "is not compared",
		"change(p(99)) < 10% < 20%":   "want a change",
		"":                            "want a change",
	} {
		if _, err := ParseChangeLimit(text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "write it like") {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

// A threshold on a change passes only where its whole interval keeps the limit.
func TestAThresholdOnAChangePassesOnWhatIsKnown(t *testing.T) {
	change := func(at, low, high float64) Change {
		return Change{Target: "api", Metric: P99, Scale: Ratio, Before: ptr(10.0), After: ptr(10 * (1 + at)), At: ptr(at), Low: ptr(low), High: ptr(high)}
	}
	for _, row := range []struct {
		what    string
		changes []Change
		limit   string
		passed  bool
		why     string
	}{
		{"all of the interval below", []Change{change(0.02, -0.01, 0.05)}, "change(p(99)) < 10%", true, "+2.0 % (-1.0 % to +5.0 %)"},
		{"the estimate below and the end above", []Change{change(0.05, -0.01, 0.12)}, "change(p(99)) < 10%", false, "cannot be told: +5.0 %, and it lies anywhere between -1.0 % and +12.0 %"},
		{"the estimate above and an end below", []Change{change(0.11, 0.09, 0.13)}, "change(p(99)) < 10%", false, "cannot be told"},
		{"all of it above", []Change{change(0.2, 0.15, 0.25)}, "change(p(99)) < 10%", false, "+20.0 % (+15.0 % to +25.0 %)"},
		{"exactly at it", []Change{change(0.1, 0.1, 1.1-1)}, "change(p(99)) < 10%", false, "+10.0 %"},
		{"exactly at it, which is allowed", []Change{change(0.1, 0.1, 1.1-1)}, "change(p(99)) <= 10%", true, "+10.0 %"},
		{"more than nothing", []Change{change(0.2, 0.15, 0.25)}, "change(p(99)) > 0%", true, "+20.0 %"},
		{"no interval", []Change{{Target: "api", Metric: P99, Scale: Ratio, Before: ptr(1.0), At: ptr(0.01), Why: "two blocks"}}, "change(p(99)) < 10%", false, "+1.0 %, and it is not known within what interval: two blocks"},
		{"no base", []Change{{Target: "api", Metric: P99, Scale: Ratio, After: ptr(1.0), Why: "learning 3/10"}}, "change(p(99)) < 10%", false, "there is no base to change from: learning 3/10"},
		{"no value", []Change{{Target: "api", Metric: P99, Scale: Ratio, Before: ptr(1.0), Why: noSamples}}, "change(p(99)) < 10%", false, "no change can be computed: no samples"},
		{"nothing compared", nil, "change(p(99)) < 10%", false, "nothing was compared"},
		{"another target", []Change{change(0, 0, 0)}, "web: change(p(99)) < 10%", false, `no target "web" was compared`},
		{"no bills", []Change{change(0, 0, 0)}, "change(month_usd) < 10%", false, "no bills to compare"},
		{"a metric that was not measured", []Change{change(0, 0, 0)}, "change(cold_share) < 10%", false, "measured on neither side"},
	} {
		l, err := ParseChangeLimit(row.limit)
		if err != nil {
			t.Fatal(err)
		}
		got := Limited(row.changes, []ChangeLimit{l})
		if len(got) != 1 || got[0].Passed != row.passed || !strings.Contains(got[0].Why, row.why) || LimitsKept(got) != row.passed {
			t.Errorf("%s: %+v", row.what, got)
		}
	}
}

func TestAValueBeyondItsLimitIsNeverWithinIt(t *testing.T) {
	for _, row := range []struct {
		metric  Metric
		value   float64
		alarm   bool
		verdict Verdict
		words   string
	}{
		{P50, 12, true, Worse, "beyond its limit"},
		{P50, 12, false, Inconclusive, "beyond its limit, without an alarm"},
		{P50, 10.5, false, Equivalent, "within its limit"},
		{P50, 8, false, Better, "faster"},
		{Goodput, 7, false, Inconclusive, "beyond its limit, without an alarm"},
		{Goodput, 12, false, Better, "more"},
	} {
		limit := map[Metric]float64{P50: 11, Goodput: 9}[row.metric]
		g := Gate{Target: "api", Metric: row.metric, Value: ptr(row.value), Expected: ptr(10.0), Low: ptr(9.0), High: ptr(11.0), Limit: ptr(limit), Change: ptr(row.value/10 - 1), P: ptr(0.1), Alarm: row.alarm, Why: "the rerun does not confirm it"}
		if c := g.asChange(); c.Verdict != row.verdict || c.Words != row.words {
			t.Errorf("%+v: %s, %q", row, c.Verdict, c.Words)
		}
	}
}

// The interval of a change from baseline runs excludes none exactly where the run is
// outside of what was predicted.
func TestAChangeFromBaselineRunsHasTheIntervalOfItsPrediction(t *testing.T) {
	for value, outside := range map[float64]bool{8.9: true, 9.1: false, 10: false, 10.9: false, 11.1: true} {
		g := Gate{Target: "api", Metric: P50, Value: ptr(value), Expected: ptr(10.0), Low: ptr(9.0), High: ptr(11.0), Limit: ptr(11.0), Change: ptr(value/10 - 1), P: ptr(0.1)}
		c := g.asChange()
		if excludes := *c.Low > 0 || *c.High < 0; excludes != outside || *c.Low > *c.At || *c.High < *c.At {
			t.Errorf("%v: %v in %v to %v", value, *c.At, *c.Low, *c.High)
		}
	}
}

func FuzzParseChangeLimit(f *testing.F) {
	f.Add("change(p(99)) < 10%")
	f.Add("api: change(goodput) > -2%")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseChangeLimit(text)
		if err != nil {
			return
		}
		again, err := ParseChangeLimit(l.Text)
		if again != l || err != nil || l.keeps(l.Limit) != l.OrEqual {
			t.Errorf("%q: %+v, then %+v, %v", text, l, again, err)
		}
	})
}
