//go:build linux

package wire

import "time"

// A list is a doubly linked list of connections. A connection has a link for
// each sort of list that it can stand in.
type list struct {
	which       int // of conn.links
	first, last *conn
}

// The sorts of lists.
const (
	byDial    = iota // loop.waiting
	byClock          // those of loop.clocks
	byAttempt        // loop.attempts
	numLists
)

type link struct {
	in         *list // nil: in none of its sort
	prev, next *conn
}

// insert puts c behind p, at the beginning if p is nil.
func (l *list) insert(c, p *conn) {
	k := &c.links[l.which]
	k.in, k.prev = l, p
	if p == nil {
		k.next, l.first = l.first, c
	} else {
		k.next, p.links[l.which].next = p.links[l.which].next, c
	}
	if k.next == nil {
		l.last = c
	} else {
		k.next.links[l.which].prev = c
	}
}

// remove takes c out of the list of this sort that it stands in, if any.
func (c *conn) remove(which int) {
	k := &c.links[which]
	if k.in == nil {
		return
	}
	if k.prev == nil {
		k.in.first = k.next
	} else {
		k.prev.links[which].next = k.next
	}
	if k.next == nil {
		k.in.last = k.prev
	} else {
		k.next.links[which].prev = k.prev
	}
	*k = link{}
}

// deadlines end what takes too long. Requests with the same timeout stand in
// one list in the order of their ends, which is nearly the order in which they
// are begun: so starting and stopping a clock costs next to nothing, where a
// heap or a timer of Go's would cost a fifth of a microsecond.
type deadlines struct {
	clocks []*clock // one for each distinct timeout
}

type clock struct {
	list
	span time.Duration
}

// start makes c end this span after a time, instead of when it would have ended.
func (d *deadlines) start(c *conn, span, from time.Duration) {
	c.remove(byClock)
	k := d.clock(span)
	c.until = from + span
	p := k.last
	for p != nil && p.until > c.until {
		p = p.links[byClock].prev
	}
	k.insert(c, p)
}

func (d *deadlines) clock(span time.Duration) *clock {
	for _, k := range d.clocks {
		if k.span == span {
			return k
		}
	}
	k := &clock{list: list{which: byClock}, span: span}
	d.clocks = append(d.clocks, k)
	return k
}

// hand gives the end of one connection to another, in its place.
func (d *deadlines) hand(from, to *conn) {
	to.remove(byClock)
	if k := from.links[byClock]; k.in != nil {
		to.until = from.until
		k.in.insert(to, from)
		from.remove(byClock)
	}
}

// expired returns a connection whose end has come, nil if there is none.
func (d *deadlines) expired(now time.Duration) *conn {
	for _, k := range d.clocks {
		if c := k.first; c != nil && c.until <= now {
			return c
		}
	}
	return nil
}

func (d *deadlines) soonest() time.Duration {
	at := never
	for _, k := range d.clocks {
		if k.first != nil {
			at = min(at, k.first.until)
		}
	}
	return at
}
