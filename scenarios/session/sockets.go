package session

import (
	"errors"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/websocket"
	"tollgate/scenarios/probes/probe"
)

// recordSockets keeps what engines counted of the connections over which they sent
// messages, while these are open.
func (d *driver) recordSockets(recorder *results.Recorder) error {
	docs := make([]*results.SocketDoc, len(d.targets))
	found := false
	for _, w := range d.walkers {
		found = addSockets(docs, w.engine) || found
	}
	if !found {
		return nil
	}
	return recorder.Update(func(doc *results.Document) {
		for i := range docs {
			doc.Targets[i].Sockets = docs[i]
		}
	})
}

// addSockets adds what an engine counted of connections to each target, if it does.
func addSockets(docs []*results.SocketDoc, engine load.Engine) (found bool) {
	counter, counts := engine.(load.SocketCounter)
	if !counts {
		return false
	}
	for i := range docs {
		one, counted := counter.Sockets(i)
		if !counted {
			continue
		}
		if docs[i] != nil {
			one = docs[i].And(one)
		}
		docs[i], found = &one, true
	}
	return found
}

// openSockets gives a question that asks about connections what opens them. What is
// returned ends it, and keeps what was counted.
func (p *prober) openSockets(a *probe.Asking) (end func() error, err error) {
	if !p.question.Probe.Messages {
		return func() error { return nil }, nil
	}
	client, err := websocket.NewClient(p.jobFor(p.Scenario.Requests))
	if err != nil {
		return nil, err
	}
	a.Sockets = client
	return func() error { return errors.Join(client.Close(), p.addSockets(client.Seen())) }, nil
}

// closeEngine ends the engine, and keeps what it counted of connections.
func (p *prober) closeEngine() (err error) {
	if p.engine == nil {
		return nil
	}
	err = p.engine.Close()
	if counter, counts := p.engine.(load.SocketCounter); counts {
		if seen, counted := counter.Sockets(0); counted {
			err = errors.Join(err, p.addSockets(seen))
		}
	}
	p.engine = nil
	return err
}

// addSockets keeps what was counted of the connections of a probe.
func (p *prober) addSockets(seen results.SocketDoc) error {
	return p.recorder.Update(func(doc *results.Document) { doc.Targets[p.question.Index].AddProbeSockets(seen) })
}
