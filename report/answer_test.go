package report

import (
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/compare"
)

func TestTheAnswerSaysWhatTheRunSays(t *testing.T) {
	for _, row := range []struct {
		name    string
		medians []time.Duration
		change  func(*results.Document)
		want    []string
		not     []string
	}{
		{
			name: "one door is clearly fastest", medians: []time.Duration{10 * time.Millisecond, 30 * time.Millisecond},
			want: []string{"rest is fastest at 10.", "http is slowest at 3", "The measurement is valid"},
		},
		{
			name: "two doors are too close to rank", medians: []time.Duration{10 * time.Millisecond, 10 * time.Millisecond},
			want: []string{"which is too close for one run to rank them"}, not: []string{"is fastest at 10"},
		},
		{
			name: "the two best of three are level", medians: []time.Duration{10100 * time.Microsecond, 10 * time.Millisecond, 40 * time.Millisecond},
			want: []string{"http and rest are fastest, within 5% of each other, at", "function is slowest"},
		},
		{
			name: "there is but one door", medians: []time.Duration{10 * time.Millisecond},
			want: []string{"rest answers within"}, not: []string{"fastest"},
		},
		{
			name: "the run is invalid", medians: []time.Duration{10 * time.Millisecond, 30 * time.Millisecond},
			change: func(d *results.Document) { d.Verdict = results.Invalid },
			want:   []string{"The measurement is invalid and decides nothing"}, not: []string{"The measurement is valid"},
		},
		{
			name: "the run was torn", medians: []time.Duration{10 * time.Millisecond, 30 * time.Millisecond},
			change: func(d *results.Document) { d.State = results.Torn },
			want:   []string{"did not finish"}, not: []string{"The measurement is valid"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMaker([]string{"rest", "http", "function"}[:len(row.medians)]...)
			for i, d := range row.medians {
				m.fill(i, d, nil)
			}
			run := m.done()
			if row.change != nil {
				row.change(&run.Document)
			}
			got := strings.Join(reported(t, run, nil).Answer, "\n")
			for _, want := range row.want {
				if !strings.Contains(got, want) {
					t.Errorf("the answer lacks %q:\n%s", want, got)
				}
			}
			for _, not := range row.not {
				if strings.Contains(got, not) {
					t.Errorf("the answer says %q:\n%s", not, got)
				}
			}
		})
	}
}

func TestTheAnswerRanksOnlyWhatTheComparisonConfirms(t *testing.T) {
	for verdict, want := range map[compare.Verdict]string{
		compare.Better:       "(http); the comparison over blocks does not confirm a difference.",
		compare.Worse:        "At the median (p50), rest is fastest at 10.",
		compare.Inconclusive: "(http); the comparison over blocks does not confirm a difference.",
	} {
		t.Run(string(verdict), func(t *testing.T) {
			m := newMaker("rest", "http")
			m.fill(0, 10*time.Millisecond, nil)
			m.fill(1, 30*time.Millisecond, nil)
			c := &compare.Comparison{Pairs: []compare.Pair{{Base: "rest", Head: "http", Effects: []compare.Effect{{Metric: compare.P50, Verdict: verdict}}}}}
			r, err := New(m.done(), nil, c)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(r.Answer, "\n"); !strings.Contains(got, want) {
				t.Errorf("the answer lacks %q:\n%s", want, got)
			}
		})
	}
}

func TestTheAnswerNamesTheCheapestForTheMonth(t *testing.T) {
	got := strings.Join(frontDoors(t).Answer, "\n")
	for _, want := range []string{"At 10,000,000 requests a month, function is cheapest at $3.57", "rest is most expensive at $38.57 ($37.03–41.27), $35.00 more", "Requests failed at function (1."} {
		if !strings.Contains(got, want) {
			t.Errorf("the answer lacks %q:\n%s", want, got)
		}
	}
}

