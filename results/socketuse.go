package results

import (
	"fmt"
	"slices"
	"time"

	"tollgate/pricing"
)

// overSocket makes a workload that of messages over WebSocket, of which t is the month:
// a front door without WebSocket cannot serve it. Rejected: pricing each message as a
// request, which no front door bills so.
func (u usage) overSocket(w *pricing.Workload, t pricing.Traffic) {
	w.Requests, w.Preflights, w.PreflightsBy = pricing.Range{}, pricing.Range{}, ""
	w.RequestBytes, w.ResponseBytes = pricing.Shape{}, pricing.Shape{}
	w.Refused, w.RefusedBytes = pricing.Range{}, pricing.Shape{}
	w.Connections = pricing.ConnectionUse{}
	use := pricing.SocketUse{
		Connections: pricing.Exactly(t.Sockets.Quantity), Seconds: pricing.Exactly(t.SocketSeconds.Quantity),
		Messages: pricing.Exactly(t.Messages.Quantity), Bytes: pricing.ShapeOf(t.MessageBytes, 1000),
	}
	if n := t.Messages.Quantity; n.Sign() > 0 {
		use.FromClients = pricing.Exactly(t.FromClients.Quantity.Div(n))
		use.Units = t.MessageUnits
		use.Units.Quantity = use.Units.Quantity.Div(n)
	}
	if most := u.sockets.invoking(); most > 0 {
		use.Invoked = u.invocations()
		use.Invoked.Quantity = use.Invoked.Quantity.Div(pricing.Whole(most))
	}
	w.Sockets = use
}

// socketTraffic fills in what went over connections. Those that are held stay open while
// other targets have their turns, which is billed in the run, and is no part of a month: of
// that, the time of the target's own turns is taken. An older run does not know it.
func (u usage) socketTraffic(t *pricing.Traffic, month bool) {
	d, whose := *u.sockets, ""
	switch {
	case !u.shared:
	case month && d.InTurnsS > 0:
		d.ConnectedS, whose = d.InTurnsS, " in the target's own turns"
	default:
		whose = ", turns of other targets included"
	}
	d.traffic(t)
	t.SocketSeconds.Source += whose
}

// socketCalls are how often a function behind some routes of a WebSocket API is invoked.
type socketCalls struct {
	messages    int64 // of its routes
	connections int64 // for each connection, by $connect and $disconnect
	opened      int64
}

func (c socketCalls) all() int64 { return c.messages + c.connections*c.opened }

// perSocket makes u, of what messages of some routes got, the use of the function behind
// these: connections may invoke it, too. A month has as much of both for each message as all
// connections had.
func (u *usage) perSocket(run *Run, target uint16, f FunctionDoc) {
	warming := newPart()
	if run.WarmUp != nil { // the counts of connections have the warm-up
		for i := range run.WarmUp.Seconds {
			s := &run.WarmUp.Seconds[i]
			if s.Target == target && int(s.Request) < len(run.Document.Requests) && slices.Contains(f.Requests, run.Document.Requests[s.Request]) {
				warming.add(s)
			}
		}
	}
	u.calls = &socketCalls{u.reached + warming.reached(), int64(f.Connections), run.Document.Targets[target].Sockets.Opened}
	u.refused, u.preflights = 0, 0
}

// A SocketMonth is the connections of a month, as a scenario states them: users may stay
// connected for longer than a test has time for.
type SocketMonth struct {
	Connections int64 // opened
	Lifetime    time.Duration
}

// State puts them into a month of messages, in place of those that were scaled from a run, or
// guessed. Their invocations, of $connect and $disconnect, follow: of all that could invoke
// the function, as large a part does as before.
func (s SocketMonth) State(t *pricing.Traffic, source string) {
	s.state(t, source, []socketCalls{{messages: 1, connections: 2}}, 1)
}

// state is State with what invokes each function, the front door's own first, of so many
// messages of clients.
func (s SocketMonth) state(t *pricing.Traffic, source string, calls []socketCalls, sent int64) {
	opened := t.Sockets.Quantity
	t.Sockets = pricing.Amount{Quantity: pricing.Whole(s.Connections), Basis: pricing.Stated, Source: source}
	t.SocketSeconds = pricing.Amount{Quantity: pricing.Ratio(s.Lifetime.Milliseconds(), 1000), Basis: pricing.Stated, Source: source}
	t.Functions = slices.Clone(t.Functions)
	for i, c := range calls {
		messages := t.FromClients.Quantity.Mul(pricing.Ratio(c.messages, max(1, sent)))
		before, after := messages.Add(opened.Mul(pricing.Whole(c.connections))), messages.Add(t.Sockets.Quantity.Mul(pricing.Whole(c.connections)))
		switch {
		case before.Sign() == 0:
		case i == 0:
			t.Invocations.Quantity, t.ColdStarts.Quantity = t.Invocations.Quantity.Mul(after).Div(before), t.ColdStarts.Quantity.Mul(after).Div(before)
		case i <= len(t.Functions):
			t.Functions[i-1] = t.Functions[i-1].Times(after.Div(before))
		}
	}
}

// stateSockets is that of a run's month.
func (u usage) stateSockets(t *pricing.Traffic, m SocketMonth) {
	const source = "the scenario's pricing"
	if u.behind == nil {
		m.State(t, source)
		return
	}
	var calls []socketCalls
	for _, f := range u.behind.functions {
		calls = append(calls, *f.calls)
	}
	m.state(t, source, calls, u.sockets.Sent)
}

// invoking is how often the function runs if it is behind all routes: for $connect and
// $disconnect of each connection, and for each message of a client. What servers send
// through @connections invokes nothing.
func (d *SocketDoc) invoking() int64 { return d.Sent + 2*d.Opened }

// invoked is how many of all invocations are those of connections that are not of the load.
// Whether the API has routes $connect and $disconnect is not known: it is taken to have both,
// or else the former, if that leaves an invocation for each message and connection of the load.
func (d *SocketDoc) invoked(load *SocketDoc, all float64) float64 {
	for routes := int64(2); routes > 0; routes-- {
		if own := float64(d.Sent + routes*d.Opened); all-own >= float64(load.Sent+load.Opened) {
			return own
		}
	}
	return float64(d.Sent)
}

// socketNotes say what a workload of messages takes from the run.
func (u usage) socketNotes() []string {
	d := u.sockets
	if d.Opened == 0 {
		return nil
	}
	return []string{fmt.Sprintf("connections are taken to live as long as those of the run, %.3g s in the mean, and to carry as many messages: if users stay longer, price a workload file with a section websocket", d.ConnectedS/float64(d.Opened))}
}
