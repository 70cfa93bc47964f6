package pricing_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollgate/pricing"
)

// Every bill of an architecture as it comes out by hand, from the prices of N. Virginia.
func TestBillsOfArchitecturesByHand(t *testing.T) {
	for _, row := range []struct {
		example, door string
		free          pricing.FreeTier
		lines         map[string]string
	}{
		// 50 M × $1.00 + 50 M × $0.90; 100 M − 0.1 M free × $0.20; 100 M × 0.04 s × ½ GB
		// = 2,000,000 GB-s − 100,000 free × $0.0000166667; 186.2645 GB − 20 free × $0.09.
		{"late-in-the-month", "http-api", pricing.AlwaysFree, map[string]string{
			"apigateway.http.requests": "$95.00", "lambda.requests": "$19.98", "lambda.duration.x86_64": "$31.67", "transfer.out": "$14.96",
		}},
		// Without a free tier nothing is free, used or not: 2,000,000 GB-s and 186.2645 GB.
		{"late-in-the-month", "http-api", pricing.NoFreeTier, map[string]string{
			"apigateway.http.requests": "$95.00", "lambda.requests": "$20.00", "lambda.duration.x86_64": "$33.33", "transfer.out": "$16.76",
		}},
		// 10 M GB-s × $0.0000166667 × (1 − 0.12 × 0.8) = 166.667 × 0.904.
		{"savings-plan", "function-url", "", map[string]string{
			"lambda.requests": "$20.00", "lambda.duration.x86_64": "$150.67", "transfer.out": "$16.76",
		}},
		// 4 × 730 vCPU-h × $0.04048 × (1 − 0.2 × 0.8) = 118.2016 × 0.84; 8 × 730 GB-h × $0.004 × 0.84.
		{"savings-plan", "alb-containers", "", map[string]string{
			"fargate.vcpu.x86_64": "$99.29", "fargate.memory.x86_64": "$19.62",
		}},
		// Of 100 M requests 70 % at $0.0100 and 30 % at $0.0120 per 10,000; of 931.3226 GB the
		// same shares at $0.085; 60 M past the cache of 1 kB are 55.8794 GB at $0.020, and
		// $3.50/M of a REST API; 1.2 M GB-s of the function.
		{"worldwide-api", "cloudfront-rest-api", "", map[string]string{
			"cloudfront.requests.us": "$70.00", "cloudfront.requests.europe": "$36.00", "cloudfront.transfer.us": "$55.41", "cloudfront.transfer.europe": "$23.75",
			"cloudfront.origin.us": "$0.78", "cloudfront.origin.europe": "$0.34", "apigateway.rest.requests": "$210.00", "lambda.requests": "$12.00",
			"lambda.duration.x86_64": "$20.00", "transfer.out": "", "": "$428.28",
		}},
		{"worldwide-api", "cloudfront-http-api", "", map[string]string{"apigateway.http.requests": "$60.00", "": "$278.28"}},
		// Bytes: 60 M × 11,000 ÷ 730 h ÷ 0.4 GB = 2.26 LCUs, × 730 h × $0.008.
		{"worldwide-api", "cloudfront-alb", "", map[string]string{
			"alb.hours": "$16.43", "alb.addresses": "$7.30", "alb.lcu": "$13.20", "": "$255.21",
		}},
		// The business plan carries 100 M requests and 931 GB for $200.00; behind it the bills
		// are those above, without what CloudFront has by usage ($186.28).
		{"worldwide-api", "cloudfront-plan-rest-api", "", map[string]string{
			"cloudfront.plan.business": "$200.00", "cloudfront.requests.us": "", "cloudfront.origin.us": "", "apigateway.rest.requests": "$210.00", "": "$442.00",
		}},
		{"worldwide-api", "cloudfront-plan-http-api", "", map[string]string{"apigateway.http.requests": "$60.00", "": "$292.00"}},
		{"worldwide-api", "cloudfront-plan-alb", "", map[string]string{"alb.lcu": "$13.20", "": "$268.93"}},
		{"worldwide-api", "cloudfront-plan", "", map[string]string{"": "$232.00"}},
		// At prices that are made up: 50 M × $0.10/M; 50 M × 4 ms = 200,000 vCPU-s × $0.00002;
		// 3 × 730 h × 3,600 s × ½ GB = 3,942,000 GB-s × $0.000002; 93.1323 GB × $0.05.
		{"web-function", "lambda-web", "", map[string]string{
			"lambdaweb.requests": "$5.00", "lambdaweb.cpu": "$4.00", "lambdaweb.memory": "$7.88", "lambdaweb.transfer": "$4.66", "": "$21.54",
		}},
		// 20 routes × 3 methods × 7 metrics, of which 2 of the cache, and 5 of our own: 425 × $0.30.
		{"detailed-metrics", "rest-api", "", map[string]string{"metrics.custom": "$127.50"}},
		{"detailed-metrics", "http-api", "", map[string]string{"metrics.custom": "$109.50"}}, // 360 + 5
		{"detailed-metrics", "function-url", "", map[string]string{"metrics.custom": "$1.50"}},
		// At prices that are made up: 2 × 730 h × $0.05; 400 GB × $0.04; 2 × 300 GB × $0.02.
		{"private-containers", "alb-containers", "", map[string]string{"nat.hours": "$73.00", "nat.data": "$16.00", "transfer.zones": "$12.00"}},
		{"worldwide-api", "cloudfront", "", map[string]string{"cloudfront.requests.europe": "$36.00", "": "$218.28"}},
	} {
		t.Run(row.example+" at "+row.door, func(t *testing.T) {
			_, lines := billed(t, example(t, row.example), row.door, row.free)
			for key, want := range row.lines {
				if lines[key] != want {
					t.Errorf("%s is %q, want %s", key, lines[key], want)
				}
			}
		})
	}
}

