package pricing

// Costs returns what a front door costs as a function of the axis's variable: as
// its curve has it, and as its bill has it.
func (b *Book) Costs(w *Workload, a Axis, d Door) (curve func(Quantity) Money, bill func(Quantity) (Money, error), err error) {
	likely := w.likely()
	c, err := a.curve(b, likely, d)
	if err != nil {
		return nil, nil, err
	}
	curve = func(x Quantity) Money { return c.At(a.traced(x)) }
	bill = func(x Quantity) (Money, error) { return b.cost(w.Region, d.Billed, d.Traffic(a.with(likely, x))) }
	return curve, bill, nil
}

// CostOf returns what a door costs with several variables at some values; nil if it
// cannot serve that.
func (b *Book) CostOf(w *Workload, d Door, at map[string]float64) (*Money, error) {
	one := w.likely()
	for name, v := range at {
		a, err := AxisNamed(name)
		if err != nil {
			return nil, err
		}
		a.set(one, exactOf(v, a.Whole))
	}
	return b.For(w).costOf(one, d)
}
