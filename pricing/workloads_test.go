package pricing_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollgate/pricing"
)

func exactly(n, d int64) pricing.Range {
	q := pricing.Ratio(n, d)
	return pricing.Range{Low: q, Likely: q, High: q}
}

func always(n int64) pricing.Shape { return pricing.Shape{Range: exactly(n, 1)} }

// drawWorkload draws a workload with any sections.
func drawWorkload(t *rapid.T) *pricing.Workload {
	whole := func(what string, least, most int64) int64 { return rapid.Int64Range(least, most).Draw(t, what) }
	yes := func(what string) bool { return rapid.Bool().Draw(t, what) }
	w := &pricing.Workload{
		Name: "drawn", Region: "us-east-1", Requests: exactly(whole("requests", 0, 3_000_000_000), 1),
		RequestBytes: always(whole("request", 0, 7<<20)), ResponseBytes: always(whole("response", 0, 12<<20)),
		Refused: exactly(whole("refused %", 0, 100), 100), Errors: exactly(whole("errors %", 0, 100), 100),
		Preflights: exactly(whole("preflights per ten", 0, 20), 10), PreflightsBy: rapid.SampledFrom([]string{"", "front-door", "application"}).Draw(t, "answered by"),
		Direct: whole("direct", 0, 9) == 0,
	}
	if yes("function") {
		w.Function = pricing.FunctionUse{
			Duration: always(whole("ms", 1, 1_000_000)), Init: always(whole("init", 1, 9999)), ColdShare: exactly(whole("cold %", 0, 100), 100),
			MemoryMB: whole("memory", 128, 10_240), EphemeralMB: whole("storage", 512, 10_240), Streaming: whole("streaming", 0, 4) == 0,
		}
		if yes("provisioned") {
			w.Function.Provisioned = pricing.ProvisionedUse{Environments: exactly(whole("environments", 1, 100), 1), Share: exactly(whole("share %", 0, 100), 100)}
		}
	}
	if yes("connections") {
		w.Connections = pricing.ConnectionUse{Requests: exactly(whole("per ten connections", 1, 1000), 10), Seconds: exactly(whole("lifetime", 0, 600), 1), Kept: exactly(whole("kept", 0, 10_000), 1)}
	}
	if w.Requests.High.Sign() == 0 || yes("websocket") {
		w.Sockets = pricing.SocketUse{
			Connections: exactly(whole("sockets", 1, 1_000_000), 1), Seconds: exactly(whole("socket seconds", 1, 100_000), 1),
			Messages: exactly(whole("messages", 1, 1_000_000_000), 1), Bytes: always(whole("message", 0, 200<<10)),
		}
	}
	if yes("cloudfront") {
		w.CDN = pricing.CDNUse{Viewers: pricing.ViewersIn("europe"), Hits: exactly(whole("hit %", 0, 100), 100), FunctionShare: exactly(whole("edge %", 0, 100), 100)}
	}
	if yes("containers") {
		w.Containers = pricing.ContainerUse{Tasks: exactly(whole("tasks", 1, 20), 1), VCPU: pricing.Whole(1), MemoryGB: pricing.Whole(2)}
	}
	if yes("zones") {
		w.Balancer.Zones = new(rapid.SampledFrom([]int64{0, 2, 3}).Draw(t, "zones"))
	}
	w.Watching = pricing.WatchingUse{
		AccessLog: always(whole("access log", 0, 2000)), FunctionLog: always(whole("function log", 0, 2000)), LogMonths: pricing.Whole(whole("months", 0, 12)),
		ScannedGB: exactly(whole("scanned", 0, 20), 1), TracedShare: exactly(whole("traced %", 0, 100), 100), CustomMetrics: whole("metrics", 0, 30),
	}
	return w
}

