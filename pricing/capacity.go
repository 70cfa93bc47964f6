package pricing

import (
	"fmt"
	"strings"
)

// ALBCapacity are LCU-hours: in each hour the largest of four measures.
// Balancers with function invocations behind them have the byte quota of
// Lambda targets.
var ALBCapacity = metered("alb.lcu", "Load balancer capacity", LCUHours, readCapacity)

func readCapacity(t Traffic) Reading {
	hours := t.month()
	if t.LCUs.Quantity.Sign() > 0 {
		q := t.LCUs.Quantity.Mul(hours.Quantity)
		return Reading{
			Quantity: q, Basis: weakest(t.LCUs.Basis, hours.Basis),
			Derivation: derivation("%s LCUs, as stated, × %s hours = %s LCU-hours", t.LCUs.Quantity, hours.Quantity, q),
		}
	}
	if t.Requests.Quantity.Sign() == 0 && t.Connections.Quantity.Sign() == 0 && t.Pool.Quantity.Sign() == 0 {
		return Reading{}
	}
	r := Reading{Basis: weakest(hours.Basis, t.Requests.Basis, t.Connections.Basis, t.Pool.Basis,
		t.ConnectionSeconds.Basis, t.size(requestSize).basis, t.size(responseSize).basis)}
	if len(t.Profile) == 0 {
		top, terms := largest(t, Whole(1))
		r.Quantity = top.Mul(hours.Quantity)
		r.Caveat = "load balancer capacity assumes a flat month: AWS bills the largest measure of each hour, so peaks cost more"
		r.Derivation = terms() + derivation("the largest, %s LCU × %s hours = %s LCU-hours", top, hours.Quantity, r.Quantity)
		return r
	}
	var steps []string
	for i, level := range t.Profile {
		top, terms := largest(t, level.Factor)
		span := hours.Quantity.Mul(level.Share)
		r.Quantity = r.Quantity.Add(top.Mul(span))
		if i >= levelsShown {
			continue
		}
		steps = append(steps, derivation("%s hours at %s × the mean traffic: %sthe largest, %s LCU", span, level.Factor, terms(), top))
	}
	if more := len(t.Profile) - levelsShown; more > 0 {
		steps = append(steps, fmt.Sprintf("and %d more levels likewise", more))
	}
	r.Derivation = strings.Join(steps, "; ") + "; hours × LCU, summed = " + Figure(r.Quantity) + " LCU-hours"
	return r
}

// levelsShown is how many levels of a profile a derivation spells out.
const levelsShown = 3

// largest returns the LCUs of an hour with some multiple of the mean traffic,
// and the way to them.
func largest(t Traffic, factor Quantity) (top Quantity, how func() string) {
	terms := lcuTerms(t, factor)
	top = terms[0].lcu
	for _, term := range terms {
		if term.lcu.Cmp(top) > 0 {
			top = term.lcu
		}
	}
	return top, func() (ways string) {
		for _, term := range terms {
			ways += term.how() + "; "
		}
		return ways
	}
}

// A term is one of the measures whose largest is the LCUs of an hour.
type term struct {
	lcu Quantity
	how func() string
}

// lcuTerms returns the four measures of an hour with factor times the mean
// traffic. Connections that arrive at some rate and live for some seconds are,
// in the mean, rate × seconds open at a time (Little's law).
func lcuTerms(t Traffic, factor Quantity) [4]term {
	hours := t.month().Quantity
	perHour := func(q Quantity) Quantity { return q.Mul(factor).Div(hours) }
	perSecond := func(q Quantity) Quantity { return perHour(q).Div(Whole(3600)) }
	opened, arriving := perSecond(t.Connections.Quantity), perSecond(t.Requests.Quantity)
	open := opened.Mul(t.ConnectionSeconds.Quantity).Add(t.Pool.Quantity)
	size := t.size(requestSize).mean.Add(t.size(responseSize).mean)
	bytes, messages := size.Mul(t.Requests.Quantity), ""
	if t.CarriesMessages {
		each := t.MessageBytes.Mean()
		bytes = bytes.Add(t.Messages.Quantity.Mul(each))
		messages = derivation(" + %s messages × %s bytes", t.Messages.Quantity, each)
	}
	gb := perHour(bytes).Div(Whole(1_000_000_000))
	quota, where := Whole(1), ""
	if t.Invocations.Quantity.Sign() > 0 {
		quota, where = Ratio(lcuLambdaBytes, lcuBytes), " to Lambda"
	}
	active := Whole(lcuActive)
	if t.MutualTLS {
		active = Whole(lcuMutual)
	}
	counted := Whole(max(0, t.Rules-lcuFreeRules))
	rules := arriving.Mul(counted)
	times := ""
	if factor.Cmp(Whole(1)) != 0 {
		times = " × " + Figure(factor)
	}
	return [4]term{
		lcu(opened, Whole(lcuConnections), "%s new connections ÷ %s h ÷ 3,600"+times+" = %s/s",
			t.Connections.Quantity, hours, opened),
		lcu(open, active, "%s = %s open connections", openWay(t, opened), open),
		lcu(gb, quota, "%s requests × %s bytes%s ÷ %s h"+times+" = %s GB/h"+where,
			t.Requests.Quantity, size, messages, hours, gb),
		lcu(rules, Whole(lcuRules), "%s requests/s × %s rules beyond 10 = %s rule evaluations/s",
			arriving, counted, rules),
	}
}

// openWay is the way to the connections that are open at a time.
func openWay(t Traffic, opened Quantity) string {
	way := derivation("%s/s × %s s", opened, t.ConnectionSeconds.Quantity)
	if t.Pool.Quantity.Sign() > 0 {
		way += derivation(" + %s kept", t.Pool.Quantity)
	}
	return way
}

func lcu(use, quota Quantity, way string, steps ...any) term {
	n := use.Div(quota)
	return term{n, func() string { return derivation(way+", ÷ %s = %s LCU", append(steps, quota, n)...) }}
}
