package claims

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
)

// The guides' prices are those of US East, without free tiers.
const guidesRegion = "us-east-1"

const (
	million     = 1_000_000
	monthHours  = 720 // 30 days
	secondsADay = 86_400
)

// prices are what guides say that one unit costs.
var prices = []claim{
	price("rest", "a REST API costs $3.50 for a million requests", pricing.RESTRequests, "", million, "3.50", "for a million requests"),
	price("transfer", "data out costs $0.09 per GB", pricing.DataOut, "", 1, "0.09", "for a GB"),
	price("cache", "a cache of 0.5 GB costs $0.02 an hour", pricing.RESTCacheHours, "0.5", 1, "0.020", "an hour"),
	price("cache-other", "a cache of 0.5 GB costs $0.025 an hour", pricing.RESTCacheHours, "0.5", 1, "0.025", "an hour"),
	price("http", "an HTTP API costs $1.00 for a million requests", pricing.HTTPRequests, "", million, "1.00", "for a million requests"),
	{name: "price-http-cheaper", says: "an HTTP API is 70 % cheaper than a REST API", basis: listPrices, decide: httpCheaper},
	price("websocket-messages", "a WebSocket API costs $1.00 for a million messages", pricing.WebSocketMessages, "", million, "1.00", "for a million messages"),
	price("websocket-minutes", "a WebSocket API costs $0.25 for a million connection-minutes", pricing.WebSocketMinutes, "", million, "0.25", "for a million connection-minutes"),
	price("lambda-requests", "Lambda costs $0.20 for a million requests", pricing.LambdaRequests, "", million, "0.20", "for a million requests"),
	price("lambda-duration", "Lambda costs $0.0000166667 for a GB-second", pricing.LambdaDuration, "x86_64", 1, "0.0000166667", "for a GB-second"),
	{name: "price-balancer", says: "a load balancer costs $16 a month before its use", basis: listPrices, decide: example{
		billed: list(pricing.ALBHours), guides: "730 h × $0.0225 = $16.43", claimed: "16", decimals: 0,
		note: "rounded; LCUs, and public IPv4 addresses of an internet-facing one, come on top",
	}.decide},
}

var (
	restBill   = list(pricing.RESTRequests, pricing.RESTCacheHours, pricing.LambdaRequests)
	httpBill   = list(pricing.HTTPRequests, pricing.LambdaRequests)
	socketBill = list(pricing.WebSocketMessages, pricing.WebSocketMinutes)
)

// examples are the bills that guides compute.
var examples = []claim{
	{name: "bill-1000-a-day", says: "1000 requests a day at a REST API cost about $0.12 in 30 days", basis: listPrices, decide: example{
		billed: restBill, traffic: calls(30_000), guides: "$0.105 + $0.006 = about $0.12", claimed: "0.12", decimals: 2, differs: "the guide rounds each part up to a cent",
	}.decide},
	{name: "bill-100k", says: "100,000 requests a month at a REST API cost $0.37, requests only", basis: listPrices, decide: example{
		billed: restBill, traffic: calls(100_000), guides: "$0.35 + $0.02 = $0.37", claimed: "0.37", decimals: 2,
	}.decide},
	{name: "bill-10m-http", says: "10 million requests a month at an HTTP API cost $12.00, requests only", basis: listPrices, decide: example{
		billed: httpBill, traffic: calls(10 * million), guides: "$10.00 + $2.00 = $12.00", claimed: "12.00", decimals: 2,
	}.decide},
	{name: "bill-10m-cached", says: "10 million requests a month at a REST API with a cache of 0.5 GB and 80 % hits cost $49.80, requests only", basis: listPrices, decide: cachedBill},
	{name: "bill-chat", says: "a chat of 1000 users, always connected, with 100 messages a day each, costs $13.80 in 30 days", basis: listPrices, decide: example{
		billed: socketBill, guides: "43.2 million minutes $10.80 + 3 million messages $3.00 = $13.80", claimed: "13.80", decimals: 2, note: "clients reconnect every two hours, when connections end; the function behind it comes on top",
		traffic: pricing.Traffic{Sockets: stated(1000), SocketSeconds: stated(30 * secondsADay), Messages: stated(3 * million), MessageBytes: pricing.Point(200, pricing.Stated, "")},
	}.decide},
	{name: "balancer-above-10m", says: "a load balancer is cheaper above 10 million requests a month", basis: listPrices, decide: balancerBreaksEven},
	{name: "halved", says: "10 s at 1024 MB become 2 s at 512 MB: 80 % are saved", basis: listPrices, decide: halved},
	{name: "direct", says: "a direct integration of another service has no Lambda cost", basis: listPrices, decide: direct},
	{name: "cache-invocations", says: "a cache with 80 % hits saves 80 % of the invocations, at a fixed price by the hour", basis: listPrices, decide: fewerInvocations},
}

