package pricing

// A Unit is what a dimension is counted in, as the price book spells it.
type Unit string

// A Reading is what a meter read off a month of traffic.
type Reading struct {
	Quantity   Quantity
	Basis      Basis
	Derivation string // from traffic to quantity, to be followed with a pocket calculator
}

// A Meter reads one dimension off a month of traffic. It is pure.
type Meter func(Traffic) Reading

// A Dimension is one thing that is billed.
type Dimension struct {
	ID    string // the rate's key in the price book, e.g. "apigateway.rest.requests"
	Title string // as a bill shows it, e.g. "REST API requests"
	Unit  Unit
	Meter Meter
}

// A Used is a dimension with its reading; Usage is what a month of traffic uses.
type (
	Used struct {
		Dimension Dimension
		Reading   Reading
	}
	Usage []Used
)

// Measure reads every dimension off t, leaving out those that read zero.
func Measure(ds []Dimension, t Traffic) Usage {
	var u Usage
	for _, d := range ds {
		if r := d.Meter(t); r.Quantity.Sign() > 0 {
			u = append(u, Used{d, r})
		}
	}
	return u
}
