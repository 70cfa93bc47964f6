package results

import (
	"fmt"
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
	could := func() pricing.Quantity { return t.FromClients.Quantity.Add(t.Sockets.Quantity.Mul(pricing.Whole(2))) }
	before := could()
	t.Sockets = pricing.Amount{Quantity: pricing.Whole(s.Connections), Basis: pricing.Stated, Source: source}
	t.SocketSeconds = pricing.Amount{Quantity: pricing.Ratio(s.Lifetime.Milliseconds(), 1000), Basis: pricing.Stated, Source: source}
	if before.Sign() == 0 {
		return
	}
	factor := could().Div(before)
	for _, a := range []*pricing.Amount{&t.Invocations, &t.ColdStarts} {
		a.Quantity = a.Quantity.Mul(factor)
	}
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
