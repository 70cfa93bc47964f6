//go:build linux

package wire

import "time"

// A list is a doubly linked list through nodes that stand in its members, so that
// a member is appended and removed without a search and without an allocation.
type list[T any] struct{ first, last *node[T] }

// A node is a member's place in a list.
type node[T any] struct {
	of         *T
	in         *list[T] // nil: in none
	prev, next *node[T]
}

// insert puts n, which is of a member, behind p, at the beginning if p is nil.
func (l *list[T]) insert(of *T, n, p *node[T]) {
	n.of, n.in, n.prev = of, l, p
	if p == nil {
		n.next, l.first = l.first, n
	} else {
		n.next, p.next = p.next, n
	}
	if n.next == nil {
		l.last = n
	} else {
		n.next.prev = n
	}
}

// remove takes n out of the list that it stands in, if any.
func (n *node[T]) remove() {
	if n.in == nil {
		return
	}
	if n.prev == nil {
		n.in.first = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		n.in.last = n.prev
	} else {
		n.next.prev = n.prev
	}
	*n = node[T]{}
}

// A deadline ends what takes too long: a request or, where no request waits for
// it, the opening of a connection.
type deadline struct {
	node[deadline]
	until    time.Duration
	exchange *exchange // nil: it is a connection's
	conn     *conn
}

// deadlines end what takes too long. Requests with the same timeout stand in
// one list in the order of their ends, which is nearly the order in which they
// are begun: so starting and stopping a clock costs next to nothing, where a
// heap or a timer of Go's would cost a fifth of a microsecond.
type deadlines struct {
	clocks []*clock // one for each distinct timeout
}

type clock struct {
	list[deadline]
	span time.Duration
}

// start makes d pass this span after a time, instead of when it would have passed.
func (ds *deadlines) start(d *deadline, span, from time.Duration) {
	d.remove()
	k := ds.clock(span)
	d.until = from + span
	p := k.last
	for p != nil && p.of.until > d.until {
		p = p.prev
	}
	k.insert(d, &d.node, p)
}

func (ds *deadlines) clock(span time.Duration) *clock {
	for _, k := range ds.clocks {
		if k.span == span {
			return k
		}
	}
	k := &clock{span: span}
	ds.clocks = append(ds.clocks, k)
	return k
}

// expired returns a deadline that has passed, nil if there is none.
func (ds *deadlines) expired(now time.Duration) *deadline {
	for _, k := range ds.clocks {
		if n := k.first; n != nil && n.of.until <= now {
			return n.of
		}
	}
	return nil
}

func (ds *deadlines) soonest() time.Duration {
	at := never
	for _, k := range ds.clocks {
		if k.first != nil {
			at = min(at, k.first.of.until)
		}
	}
	return at
}
