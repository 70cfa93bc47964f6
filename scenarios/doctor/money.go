package doctor

import (
	"context"
	"fmt"
	"strings"

	"tollgate/pricing"
	"tollgate/scenarios"
)

// prices says whether a month can be billed after the run.
func (x *Exam) prices(_ context.Context, l *looking) {
	if !x.Scenario.Pricing.HasMonth() {
		l.skip("the scenario asks for no monthly bill (pricing: {requests_per_month: …})")
		return
	}
	names, err := x.Plan.Unbillable(x.Book)
	if err != nil {
		lacks := pricing.Lacks(err)
		if len(lacks) == 0 {
			l.problem(strings.Join(names, ", "), scenarios.NoBill+": "+err.Error(), "")
			return
		}
		l.problem(strings.Join(names, ", "), scenarios.NoBill+", since the price book has no prices for "+scenarios.LacksText(lacks), pricing.Remedy(lacks))
		return
	}
	l.ok("", "a month of every target can be billed ("+x.Scenario.Book(x.Book).String()+")")
}

// cost is what the run itself will cost, and of it what observing will.
func (x *Exam) cost(_ context.Context, l *looking) {
	e := x.Plan.Estimate(x.Book)
	for _, t := range e.Targets {
		if t.Unknown != nil {
			l.warn(t.Target, "what the run costs there is not known: "+t.Unknown.Error(), e.Remedy())
		}
	}
	if e.Total.High.Float() == 0 {
		l.ok("", "nothing that AWS bills")
		return
	}
	var watching pricing.Money
	for _, t := range e.Targets {
		watching = watching.Add(t.Watching.High)
	}
	l.ok("", fmt.Sprintf("likely %s, from %s to %s at list price; of it at most %s to read metrics, logs and traces", scenarios.Dollars(e.Total.Likely), scenarios.Dollars(e.Total.Low), scenarios.Dollars(e.Total.High), scenarios.Dollars(watching)))
}
