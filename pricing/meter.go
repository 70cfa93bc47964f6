package pricing

import (
	"fmt"
	"slices"
)

// A Reading is what a meter read off a month of traffic.
type Reading struct {
	Quantity   Quantity
	Variant    string // which of the dimension's rates applies, where it has several
	Basis      Basis
	Derivation string // from traffic to quantity, to be followed with a pocket calculator
	Parts      []Part // of the quantity, where several functions have it
	Caveat     string // what the quantity could not take into account; "" where there is nothing to say
	Unknown    string // why the quantity is unknown, so that no bill can be made; "": it is known
}

// derivation prints quantities, and words, on the way to a reading.
func derivation(way string, steps ...any) string {
	for i, step := range steps {
		if q, is := step.(Quantity); is {
			steps[i] = Figure(q)
		}
	}
	return fmt.Sprintf(way, steps...)
}

// A Meter reads one dimension off a month of traffic. It is pure, and for
// traffic that is otherwise the same its reading grows linearly with requests.
type Meter func(Traffic) Reading

// asCounted reads an amount that is billed as it is.
func asCounted(a Amount, what string) Reading {
	return Reading{Quantity: a.Quantity, Basis: weakest(a.Basis), Derivation: Figure(a.Quantity) + " " + what}
}

// metered is a dimension with one rate.
func metered(id, title string, unit Unit, meter Meter) Dimension {
	return Dimension{ID: id, Title: title, Unit: unit, Meter: meter}
}

// hourly is a dimension that is paid by the begun hour, all month.
func hourly(id, title string, unit Unit, what string, number func(Traffic) Amount) Dimension {
	d := metered(id, title, unit, func(t Traffic) Reading {
		n := number(t)
		if n.Quantity.Sign() <= 0 {
			return Reading{}
		}
		hours := t.month()
		each := hours.Quantity.ceil()
		q := each.Mul(n.Quantity)
		return Reading{
			Quantity: q, Basis: weakest(hours.Basis, n.Basis),
			Derivation: derivation("%s %s × %s hours = %s", n.Quantity, what, each, q),
		}
	})
	d.Standing = true
	return d
}

// counted is a dimension that is billed as an amount of the traffic is.
func counted(id, title string, unit Unit, what string, amount func(Traffic) Amount) Dimension {
	return metered(id, title, unit, func(t Traffic) Reading { return asCounted(amount(t), what) })
}

// owned is a dimension that is billed by the month for what is there, used or not.
func owned(id, title string, unit Unit, what string, number func(Traffic) int64) Dimension {
	return metered(id, title, unit, func(t Traffic) Reading {
		n := max(0, number(t))
		return Reading{Quantity: Whole(n), Basis: Stated, Derivation: fmt.Sprintf("%d %s × 1 month", n, what)}
	})
}

// volume reads the gigabytes of n things that have so many bytes each.
func volume(n Amount, each Dist, what, bytes string) Reading {
	mean := each.Mean()
	q := n.Quantity.Mul(mean).Div(Whole(TransferGB))
	return Reading{
		Quantity: q, Basis: asked(n, each.Basis),
		Derivation: derivation("%s %s × %s %s ÷ 1,024³ = %s GB", n.Quantity, what, mean, bytes, q),
	}
}

// asked is the basis of what n things have in all. A stated number of requests a
// month is the question and no assumption: the answer is known as well as what
// each of them has.
func asked(n Amount, each ...Basis) Basis {
	if known := slices.DeleteFunc(slices.Clone(each), func(b Basis) bool { return b == "" }); n.Basis == Stated && len(known) > 0 {
		return weakest(known...)
	}
	return weakest(append(each, n.Basis)...)
}

// A Basis says how well a number is known.
type Basis string

// The bases, best first. A number made from several has the weakest of them.
const (
	Measured Basis = "measured" // by this program, at the client
	Reported Basis = "reported" // by AWS: CloudWatch metrics or REPORT log lines
	Stated   Basis = "stated"   // by the user, in a scenario or workload file
	Assumed  Basis = "assumed"  // by this program, for want of anything better
)

// weakest returns the basis of a number made from numbers with these bases.
// An empty basis belongs to an amount that is not there and does not count.
func weakest(bases ...Basis) Basis {
	for _, b := range []Basis{Assumed, Stated, Reported, Measured} {
		if slices.Contains(bases, b) {
			return b
		}
	}
	return Assumed
}

// TransferGB is the gigabyte of data transfer: AWS's worked example divides by
// 1024³ (Amazon API Gateway pricing page: 5 million responses of 3 KB are 14.3 GB).
const TransferGB = 1 << 30

// DataOut is what goes out to the internet: every response, refused ones too, and
// the messages to clients. Transfer in is free.
var DataOut = metered("transfer.out", "Data transfer out", GB, func(t Traffic) Reading {
	switch {
	case len(t.Edge.Viewers) > 0:
		t.Requests, t.Others = Amount{}, nil
	case t.Internal:
		return Reading{}
	}
	return t.outgoing()
})
