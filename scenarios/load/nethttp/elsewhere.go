package nethttp

import (
	"context"
	"net/url"

	"tollgate/scenarios/load"
	"tollgate/targets"
)

// newEndpoint is the endpoint of a target, or of another host that its flows go to.
func (e *vegetaEngine) newEndpoint(number uint16, t targets.Target, elsewhere string, messages []load.Message) *endpoint {
	options := e.job.Options
	options.HTTP = load.ProtocolFor(&e.job, elsewhere != "")
	d := &endpoint{number: number, job: &e.job, messages: messages, hosts: map[string]*endpoint{}, elsewhere: elsewhere, remembers: elsewhere == "" && load.Remember(messages)}
	d.dialer = &dialer{
		clock: e.now, counters: e.counters, ends: e.ends, patience: load.LongestTimeout(messages),
		note:  func(words string) { e.job.AddNote(d.number, words) },
		names: load.NewResolver(t, &e.job, e.now), socket: t.Connection.UnixSocket, reuse: options.Reuse(t),
	}
	d.dialer.tunnel = load.NewTunnel(e.job.TLS, &t)
	if t.URL.Scheme == "https" {
		d.dialer.tls = load.NewSecurity(e.job.TLS, t)
		d.dialer.tls.Offer(options.HTTP)
	}
	d.transport = newTransport(d.dialer, options.MaxConnections)
	if offered, only := options.HTTP2Over(t.URL.Scheme); offered {
		d.dialer.prior = only && d.dialer.tls == nil
		d.pool = newPool(d.dialer, &options)
	}
	return d
}

// atHost is the endpoint at the host of a URL. It is made, and its name looked up, when the
// first request goes there.
func (e *vegetaEngine) atHost(ctx context.Context, p *endpoint, m *load.Message, u *url.URL) (*endpoint, error) {
	e.mu.Lock()
	t := m.HostAt(u, &e.job.Targets[p.number])
	h := p.hosts[t.Name]
	if h == nil && len(p.hosts) == load.MostHosts {
		e.mu.Unlock()
		return nil, load.ErrHosts
	}
	if h == nil {
		h = e.newEndpoint(p.number, t, t.Name, p.messages)
		p.hosts[t.Name] = h
	}
	e.mu.Unlock()
	h.lookup.Lock()
	defer h.lookup.Unlock()
	if !h.dialer.names.Known() {
		h.dialer.names.Resolve(ctx)
	}
	return h, nil
}

// all are the endpoints of the targets and of other hosts.
func (e *vegetaEngine) all() (all []*endpoint) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range e.endpoints {
		all = append(all, d)
		for _, h := range d.hosts {
			all = append(all, h)
		}
	}
	return all
}

// reach is the endpoint that the request of an arrival goes to.
func (t *roundTripper) reach(f *arrival) (*endpoint, error) {
	if m := &t.endpoint.messages[f.number]; f.err == nil && m.Elsewhere() {
		return t.engine.atHost(t.ctx, t.endpoint, m, f.request.URL)
	}
	return t.endpoint, f.err
}
