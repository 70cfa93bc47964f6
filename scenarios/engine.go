package scenarios

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// engine reads how load is driven.
func (in *input) engine(v document.Value, s *Scenario) {
	e := &s.Engine
	v.Decode(e)
	f := v.Fields()
	in.engineName(f.Get("use"))
	own := f.Get("targets").Fields()
	for _, entry := range own.Entries {
		at := own.Get(entry.Key)
		if !slices.Contains(s.TargetNames(), entry.Key) {
			at.Problem("the scenario has no target %q", entry.Key)
		}
		in.engineName(at)
	}
	for i := range s.Targets {
		s.Targets[i].Client.Requests = e.RequestsPerConnection
	}
	if most := e.MaxConnections; most > 0 && e.Connections > most {
		v.Problem("%d connections to open first are more than max_connections, %d", e.Connections, most)
	}
}

// engineName checks the name of a load engine, if they are known.
func (in *input) engineName(v document.Value) {
	if len(in.engines) > 0 {
		v.Choice(in.engines...)
	}
}

// held is how many connections are held for messages of the open model.
func (e Engine) held() int {
	if e.Sockets == nil {
		return 0
	}
	return e.Sockets.Connections
}

// WithoutConnections are the same settings for an engine that opens none beforehand.
func (e Engine) WithoutConnections() Engine {
	e.Connections = 0
	if e.Sockets != nil {
		own := *e.Sockets
		own.Connections = 0
		e.Sockets = &own
	}
	return e
}

// UseFor is the name of the engine that is asked for at a target, "" where any is
// right.
func (e Engine) UseFor(target string) string { return cmp.Or(e.Targets[target], e.Use) }

// Refresh is after what time a target's name is looked up again for new
// connections; 0: never.
func (e Engine) Refresh(t targets.Target) time.Duration {
	if e.DNSRefresh > 0 || t.Kind == nil || t.URL == nil {
		return e.DNSRefresh
	}
	network, address := t.Dials()
	host, _, _ := net.SplitHostPort(address)
	if _, err := netip.ParseAddr(host); err == nil || host == "localhost" || network != "tcp" || t.Connection.Proxy != nil {
		return 0
	}
	return t.Kind.NameTTL
}
