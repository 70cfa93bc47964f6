package pricing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollgate/pricing"
)

// severalAPIs is a workload with these APIs, a line each.
func severalAPIs(t interface{ Fatal(...any) }, lines ...string) *pricing.Workload {
	text := "name: several\nregion: us-east-1\nfunction: {memory: 512MB, duration: 40ms}\nwatching: {access_log_bytes: 300, function_log_bytes: 500, log_months: 2}\napis:\n  " + strings.Join(lines, "\n  ") + "\n"
	w, err := pricing.ReadWorkload("several.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// drawnAPI is an API at a front door that is billed for what is used alone.
func drawnAPI(t *rapid.T, name string) string {
	return fmt.Sprintf("%s: {front_door: %s, requests_per_month: %d, response_bytes: %d, function: {duration: %dms, architecture: %s}}", name,
		rapid.SampledFrom([]string{"rest-api", "http-api", "function-url"}).Draw(t, "door"), rapid.Int64Range(1, 2_000_000_000).Draw(t, "requests"),
		rapid.Int64Range(0, 1<<20).Draw(t, "bytes"), rapid.Int64Range(1, 20_000).Draw(t, "ms"), rapid.SampledFrom([]string{"x86_64", "arm64"}).Draw(t, "architecture"))
}

func apiBill(t interface{ Fatal(...any) }, b *pricing.Book, w *pricing.Workload) pricing.Bill {
	bill, err := b.BillAPIs(w)
	if err != nil || len(bill.Unknown) > 0 {
		t.Fatal(err, bill.Unknown)
	}
	return bill
}

func TestIdenticalAPIsCostWhatOneWithAllTheirRequestsCosts(t *testing.T) {
	for _, free := range []pricing.FreeTier{pricing.NoFreeTier, pricing.AlwaysFree, pricing.LegacyFree} {
		b := latestBook(t).Granting(free)
		for _, door := range []string{"rest-api", "http-api", "function-url"} {
			line := func(name string, requests int64) string {
				return fmt.Sprintf("%s: {front_door: %s, requests_per_month: %d, response_bytes: 700kB, authorizer: {memory: 128MB, duration: 3ms}}", name, door, requests)
			}
			if door == "function-url" {
				line = func(name string, requests int64) string {
					return fmt.Sprintf("%s: {front_door: %s, requests_per_month: %d, response_bytes: 700kB}", name, door, requests)
				}
			}
			for _, n := range []int64{100, 1_500_000, 400_000_000, 9_000_000_000} {
				one := severalAPIs(t, line("one", 3*n))
				three := severalAPIs(t, line("a", n), line("b", n), line("c", n))
				if got, want := apiBill(t, b, three).Month, apiBill(t, b, one).Month; got.Cmp(want) != 0 {
					t.Errorf("%s, free tier %s: three of %d requests cost %s, one of three times as many %s", door, free, n, got.Text(9), want.Text(9))
				}
				d, err := pricing.DoorNamed(door)
				if err != nil {
					t.Fatal(err)
				}
				if bill, err := b.Bill(one.APIs[0].Workload, d); err != nil || bill.Month.Cmp(apiBill(t, b, one).Month) != 0 {
					t.Errorf("%s: a workload with one API costs %s, and without the section apis %s, %v", door, apiBill(t, b, one).Month, bill.Month, err)
				}
			}
		}
	}
}

func TestTheOrderOfAPIsDoesNotMatterAndTheirPartsAddUp(t *testing.T) {
	b := latestBook(t).Granting(pricing.AlwaysFree)
	rapid.Check(t, func(t *rapid.T) {
		lines := []string{drawnAPI(t, "a"), drawnAPI(t, "b"), drawnAPI(t, "c"), "d: {front_door: none, requests_per_month: 1M, function: {duration: 900ms}}"}
		bill := apiBill(t, b, severalAPIs(t, lines...))
		slices.Reverse(lines)
		turned := apiBill(t, b, severalAPIs(t, lines...))
		if bill.Month.Cmp(turned.Month) != 0 {
			t.Fatalf("%s, and in the other order %s", bill.Month.Text(9), turned.Month.Text(9))
		}
		var sum pricing.Money
		for i, a := range bill.APIs {
			sum = sum.Add(a.Month)
			if other := turned.APIs[len(turned.APIs)-1-i]; a.Name != other.Name || a.Month.Cmp(other.Month) != 0 {
				t.Fatalf("%s has %s, and in the other order %s", a.Name, a.Month.Text(9), other.Month.Text(9))
			}
		}
		if sum.Cmp(bill.Month) != 0 {
			t.Fatalf("the parts add up to %s, the bill to %s", sum.Text(9), bill.Month.Text(9))
		}
	})
}

func TestAPIsShareTiersAndWhatIsFree(t *testing.T) {
	b := latestBook(t).Granting(pricing.AlwaysFree)
	w := severalAPIs(t,
		"old: {front_door: rest-api, requests_per_month: 400M, function: {memory: 1GB, duration: 1ms}}",
		"new: {front_door: rest-api, requests_per_month: 100M, function: {memory: 1GB, duration: 1ms, architecture: arm64}}")
	by := map[string]string{}
	for _, l := range apiBill(t, b, w).Lines {
		by[l.Dimension] = l.Cost.String()
	}
	for key, want := range map[string]string{
		"apigateway.rest.requests": "$1,633.10", // 333 M × $3.50 + 167 M × $2.80
		"lambda.requests":          "$99.80",    // 500 M − 1 M free
		"lambda.duration.x86_64":   "$0.00",     // 400,000 GB-s, which is all that is free of both architectures
		"lambda.duration.arm64":    "$1.33",     // 100,000 GB-s, of which nothing is free any more
	} {
		if by[key] != want {
			t.Errorf("%s costs %s, want %s", key, by[key], want)
		}
	}
}

func TestMoreRequestsOfAnAPINeverCostLess(t *testing.T) {
	b := latestBook(t).Granting(pricing.LegacyFree)
	rapid.Check(t, func(t *rapid.T) {
		w := severalAPIs(t, drawnAPI(t, "a"), drawnAPI(t, "b"))
		before := apiBill(t, b, w).Month
		own := w.APIs[rapid.IntRange(0, 1).Draw(t, "of")].Workload
		own.Requests = pricing.Exactly(own.Requests.Likely.Add(pricing.Whole(rapid.Int64Range(1, 3_000_000_000).Draw(t, "more"))))
		if after := apiBill(t, b, w).Month; after.Cmp(before) < 0 {
			t.Fatalf("%s with more requests, and %s before", after.Text(9), before.Text(9))
		}
	})
}

func TestEachAPIIsComparedWithTheOthersOnTheBill(t *testing.T) {
	b := latestBook(t).Granting(pricing.AlwaysFree)
	drawn := rapid.Custom(func(t *rapid.T) []string { return []string{drawnAPI(t, "a"), drawnAPI(t, "b")} })
	for seed := range 8 {
		w := severalAPIs(t, drawn.Example(seed)...)
		c, err := b.CompareAPIs(w)
		if err != nil {
			t.Fatal(err)
		}
		least := c.All[0].Month
		for i, a := range c.APIs {
			for _, d := range a.Doors {
				other := *w
				other.APIs = slices.Clone(w.APIs)
				if other.APIs[i].Door, err = pricing.DoorNamed(d.Name); err != nil {
					t.Fatal(err)
				}
				want := apiBill(t, b, &other).Month
				if d.Month.Likely.Cmp(want) != 0 {
					t.Fatalf("%s at %s: %s in the comparison, %s on the bill", a.Name, d.Name, d.Month.Likely.Text(9), want.Text(9))
				}
				if want.Cmp(least) < 0 {
					t.Fatalf("%s at %s costs %s, less than the least expensive combination, %s", a.Name, d.Name, want, least)
				}
			}
		}
	}
}

func TestTheCrossingsOfAnAPIAreThoseOfTheAccountsBills(t *testing.T) {
	b := latestBook(t).Granting(pricing.AlwaysFree)
	w := severalAPIs(t, "a: {front_door: rest-api, requests_per_month: 20M, response_bytes: 2kB}",
		"b: {front_door: http-api, requests_per_month: 300M, response_bytes: 9kB, function: {architecture: arm64}}")
	c, err := b.CompareAPIs(w)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for i, a := range c.APIs {
		for _, p := range a.BreakAt {
			if p.Unit != "requests a month" {
				continue
			}
			for _, door := range []string{p.Before, p.After} {
				other := *w
				other.APIs = slices.Clone(w.APIs)
				own := *w.APIs[i].Workload
				own.Requests = pricing.Exactly(p.At)
				if other.APIs[i].Door, err = pricing.DoorNamed(door); err != nil {
					t.Fatal(err)
				}
				other.APIs[i].Workload = &own
				if bill := apiBill(t, b, &other).Month; bill.Cmp(p.Cost) != 0 {
					t.Errorf("%s at %s with %s requests: %s at the crossing, %s on the bill", a.Name, door, p.At, p.Cost.Text(9), bill.Text(9))
				}
				checked++
			}
		}
	}
	if checked < 4 {
		t.Errorf("only %d crossings checked", checked)
	}
}

func TestANumberThatAPIsInheritIsTheSameInAll(t *testing.T) {
	b := latestBook(t)
	const ranged = "{low: 10ms, likely: 40ms, high: 300ms}"
	both := func(a, c string) *pricing.Bounds {
		w, err := pricing.ReadWorkload("several.yaml", []byte("name: several\nregion: us-east-1\nfunction: {memory: 1GB, duration: "+ranged+
			"}\napis:\n  a: {front_door: http-api, requests_per_month: 10M"+a+"}\n  b: {front_door: http-api, requests_per_month: 10M"+c+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		bill := apiBill(t, b, w)
		if bill.Bounds == nil {
			t.Fatal("no interval")
		}
		return bill.Bounds
	}
	width := func(b *pricing.Bounds) float64 { return b.High.Float() - b.Low.Float() }
	same, apart := both("", ""), both("", ", function: {duration: {low: 10ms, likely: 41ms, high: 300ms}}")
	if r := width(apart) / width(same); r > 0.8 || r < 0.6 { // 1/√2 of independent ones
		t.Errorf("the interval of two durations is %.2f times that of one", r)
	}
}

func TestTheWorstMonthOfAnAPIHasTheOthersMonth(t *testing.T) {
	b := latestBook(t)
	w := severalAPIs(t, "a: {front_door: rest-api, requests_per_month: 20M, protection: {stage: {rate: 10/s}}}", "b: {front_door: http-api, requests_per_month: 30M}", "c: {front_door: none, requests_per_month: 30M}")
	limit := pricing.Money(pricing.Whole(300))
	all, err := b.WorstOfAPIs(w, pricing.Whole(500), &limit)
	if err != nil || len(all.Doors) != 2 || len(all.LeftOut) != 1 || all.LeftOut[0].Name != "c" {
		t.Fatalf("%+v, %v", all, err)
	}
	validates(t, pricing.WorstSchema(), all)
	alone, err := b.Worst(w.APIs[0].Workload, []pricing.Door{w.APIs[0].Door}, pricing.Whole(500), nil)
	if err != nil {
		t.Fatal(err)
	}
	var others pricing.Money
	for _, a := range apiBill(t, b, w).APIs[1:] {
		others = others.Add(a.Month)
	}
	a := all.Doors[slices.IndexFunc(all.Doors, func(d pricing.Worst) bool { return d.API == "a" })]
	if sum := alone.Doors[0].Month.Add(others); a.Month.String() != sum.String() {
		t.Errorf("with a attacked the month costs %s, want %s and %s of the others", a.Month, alone.Doors[0].Month, others)
	}
	for _, h := range a.Holds {
		if h.Most != nil && h.Month.Cmp(limit) > 0 {
			t.Errorf("%s of %d costs %s", h.Setting, *h.Most, h.Month)
		}
	}
}

func TestWithManyAPIsSingleChangesAreTried(t *testing.T) {
	var lines []string
	for i := range 8 {
		lines = append(lines, fmt.Sprintf("api%d: {front_door: rest-api, requests_per_month: %dM, response_bytes: 2kB}", i, 5+i*40))
	}
	c, err := latestBook(t).CompareAPIs(severalAPIs(t, lines...))
	if err != nil || !strings.Contains(c.Tried, "one change after another") {
		t.Fatalf("%v, tried %q", err, c.Tried)
	}
	if c.All[0].Month.Cmp(c.Stated.Month) >= 0 {
		t.Errorf("the least is %s, and %s as stated", c.All[0].Month, c.Stated.Month)
	}
	validates(t, pricing.APIsSchema(), c)
}

func TestTheDifferenceOfTwoWorkloadsWithSeveralAPIs(t *testing.T) {
	b := latestBook(t)
	before, err := b.BillsOfAPIs(severalAPIs(t, "a: {front_door: rest-api, requests_per_month: 20M}", "b: {front_door: http-api, requests_per_month: 30M}"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := b.BillsOfAPIs(severalAPIs(t, "a: {front_door: http-api, requests_per_month: 20M}", "b: {front_door: http-api, requests_per_month: 30M}"))
	if err != nil {
		t.Fatal(err)
	}
	d := pricing.Differ(before, after)
	if len(d.Bills) != 3 || d.Bills[0].Change.String() != "−$50.00" || d.Bills[1].Change.Cmp(*d.Bills[0].Change) != 0 || d.Bills[2].Change.Cmp(pricing.Money{}) != 0 {
		t.Errorf("%+v", d.Bills)
	}
}

func TestWhatIsWrongWithAPIsIsSaidAtItsLine(t *testing.T) {
	const top = "name: x\nregion: us-east-1\nfunction: {memory: 512MB, duration: 40ms}\n"
	for _, row := range []struct{ name, text, want string }{
		{"no front door", "apis:\n  a: {requests_per_month: 1M}", `f.yaml:5:7: apis.a: needs "front_door"`},
		{"a front door that is none", "apis:\n  a: {front_door: rest, requests_per_month: 1M}", `f.yaml:5:19: apis.a.front_door: "rest" is not one of`},
		{"no requests", "apis:\n  a: {front_door: rest-api}", `f.yaml:5:3: apis.a: needs requests_per_month, or a websocket section`},
		{"requests of all", "requests_per_month: 5M\napis:\n  a: {front_door: rest-api}", `f.yaml:4:21: requests_per_month: state it for each of the apis: here it could be of each or of all`},
		{"a region of its own", "apis:\n  a: {front_door: rest-api, region: eu-west-1, requests_per_month: 1M}", `f.yaml:5:37: apis.a.region: is the same for all apis: state it once, outside of them`},
		{"none", "apis: {}", `f.yaml:4:7: apis: needs from 1 to 100 APIs by name, such as {orders: {front_door: rest-api, requests_per_month: 10M}}`},
		{"a list", "apis: [1]", `f.yaml:4:7: apis: needs a mapping; this is a list`},
		{"a name that is none", "apis:\n  a b: {front_door: rest-api, requests_per_month: 1M}", `f.yaml:5:3: apis: "a b" is not a name`},
		{"an unknown key", "apis:\n  a: {front_door: rest-api, requests_per_month: 1M, already_used: {}}", `f.yaml:5:53: apis.a: unknown key "already_used"`},
		{"a front door that cannot serve it", "apis:\n  a: {front_door: http-api, requests_per_month: 1M, function: {duration: 60s}}", `f.yaml:5:19: apis.a.front_door: http-api cannot serve it: an invocation of 60 s exceeds 30 s`},
		{"a load balancer in one zone", "load_balancer: {public_zones: 1}\napis:\n  a: {front_door: alb, requests_per_month: 1M}", `apis.a.load_balancer.public_zones: must be 0`},
		{"a wrong value", "apis:\n  a: {front_door: alb, requests_per_month: many}", `f.yaml:5:44: apis.a.requests_per_month: "many" is not a number`},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, err := pricing.ReadWorkload("f.yaml", []byte(top+row.text+"\n"))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got  %v, %+v\nwant %s", err, w, row.want)
			}
		})
	}
}

func TestAnAPIInheritsKeysOfSections(t *testing.T) {
	w := severalAPIs(t, "a: {front_door: rest-api, requests_per_month: 1M, function: {duration: {p50: 10ms, p99: 80ms}}}", "b: {front_door: alb, requests_per_month: 1M, watching: {alarms: 3}}")
	a, b := w.APIs[0].Workload, w.APIs[1].Workload
	if a.Function.MemoryMB != 512 || len(a.Function.Duration.Buckets) == 0 || a.Function.Duration.Range.Likely.Cmp(pricing.Whole(40)) == 0 {
		t.Errorf("a has %+v", a.Function)
	}
	if b.Function.Duration.Range.Likely.Cmp(pricing.Whole(40)) != 0 || b.Watching.Alarms != 3 || b.Watching.LogMonths.Cmp(pricing.Whole(2)) != 0 || a.Watching.Alarms != 0 {
		t.Errorf("b has %+v and %+v", b.Function, b.Watching)
	}
}

func BenchmarkComparisonOfAPIs(b *testing.B) {
	book, w := latestBook(b), example(b, "several-apis")
	for b.Loop() {
		if _, err := book.CompareAPIs(w); err != nil {
			b.Fatal(err)
		}
	}
}
