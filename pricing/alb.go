package pricing

import "fmt"

// What one load balancer capacity unit (LCU) of an Application Load Balancer
// holds (Elastic Load Balancing pricing page). The bytes are decimal: AWS's
// example counts 300 KB/s as 1.08 GB an hour.
const (
	lcuConnections = 25            // new ones per second
	lcuActive      = 3000          // open ones, sampled each minute
	lcuMutual      = 1500          // the same with mutual TLS
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

// ALBTrustStores are the hours of the trust store that mutual TLS needs.
var ALBTrustStores = Dimension{
	ID:    "alb.truststore",
	Title: "Load balancer trust store (mutual TLS)",
	Unit:  Hours,
	Meter: func(t Traffic) Reading {
		if !t.MutualTLS {
			return Reading{}
		}
		hours := wholeHours(t.month())
		return Reading{
			Quantity: hours.Quantity, Basis: hours.Basis,
			Derivation: "one trust store × " + figure(hours.Quantity) + " hours",
		}
	},
}

// wholeHours rounds up to whole hours.
func wholeHours(a Amount) Amount {
	a.Quantity = a.Quantity.ceil()
	return a
}
