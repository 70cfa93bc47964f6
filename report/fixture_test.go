package report

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/results"
)

// A maker makes a run as the recorder would have left it.
type maker struct {
	run     *results.Run
	chance  *rand.Rand
	blocks  int
	perTurn int
}

const blockLength = 1500 * time.Millisecond

// newMaker begins a run over targets of the given names in ten blocks of 750 requests.
func newMaker(names ...string) *maker {
	m := &maker{chance: rand.New(rand.NewPCG(1, 2)), blocks: 10, perTurn: 750}
	m.run = &results.Run{
		Dir: "results/runs/20261122T191853Z-front-doors-a1b2c3",
		Document: results.Document{
			Version: 1, ID: "20261122T191853Z-front-doors-a1b2c3", Scenario: "front-doors",
			Digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			State:  results.Finished, Started: time.Date(2026, 11, 22, 19, 18, 53, 0, time.UTC), Seconds: 62.4,
			Seed: 1, Tool: "v0.1.0",
			Machine:  results.Machine{OS: "linux", Arch: "amd64", CPUs: 2, Go: "go1.26.8"},
			Engine:   results.EngineChoice{Name: "wire", Why: "HTTP/1.1 on Linux"},
			Requests: []string{"predict"},
			Stages:   []results.StageDoc{{Load: "constant 500/s", Seconds: 15, Blocks: 10, BlockS: 1.5, Due: 7500}},
		},
		Scenario: []byte("name: front-doors\ntargets:\n  rest: {kind: rest-api, url: lab}\n"),
		Series:   map[results.Key]*results.Histogram{},
		Lag:      map[results.Group]*results.Histogram{},
	}
	kinds := map[string][2]string{
		"rest": {"rest-api", "REST API"}, "http": {"http-api", "HTTP API"},
		"function": {"function-url", "Function URL"}, "alb": {"alb", "Application Load Balancer"},
	}
	for _, n := range names {
		kind, ok := kinds[n]
		if !ok {
			kind = [2]string{"origin", "Origin"}
		}
		m.run.Document.Targets = append(m.run.Document.Targets, results.TargetDoc{
			Name: n, Kind: kind[0], Title: kind[1], URL: "http://127.0.0.1:40123/prod", Region: "us-east-1", Lab: true,
		})
	}
	return m
}

// fill gives a target its turns: log-normal service times around median, with
// the given share of other outcomes.
func (m *maker) fill(target int, median time.Duration, others map[results.Outcome]float64) {
	for b := range m.blocks {
		turn := time.Duration(b*len(m.run.Document.Targets)+(b+target)%len(m.run.Document.Targets)) * (blockLength + 60*time.Millisecond)
		g := results.Group{Target: uint16(target), Block: uint32(b)}
		for i := range m.perTurn {
			due := turn + blockLength*time.Duration(i)/time.Duration(m.perTurn)
			m.sample(g, due, m.service(median), m.outcome(others))
		}
	}
}

func (m *maker) service(median time.Duration) time.Duration {
	d := time.Duration(float64(median) * math.Exp(0.25*m.chance.NormFloat64()))
	if m.chance.IntN(400) == 0 {
		d += 180*time.Millisecond + time.Duration(m.chance.IntN(120))*time.Millisecond // a cold start
	}
	return d
}

func (m *maker) outcome(others map[results.Outcome]float64) results.Outcome {
	x := m.chance.Float64()
	for o := range results.NumOutcomes {
		if x -= others[o]; x < 0 {
			return o
		}
	}
	return results.OK
}

// sample adds one request that ended.
func (m *maker) sample(g results.Group, due, service time.Duration, o results.Outcome) {
	wait := 120*time.Microsecond + time.Duration(m.chance.IntN(80))*time.Microsecond
	for clock, d := range map[results.Clock]time.Duration{results.Service: service, results.Response: service + wait} {
		k := results.Key{Target: g.Target, Request: g.Request, Block: g.Block, Outcome: o, Clock: clock}
		if m.run.Series[k] == nil {
			m.run.Series[k] = results.New()
		}
		m.run.Series[k].Record(d)
	}
	if m.run.Lag[g] == nil {
		m.run.Lag[g] = results.New()
	}
	m.run.Lag[g].Record(wait)
	s := m.second(g, int((due+wait+service)/time.Second), due)
	s.Ended[o]++
	s.Status[map[results.Outcome]int{results.OK: 200, results.Throttled: 429, results.ServerError: 502}[o]]++
	if o != results.OK {
		s.Failed++
	}
	s.LastBegun = due + wait
	s.In += 400
	s.Out += 210
}

func (m *maker) second(g results.Group, second int, due time.Duration) *results.Second {
	for i := len(m.run.Seconds) - 1; i >= max(0, len(m.run.Seconds)-4); i-- {
		if s := &m.run.Seconds[i]; s.Second == second && s.Block == g.Block && s.Target == g.Target {
			return s
		}
	}
	m.run.Seconds = append(m.run.Seconds, results.Second{
		Second: second, Target: g.Target, Block: g.Block, FirstDue: due,
		Status: map[int]int64{}, Errors: map[results.ErrClass]int64{}, Opened: 1,
	})
	return &m.run.Seconds[len(m.run.Seconds)-1]
}

