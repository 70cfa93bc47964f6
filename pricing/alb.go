package pricing

import "fmt"

// What one load balancer capacity unit (LCU) of an Application Load Balancer
// holds (Elastic Load Balancing pricing page). The bytes are decimal: AWS's
// example counts 300 KB/s as 1.08 GB an hour.
const (
	lcuConnections = 25            // new ones per second
	lcuActive      = 3000          // open ones, sampled each minute
	lcuBytes       = 1_000_000_000 // per hour, for instances, containers and addresses
	lcuLambdaBytes = 400_000_000   // per hour, for Lambda functions
	lcuRules       = 1000          // rule evaluations per second
	lcuFreeRules   = 10            // rules of a request that are not counted
)

// ALBHours are the hours for which a load balancer exists, each begun one whole.
var ALBHours = Dimension{
	ID:    "alb.hours",
	Title: "Load balancer hours",
	Unit:  Hours,
	Meter: func(t Traffic) Reading {
		hours := wholeHours(t.month())
		return Reading{
			Quantity:   hours.Quantity,
			Basis:      hours.Basis,
			Derivation: figure(hours.Quantity) + " hours",
		}
	},
}

// ALBAddresses are the hours of public IPv4 addresses: an internet-facing load
// balancer has one in each of its zones.
var ALBAddresses = Dimension{
	ID:    "alb.addresses",
	Title: "Load balancer public IPv4 addresses",
	Unit:  AddressHours,
	Meter: func(t Traffic) Reading {
		if t.Zones <= 0 {
			return Reading{}
		}
		hours := wholeHours(t.month())
		q := hours.Quantity.Mul(Whole(t.Zones))
		return Reading{
			Quantity: q,
			Basis:    hours.Basis,
			Derivation: fmt.Sprintf("%s zones × %s hours = %s",
				figure(Whole(t.Zones)), figure(hours.Quantity), figure(q)),
		}
	},
}

// ALBCapacity are LCU-hours: in each hour the largest of four measures.
// Balancers with function invocations behind them have the byte quota of
// Lambda targets.
var ALBCapacity = Dimension{
	ID:    "alb.lcu",
	Title: "Load balancer capacity",
	Unit:  LCUHours,
	Meter: func(t Traffic) Reading {
		if t.Requests.Quantity.Sign() == 0 {
			return Reading{}
		}
		terms := lcuTerms(t)
		top := terms[0]
		for _, term := range terms[1:] {
			if term.lcu.Cmp(top.lcu) > 0 {
				top = term
			}
		}
		hours := t.month()
		q := top.lcu.Mul(hours.Quantity)
		r := Reading{
			Quantity: q,
			Basis: weakest(hours.Basis, t.Requests.Basis, t.Connections.Basis,
				t.ConnectionSeconds.Basis, t.RequestBytes.Basis, t.ResponseBytes.Basis),
			Caveat: "load balancer capacity is for a flat month: the largest measure of each hour is billed, so peaks cost more",
		}
		for _, term := range terms {
			r.Derivation += term.how + "; "
		}
		r.Derivation += fmt.Sprintf("the largest, %s LCU × %s hours = %s LCU-hours",
			figure(top.lcu), figure(hours.Quantity), figure(q))
		return r
	},
}

// A term is one of the measures whose largest is the LCUs of an hour.
type term struct {
	lcu Quantity
	how string
}

// lcuTerms returns the four measures of a typical hour. Connections that arrive
// at some rate and live for some seconds are, in the mean, rate × seconds open
// at a time (Little's law).
func lcuTerms(t Traffic) [4]term {
	hours := t.month().Quantity
	perSecond := func(q Quantity) Quantity { return q.Div(hours).Div(Whole(3600)) }
	opened := perSecond(t.Connections.Quantity)
	open := opened.Mul(t.ConnectionSeconds.Quantity)
	size := t.RequestBytes.Mean().Add(t.ResponseBytes.Mean())
	gb := size.Mul(t.Requests.Quantity).Div(hours).Div(Whole(1_000_000_000))
	quota, where := Whole(1), ""
	if t.Invocations.Quantity.Sign() > 0 {
		quota, where = Ratio(lcuLambdaBytes, lcuBytes), " to Lambda"
	}
	arriving := perSecond(t.Requests.Quantity)
	counted := Whole(max(0, t.Rules-lcuFreeRules))
	rules := arriving.Mul(counted)
	return [4]term{
		lcu(opened, Whole(lcuConnections), "%s new connections ÷ %s h ÷ 3,600 = %s/s",
			t.Connections.Quantity, hours, opened),
		lcu(open, Whole(lcuActive), "%s/s × %s s = %s open connections",
			opened, t.ConnectionSeconds.Quantity, open),
		lcu(gb, quota, "%s requests × %s bytes ÷ %s h = %s GB/h"+where,
			t.Requests.Quantity, size, hours, gb),
		lcu(rules, Whole(lcuRules), "%s requests/s × %s rules beyond 10 = %s rule evaluations/s",
			arriving, counted, rules),
	}
}

// lcu returns use ÷ quota with the way to it.
func lcu(use, quota Quantity, way string, steps ...Quantity) term {
	figures := make([]any, len(steps))
	for i, q := range steps {
		figures[i] = figure(q)
	}
	n := use.Div(quota)
	return term{n, fmt.Sprintf(way, figures...) + ", ÷ " + figure(quota) + " = " + figure(n) + " LCU"}
}

// wholeHours rounds up to whole hours.
func wholeHours(a Amount) Amount {
	a.Quantity = a.Quantity.ceil()
	return a
}
