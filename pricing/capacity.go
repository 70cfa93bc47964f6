package pricing

import (
	"fmt"
	"strings"
)

// ALBCapacity are LCU-hours: in each hour the largest of four measures.
// Balancers with function invocations behind them have the byte quota of
// Lambda targets.
var ALBCapacity = metered("alb.lcu", "Load balancer capacity", LCUHours, func(t Traffic) Reading { return readCapacity(t, t.albUnit()) })

// A capacityUnit is what one LCU of a load balancer holds.
type capacityUnit struct {
	name                    string
	connections, active, gb Quantity
	rules                   Quantity // evaluations a second; zero: none are counted
	gbHow                   string   // in words, why gb is less
}

func (t Traffic) albUnit() capacityUnit {
	u := capacityUnit{name: "LCU", connections: Whole(lcuConnections), active: Whole(lcuActive), gb: Whole(1), rules: Whole(lcuRules)}
	if t.MutualTLS {
		u.active = Whole(lcuMutual)
	}
	if t.Invocations.Quantity.Sign() > 0 {
		u.gb, u.gbHow = Ratio(lcuLambdaBytes, lcuBytes), " to Lambda"
	}
	return u
}

func readCapacity(t Traffic, u capacityUnit) Reading {
	hours := t.month()
	if t.LCUs.Quantity.Sign() > 0 {
		q := t.LCUs.Quantity.Mul(hours.Quantity)
		return Reading{
			Quantity: q, Basis: weakest(t.LCUs.Basis, hours.Basis),
			Derivation: derivation("%s "+u.name+"s, as stated, × %s hours = %s "+u.name+"-hours", t.LCUs.Quantity, hours.Quantity, q),
		}
	}
	if t.Requests.Quantity.Sign() == 0 && t.Connections.Quantity.Sign() == 0 && t.Pool.Quantity.Sign() == 0 {
		return Reading{}
	}
	m := t.measures(u)
	r := Reading{Basis: weakest(hours.Basis, t.Requests.Basis, t.Connections.Basis, t.Pool.Basis, t.ConnectionSeconds.Basis, m.basis)}
	if len(t.Profile) == 0 {
		top := m.largest(Whole(1))
		r.Quantity = top.Mul(hours.Quantity)
		r.Caveat = "load balancer capacity assumes a flat month: AWS bills the largest measure of each hour, so peaks cost more"
		r.Derivation = m.terms(Whole(1)) + derivation("the largest, %s "+u.name+" × %s hours = %s "+u.name+"-hours", top, hours.Quantity, r.Quantity)
		return r
	}
	var steps []string
	for i, level := range t.Profile {
		top, span := m.largest(level.Factor), hours.Quantity.Mul(level.Share)
		r.Quantity = r.Quantity.Add(top.Mul(span))
		if i < levelsShown {
			steps = append(steps, derivation("%s hours at %s × the mean traffic: %sthe largest, %s "+u.name, span, level.Factor, m.terms(level.Factor), top))
		}
	}
	if more := len(t.Profile) - levelsShown; more > 0 {
		steps = append(steps, fmt.Sprintf("and %d more levels likewise", more))
	}
	r.Derivation = strings.Join(steps, "; ") + "; hours × " + u.name + ", summed = " + Figure(r.Quantity) + " " + u.name + "-hours"
	return r
}

// levelsShown is how many levels of a profile a derivation spells out.
const levelsShown = 3

// measures are the four whose largest is the LCUs of an hour, at the mean traffic of the
// month. All grow with the traffic of an hour, but for connections that are kept.
//
// Connections that arrive at some rate and live for some seconds are, in the mean,
// rate × seconds open at a time (Little's law).
type measures struct {
	of       Traffic
	unit     capacityUnit
	basis    Basis // of the sizes
	opened   Quantity
	size     Quantity // of a request and its response
	gb       Quantity // an hour
	messages string   // in words, what they add to the bytes
	arriving Quantity
	rules    Quantity // evaluations a second

	steepest Quantity // LCUs of the largest measure without open connections
	open     Quantity // LCUs of open connections, but for those kept
	kept     Quantity // LCUs of these
}

