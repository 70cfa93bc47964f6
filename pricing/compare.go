package pricing

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
)

//go:embed comparison.schema.json
var comparisonSchema []byte

// ComparisonSchema returns the published JSON Schema of comparisons.
func ComparisonSchema() []byte { return slices.Clone(comparisonSchema) }

// A Comparison is one workload priced at every front door that can serve it.
type Comparison struct {
	Version  int          `json:"version"`
	Workload string       `json:"workload"`
	Region   string       `json:"region"`
	Book     string       `json:"book"`
	FreeTier FreeTier     `json:"free_tier"`
	Hours    Quantity     `json:"hours_per_month"`
	Requests Range        `json:"-"`
	Doors    []PricedDoor `json:"doors"`     // cheapest first
	RuledOut []RuledOut   `json:"ruled_out"` // before ranking
	Unpriced []Unpriced   `json:"unpriced"`  // can serve it, and are not ranked, since a price is unknown
	BreakAt  []BreakPoint `json:"break_even"`
	Reach    []Reach      `json:"serves_up_to"`
	WhatIf   []WhatIf     `json:"what_if"`
	Map      *Map         `json:"map,omitempty"`
	Margin   float64      `json:"-"` // how much the cheapest two doors' costs vary against each other over the workload's ranges, as a share
}

// A PricedDoor is a door with its bill.
type PricedDoor struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Month    Interval `json:"month_usd"`
	Cheapest *float64 `json:"cheapest_share"` // of the months drawn from the ranges; null: nothing varied
	Served   *float64 `json:"served_share"`   // of these, those that it can serve; the others have no price
	Failing  float64  `json:"failing_share"`  // of the requests, those that exceed one of its limits
	PerM     *Money   `json:"per_million_usd"`
	Lines    []Line   `json:"lines"` // at the likely numbers
	Warnings []string `json:"warnings"`
	Features []string `json:"features"`
	FlatRate bool     `json:"-"`
	Bill     Bill     `json:"-"` // at the likely numbers
}

// A RuledOut is a door that cannot serve the workload.
type RuledOut struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Reasons []string `json:"reasons"`
}

// An Unpriced door is one of whose bill some prices are unknown.
type Unpriced struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Least   Money    `json:"least_usd"` // what is known of the month
	Unknown []string `json:"unknown"`   // keys of the price book
	Lines   []Line   `json:"lines"`
	Bill    Bill     `json:"-"`
}

// A BreakPoint is a value of a variable from which another door of two is the
// cheaper one.
type BreakPoint struct {
	Variable string   `json:"variable"`
	Unit     string   `json:"unit"`
	At       Quantity `json:"at"`
	Cost     Money    `json:"month_usd"`
	Before   string   `json:"cheaper_below"`
	After    string   `json:"cheaper_above"`
	Lowest   bool     `json:"cheapest_of_all"` // no third door is cheaper there
	Asked    bool     `json:"-"`               // both doors are those that the user named, or the usual ones if none was named
}

// Bill prices a workload at one door, at the likely numbers, with an interval where
// some of them are ranges or means that percentiles leave open.
func (b *Book) Bill(w *Workload, d Door) (Bill, error) {
	b = b.For(w)
	bill, err := b.bill(w, d)
	if err != nil || !w.Varies() {
		return bill, err
	}
	from := "the workload's ranges and percentiles"
	for month := range w.months() {
		if !d.serves(month) {
			from += fmt.Sprintf(", those of %s that %s can serve", Figure(Whole(draws)), d.Title)
			break
		}
	}
	bill.Bounds, err = b.Bounds(w.Region, d.Billed, w.monthsAt(d), from)
	return bill, err
}

// KnownBill is the same with what is known of the bill, where prices are unknown: it
// has no interval then, and names them.
func (b *Book) KnownBill(w *Workload, d Door) (Bill, error) {
	b = b.For(w)
	bill, err := b.known(w, d)
	if err != nil || len(bill.Unknown) > 0 {
		return bill, err
	}
	return b.Bill(w, d)
}

// known is what is known of a bill at the likely numbers; it names what is unknown, at
// these or at others that the workload allows.
func (b *Book) known(w *Workload, d Door) (Bill, error) {
	bill, err := b.likelyBill(w, d)
	if len(bill.Unknown) == 0 && err == nil {
		for _, l := range Lacks(b.drawnLacks(w, d)) {
			bill.Unknown = append(bill.Unknown, l.Keys...)
		}
	}
	return bill, err
}