// more are ways to ask more of the same workload.
var more = map[string]func(*pricing.Workload){
	"requests":              func(w *pricing.Workload) { w.Requests = grown(w.Requests) },
	"preflights":            func(w *pricing.Workload) { w.Preflights = grown(w.Preflights) },
	"bytes of a request":    func(w *pricing.Workload) { w.RequestBytes.Range = grown(w.RequestBytes.Range) },
	"bytes of a response":   func(w *pricing.Workload) { w.ResponseBytes.Range = grown(w.ResponseBytes.Range) },
	"bytes of a refusal":    func(w *pricing.Workload) { w.RefusedBytes = always(5000) },
	"bytes of an error":     func(w *pricing.Workload) { w.ErrorBytes = always(5000) },
	"ms of an invocation":   func(w *pricing.Workload) { w.Function.Duration.Range = grown(w.Function.Duration.Range) },
	"ms of INIT":            func(w *pricing.Workload) { w.Function.Init.Range = grown(w.Function.Init.Range) },
	"seconds of connection": func(w *pricing.Workload) { w.Connections.Seconds = grown(w.Connections.Seconds) },
	"connections kept":      func(w *pricing.Workload) { w.Connections.Kept = grown(w.Connections.Kept) },
	"sockets":               func(w *pricing.Workload) { w.Sockets.Connections = grown(w.Sockets.Connections) },
	"seconds of a socket":   func(w *pricing.Workload) { w.Sockets.Seconds = grown(w.Sockets.Seconds) },
	"messages":              func(w *pricing.Workload) { w.Sockets.Messages = grown(w.Sockets.Messages) },
	"bytes of a message":    func(w *pricing.Workload) { w.Sockets.Bytes.Range = grown(w.Sockets.Bytes.Range) },
	"bytes of access logs":  func(w *pricing.Workload) { w.Watching.AccessLog.Range = grown(w.Watching.AccessLog.Range) },
	"bytes of logs":         func(w *pricing.Workload) { w.Watching.FunctionLog.Range = grown(w.Watching.FunctionLog.Range) },
	"GB of queries":         func(w *pricing.Workload) { w.Watching.ScannedGB = grown(w.Watching.ScannedGB) },
	"tasks":                 func(w *pricing.Workload) { w.Containers.Tasks = grown(w.Containers.Tasks) },
}

func grown(r pricing.Range) pricing.Range {
	q := r.Likely.Mul(pricing.Ratio(137, 100))
	return pricing.Range{Low: q, Likely: q, High: q}
}

func TestMoreOfAnythingNeverCostsLess(t *testing.T) {
	none, legacy := latestBook(t), latestBook(t).Granting(pricing.LegacyFree)
	rapid.Check(t, func(t *rapid.T) {
		w, b := drawWorkload(t), rapid.SampledFrom([]*pricing.Book{none, legacy}).Draw(t, "free tier")
		for _, what := range rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(more))), 3, 3).Draw(t, "more") {
			other := *w
			more[what](&other)
			for _, d := range other.Able() {
				if len(d.RuledOut(w)) > 0 {
					t.Fatalf("%s serves more %s, and not less", d.Name, what)
				}
				before, after := costAt(t, b, w, d), costAt(t, b, &other, d)
				if after.Cmp(before) < 0 {
					t.Errorf("%s: more %s cost %s, and less cost %s", d.Name, what, after.Text(9), before.Text(9))
				}
			}
		}
	})
}

// costAt is a bill without its interval.
func costAt(t interface{ Fatal(...any) }, b *pricing.Book, w *pricing.Workload, d pricing.Door) pricing.Money {
	bill, err := b.Price(w.Region, pricing.Measure(d.Billed, d.Traffic(w)))
	if err != nil {
		t.Fatal(err)
	}
	return bill.Month
}

