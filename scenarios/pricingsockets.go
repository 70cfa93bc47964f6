package scenarios

import (
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/targets"
)

// monthSockets are the keys of the connections of a month.
const (
	socketsOfMonth  = "websocket"
	socketsOpened   = "connections"
	socketsLifetime = "lifetime"
)

// socketMonth reads the connections of a month.
func (in *input) socketMonth(v document.Value) (m results.SocketMonth) {
	if v.Node == nil {
		return m
	}
	f := in.fields(v, socketsOpened, socketsLifetime)
	f.Need(socketsOpened, socketsLifetime)
	m.Connections = f.Get(socketsOpened).Whole(1, 1e12)
	m.Lifetime = f.Get(socketsLifetime).Duration(time.Second, 31*24*time.Hour)
	if most := longestConnection(); m.Lifetime > most {
		f.Get(socketsLifetime).Problem("a front door ends a connection after %g hours, and its client opens another one: state a lifetime up to that, and as many more connections", most.Hours())
	}
	return m
}

// longestConnection is how long a connection lives at the most at any front door.
func longestConnection() (most time.Duration) {
	for _, k := range targets.Kinds {
		most = max(most, k.Limits.Connection)
	}
	return most
}

// checkSocketMonth reports connections of a month where none are held, or nothing bills them.
func (s *Scenario) checkSocketMonth(f fields) {
	if s.Pricing.Sockets.Connections == 0 {
		return
	}
	section := f.Get("pricing")
	v := section.At(section.Find(socketsOfMonth), section.Below(socketsOfMonth))
	switch {
	case !slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return t.Messages }):
		v.Problem("is about connections of messages, and no target takes messages over WebSocket: remove it")
	case s.Engine.Sockets != nil && slices.ContainsFunc(s.Requests, func(r Request) bool { return r.Socket != nil && r.Socket.Does == Connects }):
		v.Problem("is about connections that are held, and here flows open their own, one for each flow of the month: remove it")
	}
}