// What others use first and what comes after it is what both use together.
func TestAfterOthersABillIsTheRestOfTheSum(t *testing.T) {
	none, legacy := latestBook(t), latestBook(t).Granting(pricing.LegacyFree)
	keys := none.Keys("us-east-1")
	rapid.Check(t, func(t *rapid.T) {
		book := rapid.SampledFrom([]*pricing.Book{none, legacy}).Draw(t, "book")
		key := rapid.SampledFrom(keys).Draw(t, "key")
		used := pricing.Whole(rapid.Int64Range(0, 30_000_000_000).Draw(t, "used"))
		more := pricing.Whole(rapid.Int64Range(0, 30_000_000_000).Draw(t, "more"))
		w := &pricing.Workload{Region: "us-east-1", Account: &pricing.Account{AlreadyUsed: pricing.AlreadyUsed{key: used}}}
		before, err := book.Rate(w.Region, key)
		after, err2 := book.For(w).For(w).Rate(w.Region, key)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if sum := before.Cost(used).Add(after.Cost(more)); sum.Cmp(before.Cost(used.Add(more))) != 0 {
			t.Errorf("%s: %s after %s cost %s, so that both cost %s, and together %s", key, more, used, after.Cost(more).Text(9), sum.Text(9), before.Cost(used.Add(more)).Text(9))
		}
	})
}

func TestCurvesBeginBehindWhatIsUsed(t *testing.T) {
	b := latestBook(t).Granting(pricing.AlwaysFree)
	w := example(t, "late-in-the-month")
	for _, d := range w.Able() {
		curve, bill := costs(t, b.For(w), w, axis(t, "requests"), d)
		for _, n := range []int64{1, 100_000, 1_000_000, 49_999_999, 50_000_001, 3_000_000_000, 40_000_000_000} {
			if drawn, billed := curve(pricing.Whole(n)), bill(pricing.Whole(n)); drawn.Cmp(billed) != 0 {
				t.Errorf("%s, %d requests: the curve has %s, the bill %s", d.Name, n, drawn.Text(9), billed.Text(9))
			}
		}
	}
	bends(t, b.For(w), w)
}

// sayings are what a bill must say of an architecture.
func TestABillSaysWhatTheAccountHasToDoWithIt(t *testing.T) {
	for name, want := range map[string]string{
		"late-in-the-month": "the bill begins behind what is already_used this month",
		"savings-plan":      "the savings plan is taken as stated (12 % off Lambda, 20 % off Fargate), for 80 % of that compute",
	} {
		bill, _ := billed(t, example(t, name), "function-url", "")
		if !slices.ContainsFunc(bill.Warnings, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("%s: %q does not say %q", name, bill.Warnings, want)
		}
	}
}

func TestTheUnknownPriceOfAWebFunctionIsSaid(t *testing.T) {
	d, err := pricing.DoorNamed("lambda-web")
	if err != nil {
		t.Fatal(err)
	}
	if reasons := d.RuledOut(example(t, "cached")); len(reasons) != 1 || !strings.Contains(reasons[0], "its price is unknown: no published source was found") {
		t.Error(reasons)
	}
	w := example(t, "web-function")
	w.Account = nil
	c, err := latestBook(t).Compare(w)
	if err != nil || len(c.Unpriced) != 1 || c.Unpriced[0].Name != d.Name || len(c.Unpriced[0].Unknown) != 4 {
		t.Errorf("%v, %+v", err, c.Unpriced)
	}
	for want, change := range map[string]func(*pricing.Workload){
		"its environments are arm64, and the function is x86_64": func(w *pricing.Workload) { w.Function.Architecture = "x86_64" },
		"it has no provisioned environments":                     func(w *pricing.Workload) { w.Function.Provisioned.Environments = exactly(1, 1) },
		"it has no waf":                                          func(w *pricing.Workload) { w.WAF.ACLs = 1 },
		"an invocation of 901 s exceeds 900 s, the longest that this front door waits for a response": func(w *pricing.Workload) { w.Function.Duration = always(901_000) },
	} {
		w := example(t, "web-function")
		change(w)
		if reasons := d.RuledOut(w); !slices.Contains(reasons, want) {
			t.Errorf("%q, want %q", reasons, want)
		}
	}
}
