package scenarios

import (
	"fmt"
	"slices"

	"tollgate/pricing"
	"tollgate/scenarios/values"
)

// ofUser is the first place of a request whose value belongs to the user that sends it; ""
// if there is none.
func (r *Request) ofUser() string {
	for _, name := range r.places() {
		if name == userName || r.Values != nil && slices.ContainsFunc(r.Values.Data, func(d *values.Data) bool { return d.Pick == values.PerUser && d.Name == dataOf(name) }) {
			return name
		}
	}
	return ""
}

// needUsers refuses values of users in a load that has none.
func (p *Plan) needUsers() error {
	for i := range p.Populations {
		one := &p.Populations[i]
		for j := range one.Stages {
			if _, users := one.Stages[j].Load.(Users); users {
				continue
			}
			for k := range one.Requests {
				if name := one.Requests[k].ofUser(); name != "" {
					return fmt.Errorf("%s has arrivals and no users, and request %s has a value of its user, ${%s}: use a closed load, or another pick", one.Stages[j].Title(), one.Requests[k].Name, name)
				}
			}
		}
	}
	return nil
}

// sharedRows warns of users that have to share a row of per-user data.
func (p *Plan) sharedRows() (all []error) {
	for _, d := range p.Scenario.Data() {
		for i := range p.Populations {
			most := 0
			for _, s := range p.Populations[i].Stages {
				if u, closed := s.Load.(Users); closed {
					most = max(most, u.N)
				}
			}
			if d.Pick == values.PerUser && int64(most) > d.Rows && p.Populations[i].takes(d) {
				all = append(all, fmt.Errorf("data %s: %s has %s for %s (pick: per-user): several users share one", d.Name, d.File, pricing.Counted(d.Rows, "row"), pricing.Counted(most, "user")))
			}
		}
	}
	return all
}
