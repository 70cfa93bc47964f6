package pricing

import "slices"

// atEdge is what a distribution does to an attack. What it refuses itself costs what
// CloudFront and AWS WAF charge for a request, and nothing behind them. A flat-rate plan
// is that of the stated month: it has no overage, and what it does with more requests
// than it allows is not documented, so that all of them pass.
func (m *attackedMonth) atEdge(w *Workload, d Door) {
	passed, _ := least(m.layers, m.sent, func(l Layer) bool { return l.of == edgeAlone })
	e := &m.traffic.Edge
	e.Refused = amount(m.sent.Sub(passed))
	e.Misses.Quantity = e.Misses.Quantity.Sub(e.Refused.Quantity)
	if m.sent.Sign() > 0 {
		share := passed.Div(m.sent)
		e.Runs.Quantity, e.Invocations.Quantity = e.Runs.Quantity.Mul(share), e.Invocations.Quantity.Mul(share)
	}
	if d.FlatRate {
		e.Plan = w.plan().Name
	}
}

// pastEdge is the traffic that reaches what is behind a distribution: without what its
// cache answers and what it refuses. Stated LCUs are the load balancer's own, and
// stay; what reaches a server or a service behind an API is past the cache already.
func (t Traffic) pastEdge() Traffic {
	own, backend, called, misses, gone, unbilled := t.LCUs, t.Backend, t.Called, t.Edge.Misses.Quantity, t.Edge.Refused.Quantity, t.Unbilled
	if gone.Sign() > 0 {
		whole := t
		t = t.Scale(whole.Requests.Quantity.Sub(gone))
		t.Unbilled.Quantity = whole.Unbilled.Quantity.Sub(gone)
		for i, o := range whole.Others {
			t.Others[i].Requests.Quantity = o.Requests.Quantity
			if o.Refused {
				t.Others[i].Requests.Quantity = o.Requests.Quantity.Sub(gone)
			}
		}
		t.Others = slices.DeleteFunc(t.Others, func(o Outcome) bool { return o.Requests.Quantity.Sign() <= 0 })
	}
	t = t.Scale(misses)
	t.LCUs, t.Backend, t.Called = own, backend, called
	if t.Edge.Uncut {
		t.Unbilled = unbilled
	}
	return t
}
