package pricing

import "fmt"

// An Axis is a variable of a workload over which doors are compared.
type Axis struct {
	Name  string // as --map takes it, and error messages say
	Key   string // in JSON, with the unit of its values; --map takes it too
	Unit  string // in words
	Whole bool   // only whole values exist
	From  Quantity
	To    Quantity
	Log   bool // its values spread over orders of magnitude

	least  float64 // where a map begins that cannot begin at nothing
	set    func(*Workload, Quantity)
	stated func(*Workload) Quantity // what the workload says is likely; zero: nothing, or more than one number
	step   Quantity
	jumps  func(*Workload) []Quantity
	invert bool // traced by 1/x, in which the cost is linear
	needs  func(*Workload) bool
	lacks  string // what a workload must state for its bill to depend on the variable

	keepsTraffic bool // what viewers ask for and get is the same at all of its values
}

// Axes are the variables that doors can be compared over.
var Axes = []Axis{
	{
		Name: "requests", Key: "requests_per_month", Unit: "requests a month", To: MostRequests, From: Whole(0), step: Whole(1), Log: true, least: 10_000,
		set:    (*Workload).setRequests,
		stated: func(w *Workload) Quantity { return w.Requests.Likely },
		needs:  func(w *Workload) bool { return w.Requests.Likely.Sign() > 0 },
		lacks:  "requests_per_month",
	},
	{
		Name: "response_bytes", Key: "response_bytes", Unit: "bytes of a response", Whole: true, From: Whole(1), To: Whole(10 << 20), step: Whole(1), Log: true,
		set:    func(w *Workload, x Quantity) { w.ResponseBytes = Shape{Range: exactly(x)} },
		stated: func(w *Workload) Quantity { return w.ResponseBytes.Range.Likely },
		jumps:  func(*Workload) []Quantity { return multiples(HTTPUnit, 10<<20) },
		needs:  func(w *Workload) bool { return w.Requests.Likely.Sign() > 0 },
		lacks:  "requests_per_month",
	},
	{
		Name: "duration", Key: "duration_ms", Unit: "ms of an invocation", Whole: true, From: Whole(1), To: Whole(900_000), step: Whole(1), Log: true,
		set:    func(w *Workload, x Quantity) { w.Function.Duration = Shape{Range: exactly(x)} },
		stated: func(w *Workload) Quantity { return w.Function.Duration.Range.Likely },
		needs:  func(w *Workload) bool { return w.Function.MemoryMB > 0 && !w.functionless() },
		lacks:  "function with memory",
	},
	{
		Name: "memory", Key: "memory_mb", Unit: "MB of the function, its duration unchanged", Whole: true, From: Whole(128), To: Whole(10_240), step: Whole(1), Log: true,
		set:    func(w *Workload, x Quantity) { w.Function.MemoryMB = nearest(x) },
		stated: func(w *Workload) Quantity { return Whole(w.Function.MemoryMB) },
		needs:  func(w *Workload) bool { return w.Function.MemoryMB > 0 && !w.functionless() },
		lacks:  "function with memory",
	},
	{
		Name: "requests_per_connection", Key: "requests_per_connection", Unit: "requests on a connection", From: Whole(1), To: Whole(100_000), step: Ratio(1, 1_000_000_000), Log: true, invert: true,
		set:    func(w *Workload, x Quantity) { w.Connections.Requests = exactly(x) },
		stated: func(w *Workload) Quantity { return w.Connections.Requests.Likely },
		needs: func(w *Workload) bool {
			return w.Connections.Requests.Likely.Sign() > 0 && w.Requests.Likely.Sign() > 0 && w.Connections.PerSecond.High.Sign() == 0
		},
		lacks: "connections with requests_per_connection",
	},
	{
		Name: "hit_ratio", Key: "hit_ratio", Unit: "share of requests that a cache answers", From: Whole(0), To: Whole(1), step: Ratio(1, 1_000_000),
		set:    func(w *Workload, x Quantity) { w.Cache.Hits, w.CDN.Hits = exactly(x), exactly(x) },
		stated: func(w *Workload) Quantity { return w.Cache.Hits.Likely },
		needs:  func(w *Workload) bool { return w.Cache.GB != "" || len(w.CDN.Viewers) > 0 },
		lacks:  "cache or cloudfront",

		keepsTraffic: true,
	},
}

// AxisNamed returns the axis of that name or key.
func AxisNamed(name string) (Axis, error) {
	names := ""
	for _, a := range Axes {
		if a.Name == name || a.Key == name {
			return a, nil
		}
		names += " " + a.Name
	}
	return Axis{}, fmt.Errorf("no variable is called %q; there are%s", name, names)
}

func multiples(unit, most int64) (all []Quantity) {
	for v := unit; v < most; v += unit {
		all = append(all, Whole(v))
	}
	return all
}

// setRequests changes the number of requests. Connections a second and LCUs are
// stated for the workload's own number, and grow with it.
func (w *Workload) setRequests(x Quantity) {
	if own := w.Requests.Likely; own.Sign() > 0 {
		w.Connections.PerSecond = w.Connections.PerSecond.times(x.Div(own))
		w.Balancer.LCUs = w.Balancer.LCUs.times(x.Div(own))
	}
	w.Requests = exactly(x)
}

func (w *Workload) likely() *Workload {
	one := *w
	for _, p := range one.ranges() {
		*p = exactly(p.Likely)
	}
	for _, s := range one.shapes() {
		*s = s.likely()
	}
	return &one
}

func (a Axis) with(w *Workload, x Quantity) *Workload {
	one := *w
	a.set(&one, x)
	return &one
}

// span is where the axis is traced: over 1/x where the cost is linear in that.
func (a Axis) span(w *Workload) span {
	s := span{from: a.From, to: a.To, step: a.step, whole: a.Whole}
	if a.invert {
		s.from, s.to = a.traced(a.To), a.traced(a.From)
	}
	if a.jumps != nil {
		s.jumps = a.jumps(w)
	}
	return s
}

// traced turns a value into what is traced, and back.
func (a Axis) traced(x Quantity) Quantity {
	if a.invert {
		return Whole(1).Div(x)
	}
	return x
}

// Curve returns the cost of a workload at a door as a function of the axis.
func (a Axis) curve(b *Book, w *Workload, d Door) (Curve, error) {
	return b.curve(w.Region, d.Name, d.Billed, a.span(w), func(x Quantity) Traffic {
		return d.Traffic(a.with(w, a.traced(x)))
	})
}
