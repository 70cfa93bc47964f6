//go:build linux

package wire

import (
	"context"
	"net/url"
	"time"

	"tollgate/scenarios/load"
)

// Steps of flows that go to another host than the target have endpoints of their own there,
// one for each host, with connections of their own. They are made when the first step goes
// there, or beforehand where the scenario names the host as it is. Its name is looked up off
// the loop.

// atHost is the endpoint of a message at the host of a URL.
func (e *wireEngine) atHost(p *endpoint, m *load.Message, u *url.URL) (*endpoint, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := m.HostAt(u, &e.job.Targets[p.number])
	if h := p.hosts[t.Name]; h != nil {
		return h, nil
	}
	if len(p.hosts) == load.MostHosts {
		return nil, load.ErrHosts
	}
	h := newEndpoint(p.number, t, t.Name, &e.job, p.messages, load.NewResolver(t, &e.job, e.now))
	p.hosts[t.Name] = h
	return h, nil
}

// openHosts makes the endpoints of the hosts that are known beforehand.
func (e *wireEngine) openHosts() {
	for _, p := range e.endpoints {
		for i := range p.messages {
			m := &p.messages[i]
			for _, u := range m.KnownHosts() {
				_, _ = e.atHost(p, m, u) // there are fewer
			}
		}
	}
}

// all are the endpoints of the targets and of other hosts.
func (e *wireEngine) all() (all []*endpoint) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.endpoints {
		all = append(all, p)
		for _, h := range p.hosts {
			all = append(all, h)
		}
	}
	return all
}

// resolve waits until names are known, or known to be unknown.
func (p *endpoint) resolve(ctx context.Context) {
	p.lookup.Lock()
	defer p.lookup.Unlock()
	p.names.Resolve(ctx)
}

// poolOf is the loop's pool of connections to an endpoint.
func (l *loop) poolOf(p *endpoint) *pool {
	if l.pools[p] == nil {
		l.pools[p] = &pool{endpoint: p}
	}
	return l.pools[p]
}

// direct makes an exchange whose text is there one with the host that it goes to.
func (l *loop) direct(x *exchange, number uint16) error {
	if x.to == nil {
		return nil
	}
	h, err := l.engine.atHost(x.pool.endpoint, x.request.Message, x.to)
	if err == nil {
		x.pool, x.request = l.poolOf(h), &h.requests[number]
	}
	return err
}

// leaves reports whether what is due next goes to another host, as far as that is known: it
// need not wait for a connection to the target.
func (l *loop) leaves(now time.Duration) bool {
	q := l.flows
	if q == nil || !q.elsewhere {
		return false
	}
	if pages, asks := l.queue.(*pageQueue); asks && len(pages.ready) > 0 {
		return false
	}
	requests := q.loop.pool.endpoint.requests
	if q.stepFirst(now) {
		return requests[q.steps[0].of.Request()].Elsewhere()
	}
	o, ok := q.later(0)
	return ok && requests[o.walk.Request()].Elsewhere()
}

// sendElsewhere lets a request wait for a connection to its host, or gives it one that is free.
func (l *loop) sendElsewhere(x *exchange, now time.Duration) {
	l.waiting.insert(x, &x.waits, l.waiting.last)
	l.orphaned(x)
	if x.pool.endpoint.names.Known() {
		l.place(x, now)
		return
	}
	if p := x.pool; !p.asking { // the loop looks for a connection again when it wakes up
		p.asking = true
		ctx := l.lookups
		l.handshaking.Go(func() {
			p.endpoint.resolve(ctx)
			l.poller.Wake()
		})
	}
}
