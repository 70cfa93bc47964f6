package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/compare"
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
	if code := map[results.Outcome]int{results.OK: 200, results.Throttled: 429, results.ClientError: 404, results.ServerError: 502}[o]; code > 0 {
		s.Status[code]++
		m.carried(s, g.Target)
		m.failed(s, o, results.Cause{Status: code}, due)
	} else {
		class := map[results.Outcome]results.ErrClass{results.TimedOut: results.ErrTimeout, results.Broken: results.ErrRefused}[o]
		s.Errors[class]++
		m.failed(s, o, results.Cause{Err: class}, due)
	}
	s.LastBegun = due + wait
	s.In += 400
	s.Out += 210
}

// carried counts the protocol of a response: function URLs and origins speak HTTP/1.1.
func (m *maker) carried(s *results.Second, target uint16) {
	if kind := m.run.Document.Targets[target].Kind; kind == "function-url" || kind == "origin" {
		s.Protocols[results.HTTP11]++
		return
	}
	s.Protocols[results.HTTP2]++
	d := &s.Decoded
	d.Responses, d.Received, d.Decoded = d.Responses+1, d.Received+120, d.Decoded+480
	h := &s.Headers
	h.Out, h.In, h.PlainOut, h.PlainIn = h.Out+45, h.In+60, h.PlainOut+180, h.PlainIn+250
}

// failed counts a request that failed, and keeps the first of its cause.
func (m *maker) failed(s *results.Second, o results.Outcome, cause results.Cause, at time.Duration) {
	if o == results.OK {
		return
	}
	s.Failed++
	s.Failures[cause]++
	for _, f := range m.run.Failures {
		if f.Target == s.Target && f.Request == s.Request && f.Cause == cause {
			return
		}
	}
	e := results.Excerpt{HeaderNames: []string{"Content-Type", "X-Amzn-Requestid"}, Body: fmt.Sprintf(`{"message":"answer of status %d"}`, cause.Status)}
	if cause.Status == 0 {
		e = results.Excerpt{Detail: map[results.ErrClass]string{results.ErrTimeout: "timeout after 10s waiting for the response", results.ErrRefused: "connection refused"}[cause.Err]}
	}
	m.run.Failures = append(m.run.Failures, results.Failure{Target: s.Target, Request: s.Request, Cause: cause, At: at, Excerpt: e})
}

