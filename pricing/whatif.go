package pricing

import (
	"fmt"
	"slices"
)

// A WhatIf is a change of the workload or its set-up, and what it saves.
type WhatIf struct {
	Door   string `json:"door"`
	Change string `json:"change"`
	Month  Money  `json:"month_usd"`
	Saving Money  `json:"saving_usd"`
}

// changes are what is tried. Each changes a copy of the workload and says what
// it changed; nothing where it does not apply.
var changes = []func(*Workload) string{
	func(w *Workload) string {
		mb := w.Function.MemoryMB
		if mb < 256 {
			return ""
		}
		w.Function.MemoryMB = mb / 2
		return fmt.Sprintf("memory %d → %d MB, which halves the CPU too: only if durations stay as they are", mb, mb/2)
	},
	func(w *Workload) string {
		if w.Function.Architecture == "arm64" || (w.Function.MemoryMB == 0 && w.Containers.Tasks.High.Sign() == 0) {
			return ""
		}
		w.Function.Architecture = "arm64"
		return "arm64 in place of x86_64, if durations stay as they are"
	},
	func(w *Workload) string {
		i := slices.Index(RESTCacheHours.Variants, w.Cache.GB)
		if i <= 0 {
			return ""
		}
		from, to := w.Cache.GB, RESTCacheHours.Variants[i-1]
		w.Cache.GB = to
		return fmt.Sprintf("cache %s → %s GB, if it answers as many", from, to)
	},
	func(w *Workload) string {
		if w.Cache.GB == "" {
			return ""
		}
		w.Cache.GB = ""
		return "no cache"
	},
	func(w *Workload) string {
		each := w.Connections.Requests.Likely
		if each.Sign() == 0 {
			return ""
		}
		w.Connections.Requests = exactly(each.Mul(Whole(10)))
		return fmt.Sprintf("keep-alive: %s → %s requests on a connection", Figure(each), Figure(each.Mul(Whole(10))))
	},
	func(w *Workload) string {
		if len(w.ResponseBytes.Buckets) == 0 && w.ResponseBytes.Range.High.Sign() == 0 {
			return ""
		}
		w.ResponseBytes = w.ResponseBytes.times(Ratio(3, 10))
		return "compression, if it leaves 30 % of the responses' bytes"
	},
	func(w *Workload) string {
		if w.Function.Provisioned.Environments.Likely.Sign() == 0 {
			return ""
		}
		w.Function.Provisioned = ProvisionedUse{}
		return "no provisioned concurrency"
	},
	func(w *Workload) string {
		ninety := Ratio(9, 10)
		if w.Authorizer.MemoryMB == 0 || w.Authorizer.Hits.Likely.Cmp(ninety) >= 0 {
			return ""
		}
		w.Authorizer.Hits = exactly(ninety)
		return "an authorizer cache that answers 90 %"
	},
}

func (s Shape) times(q Quantity) Shape {
	s.Range = s.Range.times(q)
	for _, bs := range []*[]Bucket{&s.Buckets, &s.Least, &s.Most} {
		*bs = slices.Clone(*bs)
		for i := range *bs {
			(*bs)[i].Value = nearest(Whole((*bs)[i].Value).Mul(q))
		}
	}
	return s
}

// leastSaving is half a cent: less would be printed as nothing.
var leastSaving = Money(Ratio(1, 200))

// whatIfs tries every change at every door and keeps what saves something,
// most first for each door, the doors in the comparison's order.
func (b *Book) whatIfs(c *Comparison, w *Workload, able []Door) error {
	for _, priced := range c.Doors {
		door := able[slices.IndexFunc(able, func(d Door) bool { return d.Name == priced.Name })]
		var saved []WhatIf
		for _, change := range changes {
			other := *w
			what := change(&other)
			if what == "" {
				continue
			}
			cost, err := b.cost(w.Region, door.Billed, door.Traffic(&other))
			if len(Lacks(err)) > 0 {
				continue // what it would save is unknown
			}
			if err != nil {
				return err
			}
			if saving := priced.Bill.Month.Sub(cost); saving.Cmp(leastSaving) >= 0 {
				saved = append(saved, WhatIf{priced.Name, what, cost, saving})
			}
		}
		slices.SortStableFunc(saved, func(x, y WhatIf) int { return y.Saving.Cmp(x.Saving) })
		c.WhatIf = append(c.WhatIf, saved...)
	}
	return nil
}
