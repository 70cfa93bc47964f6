package results

import "slices"

// An IntegrationDoc is what stands behind routes of a target in place of a function: no
// request to them invokes one.
type IntegrationDoc struct {
	Name     string   `json:"name" text:"name"` // "DynamoDB PutItem"
	Type     string   `json:"type" text:"name"`
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