// done sums the run up.
func (m *maker) done(thresholds ...string) *results.Run {
	for _, text := range thresholds {
		m.run.Document.Thresholds = append(m.run.Document.Thresholds, results.ThresholdResult{Threshold: text})
	}
	m.run.Document = results.Summarise(m.run)
	return m.run
}

// observe puts CloudWatch's view beside the client's.
func (m *maker) observe() {
	o := &results.Observed{}
	for i, t := range m.run.Document.Targets {
		service := m.run.Histogram(func(k results.Key) bool { return int(k.Target) == i && k.Clock == results.Service })
		n, mean := float64(service.Count()), float64(service.Mean())/1e6
		door, behind, zero := mean-0.35, mean*0.8, 0.0
		gap := mean - door
		o.Targets = append(o.Targets, results.ObservedDoc{
			Target: t.Name,
			Metrics: []results.ObservedMetric{
				{Role: "latency", Name: "AWS/ApiGateway Latency", Unit: "ms", Total: map[string]float64{"Average": door}},
				{Role: "integration_latency", Name: "AWS/ApiGateway IntegrationLatency", Unit: "ms", Total: map[string]float64{"Average": behind}},
			},
			Checks: []results.Reconciled{
				{What: "requests", Unit: "count", Client: &n, AWS: &n, Gap: &zero},
				{What: "5xx", Unit: "count", Client: &zero, AWS: &zero, Gap: &zero},
				{What: "latency", Unit: "ms", Client: &mean, AWS: &door, Gap: &gap, Note: "network, TLS and the client itself"},
			},
		})
	}
	m.run.Observed = o
}

// price bills every target whose kind has a price and returns the costing.
func (m *maker) price(t *testing.T, month int64) *Costing {
	t.Helper()
	data, err := os.ReadFile("testdata/prices.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := pricing.ReadBook("testdata/prices.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	function := []pricing.Dimension{pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut}
	billed := map[string][]pricing.Dimension{
		"rest-api": append([]pricing.Dimension{pricing.RESTRequests}, function...),
		"http-api": append([]pricing.Dimension{pricing.HTTPRequests}, function...), "function-url": function,
		"alb": append([]pricing.Dimension{pricing.ALBHours, pricing.ALBCapacity, pricing.ALBAddresses}, function...),
	}
	var curves []pricing.Curve
	for i := range m.run.Document.Targets {
		target := &m.run.Document.Targets[i]
		traffic := month1(month)
		bill, err := book.Price("us-east-1", pricing.Measure(billed[target.Kind], traffic))
		if err != nil {
			t.Fatal(err)
		}
		target.Bill = &bill
		curve, err := book.Curve("us-east-1", pricing.Door{Name: target.Name, Billed: billed[target.Kind], Traffic: traffic})
		if err != nil {
			t.Fatal(err)
		}
		curves = append(curves, curve)
	}
	return NewCosting(month, curves)
}

// month1 is a month of n requests of 0.4 kB that keep a function busy for 12 ms each.
func month1(n int64) pricing.Traffic {
	size := pricing.Dist{Buckets: []pricing.Bucket{{Value: 400, Count: 1}}, Basis: pricing.Measured, Source: "client's bytes"}
	return pricing.Traffic{
		Requests:     pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Stated, Source: "requests_per_month"},
		RequestBytes: size, ResponseBytes: size,
		Invocations:       pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Measured, Source: "client's count"},
		Duration:          pricing.Dist{Buckets: []pricing.Bucket{{Value: 12_300, Count: 9}, {Value: 31_000, Count: 1}}, Basis: pricing.Reported, Source: "CloudWatch Duration"},
		MemoryMB:          512,
		Architecture:      "x86_64",
		Connections:       pricing.Amount{Quantity: pricing.Ratio(n, 100), Basis: pricing.Measured, Source: "client's count"},
		ConnectionSeconds: pricing.Amount{Quantity: pricing.Whole(30), Basis: pricing.Assumed, Source: "30 s"},
		Rules:             1, Zones: 2,
	}
}

// frontDoors is a good run over four doors, observed and priced.
func frontDoors(t *testing.T) *Report {
	t.Helper()
	m := newMaker("rest", "http", "function", "alb")
	m.fill(0, 21*time.Millisecond, nil)
	m.fill(1, 16*time.Millisecond, nil)
	m.fill(2, 14*time.Millisecond, map[results.Outcome]float64{results.Throttled: 0.012})
	m.fill(3, 14500*time.Microsecond, map[results.Outcome]float64{results.ServerError: 0.0008})
	m.observe()
	costing := m.price(t, 10_000_000)
	r, err := New(m.done("p(99) < 100ms", "error_share < 0.1%"), costing)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
