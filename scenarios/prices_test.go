package scenarios

import (
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

func TestAllRequestsTogetherCostWhatThePlanSaysAtMost(t *testing.T) {
	s := scenarioOf(2, Stage{Load: Arrivals{Constant{PerSecond(100)}}, For: 10 * time.Second})
	live(s, &targets.RESTAPI)
	s.Targets[1].Lab = true
	p := planOf(t, s)
	prices, err := p.Prices(tinyBook(t))
	if err != nil {
		t.Fatal(err)
	}
	spend := p.Estimate(tinyBook(t))
	price := prices.Requests[0][0]
	if sum := pricing.OfPicos(1000 * price); sum.Cmp(spend.Targets[0].Load.High) != 0 {
		t.Errorf("1000 requests of %d picodollars are %s, the plan says at most %s", price, sum.Text(6), spend.Targets[0].Load.High.Text(6))
	}
	if prices.Reserved.Cmp(spend.Targets[0].Watching.High) != 0 {
		t.Errorf("%s are reserved, reading CloudWatch costs at most %s", prices.Reserved.Text(6), spend.Targets[0].Watching.High.Text(6))
	}
	if free := prices.Requests[1][0]; free != 0 {
		t.Errorf("a request in the lab costs %d", free)
	}
}

func TestALargerRequestIsDearerWhereItsSizeIsBilled(t *testing.T) {
	s := scenarioOf(1, Stage{Load: Arrivals{Constant{PerSecond(10)}}, For: 10 * time.Second})
	live(s, &targets.ALB)
	s.Requests = append(s.Requests, s.Requests[0])
	s.Requests[1].Body = []byte(strings.Repeat("x", 900_000))
	prices, err := planOf(t, s).Prices(tinyBook(t))
	if err != nil {
		t.Fatal(err)
	}
	if small, large := prices.Requests[0][0], prices.Requests[0][1]; small <= 0 || large <= small {
		t.Errorf("%d for a small request, %d for a large one", small, large)
	}
}

func TestARequestWithoutAPriceIsAnError(t *testing.T) {
	s := scenarioOf(1, Stage{Load: Arrivals{Constant{PerSecond(10)}}, For: 10 * time.Second})
	live(s, &targets.RESTAPI).Region = "mars-north-1"
	if _, err := planOf(t, s).Prices(tinyBook(t)); err == nil || !strings.Contains(err.Error(), "mars-north-1") {
		t.Errorf("got %v", err)
	}
}