func list(ds ...pricing.Dimension) []pricing.Dimension { return ds }

func stated(n int64) pricing.Amount {
	return pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Stated}
}

// calls are so many requests a month, each of which invokes the function.
func calls(n int64) pricing.Traffic {
	return pricing.Traffic{Requests: stated(n), Invocations: stated(n)}
}

// book is the price list, without free tiers.
func (e *evidence) book() (*pricing.Book, answer, bool) {
	if e.Book == nil {
		return nil, unmet("there is no price book"), false
	}
	return e.Book.Granting(pricing.NoFreeTier), answer{}, true
}

func about(b *pricing.Book) string {
	return fmt.Sprintf("%s, %s, no free tier", b, guidesRegion)
}

// price is a claim about what n units of a dimension cost, in dollars; per is what
// they are in words.
func price(name, says string, d pricing.Dimension, variant string, n int64, claimed, per string) claim {
	return claim{name: "price-" + name, says: says, basis: listPrices, decide: func(e *evidence) answer {
		b, missing, ok := e.book()
		if !ok {
			return missing
		}
		rate, err := b.Rate(guidesRegion, d.Key(variant))
		want, wrong := pricing.ParseMoney(claimed)
		if err != nil || wrong != nil {
			return unmet(fmt.Sprint(err, wrong))
		}
		got := rate.Cost(pricing.Whole(n))
		a := answer{about: about(b), measured: "$" + trimmed(got) + " " + per, holds: "yes"}
		if got.Cmp(want) != 0 {
			a.holds, a.why = "no", "the list price is another"
		}
		return a
	}}
}

// trimmed is an amount with the digits that it has, two at least.
func trimmed(m pricing.Money) string {
	whole, digits, _ := strings.Cut(m.Text(12), ".")
	digits = strings.TrimRight(digits, "0")
	return whole + "." + digits + strings.Repeat("0", max(0, 2-len(digits)))
}

// An example is a month that guides price.
type example struct {
	billed   []pricing.Dimension
	traffic  pricing.Traffic
	guides   string // their arithmetic
	claimed  string // their sum in dollars
	decimals int    // that it is rounded to
	differs  string // why ours is another
	note     string // to a sum that is the same
}

func (x example) decide(e *evidence) answer {
	b, missing, ok := e.book()
	if !ok {
		return missing
	}
	bill, err := b.Price(guidesRegion, pricing.Measure(x.billed, x.traffic))
	if err != nil {
		return unmet(err.Error())
	}
	a := answer{about: about(b), measured: sum(bill), holds: "yes", why: "the guides: " + x.guides}
	note := x.note
	if bill.Month.Text(x.decimals) != x.claimed {
		a.holds, note = "no", x.differs
	}
	if note != "" {
		a.why += "; " + note
	}
	return a
}

// sum is a bill's arithmetic in one line.
func sum(b pricing.Bill) string {
	var lines []string
	for _, l := range b.Lines {
		lines = append(lines, l.Title+" $"+trimmed(l.Cost))
	}
	if len(lines) == 1 {
		return lines[0]
	}
	return fmt.Sprintf("$%s: %s", trimmed(b.Month), strings.Join(lines, " + "))
}

