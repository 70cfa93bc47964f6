package scenarios

import (
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// tinyBook has simple rates for what a budget needs, in one region.
func tinyBook(t *testing.T) *pricing.Book {
	t.Helper()
	rate := func(key, unit, price string) string {
		return "    " + key + ": {unit: " + unit + ", tiers: [{price: \"" + price + "\"}], source: \"test\", as_of: 2026-01-01, verified: true}\n"
	}
	book, err := pricing.ReadBook("tiny", []byte("version: 1\nname: tiny\nas_of: 2026-01-01\ncurrency: USD\nregions:\n  us-east-1:\n"+
		rate("apigateway.rest.requests", "requests", "0.001")+
		rate("apigateway.rest.cache.0.5", "hours", "1000")+
		rate("lambda.requests", "requests", "0.0001")+
		rate("lambda.duration.x86_64", "GB-seconds", "0.01")+
		rate("alb.hours", "hours", "1000")+
		rate("alb.addresses", "address-hours", "1000")+
		rate("alb.lcu", "LCU-hours", "0.36")+
		rate("transfer.out", "GB", "0")))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// live turns the first target of s into a deployed door of that kind.
func live(s *Scenario, kind *targets.Kind) *targets.Target {
	t := &s.Targets[0]
	t.Kind, t.Region = kind, "us-east-1"
	t.Function = targets.Function{MemoryMB: 1024, Architecture: "x86_64"}
	return t
}

func TestBudgetOfARESTAPI(t *testing.T) {
	s := scenarioOf(1, Stage{Load: Arrivals{Constant{PerSecond(100)}}, For: 10 * time.Second})
	live(s, &targets.RESTAPI).CacheGB = "0.5"
	spend := planOf(t, s).Estimate(tinyBook(t))
	if err := spend.Unknown(); err != nil {
		t.Fatal(err)
	}
	// 1000 requests at $0.001, 1000 invocations at $0.0001; then, at 1 GB:
	// 2 ms each; 100 ms each and ten starts of 400 ms; 1 s each and fifty of 3 s.
	// The cache is there without the run, and not in it.
	want := map[string]string{"low": "1.12", "likely": "2.14", "high": "12.60"}
	load := spend.Targets[0].Load
	for name, got := range map[string]pricing.Money{"low": load.Low, "likely": load.Likely, "high": load.High} {
		if got.Text(2) != want[name] {
			t.Errorf("%s: %s, want %s", name, got.Text(2), want[name])
		}
	}
	if spend.Total.Likely.Cmp(load.Likely) != 0 || !strings.HasPrefix(spend.Book, "tiny") {
		t.Errorf("in total %v of book %s", spend.Total.Likely, spend.Book)
	}
}

func TestBudgetLeavesOutWhatABalancerCostsWithoutTheRun(t *testing.T) {
	s := scenarioOf(1, Stage{Load: Arrivals{Constant{PerSecond(100)}}, For: 100 * time.Second})
	live(s, &targets.ALB).Zones = 2
	spend := planOf(t, s).Estimate(tinyBook(t))
	if err := spend.Unknown(); err != nil {
		t.Fatal(err)
	}
	if high := spend.Total.High.Float(); high <= 1 || high > 200 {
		t.Errorf("high is %v: the hour of the balancer itself is $1000", spend.Total.High)
	}
}

func TestTheLabAndOriginsCostNothing(t *testing.T) {
	s := scenarioOf(2, Stage{Load: Arrivals{Constant{PerSecond(100)}}, For: 10 * time.Second})
	live(s, &targets.RESTAPI).Lab = true
	spend := planOf(t, s).Estimate(tinyBook(t))
	if spend.Total.High.Cmp(pricing.Money{}) != 0 || spend.Unknown() != nil {
		t.Errorf("%v, %v", spend.Total.High, spend.Unknown())
	}
}

func TestClosedStagesAreInTheBudgetAsAGuess(t *testing.T) {
	s := scenarioOf(1, Stage{Load: Users{N: 10}, For: 10 * time.Second})
	live(s, &targets.RESTAPI)
	p := planOf(t, s)
	if low, likely, high := p.guessed(0, lowGuess), p.guessed(0, likelyGuess), p.guessed(0, highGuess); low != 100 || likely != 1000 || high != 20_000 {
		t.Errorf("%d, %d, %d requests; want 100, 1000, 20000 by latencies of 1 s, 100 ms, 5 ms", low, likely, high)
	}
	if r := p.Estimate(tinyBook(t)).Total; r.Low.Cmp(r.Likely) >= 0 || r.Likely.Cmp(r.High) >= 0 {
		t.Errorf("from %v over %v to %v", r.Low, r.Likely, r.High)
	}
}

func TestARegionWithoutPricesIsSaidAndNotCountedAsFree(t *testing.T) {
	s := scenarioOf(1, Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second})
	live(s, &targets.RESTAPI).Region = "mars-north-1"
	if err := planOf(t, s).Estimate(tinyBook(t)).Unknown(); err == nil || !strings.Contains(err.Error(), "mars-north-1") {
		t.Errorf("%v", err)
	}
}
