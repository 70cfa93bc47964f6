package pricing

import "tollgate/pricing/document"

// A Hold is the greatest value of one setting with which the worst month costs no more
// than a cap, while the other settings are as they are stated.
type Hold struct {
	Setting string `json:"setting"`
	Most    *int64 `json:"at_most"` // null: no value holds it
	Any     bool   `json:"any"`     // every value holds it
	Month   Money  `json:"month_usd"`
}

// A setting can be changed to hold a bill.
type setting struct {
	name    string
	most    int64
	applies func(Door, *Workload) bool
	set     func(*ProtectionUse, int64)
}

var settings = []setting{
	{"stage rate, with a burst of the same number unless one is stated", document.MaxRate, func(d Door, _ *Workload) bool { return d.has("throttling") }, func(p *ProtectionUse, n int64) {
		if p.Stage.Rate.Sign() == 0 {
			p.Stage.Burst = n
		}
		p.Stage.Rate = PerSecond{Whole(n)}
	}},
	{"stage burst, with the stated rate", 1_000_000_000, func(d Door, w *Workload) bool {
		return d.has("throttling") && w.Protection.Stage.Rate.Sign() > 0
	}, func(p *ProtectionUse, n int64) { p.Stage.Burst = n }},
	{"usage plan quota of each key a month", 1_000_000_000_000_000, func(d Door, _ *Workload) bool { return d.has("usage-plans") }, func(p *ProtectionUse, n int64) { p.Plan.Quota = n }},
	{"reserved concurrency of the function", 1_000_000, func(d Door, w *Workload) bool { return d.HasFunction() && !w.functionless() }, func(p *ProtectionUse, n int64) { p.Concurrency = n }},
}

// holds finds what holds the worst month at a front door under a cap. A worst month
// grows with every setting, so halving finds the greatest value.
func (b *Book) holds(w *Workload, d Door, attack Quantity, limit Money) (all []Hold, err error) {
	all = []Hold{}
	for _, s := range settings {
		if !s.applies(d, w) {
			continue
		}
		h, err := s.hold(func(n int64) (Money, error) {
			one := *w
			s.set(&one.Protection, n)
			bill, err := b.attackBill(d, one.attacked(d, attack))
			return bill.Month, err
		}, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

func (s setting) hold(month func(int64) (Money, error), limit Money) (h Hold, err error) {
	h.Setting = s.name
	low, high := int64(1), s.most
	if h.Month, err = month(high); err != nil || h.Month.Cmp(limit) <= 0 {
		h.Any, h.Most = true, &high
		return h, err
	}
	if h.Month, err = month(low); err != nil || h.Month.Cmp(limit) > 0 {
		return h, err
	}
	for high-low > 1 {
		at := low + (high-low)/2
		cost, err := month(at)
		if err != nil {
			return h, err
		}
		if cost.Cmp(limit) <= 0 {
			low, h.Month = at, cost
		} else {
			high = at
		}
	}
	h.Most = &low
	return h, nil
}
