package scenarios

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/results"
)

// deciding is a scenario of two targets that has to decide.
func deciding(load Load, d Decide) *Scenario {
	s := scenarioOf(2, Stage{Load: load, For: 10 * time.Second})
	s.Decide = d
	return s
}

func TestHowLongARunGoesOn(t *testing.T) {
	steady := Arrivals{Constant{PerSecond(100)}}
	rows := []struct {
		name  string
		s     *Scenario
		most  int
		limit string
	}{
		{"for half an hour, unless stated", deciding(steady, Decide{Margin: 0.05}), 900, "30m0s of load"},
		{"as long as stated", deciding(steady, Decide{Margin: 0.05, Within: time.Minute}), 30, "1m0s of load"},
		{"for as many requests as stated", deciding(steady, Decide{Margin: 0.05, Requests: 5000}), 25, "5,000 requests"},
		{"for what the budget is enough for", deciding(steady, Decide{Margin: 0.05, Most: 40, Budget: pricing.Money(pricing.Whole(1))}), 40, "a budget of $1.00"},
		{"beyond what an earlier run has", deciding(steady, Decide{Margin: 0.05, Within: time.Minute, After: 20}), 50, "1m0s of load"},
		{"for no more than any run", deciding(steady, Decide{Margin: 0.05, Within: 100 * time.Hour}), results.MostDecideBlocks, "10,000 blocks"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := planOf(t, row.s)
			if p.Decide.Most != row.most || p.Decide.Limit != row.limit {
				t.Errorf("%d blocks, by %q", p.Decide.Most, p.Decide.Limit)
			}
			after := row.s.Decide.After
			if own := row.most - after; p.Stages[0].Blocks != row.most || p.Requests() != int64(own*200) || p.Duration() != time.Duration(2*own)*time.Second {
				t.Errorf("%d blocks, %d requests in %v", p.Stages[0].Blocks, p.Requests(), p.Duration())
			}
		})
	}
}

