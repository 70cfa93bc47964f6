package pricing

import "slices"

// FunctionTraffic is what one of several functions behind a front door does in a month:
// routes of an API may call functions of their own.
type FunctionTraffic struct {
	Name        string
	Invocations Amount
	Duration    Dist   // µs of handler time of an invocation, before rounding up to 1 ms
	ColdStarts  Amount // invocations that ran INIT
	Init        Dist   // µs of INIT of a cold start
	MemoryMB    int64
	MemoryBasis Basis // "": the memory is known
}

// A Part is what one function has of a line that is billed for several.
type Part struct {
	Of       string   `json:"function"`
	Quantity Quantity `json:"quantity"`
	Cost     Money    `json:"usd"` // its share of the line by quantity
}

// Times returns f with so many times the invocations.
func (f FunctionTraffic) Times(factor Quantity) FunctionTraffic {
	f.Invocations.Quantity = f.Invocations.Quantity.Mul(factor)
	f.ColdStarts.Quantity = f.ColdStarts.Quantity.Mul(factor)
	return f
}

// alone is the traffic of one function as if it were the only one.
func (t Traffic) alone(f FunctionTraffic) Traffic {
	t.Invocations, t.Duration, t.ColdStarts, t.Init = f.Invocations, f.Duration, f.ColdStarts, f.Init
	t.MemoryMB, t.MemoryBasis = f.MemoryMB, f.MemoryBasis
	t.Function, t.Functions, t.Authorized, t.ProvisionedInvocations = f.Name, nil, Amount{}, Amount{}
	return t
}

// ofEach is a meter that reads each function behind the front door, the front door's own
// first, and adds them up.
func ofEach(meter Meter) Meter {
	return func(t Traffic) Reading {
		r := meter(t)
		if len(t.Functions) == 0 {
			return r
		}
		r.Parts = []Part{{Of: t.Function, Quantity: r.Quantity}}
		r.Derivation = t.Function + ": " + r.Derivation
		for _, f := range t.Functions {
			own := meter(t.alone(f))
			r.Parts = append(r.Parts, Part{Of: f.Name, Quantity: own.Quantity})
			r.Quantity, r.Basis = r.Quantity.Add(own.Quantity), weakest(r.Basis, own.Basis)
			r.Derivation += "; " + f.Name + ": " + own.Derivation
			if r.Caveat == "" {
				r.Caveat = own.Caveat
			}
		}
		r.Parts = slices.DeleteFunc(r.Parts, func(p Part) bool { return p.Quantity.Sign() == 0 })
		r.Derivation += derivation("; together %s", r.Quantity)
		return r
	}
}

// costs shares what a line costs among its parts.
func (l *Line) costs(parts []Part) {
	if len(parts) == 0 || l.Quantity.Sign() == 0 {
		return
	}
	l.Parts = slices.Clone(parts)
	for i := range l.Parts {
		l.Parts[i].Cost = l.Cost.Times(l.Parts[i].Quantity.Div(l.Quantity))
	}
}
