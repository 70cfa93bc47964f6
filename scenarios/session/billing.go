package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// A billing prices a month at each target for what a run measured there. A target
// that AWS does not bill, such as an origin, has no bill.
type billing struct {
	*scenarios.Scenario
	book    *pricing.Book // with the rates that the scenario states
	targets []targets.Target
	month   results.Month
	months  []results.Month // by target, in requests
	untold  []string        // by target, why what a month costs cannot be told; "": it can
}

// newBilling is nil without prices, or without a month to price.
func newBilling(run *results.Run, book *pricing.Book, s *scenarios.Scenario, ts []targets.Target) *billing {
	p := s.Pricing
	if book == nil || !p.HasMonth() {
		return nil
	}
	b := &billing{Scenario: s, book: s.Book(book), targets: ts, month: monthOf(p)}
	for i := range ts {
		b.months = append(b.months, b.month.At(run, i))
		b.untold = append(b.untold, results.Unbilled(run, i))
		if b.untold[i] == "" {
			b.untold[i] = b.overPlan(run, i)
		}
	}
	return b
}

// overPlan says why the flat-rate plan that a target states has no price for the month; "":
// it has, or none is stated.
func (b *billing) overPlan(run *results.Run, i int) string {
	if d := b.targets[i].Distribution; d == nil || d.Plan == "" {
		return ""
	}
	c, _ := b.candidate(run, i)
	over := c.Traffic.OverPlan()
	if over == "" {
		return ""
	}
	return "what a month costs cannot be told, because " + over + ", and what CloudFront does with more is not documented; state a plan that allows it, or leave plan out to be billed by usage"
}

// monthOf is the month that a scenario states.
func monthOf(p scenarios.Pricing) results.Month {
	return results.Month{
		Requests: p.RequestsPerMonth, Flows: p.FlowsPerMonth, Hours: p.HoursPerMonth, ColdShare: p.ColdShare, Init: p.Init, Sockets: p.Sockets,
	}
}

// requests is how many requests the month has: with flows that are not of the same length at
// all targets, the mean.
func (b *billing) requests() (sum int64) {
	for _, m := range b.months {
		sum += m.Requests
	}
	return max(1, sum/int64(max(1, len(b.months))))
}

// candidate is the month at a target; false if AWS does not bill it.
func (b *billing) candidate(run *results.Run, i int) (pricing.Candidate, bool) {
	t := b.targets[i]
	billed := t.Door().Billed
	if len(billed) == 0 {
		return pricing.Candidate{}, false
	}
	c := pricing.Candidate{Name: t.Name, Billed: billed, Traffic: results.Traffic(run, i, t, b.months[i])}
	c.Each = c.Traffic.Requests.Quantity.Div(pricing.Whole(b.months[i].Requests))
	return c, true
}

func (b *billing) bill(i int, c pricing.Candidate) (pricing.Bill, error) {
	return b.book.Price(b.BillRegion(b.targets[i]), pricing.Measure(c.Billed, c.Traffic))
}

// price bills the run, and writes the bills to its directory.
func (b *billing) price(run *results.Run) error {
	var problems []error
	bills := map[string]pricing.Bill{}
	run.Document.Targets = slices.Clone(run.Document.Targets)
	run.Document.Month, run.Document.MonthFlows = b.requests(), b.month.Flows
	for i, t := range b.targets {
		doc := &run.Document.Targets[i]
		doc.Bill, doc.FlowCosts, doc.Unbilled = nil, nil, ""
		c, billed := b.candidate(run, i)
		if billed {
			doc.Unbilled = b.untold[i]
		}
		if !billed || doc.Unbilled != "" || !results.Loaded(run, i) { // probes do not stand for a month
			continue
		}
		bill, err := b.bill(i, c)
		if err != nil {
			problems = append(problems, unbilled(t, err))
			continue
		}
		bill.Warnings = append(bill.Warnings, results.Unpriced(c.Traffic)...)
		bill.Warnings = append(bill.Warnings, pricing.CallNotes(c.Traffic)...)
		if note := results.CacheNote(run, i, t); note != "" {
			bill.Warnings = append(bill.Warnings, note)
		}
		if note := t.Door().Experimental; note != "" {
			bill.Warnings = append(bill.Warnings, note)
		}
		bill.Warnings = append(bill.Warnings, results.EdgeNotes(run, i, t)...)
		for _, note := range []string{results.PreflightCost(run, i, t), results.FailureCost(run, i)} {
			if note != "" {
				bill.Warnings = append(bill.Warnings, note)
			}
		}
		if b.BilledByDefault(t) {
			bill.Warnings = append(bill.Warnings, fmt.Sprintf("the lab is in no region and the scenario names none: these are the prices of %s", bill.Region))
		}
		// An interval needs several blocks, and something that varies between them.
		if months, from := results.Redraw(run, i, t, b.months[i]); months != nil {
			if bill.Bounds, err = b.book.Bounds(b.BillRegion(t), c.Billed, months, from); err != nil {
				problems = append(problems, fmt.Errorf("target %q: %w", t.Name, err))
			}
		}
		if note := results.Undrawn(run, i, t); note != "" {
			bill.Warnings = append(bill.Warnings, note)
		}
		if run.Document.Targets[i].FlowCosts, err = b.flowCosts(run, i, c); err != nil {
			problems = append(problems, fmt.Errorf("target %q: flows: %w", t.Name, err))
		}
		if note := results.UntoldSteps(run, i); note != "" {
			bill.Warnings = append(bill.Warnings, note)
		}
		bills[t.Name] = bill
		run.Document.Targets[i].Bill = &bill
	}
	if lacks := pricing.Lacks(errors.Join(problems...)); len(lacks) > 0 {
		problems = append(problems, errors.New(pricing.Remedy(lacks)))
	}
	return errors.Join(append(problems, results.WriteJSON(run.Dir, results.FileBills, bills))...)
}

