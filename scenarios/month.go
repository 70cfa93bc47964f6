package scenarios

import (
	"fmt"
	"math"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

// IsScenario says whether a file is a scenario: it has targets, as no other document does.
func IsScenario(file string, data []byte) bool {
	return document.Open(file, data, document.Options{Recorded: true}).Key("targets") != nil
}

// MonthBill is what the month that the scenario states costs at a target, by what is
// known before a run: the requests and the function's memory. The bill is the likely
// one, and a note says how far guesses leave it open, and what would close that.
func (p *Plan) MonthBill(target int, book *pricing.Book) (pricing.Bill, error) {
	t := p.Scenario.Targets[target]
	book = p.Scenario.Book(book)
	price := func(g guess) (pricing.Bill, error) {
		return book.Price(p.Scenario.BillRegion(t), pricing.Measure(t.Door().Billed, p.monthAt(target, g)))
	}
	low, err := price(lowGuess)
	if err != nil {
		return low, err
	}
	high, err := price(highGuess)
	if err != nil {
		return high, err
	}
	bill, err := price(likelyGuess)
	bill.Warnings = append(bill.Warnings, fmt.Sprintf("nothing was measured yet: the response's size%s are guesses, and this month may cost %v to %v; tollgate run %s measures them, and tollgate price bills the run",
		workText(t), low.Month, high.Month, p.Scenario.File))
	if note := t.Door().Experimental; note != "" {
		bill.Warnings = append(bill.Warnings, note)
	}
	if p.Scenario.BilledByDefault(t) {
		bill.Warnings = append(bill.Warnings, fmt.Sprintf("the lab is in no region and the scenario names none: these are the prices of %s", bill.Region))
	}
	return bill, err
}

// workText is what is guessed of a function, if there is one behind the target.
func workText(t targets.Target) string {
	if t.Door().HasFunction() {
		return " and the function's time"
	}
	return " and the work behind the front door"
}

// monthRequests is how many requests the stated month has at a target. Those of flows are a
// guess, as everything is that a plan says of conditions and repeats.
func (p *Plan) monthRequests(target int, g guess) int64 {
	stated := p.Scenario.Pricing
	if stated.FlowsPerMonth == 0 {
		return stated.RequestsPerMonth
	}
	var flows, sent float64
	for i := range p.Populations {
		one := &p.Populations[i]
		if each := g.requests(extentOf(one.Flows, toTarget)); each > 0 && one.sends(target) {
			n := float64(one.guessed(g))
			flows, sent = flows+n/each, sent+n
		}
	}
	if flows == 0 {
		return stated.FlowsPerMonth
	}
	return max(1, int64(math.Round(float64(stated.FlowsPerMonth)*sent/flows)))
}

// monthSource is where what a scenario states of a month comes from.
const monthSource = "the scenario's pricing"

// monthAt is a month at a target by a guess. Connections are left to what is assumed of
// them where the scenario states none.
func (p *Plan) monthAt(target int, g guess) pricing.Traffic {
	t := p.Scenario.Targets[target]
	const source = monthSource
	pricingOf := p.Scenario.Pricing
	stated := func(q pricing.Quantity) pricing.Amount {
		return pricing.Amount{Quantity: q, Basis: pricing.Stated, Source: source}
	}
	month := p.traffic(target, g)
	n := pricing.Whole(p.monthRequests(target, g))
	if t.Kind.OnlyMessages {
		month = p.monthOfMessages(month, target, n, g)
		month.Requests, month.Hours = stated(n), stated(pricing.Whole(pricingOf.HoursPerMonth))
		return month
	}
	month.Requests, month.Hours = p.withPreflights(target, g, stated(n)), stated(pricing.Whole(pricingOf.HoursPerMonth))
	atEdge(t, &month)
	month.Connections = pricing.Amount{}
	switch per := t.Client.PerConnection(); {
	case t.Client.Fresh:
		month.Connections = pricing.Amount{Quantity: n, Basis: pricing.Stated, Source: "the scenario's keepalive: false"}
	case per > 0:
		month.Connections = pricing.Amount{Quantity: n.Div(pricing.Whole(int64(per))), Basis: pricing.Stated, Source: "the scenario's requests_per_connection"}
	default:
		month.ConnectionSeconds = pricing.Amount{}
	}
	if !t.Door().HasFunction() {
		return month
	}
	month.Called = p.called(target, stated(n), g)
	n = n.Mul(p.invoking(target))
	month.Invocations = stated(n)
	month.ColdStarts = pricing.Amount{Quantity: n.Mul(pricing.Ratio(g.cold, 1000)), Basis: pricing.Assumed, Source: "guess before the run"}
	if share, err := pricing.ParseQuantity(pricingOf.ColdShare); err == nil {
		month.ColdStarts = stated(n.Mul(share))
	}
	if pricingOf.Init > 0 {
		month.Init = pricing.Point(pricingOf.Init.Microseconds(), pricing.Stated, source)
	}
	return month
}
