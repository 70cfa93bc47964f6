package results

import (
	"math"
	"slices"

	"tollgate/pricing"
	"tollgate/targets"
)

// A FlowCost is what the front door, the function and what they send cost of one flow,
// without what is paid anyway, such as the hours of a load balancer.
type FlowCost struct {
	Each  pricing.Money      `json:"flow_usd"`        // of one that begins
	Flows float64            `json:"flows_per_month"` // among the requests that the bill is made for
	Month pricing.Money      `json:"month_usd"`       // of all of them
	Steps map[string]float64 `json:"step_shares"`     // of the cost, by the name of the request; see also Preflight and Pushes
}

// At is the month in requests, of a target where it is stated in flows: each flow has as many
// requests as the run's had there, with conditions, repeats and failures as they were.
func (m Month) At(run *Run, target int) Month {
	if m.Flows == 0 {
		return m
	}
	started, _ := run.flowsStarted(uint16(target), every)
	sent := total(run).part(allOf(target)).sent()
	if m.Requests = m.Flows; started > 0 && sent > 0 {
		m.Requests = max(1, int64(math.Round(float64(m.Flows)*float64(sent)/float64(started))))
	}
	return m
}

// StepTraffic is the usage of each step of a flow at target number i, scaled to its share
// of a month's requests. What happened at the function is the client's view: CloudWatch
// does not tell one request from another.
func StepTraffic(run *Run, i int, t targets.Target, m Month) map[string]pricing.Traffic {
	if run.Document.Targets[i].Sockets != nil {
		return run.socketSteps(i, t, m)
	}
	all := total(run)
	sum := all.part(allOf(i)).sent()
	traffic := map[string]pricing.Traffic{}
	for r, name := range run.Document.Requests {
		if run.Document.owner(uint16(r)) == ofOtherHost {
			continue // it is not behind the front door
		}
		p := all.part(run.Document.request(i, r))
		if n := p.sent(); n > 0 && sum > 0 {
			of, u := m, usageOf(p, t)
			of.Requests = max(1, m.Requests*n/sum)
			if run.Document.asksFirst(uint16(r)) {
				u.preflights = u.reached
			}
			if c := run.Document.integrationOf(i, name); c != nil {
				u.behind = &sharing{integrations: []IntegrationDoc{*c}, called: []usage{u}}
			}
			traffic[name] = u.traffic(of)
		}
	}
	return traffic
}

// FlowCosts share the cost of a month among flows and their steps, in proportion to what
// each step would cost alone.
func (r *Run) FlowCosts(i int, month int64, cost pricing.Money, alone map[string]pricing.Money) map[string]FlowCost {
	var sum pricing.Money
	for _, c := range alone {
		sum = sum.Add(c)
	}
	doc, sent := &r.Document.Targets[i], total(r).part(allOf(i)).sent()
	if sum.Cmp(pricing.Money{}) == 0 || sent == 0 {
		return nil
	}
	costs := map[string]FlowCost{}
	for _, flow := range r.Document.Flows {
		f, began := doc.Flows[flow.Name]
		if !began {
			continue
		}
		c := FlowCost{Flows: float64(month) * float64(f.Started) / float64(sent), Steps: map[string]float64{}}
		var own pricing.Money
		steps := append(slices.Clone(flow.Steps), flow.Preflight(), flow.Pushes())
		for _, step := range steps {
			own = own.Add(alone[step])
		}
		for _, step := range steps {
			if alone[step].Cmp(pricing.Money{}) > 0 {
				c.Steps[step] = alone[step].Float() / own.Float()
			}
		}
		c.Month = cost.Times(pricing.Quantity(own).Div(pricing.Quantity(sum)))
		c.Each = c.Month.Times(pricing.Ratio(sent, month*f.Started))
		costs[flow.Name] = c
	}
	return costs
}
