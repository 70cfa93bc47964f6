package books

import (
	"strings"
	"testing"

	"tollgate/pricing"
)

func stated(n int64) pricing.Amount {
	return pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Stated}
}

func point(n int64) pricing.Dist { return pricing.Point(n, pricing.Stated, "") }

func list(ds ...pricing.Dimension) []pricing.Dimension { return ds }

// function is traffic of a function: µs of one invocation, MB of memory.
func function(invocations, µs, mb int64) pricing.Traffic {
	return pricing.Traffic{Requests: stated(invocations), Invocations: stated(invocations), Duration: point(µs), MemoryMB: mb}
}

// api is traffic of a door with so many requests a month, and as many invocations.
func api(requests int64) pricing.Traffic {
	return pricing.Traffic{Requests: stated(requests), Invocations: stated(requests)}
}

func with(t pricing.Traffic, change func(*pricing.Traffic)) pricing.Traffic {
	change(&t)
	return t
}

const (
	million = 1_000_000
	billion = 1_000_000_000
	day     = 86_400
)

var (
	rest     = list(pricing.RESTRequests, pricing.RESTCacheHours, pricing.LambdaRequests)
	http     = list(pricing.HTTPRequests, pricing.LambdaRequests)
	balancer = list(pricing.ALBHours, pricing.ALBCapacity, pricing.ALBAddresses)
	socket   = list(pricing.WebSocketMessages, pricing.WebSocketMinutes)
	lambda   = list(pricing.LambdaRequests, pricing.LambdaDuration)

	provisioned = append(lambda[:2:2], pricing.ProvisionedConcurrency, pricing.ProvisionedDuration)
)

// fiveASecond is AWS's load balancer example: one new connection a second that
// lives two minutes, five requests and 300 KB a second, 60 rules, 30 days.
func fiveASecond() pricing.Traffic {
	return pricing.Traffic{
		Requests: stated(5 * 30 * day), Connections: stated(30 * day), ConnectionSeconds: stated(120),
		ResponseBytes: point(60_000), Rules: 60, Hours: stated(720),
	}
}

