package pricing

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
)

//go:embed apis.schema.json
var apisSchema []byte

// APIsSchema returns the published JSON Schema of comparisons of several APIs.
func APIsSchema() []byte { return slices.Clone(apisSchema) }

// APIComparisons are what the account's month costs with other front doors for the APIs
// of a workload. Each API is compared while the others stay at their front doors, with
// their likely numbers: its choice then has one ranking, with break-even points and
// savings, and tiers that the others share are in it. Since such choices can depend on
// each other, combinations of them are priced, too.
type APIComparisons struct {
	Version  int             `json:"version"`
	Workload string          `json:"workload"`
	Region   string          `json:"region"`
	Book     string          `json:"book"`
	FreeTier FreeTier        `json:"free_tier"`
	Hours    Quantity        `json:"hours_per_month"`
	Stated   Bill            `json:"stated"` // at the front doors of the file
	APIs     []APIComparison `json:"apis"`
	All      []Combination   `json:"combinations"` // the least expensive first
	Tried    string          `json:"combinations_tried"`
}

// An APIComparison ranks the front doors that can serve one API. Its months are the
// account's.
type APIComparison struct {
	Name string `json:"name"`
	Door string `json:"front_door"` // of the file
	*Comparison
}

// A Combination is a front door for each API.
type Combination struct {
	What  string            `json:"what"`
	Doors map[string]string `json:"front_doors"` // by API
	Month Money             `json:"month_usd"`
}

// One returns the workload of one of several APIs, and the book in which a bill of it is
// the account's: with what the others use.
func (b *Book) One(w *Workload, name string) (*Book, API, error) {
	i := slices.IndexFunc(w.APIs, func(a API) bool { return a.Name == name })
	if i < 0 {
		var names []string
		for _, a := range w.APIs {
			names = append(names, a.Name)
		}
		return nil, API{}, fmt.Errorf("the workload has no API %q; it has %v", name, names)
	}
	return b.For(w).nextTo(w.besidesAPI(name, Quantity{})), w.APIs[i], nil
}