// cachedBill compares the guides' month with a cache with the one without.
func cachedBill(e *evidence) answer {
	t := calls(10 * million)
	without := example{billed: restBill, traffic: t, claimed: "37.00", decimals: 2}.decide(e)
	t.CacheGB, t.Invocations, t.Hours = "0.5", stated(2*million), stated(monthHours)
	a := example{billed: restBill, traffic: t, guides: "$35.00 + $14.40 + $0.40 = $49.80, against $37.00 without", claimed: "49.80", decimals: 2}.decide(e)
	if a.measured != "" {
		a.measured += "; without a cache " + without.measured
	}
	return both(a, without, a.measured, a.why).because(a.why)
}

func (a answer) because(why string) answer { a.why = why; return a }

// share is by how many percent b is less than a.
func share(a, b pricing.Money) pricing.Quantity {
	return pricing.Quantity(a.Sub(b)).Div(pricing.Quantity(a)).Mul(pricing.Whole(100))
}

func httpCheaper(e *evidence) answer {
	rest, http, at, missing, ok := e.twoBills(calls(million), list(pricing.RESTRequests), calls(million), list(pricing.HTTPRequests))
	if !ok {
		return missing
	}
	saved := share(rest, http).Text(1)
	a := answer{about: at, measured: fmt.Sprintf("%s %% ($%s instead of $%s for a million requests)", saved, trimmed(http), trimmed(rest)), holds: "yes", why: "the guides round; with small payloads, as an HTTP API meters in steps of 512 KB"}
	if !strings.HasPrefix(saved, "71.") && !strings.HasPrefix(saved, "70.") {
		a.holds, a.why = "no", "the list prices are others"
	}
	return a
}

// twoBills are what two months cost.
func (e *evidence) twoBills(t pricing.Traffic, billed []pricing.Dimension, u pricing.Traffic, also []pricing.Dimension) (first, second pricing.Money, at string, missing answer, ok bool) {
	b, missing, ok := e.book()
	if !ok {
		return first, second, "", missing, false
	}
	x, err := b.Price(guidesRegion, pricing.Measure(billed, t))
	if err != nil {
		return first, second, "", unmet(err.Error()), false
	}
	y, err := b.Price(guidesRegion, pricing.Measure(also, u))
	if err != nil {
		return first, second, "", unmet(err.Error()), false
	}
	return x.Month, y.Month, about(b), answer{}, true
}

// halved compares a function's duration before and after, which the price is of.
func halved(e *evidence) answer {
	function := func(us, mb int64) pricing.Traffic {
		t := calls(100_000)
		t.Duration, t.MemoryMB = pricing.Point(us, pricing.Stated, ""), mb
		return t
	}
	before, after, at, missing, ok := e.twoBills(function(10*million, 1024), list(pricing.LambdaDuration), function(2*million, 512), list(pricing.LambdaDuration))
	if !ok {
		return missing
	}
	saved := share(before, after).Text(1)
	a := answer{about: at, measured: fmt.Sprintf("%s %% are saved: $%s become $%s for the duration of 100,000 invocations", saved, trimmed(before), trimmed(after)), holds: "no", why: "the guides count the time alone: a fifth of the time at half of the memory is a tenth of the GB-seconds"}
	if saved == "80.0" {
		a.holds, a.why = "yes", ""
	}
	return a
}

// direct bills a REST API that calls another service: there is no line of Lambda's.
func direct(e *evidence) answer {
	b, missing, ok := e.book()
	if !ok {
		return missing
	}
	w := monthOf(million)
	w.Direct = true
	bill, err := b.Bill(w, pricing.RESTAPI)
	if err != nil {
		return unmet(err.Error())
	}
	a := answer{about: about(b), measured: sum(bill), holds: "yes", why: "what the other service charges comes on top"}
	if slices.ContainsFunc(bill.Lines, func(l pricing.Line) bool { return strings.HasPrefix(l.Dimension, "lambda.") }) {
		a.holds, a.why = "no", "Lambda is on the bill"
	}
	return a
}

// monthOf is a workload of so many requests with a function of 100 ms at 512 MB.
func monthOf(requests int64) *pricing.Workload {
	exactly := func(n int64) pricing.Range {
		return pricing.Range{Low: pricing.Whole(n), Likely: pricing.Whole(n), High: pricing.Whole(n)}
	}
	w := &pricing.Workload{Region: guidesRegion, Requests: exactly(requests)}
	w.Function.MemoryMB = 512
	w.Function.Duration.Range = exactly(100)
	return w
}