// documented are the limits as AWS's pages have them, apart from the table that bills
// are made by: bytes of a request and of a response, and seconds of an invocation.
var documented = map[string]struct{ request, response, seconds int64 }{
	"rest-api":         {6 << 20, 6 << 20, 900}, // the function's; its timeout can be raised
	"rest-api-private": {6 << 20, 6 << 20, 900},
	"http-api":         {6 << 20, 6 << 20, 30},
	"function-url":     {6 << 20, 6 << 20, 900},
	"alb":              {1 << 20, 1 << 20, 900},
	"alb-internal":     {1 << 20, 1 << 20, 900},
	"alb-containers":   {1 << 60, 1 << 60, 4000},
	"websocket-api":    {1 << 60, 1 << 60, 29},
	"cloudfront":       {6 << 20, 6 << 20, 120},
	"cloudfront-plan":  {6 << 20, 6 << 20, 120},

	"cloudfront-rest-api":       {6 << 20, 6 << 20, 120},
	"cloudfront-http-api":       {6 << 20, 6 << 20, 30},
	"cloudfront-alb":            {1 << 20, 1 << 20, 120},
	"cloudfront-alb-containers": {1 << 60, 1 << 60, 120},

	"cloudfront-plan-rest-api":       {6 << 20, 6 << 20, 120},
	"cloudfront-plan-http-api":       {6 << 20, 6 << 20, 30},
	"cloudfront-plan-alb":            {1 << 20, 1 << 20, 120},
	"cloudfront-plan-alb-containers": {1 << 60, 1 << 60, 120},
}

func TestNoDoorThatIsRankedExceedsALimit(t *testing.T) {
	served := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorkload(t)
		w.Direct, w.Function.Streaming = false, false
		for _, d := range w.Able() {
			served[d.Name] = true
			most := documented[d.Name]
			for what, over := range map[string]bool{
				"request":    w.RequestBytes.Range.Likely.Cmp(pricing.Whole(most.request)) > 0 && w.Requests.High.Sign() > 0,
				"response":   w.ResponseBytes.Range.Likely.Cmp(pricing.Whole(most.response)) > 0 && w.Requests.High.Sign() > 0,
				"invocation": w.Function.Duration.Range.Likely.Cmp(pricing.Whole(most.seconds*1000)) > 0,
				"message":    w.Sockets.Bytes.Range.Likely.Cmp(pricing.Whole(128<<10)) > 0 && !slices.Contains(d.Features, "containers"),
			} {
				if over {
					t.Errorf("%s is ranked, and its %s exceeds what is documented", d.Name, what)
				}
			}
		}
	})
	if len(served) < 7 {
		t.Errorf("only %v were ever ranked", served)
	}
}

// A curve with a free tier that several dimensions share must still be the bill.
func TestCurvesWithASharedAllowanceAreTheBills(t *testing.T) {
	b := latestBook(t).Granting(pricing.AlwaysFree)
	w := example(t, "uncertain")
	for _, months := range []int64{0, 1, 3} {
		w.Watching.LogMonths, w.Watching.ScannedGB = pricing.Whole(months), exactly(2, 1)
		for _, d := range w.Able() {
			curve, bill := costs(t, b, w, axis(t, "requests"), d)
			for _, n := range []int64{1, 100_000, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 5_000_000, 8_000_000, 30_000_000, 10_000_000_000} {
				if drawn, billed := curve(pricing.Whole(n)), bill(pricing.Whole(n)); drawn.Cmp(billed) != 0 {
					t.Errorf("%s with logs for %d months, %d requests: the curve has %s, the bill %s", d.Name, months, n, drawn.Text(9), billed.Text(9))
				}
			}
		}
		bends(t, b, w)
	}
}

// bends holds break-even points, which rest on a curve's bends, to the bills next to
// them.
func bends(t *testing.T, b *pricing.Book, w *pricing.Workload) {
	t.Helper()
	a := axis(t, "requests")
	points, err := b.BreakEven(w, a, w.Able())
	if err != nil || len(points) == 0 {
		t.Fatal(points, err)
	}
	for _, p := range points {
		before, _ := pricing.DoorNamed(p.Before)
		after, _ := pricing.DoorNamed(p.After)
		_, one := costs(t, b, w, a, before)
		_, two := costs(t, b, w, a, after)
		if x, y := one(p.At), two(p.At); x.Cmp(y) != 0 {
			t.Errorf("at %s requests %s costs %s, and %s %s", p.At, p.Before, x.Text(9), p.After, y.Text(9))
		}
	}
}

func BenchmarkBreakEvensOfAllPairs(b *testing.B) {
	book, w := latestBook(b), example(b, "containers")
	for b.Loop() {
		for _, a := range pricing.Axes {
			if _, err := book.BreakEven(w, a, w.Able()); err != nil && a.Name != "hit_ratio" {
				b.Fatal(err)
			}
		}
	}
}