// CompareAPIs prices each API of a workload at the doors that are asked for, or at every
// door if none is.
func (b *Book) CompareAPIs(w *Workload, asked ...Door) (*APIComparisons, error) {
	b = b.For(w)
	c := &APIComparisons{
		Version: 1, Workload: w.Name, Region: w.Region, Book: b.String(), FreeTier: b.free, Hours: w.month(), All: []Combination{},
	}
	var err error
	if c.Stated, err = b.BillAPIs(w); err != nil {
		return nil, err
	}
	for _, a := range w.APIs {
		doors := asked
		if len(doors) == 0 {
			doors = Doors
		}
		if a.Door.Alone {
			doors = []Door{a.Door}
		} else if !slices.ContainsFunc(doors, func(d Door) bool { return d.Name == a.Door.Name }) {
			doors = append([]Door{a.Door}, doors...)
		}
		next, api, err := b.One(w, a.Name)
		if err != nil {
			return nil, err
		}
		one, err := next.Compare(api.Workload, doors...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		one.markUsual(asked)
		c.APIs = append(c.APIs, APIComparison{a.Name, a.Door.Name, one})
	}
	return c, b.combine(c, w)
}

// markUsual marks the crossings of the doors that were asked for, or of the usual ones.
func (c *Comparison) markUsual(asked []Door) {
	for i := range c.BreakAt {
		p := &c.BreakAt[i]
		p.Asked = len(asked) > 0 || isUsual(p.Before) && isUsual(p.After)
	}
}

// mostTried bounds how many combinations are priced, each in some 50 µs.
const mostTried = 2000

// A choice is the usage of each API at each front door that has a price there, and which
// one of these is chosen.
type choice struct {
	names  []string
	doors  [][]string
	usages [][]Usage
	alone  []bool // there is one to choose
}

// combine finds the least expensive combination, and prices those in which all APIs
// have the same front door.
func (b *Book) combine(c *APIComparisons, w *Workload) error {
	var all choice
	var stated []int
	count := 1
	for i, a := range w.APIs {
		var names []string
		var usages []Usage
		at := -1
		for _, d := range c.APIs[i].Doors {
			door, err := DoorNamed(d.Name)
			if err != nil {
				door = a.Door
			}
			if d.Name == a.Door.Name {
				at = len(names)
			}
			names, usages = append(names, d.Name), append(usages, API{a.Name, door, a.Workload}.usage(a.likely()))
		}
		if at < 0 {
			c.Tried = "none, since prices are unknown"
			return nil
		}
		all.names, all.doors, all.usages = append(all.names, a.Name), append(all.doors, names), append(all.usages, usages)
		all.alone = append(all.alone, a.Door.Alone)
		stated, count = append(stated, at), min(mostTried+1, count*len(names))
	}
	best, err := b.cheapest(w.Region, all, stated, count)
	if err != nil {
		return err
	}
	c.Tried = "all"
	if count > mostTried {
		c.Tried = "one change after another, as long as it saves something: another combination may cost less"
	}
	return b.listed(c, w.Region, all, stated, best)
}

// cheapest is the least expensive combination of all, or of those that single changes
// lead to.
func (b *Book) cheapest(region string, all choice, stated []int, count int) ([]int, error) {
	best := slices.Clone(stated)
	least, err := b.price(region, all, best)
	if err != nil {
		return nil, err
	}
	try := func(at []int) (better bool) {
		if err != nil {
			return false
		}
		var cost Money
		if cost, err = b.price(region, all, at); err == nil && cost.Cmp(least) < 0 {
			best, least, better = slices.Clone(at), cost, true
		}
		return better
	}
	if count <= mostTried {
		at := make([]int, len(stated))
		for ok := true; ok; ok = all.next(at) {
			try(at)
		}
		return best, err
	}
	for changed := true; changed; {
		changed = false
		for i := range best {
			for d := range all.doors[i] {
				at := slices.Clone(best)
				at[i] = d
				changed = try(at) || changed
			}
		}
	}
	return best, err
}

// next counts on to the next combination; false after the last.
func (c choice) next(at []int) bool {
	for i := range at {
		if at[i]++; at[i] < len(c.doors[i]) {
			return true
		}
		at[i] = 0
	}
	return false
}

func (b *Book) price(region string, c choice, at []int) (Money, error) {
	var all []portion
	for i, d := range at {
		all = append(all, portion{c.names[i], c.usages[i][d]})
	}
	return b.sum(region, added(all...))
}

// listed are the stated combination, the best one, and each with one front door for all.
func (b *Book) listed(c *APIComparisons, region string, all choice, stated, best []int) error {
	add := func(what string, at []int) error {
		doors := map[string]string{}
		for i, d := range at {
			doors[all.names[i]] = all.doors[i][d]
		}
		if slices.ContainsFunc(c.All, func(o Combination) bool { return maps.Equal(o.Doors, doors) }) {
			return nil
		}
		month, err := b.price(region, all, at)
		c.All = append(c.All, Combination{what, doors, month})
		return err
	}
	if err := add("as stated", stated); err != nil {
		return err
	}
	for _, d := range Doors {
		at := make([]int, len(stated))
		for i := range at {
			at[i] = slices.Index(all.doors[i], d.Name)
			if all.alone[i] {
				at[i] = stated[i]
			}
		}
		if !slices.Contains(at, -1) {
			if err := add("all at "+d.Name, at); err != nil {
				return err
			}
		}
	}
	if err := add("each where the sum is least", best); err != nil {
		return err
	}
	slices.SortStableFunc(c.All, func(x, y Combination) int { return x.Month.Cmp(y.Month) })
	return nil
}

// WorstOfAPIs are the worst months of the account if one of the APIs is attacked, at its
// front door, while the others have their month.
func (b *Book) WorstOfAPIs(w *Workload, attack Quantity, limit *Money) (*Worsts, error) {
	b = b.For(w)
	all := &Worsts{
		Version: 1, Workload: w.Name, Region: w.Region, Book: b.String(), FreeTier: b.free, Hours: w.longest(), Attack: attack, Cap: limit,
		Doors: []Worst{}, LeftOut: []RuledOut{},
	}
	for _, a := range w.APIs {
		if a.Door.Alone {
			all.LeftOut = append(all.LeftOut, RuledOut{a.Name, a.Door.Title, []string{"no front door lets an attack in"}})
			continue
		}
		one, err := b.nextTo(w.besidesAPI(a.Name, w.longest())).Worst(a.Workload, []Door{a.Door}, attack, limit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		for _, d := range one.Doors {
			d.API = a.Name
			d.Notes = append(d.Notes, "one API is attacked at a time, and the others have their stated month: an attack on several at once can cost more")
			all.Doors = append(all.Doors, d)
		}
		for _, d := range one.LeftOut {
			all.LeftOut = append(all.LeftOut, RuledOut{a.Name + " at " + d.Name, d.Title, d.Reasons})
		}
	}
	slices.SortStableFunc(all.Doors, func(x, y Worst) int { return x.Month.Cmp(y.Month) })
	return all, nil
}

// BillsOfAPIs are the bill of all APIs of a workload at the likely numbers, and the part
// of each, as far as prices are known.
func (b *Book) BillsOfAPIs(w *Workload) (Priced, error) {
	b = b.For(w)
	p := Priced{Name: w.Name, Region: w.Region, Book: b.String(), FreeTier: b.free, Varies: w.Varies()}
	bill, err := b.BillAPIs(w)
	if err != nil {
		return p, err
	}
	p.Bills = append(p.Bills, NamedBill{Name: "all", Title: "all APIs", Bill: bill})
	for _, a := range bill.APIs {
		own := Bill{Region: bill.Region, Book: bill.Book, FreeTier: bill.FreeTier, Month: a.Month, Lines: a.Lines}
		for _, l := range a.Lines {
			if l.Unknown {
				own.Unknown = append(own.Unknown, l.Dimension)
			}
		}
		p.Bills = append(p.Bills, NamedBill{Name: a.Name, Title: a.Title, Bill: own})
	}
	return p, nil
}
