package websocket

import (
	"bytes"
	"slices"

	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/targets/websocket"
)

// A waitingList is what exchanges wait for on a connection, and what came without a wait.
type waitingList struct {
	waiting   []*exchange          // for a reply, the one that waits longest first
	byKey     map[string]*exchange // of these, those whose reply is found by a value
	receivers []*exchange          // for a message that is no reply, or the end of the connection
	pushes    []push               // that no step has taken, the earliest first
	size      int                  // of these
}

// A push is a message that is no reply.
type push struct {
	payload []byte
	wire    int64
}

// What is kept for steps that wait for messages later. Beyond, the earliest is dropped.
const (
	mostPushes    = 1000
	mostPushBytes = 1 << 20
)

// await puts a message on the list.
func (l *waitingList) await(x *exchange) {
	if x.step.Reply.None {
		return
	}
	l.waiting = append(l.waiting, x)
	if x.step.Reply.Match == nil {
		return
	}
	if l.byKey == nil {
		l.byKey = map[string]*exchange{}
	}
	l.byKey[x.key] = x
}

// waits says whether anything is waited for.
func (l *waitingList) waits() bool { return len(l.waiting)+len(l.receivers) > 0 }

// match takes the exchange that a message is for off the list; nil: none is.
func (l *waitingList) match(message []byte, fault bool) (x *exchange, isReply bool) {
	if x = l.replyTo(message, fault); x != nil {
		l.drop(x)
		return x, true
	}
	i := slices.IndexFunc(l.receivers, func(x *exchange) bool {
		return x.step.Does == scenarios.Receives && (fault || x.wants(message))
	})
	if i < 0 {
		return nil, false
	}
	x = l.receivers[i]
	l.drop(x)
	return x, false
}

// replyTo finds the message that this is the reply to. A value that both have goes before
// the order.
func (l *waitingList) replyTo(message []byte, fault bool) (inOrder *exchange) {
	var path *check.Path
	for _, x := range l.waiting {
		match := x.step.Reply.Match
		switch {
		case fault:
			return x
		case match == nil && inOrder == nil:
			inOrder = x
		case match != nil && match != path:
			path = match
			if key, found := keyIn(path, message); found && l.byKey[key] != nil {
				return l.byKey[key]
			}
		}
	}
	return inOrder
}

// keep keeps a push; false: an earlier one had to go.
func (l *waitingList) keep(m websocket.Message) bool {
	l.pushes = append(l.pushes, push{bytes.Clone(m.Payload), m.Wire})
	l.size += len(m.Payload)
	kept := true
	for len(l.pushes) > mostPushes || l.size > mostPushBytes && len(l.pushes) > 1 {
		l.take(0)
		kept = false
	}
	return kept
}

func (l *waitingList) take(i int) push {
	p := l.pushes[i]
	l.pushes = slices.Delete(l.pushes, i, i+1)
	l.size -= len(p.payload)
	return p
}

// kept takes the first push that a step waits for.
func (l *waitingList) kept(x *exchange) (p push, found bool) {
	i := slices.IndexFunc(l.pushes, func(p push) bool { return x.wants(p.payload) })
	if i < 0 {
		return p, false
	}
	return l.take(i), true
}

// drop takes an exchange off the lists.
func (l *waitingList) drop(x *exchange) {
	without := func(all []*exchange) []*exchange {
		if i := slices.Index(all, x); i >= 0 {
			return slices.Delete(all, i, i+1)
		}
		return all
	}
	l.waiting, l.receivers = without(l.waiting), without(l.receivers)
	if l.byKey[x.key] == x {
		delete(l.byKey, x.key)
	}
}

// takeAll takes all exchanges off the lists.
func (l *waitingList) takeAll() []*exchange {
	all := slices.Concat(l.waiting, l.receivers)
	l.waiting, l.byKey, l.receivers = nil, nil, nil
	return all
}

// wants says whether a step waits for this message.
func (x *exchange) wants(message []byte) bool {
	if x.step.Reply.Match == nil {
		return true
	}
	key, found := keyIn(x.step.Reply.Match, message)
	return found && key == x.key
}