// Bills that print alike are the same for a reader.
func TestEqualBillsHaveNoOrder(t *testing.T) {
	r := frontDoors(t)
	cheap := func(name string, month string) Door {
		m, err := pricing.ParseMoney(month)
		if err != nil {
			t.Fatal(err)
		}
		d := r.Doors[0]
		d.Name, d.Bill = name, &pricing.Bill{Month: m, Lines: []pricing.Line{{Cost: m}}}
		return d
	}
	r.Doors = []Door{cheap("a", "4.591"), cheap("b", "4.594")}
	if got := r.cheapest(); !strings.Contains(got, "both cost $4.59.") {
		t.Errorf("two of one price: %q", got)
	}
	r.Doors = append(r.Doors, cheap("c", "4.5902"))
	if got := r.cheapest(); !strings.Contains(got, "all cost $4.59.") {
		t.Errorf("three of one price: %q", got)
	}
	r.Doors = []Door{cheap("a", "1"), cheap("b", "2")}
	if got := r.cheapest(); strings.Contains(got, "failed") {
		t.Errorf("few requests failed, and: %q", got)
	}
	r.Doors[0].Failed = r.Doors[0].Requests
	if got := r.cheapest(); !strings.Contains(got, "a is cheapest at $1.00") || !strings.Contains(got, "Most requests at a failed") {
		t.Errorf("the cheapest refused its requests: %q", got)
	}
}

func TestADoorThatLacksWhatIsRequiredIsNotRanked(t *testing.T) {
	without := func(lacks map[string][]string) string {
		r := frontDoors(t)
		for i := range r.Doors {
			r.Doors[i].Lacks = lacks[r.Doors[i].Name]
		}
		return strings.Join(answer(r), "\n")
	}
	some := without(map[string][]string{"function": {"api-keys", "waf"}, "http": {"waf"}})
	for _, want := range []string{"Ruled out, because the scenario requires what they lack: http (no waf) and function (no api keys, no waf).", "alb is cheapest at"} {
		if !strings.Contains(some, want) {
			t.Errorf("the answer lacks %q:\n%s", want, some)
		}
	}
	if all := without(map[string][]string{"rest": {"edge"}, "http": {"edge"}, "function": {"edge"}, "alb": {"edge"}}); !strings.Contains(all, "none can be recommended") || strings.Contains(all, "cheapest") || strings.Contains(all, "At the median") {
		t.Errorf("no door is left, yet:\n%s", all)
	}
}

func TestAMonthHasItsIntervalWhereOneWasFound(t *testing.T) {
	money := func(s string) pricing.Money {
		m, err := pricing.ParseMoney(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for name, row := range map[string]struct {
		bounds *pricing.Bounds
		want   string
	}{
		"none":                {nil, "$1,003.50"},
		"one":                 {&pricing.Bounds{Low: money("998.2"), High: money("1012.75")}, "$1,003.50 ($998.20–1,012.75)"},
		"one of under a cent": {&pricing.Bounds{Low: money("1003.499"), High: money("1003.501")}, "$1,003.50"},
	} {
		d := Door{}
		d.Bill = &pricing.Bill{Month: money("1003.5"), Bounds: row.bounds, Lines: []pricing.Line{{}}}
		if got := d.month(); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func TestADoorWithoutGoodResponsesIsNotRanked(t *testing.T) {
	got := strings.Join(hostile(t, "all-errors").Answer, "\n")
	if !strings.Contains(got, "rest and http gave no good response and are not ranked") || strings.Contains(got, "fastest") {
		t.Error(got)
	}
}

func TestCurvesBendWhereTheirTiersEndAndCrossWhereTheyAreEqual(t *testing.T) {
	c := frontDoors(t).Costing
	if len(c.Curves) != 4 || len(c.Crossings) != 2 {
		t.Fatalf("%d curves with %d break-even points", len(c.Curves), len(c.Crossings))
	}
	for _, cv := range c.Curves {
		for i := 1; i < len(cv.Points); i++ {
			if a, b := cv.Points[i-1], cv.Points[i]; a.Requests >= b.Requests || a.USD > b.USD {
				t.Errorf("%s: the bill falls from %v to %v requests", cv.Name, a.Requests, b.Requests)
			}
		}
	}
	const tier = 333_000_000 // REST, us-east-1
	found := false
	for _, p := range c.Curves[0].Points {
		found = found || p.Requests == tier
	}
	if !found {
		t.Error("the curve of rest has no point where its first tier ends")
	}
}

func TestTooManyBreakEvenPointsAreCutToThoseOfTheCheapest(t *testing.T) {
	c := hostile(t, "fifty").Costing
	if n := len(c.Crossings); n == 0 || n > mostCrossings {
		t.Errorf("%d break-even points of fifty doors", n)
	}
}