// golden are published examples, priced by the embedded book.
var golden = []struct {
	name    string
	source  string
	billed  []pricing.Dimension
	traffic pricing.Traffic
	free    pricing.FreeTier
	lines   string // cents, in order
	month   string
}{
	{
		"REST: 5 M calls with responses of 3 KB", "AWS API Gateway pricing page, example, read 2026-08-10",
		list(pricing.RESTRequests, pricing.DataOut),
		pricing.Traffic{Requests: stated(5 * million), ResponseBytes: point(3 << 10)},
		pricing.NoFreeTier, "$17.50 $1.29", "$18.79",
	},
	{
		"REST: 15 B calls over three tiers", "AWS API Gateway pricing page, example, read 2026-08-10: 1,165.50 + 1,867.60 + 33,320.00",
		rest,
		pricing.Traffic{Requests: stated(15 * billion)},
		pricing.NoFreeTier, "$36,353.10", "$36,353.10",
	},
	{
		"REST: a cache of 1.6 GB for a day", "AWS API Gateway pricing page, example: $0.912 a day",
		rest,
		pricing.Traffic{CacheGB: "1.6", Hours: stated(24)},
		pricing.NoFreeTier, "$0.91", "$0.91",
	},
	{
		"REST: the same for 720 hours", "AWS API Gateway pricing page, example × 30",
		rest,
		pricing.Traffic{CacheGB: "1.6", Hours: stated(720)},
		pricing.NoFreeTier, "$27.36", "$27.36",
	},
	{
		"REST: the same for 730 hours", "AWS API Gateway pricing page, example at 730 h",
		rest,
		pricing.Traffic{CacheGB: "1.6"},
		pricing.NoFreeTier, "$27.74", "$27.74",
	},
	{
		"REST: a cache of 0.5 GB for a month", "infracost golden file: $14.60",
		rest,
		pricing.Traffic{CacheGB: "0.5"},
		pricing.NoFreeTier, "$14.60", "$14.60",
	},
	{
		"REST: a cache of 237 GB for a month", "infracost golden file: $2,774.00",
		rest,
		pricing.Traffic{CacheGB: "237"},
		pricing.NoFreeTier, "$2,774.00", "$2,774.00",
	},
	{
		"HTTP: 432 M metered requests", "AWS API Gateway pricing page: 300 M × $1.00 + 132 M × $0.90, read 2026-09-20",
		http,
		pricing.Traffic{Requests: stated(432 * million), ResponseBytes: point(100)},
		pricing.NoFreeTier, "$418.80", "$418.80",
	},
	{
		"HTTP: 216 M calls just over 512 KB are the same", "AWS API Gateway pricing page, the example's probable scenario",
		http,
		pricing.Traffic{Requests: stated(216 * million), ResponseBytes: point(513 << 10)},
		pricing.NoFreeTier, "$418.80", "$418.80",
	},
	{
		"WebSocket: 1.5 B messages and 10 M connection minutes", "infracost golden file: 1,000.00 + 400.00 + 2.50",
		socket,
		pricing.Traffic{Messages: stated(1500 * million), MessageBytes: point(32 << 10), Sockets: stated(10 * million), SocketSeconds: stated(60)},
		pricing.NoFreeTier, "$1,400.00 $2.50", "$1,402.50",
	},
	{
		"WebSocket: a message of 33 KB is two", "AWS API Gateway pricing page",
		socket,
		pricing.Traffic{Messages: stated(million), MessageBytes: point(33 << 10)},
		pricing.NoFreeTier, "$2.00", "$2.00",
	},
	{
		"WebSocket: 1,000 users connected for 8 hours on 30 days", "a blog's arithmetic: 14.4 M minutes",
		socket,
		pricing.Traffic{Sockets: stated(30_000), SocketSeconds: stated(8 * 3600)},
		pricing.NoFreeTier, "$3.60", "$3.60",
	},
	{
		"WAF: an ACL with 16 rules and two groups, 1 M requests", "infracost golden file: 5 + 16 + 1 + 1 + 0.60",
		list(pricing.WAFACLs, pricing.WAFRules, pricing.WAFRequests),
		pricing.Traffic{Requests: stated(million), WebACLs: 1, WebACLRules: 18},
		pricing.NoFreeTier, "$5.00 $18.00 $0.60", "$23.60",
	},
	{
		"ALB: one connection, five requests, 300 KB a second", "AWS Elastic Load Balancing pricing page, example: 1.08 LCU",
		balancer, fiveASecond(),
		pricing.NoFreeTier, "$16.20 $6.22", "$22.42",
	},
	{
		"ALB: the same with a Lambda target", "AWS Elastic Load Balancing pricing page, 0.4 GB per LCU: 2.7 LCU",
		balancer, with(fiveASecond(), func(t *pricing.Traffic) { t.Invocations = t.Requests }),
		pricing.NoFreeTier, "$16.20 $15.55", "$31.75",
	},
	{
		"ALB: 100 connections a second of three minutes, four requests and 1,000 KB a second, 20 rules", "AWS Elastic Load Balancing pricing page, second example: 4, 6, 3.6 and 0.04 LCU; $0.0705 an hour",
		balancer,
		pricing.Traffic{
			Requests: stated(4 * 30 * day), Connections: stated(100 * 30 * day), ConnectionSeconds: stated(180),
			ResponseBytes: point(250_000), Rules: 20, Hours: stated(720),
		},
		pricing.NoFreeTier, "$16.20 $34.56", "$50.76",
	},
	{
		"ALB: 10,000 new connections a second", "AWS's rule of 25 a second: 400 LCU × 730 h × $0.008; infracost's golden file has $8.00, 292 times too low",
		list(pricing.ALBCapacity),
		pricing.Traffic{Requests: stated(1), Connections: stated(10_000 * 730 * 3600)},
		pricing.NoFreeTier, "$2,336.00", "$2,336.00",
	},
	{
		"Lambda: mobile backend, 3 M × 120 ms at 1,536 MB, free tier", "AWS Lambda pricing page, example",
		lambda, function(3*million, 120_000, 1536),
		pricing.AlwaysFree, "$0.40 $2.33", "$2.73",
	},
	{
		"Lambda: 61.44 B GB-seconds on x86 over three tiers", "infracost golden file: 100,000.20 + 135,000.00 + 619,203.10",
		list(pricing.LambdaDuration), function(61_440*million, million, 1024),
		pricing.NoFreeTier, "$854,203.30", "$854,203.30",
	},
	{
		"Lambda: 1,000 provisioned for 2 hours at 1,024 MB, 1.2 M executions of 1 s", "AWS Lambda pricing page, example: 30.00 + 11.67 + 0.24",
		provisioned,
		with(function(1_200_000, million, 1024), func(t *pricing.Traffic) {
			t.Provisioned, t.ProvisionedHours, t.ProvisionedInvocations = stated(1000), stated(2), t.Invocations
		}),
		pricing.NoFreeTier, "$0.24 $30.00 $11.67", "$41.91",
	},
	{
		"Lambda: 9 M GB-seconds provisioned and 1.75 M used on arm64", "infracost golden file: 30.00 + 13.61",
		list(pricing.ProvisionedConcurrency, pricing.ProvisionedDuration),
		with(function(1_750_000, million, 1024), func(t *pricing.Traffic) {
			t.Architecture, t.Provisioned, t.ProvisionedHours, t.ProvisionedInvocations = "arm64", stated(25), stated(100), t.Invocations
		}),
		pricing.NoFreeTier, "$30.00 $13.61", "$43.61",
	},
	{
		"ALB: mutual TLS", "AWS Elastic Load Balancing pricing page: 1,500 open connections an LCU; a trust store at $0.0056 an hour",
		append(balancer[:3:3], pricing.ALBTrustStores),
		pricing.Traffic{Requests: stated(1), Pool: stated(3000), MutualTLS: true, Hours: stated(720)},
		pricing.NoFreeTier, "$16.20 $11.52 $4.03", "$31.75",
	},
	{
		"Fargate: 2 vCPU and 4 GB for 730 hours", "infracost golden file: 59.10 + 12.98",
		list(pricing.FargateVCPU, pricing.FargateMemory),
		pricing.Traffic{Containers: pricing.Containers{Tasks: stated(1), VCPU: pricing.Whole(2), MemoryGB: pricing.Whole(4)}},
		pricing.NoFreeTier, "$59.10 $12.98", "$72.08",
	},
	{
		"CloudWatch: 40 series read each minute of an hour", "$0.01 per 1,000 metrics requested: $0.024",
		list(pricing.MetricsRead),
		pricing.Traffic{Watching: pricing.Watching{MetricsRead: stated(2400)}},
		pricing.LegacyFree, "$0.02", "$0.02",
	},
	{
		"CloudFront: 1 TB and 10 M requests are free, the rest is not", "AWS CloudFront pricing page: 1 TB and 10 M requests free; infracost golden files",
		list(pricing.CloudFrontRequests, pricing.CloudFrontTransfer),
		pricing.Traffic{Requests: stated(20 * million), ResponseBytes: point(1 << 20), Edge: pricing.Edge{Viewers: pricing.ViewersIn("us")}},
		pricing.AlwaysFree, "$10.00 $1,531.78", "$1,541.78", // 10,240 GB × 0.085 + 8,267.25 GB × 0.080
	},
	{
		"CloudFront: 12,340 paths are invalidated, of which 1,000 are free", "infracost golden file: $56.70 for 11,340 paths",
		list(pricing.CloudFrontInvalidations),
		pricing.Traffic{Edge: pricing.Edge{Paths: 12_340}},
		pricing.AlwaysFree, "$56.70", "$56.70",
	},
	{
		"CloudFront: 50 TB go to Australia", "infracost golden file: $1,167.36 for 10,240 GB and $4,014.08 for 40,960 GB",
		list(pricing.CloudFrontTransfer),
		pricing.Traffic{Requests: stated(51_200), ResponseBytes: point(1 << 30), Edge: pricing.Edge{Viewers: pricing.ViewersIn("australia")}},
		pricing.NoFreeTier, "$5,181.44", "$5,181.44",
	},
	{
		"CloudFront: 4,234 GB go to an origin from South America", "infracost golden file: $529.25",
		list(pricing.CloudFrontOrigin),
		pricing.Traffic{Requests: stated(4234), RequestBytes: point(1 << 30), Edge: pricing.Edge{Viewers: pricing.ViewersIn("south-america"), Misses: stated(4234)}},
		pricing.NoFreeTier, "$529.25", "$529.25",
	},
	{
		"CloudFront: 100 M requests from India", "infracost golden file: $0.0120 per 10 k",
		list(pricing.CloudFrontRequests),
		pricing.Traffic{Requests: stated(100 * million), Edge: pricing.Edge{Viewers: pricing.ViewersIn("india")}},
		pricing.NoFreeTier, "$120.00", "$120.00",
	},
	{
		"Transfer: 10 TB and 1 GB more", "infracost golden file: 10,240 GB × $0.09, then $0.085",
		list(pricing.DataOut),
		pricing.Traffic{Requests: stated(10_241), ResponseBytes: point(1 << 30)},
		pricing.NoFreeTier, "$921.69", "$921.69",
	},
}

