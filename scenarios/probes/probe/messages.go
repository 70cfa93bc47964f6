package probe

import (
	"slices"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/targets"
)

// Suits says whether a probe can ask a target: by requests, or about connections of
// WebSocket.
func (p *Probe) Suits(t *targets.Target) bool { return p.Messages == t.Messages }

// Unfit says why a probe cannot ask the targets that an entry of a scenario names, all of
// them without a name, "" if it can.
func (p *Probe) Unfit(s *scenarios.Scenario, named []string) string {
	unfit, fits := "", false
	for i := range s.Targets {
		t := &s.Targets[i]
		switch {
		case len(named) > 0 && !slices.Contains(named, t.Name):
		case p.Suits(t):
			fits = true
		default:
			unfit = t.Name
		}
	}
	switch {
	case unfit == "" || fits && len(named) == 0:
		return ""
	case p.Messages && s.Engine.Sockets == nil:
		return "asks about connections of WebSocket, and this scenario sends requests: give a request send: in place of a path"
	case p.Messages:
		return "asks about connections of WebSocket, and target " + unfit + " is sent requests"
	case s.Targets[0].Messages && len(s.Targets) == 1:
		return "sends requests, and this scenario sends messages over WebSocket"
	}
	return "sends requests, and target " + unfit + " is sent messages over WebSocket"
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
