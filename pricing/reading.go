package pricing

import "fmt"

// A Reading is what a meter read off a month of traffic.
type Reading struct {
	Quantity   Quantity
	Variant    string // which of the dimension's rates applies, where it has several
	Basis      Basis
	Derivation string // from traffic to quantity, to be followed with a pocket calculator
	Caveat     string // what the quantity could not take into account; "" where there is nothing to say
}

// A Meter reads one dimension off a month of traffic. It is pure, and for
// traffic that is otherwise the same its reading grows linearly with requests.
type Meter func(Traffic) Reading

// told reads an amount that is billed as it is.
func told(a Amount, what string) Reading {
	return Reading{Quantity: a.Quantity, Basis: weakest(a.Basis), Derivation: figure(a.Quantity) + " " + what}
}

// monthly reads n things that are there for the whole month.
func monthly(n int64, what string) Reading {
	return Reading{
		Quantity:   Whole(max(0, n)),
		Basis:      Stated,
		Derivation: fmt.Sprintf("%d %s × 1 month", max(0, n), what),
	}
}

// volume reads the gigabytes of n things that have so many bytes each.
func volume(n Amount, each Dist, what, bytes string) Reading {
	mean := each.Mean()
	q := n.Quantity.Mul(mean).Div(Whole(TransferGB))
	return Reading{
		Quantity: q,
		Basis:    weakest(n.Basis, each.Basis),
		Derivation: fmt.Sprintf("%s %s × %s %s ÷ 1,024³ = %s GB",
			figure(n.Quantity), what, figure(mean), bytes, figure(q)),
	}
}
