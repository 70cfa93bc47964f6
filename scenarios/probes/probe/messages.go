package probe

import (
	"slices"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

// Unfit says why a probe cannot ask the targets of a scenario, "" if it can.
func (p *Probe) Unfit(s *scenarios.Scenario) string {
	switch messages := s.Engine.Sockets != nil; {
	case p.Messages && !messages:
		return "asks about connections of WebSocket, and this scenario sends requests: give a request send: in place of a path"
	case !p.Messages && messages:
		return "sends requests, and this scenario sends messages over WebSocket"
	}
	return ""
}

// MessageNamed reads an option that names a request of the scenario, and returns its
// number; without the option, the first one that suits.
func MessageNamed(o document.Fields, key string, requests []scenarios.Request, suits func(scenarios.Request) bool) int {
	if v := o.Get(key); v.Node != nil {
		name := v.Str()
		if i := slices.IndexFunc(requests, func(r scenarios.Request) bool { return r.Name == name }); i >= 0 {
			return i
		}
		var names []string
		for _, r := range requests {
			names = append(names, r.Name)
		}
		o.ProblemAt(key, "there is no request %q%s", name, document.DidYouMean(name, names))
		return 0
	}
	return max(slices.IndexFunc(requests, suits), 0)
}
