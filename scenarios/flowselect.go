package scenarios

import (
	"slices"

	"tollgate/pricing/document"
)

// selectFlows selects the flows of a population: those that a list names, or a mapping
// from names to weights; all of them without either.
func (f fields) selectFlows(p *Population, s *Scenario) {
	if f.Has("requests") {
		f.Get("requests").Problem("the scenario has flows: select those (flows: [%s])", s.Flows[0].Name)
	}
	var chosen []Flow
	take := func(at document.Value, name string, weight int) {
		mentions(at, "flow", name, flowNames(s.Flows))
		if slices.Contains(flowNames(chosen), name) && name != "" {
			at.Problem("%q is listed twice", name)
		}
		for _, flow := range s.Flows {
			if flow.Name == name {
				if weight > 0 {
					flow.Weight = weight
				}
				chosen = append(chosen, flow)
			}
		}
	}
	if v := f.Get("flows"); v.Node == nil {
		chosen = slices.Clone(s.Flows)
	} else {
		selection(v, maxFlows, take)
	}
	for _, flow := range chosen {
		p.addFlow(flow, s)
	}
}

// addFlow adds a copy of a flow, whose steps are requests of the population.
func (p *Population) addFlow(flow Flow, s *Scenario) {
	flow.Steps = slices.Clone(flow.Steps)
	for i := range flow.Steps {
		step := &flow.Steps[i]
		request := s.Requests[step.Request]
		step.Request, request.Weight = len(p.Requests), step.weight(flow.Weight)
		p.Requests = append(p.Requests, request)
	}
	flow.Name = p.Name + "/" + flow.Name
	p.Flows = append(p.Flows, flow)
}
