package session

import (
	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/targets"
)

// stepCompare names the comparison of targets among the steps.
const stepCompare = "compare"

// Compare sets the targets of a recorded run against one of them, the first
// unless base names another. Of c it needs the Book, where costs are to be
// compared too. Nothing is written.
func Compare(dir, base string, c Config) (*compare.Comparison, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	o := compare.Options{Base: base}
	unpriced := r.resolved(stepPrice, priced)
	if unpriced == nil {
		o.Price = perMillion(c.Book, r.run, r.scenario, r.targets)
	}
	compared, err := compare.Targets(r.run, o)
	if err != nil {
		return nil, fail(BadInput, "%s: %w", dir, err)
	}
	if unpriced != nil {
		compared.Notes = append(compared.Notes, "costs are not compared: "+unpriced.Error())
	}
	return compared, nil
}

// compare sets the run's targets against the first and keeps what it finds. A
// run of one target has nothing to compare.
func (s *session) compare(run *results.Run) {
	if len(run.Document.Targets) < 2 || len(s.plan.Stages) == 0 {
		return
	}
	compared, err := compare.Targets(run, compare.Options{Price: perMillion(s.Book, run, s.Scenario, s.targets)})
	if err == nil {
		err = compared.Write(run.Dir)
	}
	if err != nil {
		note(run, stepCompare, err.Error()+"; tollgate compare "+run.Dir+" does it again")
	}
}

// perMillion returns how to price a million requests like those of one block,
// nil where nobody asked for prices. The function's time in a block is what the
// client saw, since CloudWatch's minutes are longer than blocks; so that the
// level is that of the bill all the same, every block of a target is scaled by
// what its bill is to the same bill from the client's numbers alone.
func perMillion(book *pricing.Book, run *results.Run, s *scenarios.Scenario, ts []targets.Target) func(*results.Run, uint16) (float64, bool) {
	if book == nil || s.Pricing.RequestsPerMonth == 0 {
		return nil
	}
	book = s.Book(book)
	month := func(part *results.Run, target uint16) (float64, bool) {
		t := ts[target]
		if len(t.Door().Billed) == 0 {
			return 0, false
		}
		traffic := results.Traffic(part, int(target), t, monthOf(s))
		bill, err := book.Price(s.BillRegion(t), pricing.Measure(t.Door().Billed, traffic))
		return bill.Month.Float(), err == nil && bill.Month.Float() > 0
	}
	unseen := *run
	unseen.Observed = nil
	scale := make([]float64, len(ts))
	for i := range ts {
		scale[i] = 1e6 / float64(s.Pricing.RequestsPerMonth)
		if bill := run.Document.Targets[i].Bill; bill != nil && bill.Month.Float() > 0 {
			if client, ok := month(&unseen, uint16(i)); ok {
				scale[i] *= bill.Month.Float() / client
			}
		}
	}
	return func(part *results.Run, target uint16) (float64, bool) {
		usd, ok := month(part, target)
		return usd * scale[target], ok
	}
}
