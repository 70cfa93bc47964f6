package pricing

import (
	"cmp"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
)

// draws is how many months are drawn from a workload's ranges; strata is its root, a
// prime. The months are a Latin hypercube over an orthogonal array (Owen 1992, Tang
// 1993): each range is cut into as many parts of equal probability as there are months,
// and each part is drawn once; any two ranges are cut into strata × strata cells, and
// each cell is drawn once. One range alone has its exact quantiles then, and sums and
// products of several are within 2 %. Rejected: independent draws, of which
// 400 were off by 6 %; a plain Latin hypercube, whose products were off as far; and
// formulas, since tiers, allowances and the largest of four capacity units have none.
const (
	strata = 31
	draws  = strata * strata
)

// partsOf is the order in which the n'th number that varies takes its parts. The array
// is Bose's, with strata + 1 columns; further numbers take theirs in a random order.
func partsOf(n int, random *rand.Rand) []int {
	if n > strata {
		return random.Perm(draws)
	}
	names, within := random.Perm(strata), make([][]int, strata)
	for i := range within {
		within[i] = random.Perm(strata)
	}
	order := make([]int, draws)
	for month := range order {
		row, column := month/strata, month%strata
		stratum := row
		if n > 0 {
			stratum = (column + (n-1)*row) % strata
		}
		left := within[stratum]
		order[month] = names[stratum]*strata + left[0]
		within[stratum] = left[1:]
	}
	return order
}

// An Interval is what a month costs where some numbers are only known to lie
// in a range: with 10, 50 and 90 % probability it costs no more.
type Interval struct {
	P10    *Money `json:"p10"` // null: nothing varied
	P50    Money  `json:"p50"`
	P90    *Money `json:"p90"`
	Likely Money  `json:"likely"` // at the likely numbers; ranges may lie more to one side
}

// drawn is the workload with each number that varies at the share that next returns
// for it. A number that several APIs inherit is the same one in all of them.
func (w *Workload) drawn(next func() float64) *Workload {
	one := *w
	one.APIs = slices.Clone(w.APIs)
	for i := range one.APIs {
		own := *w.APIs[i].Workload
		one.APIs[i].Workload = &own
	}
	for n, p := range one.ranges() {
		if was := *p; was.varies() {
			*p = was.drawn(next())
			one.passOn(func(api *Workload) {
				if own := api.ranges()[n]; own.same(was) {
					*own = *p
				}
			})
		}
	}
	for n, s := range one.shapes() {
		if was := *s; was.varies() {
			*s = was.drawn(next())
			one.passOn(func(api *Workload) {
				if own := api.shapes()[n]; own.same(was) {
					*own = *s
				}
			})
		}
	}
	one.passOn(func(api *Workload) { *api = *api.drawn(next) }) // numbers of its own
	return &one
}

// passOn does something to the workload of each API.
func (w *Workload) passOn(do func(*Workload)) {
	for _, a := range w.APIs {
		do(a.Workload)
	}
}

// months are drawn from the workload's ranges: the same ones for the same file.
func (w *Workload) months() iter.Seq[*Workload] {
	return func(yield func(*Workload) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		var orders [][]int // of each number that varies, the parts that it is drawn from
		for month := range draws {
			number := 0
			next := func() float64 {
				if number == len(orders) {
					orders = append(orders, partsOf(number, random))
				}
				number++
				return (float64(orders[number-1][month]) + 0.5) / draws
			}
			if !yield(w.drawn(next)) {
				return
			}
		}
	}
}

// monthsAt are those that a door can serve.
func (w *Workload) monthsAt(d Door) iter.Seq[Traffic] {
	return func(yield func(Traffic) bool) {
		for month := range w.months() {
			if d.serves(month) && !yield(d.Traffic(month)) {
				return
			}
		}
	}
}

// A drawing is what the doors cost in months that were drawn from a workload's
// ranges. Each month is the same at every door, so that doors can be compared
// month by month: costs[door][month]. A month that a door cannot serve has no cost
// there, rather than none to pay.
type drawing struct {
	costs [][]*Money
	wins  []int // months in which the door is the cheapest
}

func (b *Book) draw(w *Workload, doors []Door) (drawing, error) {
	d := drawing{make([][]*Money, len(doors)), make([]int, len(doors))}
	for month := range w.months() {
		var least *Money
		best := -1
		for i, door := range doors {
			cost, err := b.costOf(month, door)
			if err != nil {
				return drawing{}, err
			}
			d.costs[i] = append(d.costs[i], cost)
			if cost != nil && (least == nil || cost.Cmp(*least) < 0) {
				best, least = i, cost
			}
		}
		if best >= 0 {
			d.wins[best]++
		}
	}
	return d, nil
}