// claims are the examples of common guides. Where a guide is wrong, the row
// has the right value and its name says what the guide has.
var claims = []struct {
	name    string
	billed  []pricing.Dimension
	traffic pricing.Traffic
	lines   string
	month   string
}{
	{"REST: 1,000 requests a day for 30 days, which guides round to $0.12", rest, api(30_000), "$0.11 $0.01", "$0.11"},
	{"REST: 100,000 a month, requests only", rest, api(100_000), "$0.35 $0.02", "$0.37"},
	{"HTTP: 10 M a month, requests only", http, api(10 * million), "$10.00 $2.00", "$12.00"},
	{"REST: 10 M a month without a cache", rest, api(10 * million), "$35.00 $2.00", "$37.00"},
	{"REST: 10 M a month, 80 % from a cache of 0.5 GB for 720 h, at $0.020 and not the $0.025 of one guide", rest, with(api(10*million), func(t *pricing.Traffic) {
		t.CacheGB, t.Invocations, t.Hours = "0.5", stated(2*million), stated(720)
	}), "$35.00 $14.40 $0.40", "$49.80"},
	{"WebSocket: a chat of 1,000 users, always connected, 100 messages a day each, for 30 days", socket, pricing.Traffic{
		Sockets: stated(1000), SocketSeconds: stated(30 * day), Messages: stated(3 * million), MessageBytes: point(200),
	}, "$3.00 $10.80", "$13.80"},
	{"ALB: the base of a month, which guides give as $16", list(pricing.ALBHours), pricing.Traffic{}, "$16.43", "$16.43"},
	{"REST: a direct integration of another service has no Lambda cost", append(rest, pricing.LambdaDuration), pricing.Traffic{Requests: stated(million)}, "$3.50", "$3.50"},
	{"Lambda: 10 s at 1,024 MB", lambda, function(100_000, 10*million, 1024), "$0.02 $16.67", "$16.69"},
	{"Lambda: 2 s at 512 MB is a tenth of the duration, so 90 % are saved and not 80 %", lambda, function(100_000, 2*million, 512), "$0.02 $1.67", "$1.69"},
	{"Function URL: nothing but the function", append(lambda, pricing.DataOut), function(million, 100_000, 1024), "$0.20 $1.67", "$1.87"},
}