// fewerInvocations bills a month with a cache, and counts Lambda's requests.
func fewerInvocations(e *evidence) answer {
	b, missing, ok := e.book()
	if !ok {
		return missing
	}
	without, with := monthOf(10*million), monthOf(10*million)
	hits := pricing.Ratio(8, 10)
	with.Cache = pricing.CacheUse{GB: "0.5", Hits: pricing.Range{Low: hits, Likely: hits, High: hits}}
	before, after := pricing.RESTAPI.Traffic(without), pricing.RESTAPI.Traffic(with)
	bill, err := b.Bill(with, pricing.RESTAPI)
	plain, wrong := b.Bill(without, pricing.RESTAPI)
	if err != nil || wrong != nil {
		return unmet(fmt.Sprint(err, wrong))
	}
	saved := share(pricing.Money(before.Invocations.Quantity), pricing.Money(after.Invocations.Quantity)).Text(0)
	a := answer{
		about:    about(b) + ", a function of 100 ms at 512 MB",
		measured: fmt.Sprintf("%s %% fewer invocations; the month costs $%s with the cache and $%s without", saved, bill.Month.Text(2), plain.Month.Text(2)),
		holds:    "yes", why: "whether the cache pays for itself depends on the function: see the probe cache",
	}
	if saved != "80" {
		a.holds = "no"
	}
	return a
}

// balancerBreaksEven finds from how many requests a load balancer is cheaper: with
// payloads of 1,000 bytes and reused connections, without the function, which costs
// the same behind all of them.
func balancerBreaksEven(e *evidence) answer {
	b, missing, ok := e.book()
	if !ok {
		return missing
	}
	var texts []string
	one := ""
	single := true
	for _, zones := range []int64{0, 2} {
		for _, api := range []struct {
			title  string
			billed []pricing.Dimension
		}{{"a REST API", list(pricing.RESTRequests)}, {"an HTTP API", list(pricing.HTTPRequests)}} {
			at, err := breakEven(b, api.billed, zones)
			if err != nil {
				return unmet(err.Error())
			}
			if single = single && (one == "" || one == at); one == "" {
				one = at
			}
			what := map[int64]string{0: "an internal one", 2: "an internet-facing one in two zones"}[zones]
			texts = append(texts, fmt.Sprintf("%s from %s million on against %s", what, at, api.title))
		}
	}
	a := answer{about: about(b) + ", payloads of 1,000 bytes, reused connections", measured: strings.Join(texts, "; "), holds: "no", why: "no single number: it depends on the other front door, on public IPv4 addresses, on payloads and on connections (tollgate price --map)"}
	if single && one == "10.0" {
		a.holds, a.why = "yes", ""
	}
	return a
}

// breakEven is from how many million requests a month a load balancer is cheaper.
func breakEven(b *pricing.Book, api []pricing.Dimension, zones int64) (string, error) {
	t := calls(million)
	t.Zones, t.Connections, t.ConnectionSeconds = zones, stated(100), stated(60)
	t.RequestBytes, t.ResponseBytes = pricing.Point(300, pricing.Stated, ""), pricing.Point(700, pricing.Stated, "")
	var curves []pricing.Curve
	for _, billed := range [][]pricing.Dimension{api, list(pricing.ALBHours, pricing.ALBCapacity, pricing.ALBAddresses)} {
		c, err := b.Curve(guidesRegion, pricing.Candidate{Name: fmt.Sprint(len(curves)), Billed: billed, Traffic: t})
		if err != nil {
			return "", err
		}
		curves = append(curves, c)
	}
	for _, c := range pricing.BreakEvens(curves, pricing.Quantity{}, pricing.MostRequests) {
		if c.After == "1" {
			return c.Requests.Div(pricing.Whole(million)).Text(1), nil
		}
	}
	return "", fmt.Errorf("there is no number of requests from which a load balancer is cheaper")
}