// likelyBill is what is known of a bill at the likely numbers.
func (b *Book) likelyBill(w *Workload, d Door) (Bill, error) {
	bill, _, err := b.priceKnown(w.Region, Measure(d.Billed, d.Traffic(w.likely())))
	bill.Warnings = append(bill.Warnings, d.notesOn(w)...)
	return bill, err
}

// drawnLacks are the prices that are unknown in months that could be, where they are
// known at the likely numbers.
func (b *Book) drawnLacks(w *Workload, d Door) error {
	open := b.openDimensions(w.Region, d.Billed)
	if len(open) == 0 || !w.Varies() {
		return nil
	}
	var lacks error
	for t := range w.monthsAt(d) {
		if _, err := b.cost(w.Region, open, t); len(Lacks(err)) > 0 {
			lacks = err
		}
	}
	return lacks
}

// openDimensions are the dimensions of which a price may be unknown, with those that
// have a free allowance, which they may share; none if every price is known.
func (b *Book) openDimensions(region string, billed []Dimension) []Dimension {
	has := func(is func(r Rate, known bool) bool) func(Dimension) bool {
		return func(d Dimension) bool {
			return slices.ContainsFunc(d.Keys(), func(key string) bool { return is(b.find(region, key)) })
		}
	}
	unknown := has(func(r Rate, known bool) bool { return !known || r.KnownTo.Sign() > 0 })
	free := has(func(r Rate, _ bool) bool { return r.granted != nil })
	if !slices.ContainsFunc(billed, unknown) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(billed), func(d Dimension) bool { return !unknown(d) && !free(d) })
}

// priced returns the doors whose bills have no unknown price, and notes the others.
func (b *Book) priced(c *Comparison, w *Workload, able []Door) (known []Door, err error) {
	for _, d := range able {
		bill, err := b.known(w, d)
		if err != nil {
			return nil, err
		}
		if len(bill.Unknown) == 0 {
			known = append(known, d)
			continue
		}
		c.Unpriced = append(c.Unpriced, Unpriced{d.Name, d.Title, bill.Month, bill.Unknown, bill.Lines, bill})
	}
	return known, nil
}

// bill is the same without an interval.
func (b *Book) bill(w *Workload, d Door) (Bill, error) {
	bill, err := b.For(w).Price(w.Region, Measure(d.Billed, d.Traffic(w.likely())))
	if err == nil {
		bill.Warnings = append(bill.Warnings, d.notesOn(w)...)
	}
	return bill, err
}

// Compare prices a workload at the doors that are asked for, or at every door if none
// is. Doors that lack what it requires are ruled out before anything is ranked.
func (b *Book) Compare(w *Workload, asked ...Door) (*Comparison, error) {
	b = b.For(w)
	c := &Comparison{
		Version: 1, Workload: w.Name, Region: w.Region, Book: b.String(), FreeTier: b.free, Hours: w.month(), Requests: w.Requests,
		Doors: []PricedDoor{}, RuledOut: []RuledOut{}, Unpriced: []Unpriced{}, BreakAt: []BreakPoint{}, Reach: []Reach{}, WhatIf: []WhatIf{},
	}
	doors := Doors
	if len(asked) > 0 {
		doors = asked
	}
	var able []Door
	for _, d := range doors {
		if reasons := d.RuledOut(w); len(reasons) > 0 {
			c.RuledOut = append(c.RuledOut, RuledOut{d.Name, d.Title, reasons})
		} else {
			able = append(able, d)
		}
	}
	able, err := b.priced(c, w, able)
	if err != nil || len(able) == 0 {
		return c, err
	}
	if err := b.rank(c, w, able); err != nil {
		return nil, err
	}
	if err := b.breakEvens(c, w.likely(), able); err != nil {
		return nil, err
	}
	c.markUsual(asked)
	return c, b.whatIfs(c, w.likely(), able)
}

func isUsual(name string) bool {
	d, err := DoorNamed(name)
	return err == nil && d.Usual
}

// Able returns the doors that can serve the workload.
func (w *Workload) Able() (able []Door) {
	for _, d := range Doors {
		if len(d.RuledOut(w)) == 0 {
			able = append(able, d)
		}
	}
	return able
}

// Fit returns the doors that could serve the workload if its sizes and durations
// were others.
func (w *Workload) Fit() (fit []Door) {
	for _, d := range Doors {
		if len(d.unfit(w)) == 0 {
			fit = append(fit, d)
		}
	}
	return fit
}

