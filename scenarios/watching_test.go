package scenarios

import (
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// Of a REST API with a function CloudWatch is asked for 11 statistics of Lambda's metrics, and
// with its name and stage for 17 of its own: three counts, hits, misses and two latencies of six.
func TestReadingAtAWSCostsMoneyToo(t *testing.T) {
	const each = 0.00001 // for a metric
	for _, row := range []struct {
		name      string
		with      func(*Scenario, *Plan)
		low, high float64
	}{
		{"a target that does not say how CloudWatch calls it", func(s *Scenario, _ *Plan) { s.Targets[0].Function.Name = "" }, 0, 0},
		{"a function: its metrics, 2 to 17 times", nil, 11 * 2 * each, 11 * 17 * each},
		{"a further function behind a route", func(s *Scenario, _ *Plan) {
			s.Targets[0].Functions = []targets.RouteFunction{{Route: "GET /b", Function: targets.Function{Name: "g"}}}
		}, 22 * 2 * each, 22 * 17 * each},
		{"a route with detailed metrics: those of the stage, and the same of the route", func(s *Scenario, _ *Plan) {
			one := &s.Targets[0]
			one.API, one.Stage, one.Detailed = "orders", "prod", []string{"GET /b"}
		}, (11 + 2*17) * 2 * each, (11 + 2*17) * 17 * each},
		{"two targets with one function: it is asked for once", func(s *Scenario, _ *Plan) {
			s.Targets = append(s.Targets, s.Targets[0])
			s.Targets[1].Name = "other"
		}, 11 * 2 * each, 11 * 17 * each},
		{"a probe that reads CloudWatch: once more", func(_ *Scenario, p *Plan) {
			p.Probes = []Announced{{Target: "a", Requests: 100, Reads: Reads{Metrics: true}}}
		}, 11 * 4 * each, 11 * 34 * each},
		// 20,000 lines are read whole and in halves: from 2 × 2 × 20,000 × 300 bytes to 13 × 2 ×
		// 20,000 × 16 kB, at $0.0077 a GB; of at most 5,000 traces 13 times, at $0.50 a million.
		{"a probe that reads the function's log", func(_ *Scenario, p *Plan) {
			p.Probes = []Announced{{Target: "a", Requests: 20_000, Reads: Reads{Log: true}}}
		}, 11*2*each + 0.0077*24_000_000/(1<<30), 11*17*each + 0.0077*26*20_000*16_384/(1<<30) + 13*5_000*0.5e-6},
		{"traces that are searched for are read twice", func(_ *Scenario, p *Plan) {
			p.Probes = []Announced{{Target: "a", Requests: 100, Reads: Reads{Log: true, Traces: true}}}
		}, 11*2*each + 0.0077*60_000/(1<<30), 11*17*each + 0.0077*13*100*16_384/(1<<30) + 2*13*100*0.5e-6},
		{"a probe at another target", func(_ *Scenario, p *Plan) {
			p.Probes = []Announced{{Target: "b", Requests: 20_000, Reads: Reads{Log: true, Metrics: true}}}
		}, 11 * 2 * each, 11 * 17 * each},
		{"the lab", func(s *Scenario, _ *Plan) { s.Targets[0].Lab = true }, 0, 0},
	} {
		s := scenarioOf(1, Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second})
		target := live(s, &targets.RESTAPI)
		target.Name, target.Function.Name = "a", "f"
		p := planOf(t, s)
		if row.with != nil {
			row.with(s, p)
		}
		var sum Range
		var most pricing.Money
		for _, of := range p.Estimate(tinyBook(t)).Targets {
			sum, most = sum.plus(of.Watching), most.Add(of.Watching.High)
		}
		near := func(m pricing.Money, want float64) bool { return m.Float() > want-1e-9 && m.Float() < want+1e-9 }
		if !near(sum.Low, row.low) || !near(sum.High, row.high) || sum.Likely.Cmp(sum.Low) < 0 || sum.Likely.Cmp(sum.High) > 0 {
			t.Errorf("%s: from %v over %v to %v; want from %v to %v", row.name, sum.Low.Float(), sum.Likely.Float(), sum.High.Float(), row.low, row.high)
		}
		prices, err := p.Prices(tinyBook(t))
		if err != nil || len(p.Probes) == 0 && prices.Reserved.Cmp(most) != 0 || prices.Reserved.Cmp(most) < 0 {
			t.Errorf("%s: %v is reserved of %v, %v", row.name, prices.Reserved, most, err)
		}
	}
}

func TestThePlanSaysWhatIsRead(t *testing.T) {
	s := scenarioOf(1, Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second})
	live(s, &targets.RESTAPI).Function.Name = "f"
	p := planOf(t, s)
	if text := p.WatchingText(p.Estimate(tinyBook(t))); text != "11 metrics of CloudWatch, until they are complete: at most $0.0019 of the cost" {
		t.Error(text)
	}
	p.Probes = []Announced{{Target: s.Targets[0].Name, Requests: 100, Reads: Reads{Log: true}}}
	if text := p.WatchingText(p.Estimate(tinyBook(t))); !strings.HasPrefix(text, "11 metrics of CloudWatch, the function's log and traces, until") {
		t.Error(text)
	}
	s.Targets[0].Lab = true
	if text := p.WatchingText(p.Estimate(tinyBook(t))); text != "" {
		t.Error(text)
	}
}