// unbilled says why a target has no bill, in one sentence for all prices that are missing.
func unbilled(t targets.Target, err error) error {
	return &unbilledError{fmt.Sprintf("target %q has no bill: %s", t.Name, strings.Join(reasons(err), "; ")), err}
}

// An unbilledError says in few words why a target has no bill.
type unbilledError struct {
	text string
	err  error
}

func (e *unbilledError) Error() string { return e.text }
func (e *unbilledError) Unwrap() error { return e.err }

func reasons(err error) (all []string) {
	if lacks := pricing.Lacks(err); len(lacks) > 0 {
		all = append(all, "there are no prices for "+scenarios.LacksText(lacks))
	}
	if use, is := errors.AsType[*pricing.UnknownUseError](err); is {
		all = append(all, use.Error())
	}
	if len(all) == 0 {
		all = append(all, err.Error())
	}
	return all
}

// flowCosts is what flows cost of a month. Each step is priced alone, without free tiers,
// which one step would use up for all; the sum is that of the whole month.
func (b *billing) flowCosts(run *results.Run, i int, all pricing.Candidate) (map[string]results.FlowCost, error) {
	if len(run.Document.Flows) == 0 {
		return nil, nil
	}
	t := b.targets[i]
	all.Billed = slices.DeleteFunc(slices.Clone(all.Billed), func(d pricing.Dimension) bool { return d.Standing })
	month, err := b.bill(i, all)
	if err != nil {
		return nil, err
	}
	alone := map[string]pricing.Money{}
	book := b.book.Granting(pricing.NoFreeTier)
	for step, traffic := range results.StepTraffic(run, i, t, b.months[i]) {
		priced, err := book.Price(b.BillRegion(t), pricing.Measure(all.Billed, traffic))
		if err != nil {
			return nil, err
		}
		alone[step] = priced.Month
	}
	return run.FlowCosts(i, b.months[i].Requests, month.Month, alone), nil
}

// perMillion prices a million requests like those of one block; nil without prices.
// The function's time in a block is what the client measured, since CloudWatch's
// minutes are longer than blocks. So that the level is that of the bill anyway,
// every block of a target is scaled by the ratio of its bill to the same bill from
// the client's numbers alone.
func (b *billing) perMillion(run *results.Run) func(*results.Run, uint16) (float64, bool) {
	if b == nil {
		return nil
	}
	month := func(part *results.Run, i int) (float64, bool) {
		c, billed := b.candidate(part, i)
		if !billed || b.untold[i] != "" || part.Document.Targets[i].Sockets != nil { // connections are those of the whole run
			return 0, false
		}
		bill, err := b.bill(i, c)
		return bill.Month.Float(), err == nil && bill.Month.Float() > 0
	}
	unseen := *run
	unseen.Observed = nil
	scale := make([]float64, len(b.targets))
	for i := range scale {
		scale[i] = 1e6 / float64(b.requests())
		if bill := run.Document.Targets[i].Bill; bill != nil && bill.Month.Float() > 0 {
			if client, ok := month(&unseen, i); ok {
				scale[i] *= bill.Month.Float() / client
			}
		}
	}
	return func(part *results.Run, target uint16) (float64, bool) {
		usd, ok := month(part, int(target))
		return usd * scale[target], ok
	}
}
