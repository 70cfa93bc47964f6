package pricing

import (
	"cmp"
	"slices"
)

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

	Architecture string // "": that of the front door's own function
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
	t.MemoryMB, t.MemoryBasis, t.Architecture = f.MemoryMB, f.MemoryBasis, cmp.Or(f.Architecture, t.Architecture)
	t.Function, t.Functions, t.Authorized, t.ProvisionedInvocations = f.Name, nil, Amount{}, Amount{}
	return t
}

// everyFunction and alike say which functions are in one line with the front door's own: all,
// or those that have its architecture.
func everyFunction(Traffic, FunctionTraffic) bool { return true }

func alike(t Traffic, f FunctionTraffic) bool {
	return cmp.Or(f.Architecture, t.Architecture, architectures[0]) == cmp.Or(t.Architecture, architectures[0])
}

// unlike is a dimension that reads the functions that have another architecture than the
// front door's own, of which there are two.
func unlike(d Dimension) Dimension {
	meter := d.Meter
	d.Meter = func(t Traffic) Reading {
		others := slices.DeleteFunc(slices.Clone(t.Functions), func(f FunctionTraffic) bool { return alike(t, f) })
		if len(others) == 0 {
			return Reading{}
		}
		t = t.alone(others[0])
		t.Functions = others[1:]
		r := meter(t)
		if len(t.Functions) == 0 && r.Quantity.Sign() > 0 {
			r.Parts, r.Derivation = []Part{{Of: t.Function, Quantity: r.Quantity}}, t.Function+": "+r.Derivation
		}
		return r
	}
	return d
}

// ofEach is a meter that reads functions behind the front door, the front door's own first,
// and adds them up.
func ofEach(meter Meter, in func(Traffic, FunctionTraffic) bool) Meter {
	return func(t Traffic) Reading {
		r := meter(t)
		if len(t.Functions) == 0 {
			return r
		}
		r.Parts = []Part{{Of: t.Function, Quantity: r.Quantity}}
		r.Derivation = t.Function + ": " + r.Derivation
		for _, f := range t.Functions {
			if !in(t, f) {
				continue
			}
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