func TestWhatCannotBeDecided(t *testing.T) {
	steady := Arrivals{Constant{PerSecond(100)}}
	alone := scenarioOf(1, Stage{Load: steady, For: 10 * time.Second})
	alone.Decide.Margin = 0.05
	two := scenarioOf(2, Stage{Load: steady, For: 10 * time.Second}, Stage{Load: steady, For: 10 * time.Second})
	two.Decide.Margin = 0.05
	population := deciding(steady, Decide{Margin: 0.05})
	population.Populations = []Population{{Name: "free", Targets: population.TargetNames(), Requests: population.Requests, Stages: population.Stages}}
	population.Stages = nil
	for says, s := range map[string]*Scenario{
		"leave out decide, or the populations":                                     population,
		"compares the other targets with the first, and the scenario has 1 target": alone,
		"it has constant 100/s, constant 100/s":                                    two,
		"it has ramp":                                                              deciding(Arrivals{Ramp{PerSecond(1), PerSecond(9)}}, Decide{Margin: 0.05}),
		"needs at least 10 blocks more, and 8s of load is enough for 4":            deciding(steady, Decide{Margin: 0.05, Within: 8 * time.Second}),
		"needs at least 1 block more, and 1s of load is enough for 0":              deciding(steady, Decide{Margin: 0.05, Within: time.Second, After: 20}),
		"p99 needs 368 good responses in a block, and a block has 100 r":           deciding(steady, Decide{Margin: 0.05, Metrics: []string{"p99"}}),
	} {
		if _, err := NewPlan(s); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

func TestWhatIsDecidedUnlessStated(t *testing.T) {
	for rate, want := range map[int64]string{20: "p50", 40: "p50 p90", 100: "p50 p95", 400: "p50 p99"} {
		p := planOf(t, deciding(Arrivals{Constant{PerSecond(rate)}}, Decide{Margin: 0.05}))
		if got := strings.Join(p.Decide.Metrics, " "); got != want {
			t.Errorf("%d/s: %s, want %s", rate, got, want)
		}
	}
	if p := planOf(t, deciding(Users{N: 4}, Decide{Margin: 0.05})); strings.Join(p.Decide.Metrics, " ") != "p50" {
		t.Errorf("users: %v", p.Decide.Metrics)
	}
}

func TestADecisionOnACommandLine(t *testing.T) {
	rows := []struct {
		text    string
		metrics string
		margin  float64
		says    string // in the error; "": none
	}{
		{"5%", "", 0.05, ""},
		{"0.03", "", 0.03, ""},
		{"p50,p99:2.5%", "p50 p99", 0.025, ""},
		{"goodput:1%", "goodput", 0.01, ""},
		{"", "", 0, "is not a share"},
		{"0%", "", 0, "is out of bounds"},
		{"150%", "", 0, "is not a share"},
		{"p98:5%", "", 0, `"p98" is not one of p50, `},
		{"p50,p50:5%", "", 0, "p50 is listed twice"},
		{"p50:", "", 0, "is not a share"},
		{":5%", "", 0, `"" is not one of`},
	}
	for _, row := range rows {
		d, err := ParseDecide(row.text)
		if row.says != "" {
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%q: %v, want %q", row.text, err, row.says)
			}
			continue
		}
		if err != nil || strings.Join(d.Metrics, " ") != row.metrics || d.Margin != row.margin {
			t.Errorf("%q: %+v, %v", row.text, d, err)
		}
	}
}

// A run that is continued has the turns that it would have had, had it not ended.
func TestARunGoesOnWhereItEnded(t *testing.T) {
	for _, load := range []Load{Arrivals{Constant{PerSecond(100)}}, Arrivals{Poisson{PerSecond(100)}}, Users{N: 3}} {
		whole := turns(planOf(t, deciding(load, Decide{Margin: 0.05, Within: time.Minute})))
		part := deciding(load, Decide{Margin: 0.05, Within: 36 * time.Second, After: 12})
		p := planOf(t, part)
		rest := turns(p)
		if len(rest) != 36 || len(whole) != 60 {
			t.Fatalf("%v: %d turns of %d", load, len(rest), len(whole))
		}
		for i := range rest {
			rest[i].Turn.Blocks, whole[24+i].Turn.Blocks = nil, nil
			if !reflect.DeepEqual(rest[i], whole[24+i]) {
				t.Fatalf("%v: turn %d is %+v, and was to be %+v", load, i, rest[i], whole[24+i])
			}
		}
		if due := p.Stages[0].Due(30) - p.Stages[0].Due(12); due != p.Stages[0].Starts {
			t.Errorf("%v: %d requests are due, and %d planned", load, due, p.Stages[0].Starts)
		}
	}
}

// The stage's own words say in run.json whether it is steady.
func TestWordsSayWhetherAStageIsSteady(t *testing.T) {
	rate := PerSecond(5)
	for _, load := range []Load{
		Arrivals{Constant{rate}},
		Arrivals{Poisson{rate}},
		Arrivals{Ramp{rate, rate}},
		Arrivals{Steps{[]Rate{rate}}},
		Arrivals{Burst{Requests: 5, At: rate}},
		Users{N: 2},
		Users{N: 2, Think: Always(time.Second)},
	} {
		doc := results.StageDoc{Load: load.String()}
		if stage := (Stage{Load: load}); doc.Steady() != stage.Steady() {
			t.Errorf("%q: %v in run.json, %v in the plan", load, doc.Steady(), stage.Steady())
		}
	}
}

func TestABudgetLimitsTheBlocks(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("base.yaml", []byte(base+"decide: 5%\n"), environment)
	if err != nil {
		t.Fatal(err)
	}
	limit := pricing.Money(pricing.Whole(1))
	if err := s.Afford(book, limit); err != nil {
		t.Fatal(err)
	}
	cost := planOf(t, s).Estimate(book).Total.High
	if s.Decide.Most < results.FewestBlocks || cost.Cmp(limit) > 0 {
		t.Errorf("%d blocks for %v", s.Decide.Most, cost)
	}
	s.Decide.Most++
	if more := planOf(t, s).Estimate(book).Total.High; more.Cmp(limit) <= 0 {
		t.Errorf("one block more is %v", more)
	}
}
