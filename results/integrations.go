package results

import (
	"slices"

	"tollgate/pricing"
)

// An IntegrationDoc is what stands behind routes of a target in place of a function: no
// request to them invokes one.
type IntegrationDoc struct {
	Name     string   `json:"name" text:"name"` // "DynamoDB PutItem"
	Type     string   `json:"type" text:"name"`
	Action   string   `json:"action,omitempty" text:"name"` // of a service
	Routes   []string `json:"routes" text:"name"`
	Requests []string `json:"requests,omitempty" text:"name"` // names of those that lead to it
	Figures  *Figures `json:"figures,omitempty"`              // of these; nil: none were sent
}

// byIntegration fills in the figures of what each integration of a target got.
func (d *Document) byIntegration(all *totals, target int) []IntegrationDoc {
	docs := slices.Clone(d.Targets[target].Integrations)
	for i := range docs {
		if p := d.calling(all, target, docs[i].Requests); p.total() > 0 {
			f := p.figures(all.active(allOf(target)))
			docs[i].Figures = &f
		}
	}
	return docs
}

// functionless says whether a request of some name invokes no function at a target.
func (d *Document) functionless(target int, request string) bool {
	return slices.ContainsFunc(d.Targets[target].Integrations, func(i IntegrationDoc) bool { return slices.Contains(i.Requests, request) })
}

// asCall is the month's traffic of an integration of which u is the use.
func (u usage) asCall(of IntegrationDoc, factor pricing.Quantity) pricing.Call {
	c := pricing.Call{
		Of: of.Name, Type: of.Type, Action: of.Action,
		Requests: pricing.Amount{
			Quantity: pricing.Whole(max(0, u.reached-u.refused)).Mul(factor), Basis: pricing.Assumed, Source: "one for each request but 403 and 429",
		},
		RequestBytes: u.requestBytes, ResponseBytes: u.replyBytes, Duration: u.service,
	}
	for _, i := range u.target.Integrations {
		if i.Called() == of.Name {
			c.Express, c.Transitions = i.Express(), pricing.Whole(i.Transitions)
		}
	}
	return c
}