func (b *Book) rank(c *Comparison, w *Workload, able []Door) error {
	var errs []error
	for _, door := range able {
		bill, err := b.bill(w, door)
		errs = append(errs, err)
		d := PricedDoor{
			Name: door.Name, Title: door.Title, Month: Interval{P50: bill.Month, Likely: bill.Month}, FlatRate: door.FlatRate,
			Lines: bill.Lines, Warnings: append([]string{}, bill.Warnings...), Features: door.Features, Bill: bill,
			Failing: door.failing(w.likely()).Float(),
		}
		if n := w.Requests.Likely; n.Sign() > 0 && len(b.others) == 0 {
			per := bill.Month.Times(Whole(1_000_000).Div(n))
			d.PerM = &per
		}
		c.Doors = append(c.Doors, d)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if w.Varies() {
		if err := b.vary(c, w, able); err != nil {
			return err
		}
	}
	slices.SortStableFunc(c.Doors, func(x, y PricedDoor) int { return x.Month.P50.Cmp(y.Month.P50) })
	return nil
}

// vary gives the doors their intervals, in the order of able.
func (b *Book) vary(c *Comparison, w *Workload, able []Door) error {
	d, err := b.draw(w, able)
	if err != nil {
		return err
	}
	order := make([]int, len(able))
	for i := range c.Doors {
		order[i] = i
		share, served := float64(d.wins[i])/draws, float64(len(d.served(i)))/draws
		c.Doors[i].Cheapest, c.Doors[i].Served = &share, &served
		// A door whose bill none of the ranges touches has no interval.
		if of, ok := d.interval(i); ok && of.P10.Cmp(*of.P90) != 0 {
			of.Likely = c.Doors[i].Month.Likely
			c.Doors[i].Month = of
		}
	}
	slices.SortFunc(order, func(x, y int) int { return c.Doors[x].Month.P50.Cmp(c.Doors[y].Month.P50) })
	if len(order) > 1 {
		c.Margin = d.margin(order[0], order[1])
	}
	return nil
}

// breakEvens finds the crossings of every pair of doors over every variable
// that the workload has.
func (b *Book) breakEvens(c *Comparison, w *Workload, able []Door) error {
	for _, a := range Axes {
		if !a.needs(w) {
			continue
		}
		points, err := b.BreakEven(w, a, able)
		if errors.Is(err, errNotLinear) {
			continue // provisioned environments that are full make cold starts depend on durations in another way
		}
		if err != nil {
			return fmt.Errorf("break-even over %s: %w", a.Name, err)
		}
		c.BreakAt = append(c.BreakAt, points...)
		for _, d := range able {
			if at := a.reach(w, d); at.Cmp(a.To) < 0 {
				c.Reach = append(c.Reach, Reach{d.Name, a.Key, a.Unit, at})
			}
		}
	}
	return nil
}

// BreakEven returns where the cheaper door of any two changes over an axis, in
// ascending order for each pair, as far as both serve the workload. Flat-rate plans
// hold for the stated traffic only, so they are left out where the number of requests
// varies.
func (b *Book) BreakEven(w *Workload, a Axis, doors []Door) ([]BreakPoint, error) {
	b = b.For(w)
	var curves []Curve
	reach := map[string]Quantity{}
	for _, d := range doors {
		if d.FlatRate && !a.keepsTraffic {
			continue
		}
		cv, err := a.curve(b, w, d)
		if err != nil {
			return nil, err
		}
		curves = append(curves, cv)
		reach[d.Name] = a.reach(w, d)
	}
	s := a.span(w)
	var points []BreakPoint
	for _, cr := range BreakEvens(curves, s.from, s.to) {
		p := a.point(cr, curves, reach)
		if p.At.Cmp(reach[p.Before]) <= 0 && p.At.Cmp(reach[p.After]) <= 0 {
			points = append(points, p)
		}
	}
	return points, nil
}

// point states a crossing in the axis's own variable.
func (a Axis) point(cr Crossing, curves []Curve, reach map[string]Quantity) BreakPoint {
	p := BreakPoint{Variable: a.Key, Unit: a.Unit, At: a.traced(cr.Requests), Cost: cr.Cost, Before: cr.Before, After: cr.After}
	if a.invert {
		p.Before, p.After = p.After, p.Before
	}
	for _, c := range curves {
		if a.Whole && c.Name == cr.After {
			p.At = cr.Requests.ceil()
			p.Cost, cr.Requests = c.At(p.At), p.At
			cr.Cost = p.Cost
		}
	}
	p.Lowest = !slices.ContainsFunc(curves, func(c Curve) bool {
		return p.At.Cmp(reach[c.Name]) <= 0 && c.At(cr.Requests).Cmp(cr.Cost) < 0
	})
	return p
}