func (t Traffic) measures(u capacityUnit) measures {
	hours := t.month().Quantity
	perHour := func(q Quantity) Quantity { return q.Div(hours) }
	perSecond := func(q Quantity) Quantity { return perHour(q).Div(Whole(3600)) }
	in, out := t.size(requestSize), t.size(responseSize)
	m := measures{
		of: t, unit: u, basis: weakest(in.basis, out.basis), size: in.mean.Add(out.mean),
		opened: perSecond(t.Connections.Quantity), arriving: perSecond(t.Requests.Quantity),
	}
	bytes := m.size.Mul(t.Requests.Quantity)
	if t.CarriesMessages {
		each := t.MessageBytes.Mean()
		bytes = bytes.Add(t.Messages.Quantity.Mul(each))
		m.messages = derivation(" + %s messages × %s bytes", t.Messages.Quantity, each)
	}
	m.gb = perHour(bytes).Div(Whole(1_000_000_000))
	m.rules = m.arriving.Mul(t.countedRules())
	m.open = m.opened.Mul(t.ConnectionSeconds.Quantity).Div(u.active)
	m.kept = t.Pool.Quantity.Div(u.active)
	all := []Quantity{m.opened.Div(u.connections), m.gb.Div(u.gb)}
	if u.rules.Sign() > 0 {
		all = append(all, m.rules.Div(u.rules))
	}
	for _, lcus := range all {
		if lcus.Cmp(m.steepest) > 0 {
			m.steepest = lcus
		}
	}
	return m
}

// countedRules are those of each request that are evaluated at a price.
func (t Traffic) countedRules() Quantity { return Whole(max(0, t.Rules-lcuFreeRules)) }

// largest returns the LCUs of an hour with factor times the mean traffic.
func (m measures) largest(factor Quantity) Quantity {
	top, open := m.steepest.Mul(factor), m.open.Mul(factor).Add(m.kept)
	if open.Cmp(top) > 0 {
		return open
	}
	return top
}

// terms is the way to the four measures of such an hour.
func (m measures) terms(factor Quantity) string {
	t, u, times := m.of, m.unit, ""
	if factor.Cmp(Whole(1)) != 0 {
		times = " × " + Figure(factor)
	}
	hours, opened := t.month().Quantity, m.opened.Mul(factor)
	open, gb, rules := opened.Mul(t.ConnectionSeconds.Quantity).Add(t.Pool.Quantity), m.gb.Mul(factor), m.rules.Mul(factor)
	way := u.lcu(opened, u.connections, "%s new connections ÷ %s h ÷ 3,600"+times+" = %s/s", t.Connections.Quantity, hours, opened) +
		u.lcu(open, u.active, "%s = %s open connections", openWay(t, opened), open) +
		u.lcu(gb, u.gb, "%s requests × %s bytes%s ÷ %s h"+times+" = %s GB/h"+u.gbHow, t.Requests.Quantity, m.size, m.messages, hours, gb)
	if u.rules.Sign() == 0 {
		return way
	}
	return way + u.lcu(rules, u.rules, "%s requests/s × %s rules beyond 10 = %s rule evaluations/s", m.arriving.Mul(factor), t.countedRules(), rules)
}

// openWay is the way to the connections that are open at a time.
func openWay(t Traffic, opened Quantity) string {
	way := derivation("%s/s × %s s", opened, t.ConnectionSeconds.Quantity)
	if t.Pool.Quantity.Sign() > 0 {
		way += derivation(" + %s kept", t.Pool.Quantity)
	}
	return way
}

// lcu is the way to one measure, and from there to LCUs.
func (u capacityUnit) lcu(use, quota Quantity, way string, steps ...any) string {
	return derivation(way+", ÷ %s = %s "+u.name+"; ", append(steps, quota, use.Div(quota))...)
}
