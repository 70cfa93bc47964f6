package scenarios

import (
	"math"
	"slices"
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

// held is how many connections to a target are held all the time, at a time.
func (p *Plan) held(target int) (most int64) {
	for i := range p.Populations {
		if !p.Populations[i].sends(target) || p.Populations[i].connects() {
			continue
		}
		n := int64(p.EngineFor(i).held())
		for _, stage := range p.Populations[i].Stages {
			if u, closed := stage.Users(); closed {
				n = max(n, int64(u.N))
			}
		}
		most += n
	}
	return most
}

// connects says whether each flow opens a connection of its own.
func (p *PlannedPopulation) connects() bool {
	opens := func(f Flow) bool {
		return slices.ContainsFunc(f.Steps, func(s Step) bool { return p.does(&s) == Connects })
	}
	return len(p.Flows) > 0 && !slices.ContainsFunc(p.Flows, func(f Flow) bool { return !opens(f) })
}

// does is what a step of a flow does over WebSocket.
func (p *PlannedPopulation) does(s *Step) SocketAction {
	switch own := p.Requests[s.Request].Socket; {
	case s.Elsewhere:
		return Fetches
	case own != nil:
		return own.Does
	}
	return Sends
}

// A socketUse is what is likely to happen over WebSocket.
type socketUse struct {
	sent, opened float64       // messages; connections that flows open
	open         time.Duration // of each of these
}

// flowsOverSocket is what flows are likely to do at a target, of whose requests there are n.
func (p *Plan) flowsOverSocket(target int, n int64, g guess) (u socketUse) {
	var all, open float64
	for i := range p.Populations {
		one := &p.Populations[i]
		if !one.sends(target) {
			continue
		}
		requests := float64(one.guessed(g))
		all += requests
		if len(one.Flows) == 0 {
			u.sent += requests
			continue
		}
		extent := extentOf(one.Flows, toTarget)
		walks := requests / max(1, g.requests(extent))
		times := func(does SocketAction) float64 {
			return walks * g.requests(extentOf(one.Flows, func(s *Step) bool { return one.does(s) == does }))
		}
		connects := times(Connects)
		u.sent, u.opened = u.sent+times(Sends), u.opened+connects
		open += connects * (extent.Mean.Seconds() + g.requests(extent)*g.latency.Seconds())
	}
	if u.opened > 0 {
		u.open = time.Duration(open / u.opened * float64(time.Second))
	}
	if all > 0 { // trials are among the n
		u.sent, u.opened = u.sent*float64(n)/all, u.opened*float64(n)/all
	}
	return u
}

// openFor is the mean lifetime in seconds of connections that are held for a time, and of
// those that flows open.
func (p *Plan) openFor(held int64, flows socketUse, d time.Duration) pricing.Quantity {
	opened := held + int64(math.Round(flows.opened))
	if opened == 0 {
		return pricing.Whole(0)
	}
	return pricing.Ratio(held*(int64(d/time.Second)+1)+int64(math.Ceil(flows.opened*flows.open.Seconds())), opened)
}

// monthOfMessages makes what is guessed of a run that of a month. Connections and
// invocations grow with messages, and a month has no turns of other targets.
func (p *Plan) monthOfMessages(month pricing.Traffic, target int, n pricing.Quantity, g guess) pricing.Traffic {
	month.SocketSeconds.Quantity = p.openFor(p.held(target), p.flowsOverSocket(target, int64(month.Requests.Quantity.Float()), g), p.PerTarget(target))
	month = month.Scale(n)
	if stated := p.Scenario.Pricing.Sockets; stated.Connections > 0 {
		stated.State(&month, monthSource)
	}
	return month
}

// messages makes the traffic of n requests that of messages over WebSocket.
func (p *Plan) messages(t *pricing.Traffic, target int, n int64, g guess) {
	const source = "guess before the run"
	amount := func(n int64) pricing.Amount {
		return pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Assumed, Source: source}
	}
	held, flows := p.held(target), p.flowsOverSocket(target, n, g)
	sent, opened := int64(math.Round(flows.sent)), held+int64(math.Round(flows.opened))
	t.ResponseBytes = pricing.Point(0, pricing.Assumed, source)
	atOnce := held
	if d := p.Duration().Seconds(); d > 0 {
		atOnce += int64(math.Ceil(flows.opened * flows.open.Seconds() / d))
	}
	t.FromClients, t.Messages = amount(sent), amount(sent+sent*g.sockets(atOnce))
	t.MessageBytes = pricing.Point(g.response, pricing.Assumed, source)
	t.Sockets, t.SocketSeconds = amount(opened), amount(0)
	t.SocketSeconds.Quantity = p.openFor(held, flows, p.Duration())
	if p.Scenario.Targets[target].Kind.HasFunction() {
		t.Invocations = amount(sent + 2*opened)
	}
}
