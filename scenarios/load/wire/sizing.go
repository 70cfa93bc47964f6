//go:build linux

package wire

import (
	"time"
)

// sizing decides when another connection is opened for a request that finds
// none free. See "Pool sizing" in the package documentation.
type sizing struct {
	most     int           // connections at an endpoint; 0: any number
	patience time.Duration // how long a request waits for one to fall free

	left      int           // how many may be opened before the sockets are looked at again
	notBefore time.Duration // the pause after the latest
	last      time.Duration // when a request ended
	gap       time.Duration // between ends, smoothed
}

const (
	// dialsPerPoll bounds how long the sockets wait while connections are opened.
	dialsPerPoll = 4
	// patience is how long a request in the open model may wait for a
	// connection to fall free where some do all the time.
	patience = 100 * time.Microsecond
	// dialTimeout ends a connection under way that are no longer waited for.
	dialTimeout = 10 * time.Second
	// maxHandshakes may go on at a time in one loop.
	maxHandshakes = 128
)

// begin resets what was measured at the target before.
func (g *sizing) begin(patience time.Duration) {
	g.patience, g.left, g.notBefore, g.last, g.gap = patience, dialsPerPoll, 0, 0, never
}

// polled notes how many events a poll returned. Only a poll that
// returned none shows that all connections are truly busy, rather than that
// this loop is behind with its own work, which more connections would only add to.
func (g *sizing) polled(events int) {
	g.left = 0
	if events == 0 {
		g.left = dialsPerPoll
	}
}

// ended notes that a request has ended and its connection is idle.
func (g *sizing) ended(now time.Duration) {
	gap := now - g.last
	if g.gap == never {
		g.gap = max(gap, g.patience)
	}
	g.gap += (gap - g.gap) / 8
	g.last = now
}

// dialled notes how long opening a connection kept the loop busy. Where
// others fall free all the time it then does other things for as long.
func (g *sizing) dialled(now, took time.Duration) {
	g.left--
	if g.flows(now) {
		g.notBefore = now + took
	}
}

// flows reports whether connections fall free so often that a request does well
// to wait for one.
func (g *sizing) flows(now time.Duration) bool { return max(g.gap, now-g.last) <= g.patience }

// allows reports whether a request that has waited since it was due is given a
// new connection now.
func (g *sizing) allows(open, handshakes int, now, waited time.Duration) bool {
	switch {
	case g.most > 0 && open >= g.most, g.left <= 0, handshakes >= maxHandshakes:
		return false
	}
	return !g.flows(now) || waited >= g.patience && now >= g.notBefore
}

func (g *sizing) full(open int) bool { return g.most > 0 && open >= g.most }

// next is when allows is worth another question, given that it said no. An
// event may make it so earlier.
func (g *sizing) next(open, handshakes int, now, due time.Duration) time.Duration {
	switch {
	case g.most > 0 && open >= g.most, handshakes >= maxHandshakes:
		return never
	case g.left <= 0:
		return now
	}
	return max(g.notBefore, due+g.patience)
}

// A held says since when a loop has had requests that are due and may not be
// sent, because the scenario's limit on connections or requests in flight is
// reached: they wait for the target. A loop that is late has busy connections too,
// but it has no time to wait for events then.
type held struct {
	since  time.Duration // 0: none is held
	waited time.Duration // for events, since then
}

// idleShare is how much of the time a loop must have waited for events: one part
// in so many.
const idleShare = 10

func (h *held) hold(now time.Duration) {
	if h.since == 0 {
		*h = held{since: now}
	}
}

// of is how long a request that is taken up now, and was due, was held.
func (h *held) of(now, due time.Duration) time.Duration {
	if h.since == 0 || h.waited*idleShare < now-h.since {
		return 0
	}
	return max(now-max(due, h.since), 0)
}
