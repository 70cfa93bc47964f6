package scenarios

import (
	"time"

	"tollgate/pricing"
)

// A socketGuess is what is not known of messages before a run: how many come to clients for
// each that they send. Low: none. Likely: a reply. High: each goes to everyone, as in a
// chat.
type socketGuess func(connections int64) int64

func noneComes(int64) int64                { return 0 }
func oneComes(int64) int64                 { return 1 }
func everyoneGets(connections int64) int64 { return max(1, connections) }

// held is how many connections there are to a target at a time.
func (p *Plan) held(target int) (most int64) {
	for i := range p.Populations {
		if !p.Populations[i].sends(target) {
			continue
		}
		n := int64(p.Scenario.Engine.Connections)
		for _, stage := range p.Populations[i].Stages {
			if u, closed := stage.Load.(Users); closed {
				n = max(n, int64(u.N))
			}
		}
		most += n
	}
	return most
}

// messages makes the traffic of n requests that of n messages over WebSocket.
func (p *Plan) messages(t *pricing.Traffic, target int, n int64, g guess) {
	const source = "guess before the run"
	amount := func(n int64) pricing.Amount {
		return pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Assumed, Source: source}
	}
	held := p.held(target)
	t.ResponseBytes = pricing.Point(0, pricing.Assumed, source)
	t.FromClients, t.Messages = amount(n), amount(n+n*g.sockets(held))
	t.MessageBytes = pricing.Point(g.response, pricing.Assumed, source)
	t.Sockets, t.SocketSeconds = amount(held), amount(int64(p.Duration()/time.Second)+1)
	if p.Scenario.Targets[target].Kind.HasFunction() {
		t.Invocations = amount(n + 2*held)
	}
}
