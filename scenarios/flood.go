package scenarios

import (
	"fmt"
	"slices"

	"tollgate/pricing"
)

// floods warns of users who wait for nothing: a message without a reply ends when it is
// written, so that closed users without a think time send as fast as the machine can write.
func (p *Plan) floods() (all []error) {
	for i := range p.Populations {
		of := &p.Populations[i]
		if len(of.Walks) > 0 || !p.postsAlone(of) {
			continue
		}
		for _, stage := range of.Stages {
			if u, closed := stage.Load.(Users); closed && u.Think == (Distribution{}) {
				all = append(all, fmt.Errorf("%s: nothing holds its %s back: messages with reply: none end when they are written, so they are sent as fast as this machine can; write think: 100ms at its closed load, or an arrival rate (constant: {rate: …}) in its place",
					stage.Title(), pricing.Counted(u.N, "user")))
			}
		}
	}
	return all
}

// postsAlone says whether a target of a population takes messages, of which none has a reply.
func (p *Plan) postsAlone(of *PlannedPopulation) bool {
	return slices.ContainsFunc(of.To, func(i int) bool { return p.Scenario.Targets[i].Messages }) &&
		!slices.ContainsFunc(of.Requests, func(r Request) bool {
			own := r.OverSocket()
			return r.Elsewhere() || own != nil && !own.Reply.None
		}) && slices.ContainsFunc(of.Requests, func(r Request) bool { return r.OverSocket() != nil })
}
