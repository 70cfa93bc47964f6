package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// The steps after the load read a recorded run and add to its directory, so
// that each can be repeated by itself. A step that fails leaves a warning in
// run.json, which goes away when it is repeated and succeeds.
const (
	stepObserve = "observe"
	stepPrice   = "price"
)

// observe reads what AWS saw of the targets and keeps it beside the run.
func observe(ctx context.Context, o Observer, run *results.Run, ts []targets.Target) error {
	seen, err := o.Observe(ctx, run, ts)
	if err == nil {
		err = results.WriteObserved(run.Dir, seen)
	}
	if err != nil {
		return err
	}
	run.Observed = seen
	return nil
}

// price bills a month at each target for what the run measured there. Targets
// that are billed for nothing, such as an origin, have no bill.
func price(book *pricing.Book, run *results.Run, s *scenarios.Scenario, ts []targets.Target) error {
	book = s.Book(book)
	var problems []error
	bills := map[string]pricing.Bill{}
	run.Document.Targets = slices.Clone(run.Document.Targets)
	run.Document.Month = s.Pricing.RequestsPerMonth
	for i, t := range ts {
		run.Document.Targets[i].Bill = nil
		if len(t.Door().Billed) == 0 {
			continue
		}
		traffic := results.Traffic(run, i, t, monthOf(s))
		bill, err := book.Price(s.BillRegion(t), pricing.Measure(t.Door().Billed, traffic))
		if err != nil {
			problems = append(problems, fmt.Errorf("target %q: %w", t.Name, err))
			continue
		}
		bill.Warnings = append(bill.Warnings, results.Unpriced(traffic)...)
		if s.BilledByDefault(t) {
			bill.Warnings = append(bill.Warnings, fmt.Sprintf("the lab is in no region and the scenario names none: these are the prices of %s", bill.Region))
		}
		if bill.Bounds, err = bounds(book, run, i, s, t); err != nil {
			problems = append(problems, fmt.Errorf("target %q: %w", t.Name, err))
		}
		bills[t.Name] = bill
		run.Document.Targets[i].Bill = &bill
	}
	if lacks := pricing.Lacks(errors.Join(problems...)); len(lacks) > 0 {
		problems = append(problems, errors.New(pricing.Remedy(lacks)))
	}
	problems = append(problems, results.WriteJSON(run.Dir, results.FileBills, bills))
	return errors.Join(problems...)
}

// bounds is the interval of a bill over the run's blocks, nil where they are
// too few or nothing varied.
func bounds(book *pricing.Book, run *results.Run, i int, s *scenarios.Scenario, t targets.Target) (*pricing.Bounds, error) {
	months, from := results.Redraw(run, i, t, monthOf(s))
	if months == nil {
		return nil, nil
	}
	return book.Bounds(s.BillRegion(t), t.Door().Billed, months, from)
}

// monthOf is the month that a scenario's bills are made for.
func monthOf(s *scenarios.Scenario) results.Month {
	return results.Month{
		Requests: s.Pricing.RequestsPerMonth, Hours: s.Pricing.HoursPerMonth,
		ColdShare: s.Pricing.ColdShare, Init: s.Pricing.Init,
	}
}

// conclude sums the run up and writes run.json.
func conclude(run *results.Run) error {
	run.Document = results.Summarise(run)
	return results.WriteDocument(run.Dir, run.Document)
}

// note keeps how a step went among the run's warnings, instead of what it left
// there before.
func note(run *results.Run, step, problem string) {
	prefix := step + ": "
	run.Document.Warnings = slices.DeleteFunc(slices.Clone(run.Document.Warnings), func(w string) bool {
		return strings.HasPrefix(w, prefix)
	})
	if problem != "" {
		run.Document.Warnings = append(run.Document.Warnings, prefix+strings.ReplaceAll(problem, "\n", "; "))
	}
}