func (m *maker) second(g results.Group, second int, due time.Duration) *results.Second {
	for i := len(m.run.Seconds) - 1; i >= max(0, len(m.run.Seconds)-4); i-- {
		if s := &m.run.Seconds[i]; s.Second == second && s.Block == g.Block && s.Target == g.Target && s.Request == g.Request {
			return s
		}
	}
	m.run.Seconds = append(m.run.Seconds, results.Second{
		Second: second, Target: g.Target, Request: g.Request, Block: g.Block, FirstDue: due,
		Status: map[int]int64{}, Errors: map[results.ErrClass]int64{}, Failures: map[results.Cause]int64{}, Opened: 1,
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

// testPrices is a small price book.
func testPrices(t *testing.T) *pricing.Book {
	t.Helper()
	data, err := os.ReadFile("testdata/prices.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := pricing.ReadBook("testdata/prices.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// price bills every target whose kind has a price and returns the costing.
func (m *maker) price(t *testing.T, month int64) *Costing {
	t.Helper()
	book := testPrices(t)
	function := []pricing.Dimension{pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut}
	billed := map[string][]pricing.Dimension{
		"rest-api": append([]pricing.Dimension{pricing.RESTRequests}, function...),
		"http-api": append([]pricing.Dimension{pricing.HTTPRequests}, function...), "function-url": function,
		"alb": append([]pricing.Dimension{pricing.ALBHours, pricing.ALBCapacity, pricing.ALBAddresses}, function...),
	}
	var curves []pricing.Curve
	var doors []pricing.Candidate
	for i := range m.run.Document.Targets {
		target := &m.run.Document.Targets[i]
		traffic := month1(month)
		bill, err := book.Price("us-east-1", pricing.Measure(billed[target.Kind], traffic))
		if err != nil {
			t.Fatal(err)
		}
		target.Bill = &bill
		doors = append(doors, pricing.Candidate{Name: target.Name, Billed: billed[target.Kind], Traffic: traffic, Largest: 1 << 20})
		curve, err := book.Curve("us-east-1", doors[i])
		if err != nil {
			t.Fatal(err)
		}
		curves = append(curves, curve)
	}
	c := NewCosting(month, curves)
	var err error
	if c.Surface, err = book.CostSurface("us-east-1", doors, 24); err != nil && len(doors) > 1 {
		t.Fatal(err)
	}
	return c
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

// frontDoors is a good run over four doors, observed and priced. It is made
// once; a test may change its own copy of the report and of its doors.
func frontDoors(t *testing.T) *Report {
	t.Helper()
	if made["front-doors"] == nil {
		made["front-doors"] = measuredFrontDoors(t)
	}
	r := *made["front-doors"]
	r.Doors = slices.Clone(r.Doors)
	return &r
}

func measuredFrontDoors(t *testing.T) *Report {
	t.Helper()
	m := newMaker("rest", "http", "function", "alb")
	m.fill(0, 21*time.Millisecond, nil)
	m.fill(1, 16*time.Millisecond, nil)
	m.fill(2, 14*time.Millisecond, map[results.Outcome]float64{results.Throttled: 0.012})
	m.fill(3, 14500*time.Microsecond, map[results.Outcome]float64{results.ServerError: 0.0008})
	m.observe()
	costing := m.price(t, 10_000_000)
	m.bound()
	m.run.Findings = findings("rest", "function")
	r, err := New(m.done("p(99) < 100ms", "error_share < 0.1%"), costing, versus())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// versus is a comparison of the four doors, with every sort of verdict.
func versus() *compare.Comparison {
	at := func(v float64) *float64 { return &v }
	pair := func(head string, effects ...compare.Effect) compare.Pair {
		return compare.Pair{Base: "rest", Head: head, Effects: effects}
	}
	return &compare.Comparison{
		Version: 1, Design: compare.Interleaved, Runs: []string{"20261122T191853Z-front-doors-a1b2c3"}, Level: 0.05, Blocks: 10,
		Pairs: []compare.Pair{
			pair("http",
				compare.Effect{Metric: compare.P50, Unit: "ms", Scale: compare.Ratio, Base: at(21.1), Head: at(16.1), Estimate: at(0.763), Low: at(0.742), High: at(0.785), Margin: 0.03, Blocks: 10, Verdict: compare.Better, Words: "faster"},
				compare.Effect{Metric: compare.P99, Unit: "ms", Scale: compare.Ratio, Base: at(42), Head: at(43), TypicalBase: at(40.2), TypicalHead: at(41), Estimate: at(1.02), Low: at(0.71), High: at(1.47), Margin: 0.03, Blocks: 10, More: 14, Verdict: compare.Inconclusive, Words: "inconclusive, for: 24s and blocks: 24 would probably decide it", Why: "blocks vary by more than this difference"},
			),
			pair("function",
				compare.Effect{Metric: compare.P50, Unit: "ms", Scale: compare.Ratio, Base: at(21.1), Head: at(14.1), Estimate: at(0.668), Low: at(0.65), High: at(0.687), Margin: 0.03, Blocks: 10, Verdict: compare.Better, Words: "faster"},
				compare.Effect{Metric: compare.ErrorShare, Unit: "share", Scale: compare.Difference, Base: at(0), Head: at(0.0116), Estimate: at(0.0116), Low: at(0.0091), High: at(0.0141), Margin: 0.001, Blocks: 10, Verdict: compare.Worse, Words: "more errors"},
			),
			pair("alb", compare.Effect{Metric: compare.Goodput, Unit: "per_s", Scale: compare.Ratio, Base: at(500), Head: at(499), Estimate: at(0.999), Low: at(0.998), High: at(1.001), Margin: 0.01, Blocks: 10, Verdict: compare.Equivalent, Words: "equivalent within 1 %"}),
		},
		Notes: []string{"p99.9 was not compared: no block has enough requests for it"},
	}
}

// bound gives every bill but the ALB's an interval.
func (m *maker) bound() {
	for i := range m.run.Document.Targets[:3] {
		b := m.run.Document.Targets[i].Bill
		b.Bounds = &pricing.Bounds{
			Low: b.Month.Times(pricing.Ratio(96, 100)), Middle: b.Month, High: b.Month.Times(pricing.Ratio(107, 100)),
			From: "p10, p50 and p90 of 200 months drawn from 10 blocks",
		}
	}
}

// findings are what two probes could have concluded.
func findings(throttled, cold string) []results.Finding {
	var sent, passed, slow, quick [][2]float64
	tokens, at, n, good := 200.0, 0.0, 0.0, 0.0
	for i := range 120 { // 200 requests a second, a pause, and 100 a second, at a bucket of 200 that refills by 100 a second
		gap, batch := 0.05, 10.0
		if i >= 90 {
			batch = 5
		}
		if i == 90 {
			gap = 2.5
		}
		tokens = min(200, tokens+100*gap)
		pass := min(batch, math.Floor(tokens+1e-9))
		tokens, at, n, good = tokens-pass, at+gap, n+batch, good+pass
		sent, passed = append(sent, [2]float64{at, n}), append(passed, [2]float64{at, good})
	}
	for i := range 12 {
		ms := math.Pow(10, (float64(46+i)+0.5)/20)
		slow, quick = append(slow, [2]float64{ms, float64(1 + i%4)}), append(quick, [2]float64{ms / 20, float64(10 * (1 + i%7))})
	}
	return []results.Finding{
		{
			Probe: "usage-plan", Title: "Throttling", Target: throttled, Verdict: results.Valid, Reasons: []string{},
			Conclusion: "The door refills 100 tokens a second into a bucket of 200: a burst of 200 passes at once, then 100 requests a second.",
			Values: map[string]results.Value{
				"rate":  results.Between(100.2, 99.1, 101.4, "per_s", "slope of what passed while the bucket was empty; bootstrap over bursts, 95 %"),
				"burst": results.Between(201, 196, 207, "requests", "intercept of the same line; 95 %"),
			},
			Assumptions: []string{"one bucket for all methods of the stage"},
			Checks: []results.Check{
				{Claim: "rate 100/s", Source: "the scenario", Measured: "100.2/s, 99.1 to 101.4", Holds: "yes", Must: true},
				{Claim: "burst 250", Source: "a guide", Measured: "201, 196 to 207", Holds: "no", Why: "the interval does not reach 250"},
			},
			Series: []results.Series{
				{Name: "sent", X: "time (s)", Y: "requests so far", Points: sent},
				{Name: "passed", X: "time (s)", Y: "requests so far", Points: passed},
			},
			Requests: 3000, Seconds: 15,
		},
		{
			Probe: "cold-start", Title: "Cold starts", Target: cold, Verdict: results.Valid, Reasons: []string{"12 cold starts are few"},
			Conclusion: "12 of 400 responses waited for a cold start; half of the INITs take more than 262 ms.",
			Values:     map[string]results.Value{"init_p50": results.Between(262, 230, 301, "ms", "order statistics, 95 %"), "cold_starts": results.Exactly(12, "count", "counted by instance")},
			Tables:     []results.Table{{Title: "By idle time", Columns: []string{"idle", "cold", "of"}, Rows: [][]string{{"1 min", "0", "20"}, {"10 min", "9", "20"}}}},
			Series: []results.Series{
				{Name: "cold", X: "service time (ms)", Y: "responses", Points: slow},
				{Name: "warm", X: "service time (ms)", Y: "responses", Points: quick},
			},
			Requests: 400, Seconds: 60,
		},
	}
}