// costOf is what a month costs at a door; nil if the door cannot serve it.
func (b *Book) costOf(month *Workload, d Door) (*Money, error) {
	if !d.serves(month) {
		return nil, nil
	}
	cost, err := b.cost(month.Region, d.Billed, d.Traffic(month))
	return &cost, err
}

// served are the costs of the months that a door can serve.
func (d drawing) served(door int) (costs []Money) {
	for _, cost := range d.costs[door] {
		if cost != nil {
			costs = append(costs, *cost)
		}
	}
	return costs
}

func (d drawing) interval(door int) (i Interval, ok bool) {
	costs := d.served(door)
	if len(costs) < fewestMonths {
		return i, false
	}
	low, middle, high := spread(costs, Money.Cmp)
	return Interval{P10: &low, P50: middle, P90: &high}, true
}

// spread returns the p10, the p50 and the p90 of at least [fewestMonths] values.
func spread[T any](of []T, compare func(T, T) int) (low, middle, high T) {
	sorted := slices.SortedFunc(slices.Values(of), compare)
	n := len(sorted)
	return sorted[n/10-1], sorted[n/2-1], sorted[n*9/10-1]
}

// margin is by which share of its middle value the ratio of two doors' costs
// varies from month to month: what both have in common is not in it.
func (d drawing) margin(x, y int) float64 {
	ratios := make([]float64, 0, draws)
	for n, cost := range d.costs[x] {
		if other := d.costs[y][n]; cost != nil && other != nil && cost.Cmp(Money{}) > 0 {
			ratios = append(ratios, d.costs[y][n].Float()/cost.Float())
		}
	}
	if len(ratios) < fewestMonths {
		return 0
	}
	low, middle, high := spread(ratios, cmp.Compare)
	return (high - low) / 2 / middle
}

// Bounds are what the same bill could as well have come to, by months that were
// drawn from what a run measured: with 10, 50 and 90 % probability no more.
type Bounds struct {
	Low    Money  `json:"month_usd_low"`    // p10
	Middle Money  `json:"month_usd_median"` // p50
	High   Money  `json:"month_usd_high"`   // p90
	From   string `json:"month_usd_from"`   // how they were found
}

// fewestMonths is how many months a p10 and a p90 need at least.
const fewestMonths = 10

// Bounds prices many months that could have been at one door. It is nil where
// nothing varies: money without an interval is better than a made-up one.
func (b *Book) Bounds(region string, billed []Dimension, months iter.Seq[Traffic], from string) (*Bounds, error) {
	var costs []Money
	for t := range months {
		cost, err := b.cost(region, billed, t)
		if err != nil {
			return nil, err
		}
		costs = append(costs, cost)
	}
	return boundsOf(costs, from), nil
}

// boundsOf are nil if the costs are too few or all the same.
func boundsOf(costs []Money, from string) *Bounds {
	if len(costs) < fewestMonths || !slices.ContainsFunc(costs, func(m Money) bool { return m.Cmp(costs[0]) != 0 }) {
		return nil
	}
	bounds := Bounds{From: fmt.Sprintf("p10, p50 and p90 of %s months drawn from %s", Figure(Whole(int64(len(costs)))), from)}
	bounds.Low, bounds.Middle, bounds.High = spread(costs, Money.Cmp)
	return &bounds
}

// cost is the sum of a bill, without its words.
func (b *Book) cost(region string, billed []Dimension, t Traffic) (Money, error) {
	u := Measure(billed, t)
	if len(b.others) > 0 {
		u = added(portion{usage: u}, portion{usage: b.others})
	}
	return b.sum(region, u)
}

// sum is what a usage costs.
func (b *Book) sum(region string, u Usage) (sum Money, err error) {
	free := pools{}
	for _, used := range u {
		q := used.Reading.Quantity
		if used.Reading.Unknown != "" {
			return Money{}, &UnknownUseError{used.Reading.Unknown}
		}
		if q.Sign() <= 0 {
			continue
		}
		rate, err := b.rateFor(region, used.key(), q, free)
		if err != nil && used.Dimension.Called && len(rate.Tiers) == 0 {
			continue // as on the bill
		}
		if err != nil {
			return Money{}, err
		}
		sum = sum.Add(free.cost(rate, q))
	}
	return sum, nil
}