func TestPublishedExamplesToTheCent(t *testing.T) {
	for _, row := range golden {
		t.Run(row.name, func(t *testing.T) {
			check(t, latestBook(t).Granting(row.free), row.billed, row.traffic, row.lines, row.month)
			if t.Failed() {
				t.Log("source:", row.source)
			}
		})
	}
}

func TestExamplesOfCommonGuidesToTheCent(t *testing.T) {
	for _, row := range claims {
		t.Run(row.name, func(t *testing.T) {
			check(t, latestBook(t), row.billed, row.traffic, row.lines, row.month)
		})
	}
}

func check(t *testing.T, b *pricing.Book, billed []pricing.Dimension, tr pricing.Traffic, lines, month string) {
	t.Helper()
	bill, err := b.Price("us-east-1", pricing.Measure(billed, tr))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range bill.Lines {
		got = append(got, l.Cost.String())
	}
	if strings.Join(got, " ") != lines || bill.Month.String() != month {
		t.Errorf("lines %s, month %s; want %s, %s", strings.Join(got, " "), bill.Month, lines, month)
		for _, l := range bill.Lines {
			t.Log(l.Title, "—", l.Derivation)
		}
	}
}

func TestHTTPIsCheaperThanRESTByALittleMoreThanGuidesSay(t *testing.T) {
	price := func(key string) pricing.Money {
		r, err := latestBook(t).Rate("us-east-1", key)
		if err != nil {
			t.Fatal(err)
		}
		return r.Cost(pricing.Whole(million))
	}
	rest, http := price("apigateway.rest.requests"), price("apigateway.http.requests")
	saved := pricing.Quantity(rest.Sub(http)).Div(pricing.Quantity(rest)).Mul(pricing.Whole(100))
	if got := saved.Text(1); got != "71.4" {
		t.Errorf("an HTTP API is %s %% cheaper than a REST API, want 71.4 (guides say 70)", got)
	}
}
