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
		docs[i].Figures = d.figuresOf(all, target, docs[i].Requests)
	}
	return docs
}

// integrationOf is what a request of some name leads to at a target in place of a function;
// nil: to a function.
func (d *Document) integrationOf(target int, request string) *IntegrationDoc {
	docs := d.Targets[target].Integrations
	if i := slices.IndexFunc(docs, func(c IntegrationDoc) bool { return slices.Contains(c.Requests, request) }); i >= 0 {
		return &docs[i]
	}
	return nil
}

// asCall is the month's traffic of an integration of which u is the use.
func (u usage) asCall(of IntegrationDoc, factor pricing.Quantity) pricing.Call {
	c := pricing.Call{Of: of.Name, Type: of.Type, Action: of.Action}
	for _, i := range u.target.Integrations {
		if i.Called() == of.Name {
			c = i.Call()
		}
	}
	reached, each := u.reached, "one for each request"
	if u.target.Distribution != nil {
		reached, each = u.passedOn(), "one for each request that reached the origin"
	}
	c.Requests = pricing.Amount{
		Quantity: pricing.Whole(max(0, reached-u.refused)).Mul(factor), Basis: pricing.Assumed, Source: each + " but 403 and 429",
	}
	c.RequestBytes, c.ResponseBytes, c.Duration = u.requestBytes, u.replyBytes, u.service
	return c
}
