package fanout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/probes/probe"
)

// A fan is one message, and when it arrived.
type fan struct {
	sent      time.Duration
	receivers int             // that were connected when it was sent
	arrivals  []time.Duration // since then, of each receiver that got it, in order
	lost      int             // receivers whose connection ended meanwhile
}

// missed is how many receivers did not get it.
func (f *fan) missed() int { return f.receivers - f.lost - len(f.arrivals) }

// A seen is all that was seen.
type seen struct {
	fans     []fan
	opened   int
	unopened []string // why connections could not be opened
	late     int      // pushes that came when their message was no longer waited for
	twice    int      // pushes of a message that the receiver had
	others   int      // pushes that carry no value of a message
	ended    int      // connections that ended
	told     string   // what the sender was sent last that carries no value of its message
	unlike   error    // why pushes cannot be told from each other
	stopped  string   // why fewer messages were sent than asked for
}

// A room is the sender and the receivers.
type room struct {
	probe.Asking
	options
	messages [][]byte
	marks    [][][]byte // of each message, values that no other one has

	mu      sync.Mutex
	seen    seen
	current int            // the message that is waited for; -1: none is
	fan     fan            // of it
	got     map[int]bool   // the receivers that have it
	open    map[int]bool   // receivers that are connected
	all     chan struct{}  // closed when all have it
	reading sync.WaitGroup // goroutines
}

func newRoom(a probe.Asking, l options) *room {
	return &room{Asking: a, options: l, current: -1, open: map[int]bool{}}
}

func (r *room) now() time.Duration { return time.Since(r.Epoch) }

// run connects everyone, sends the messages and returns what was seen.
func (r *room) run(ctx context.Context) seen {
	if r.seen.unlike = r.render(); r.seen.unlike != nil {
		return r.seen
	}
	ctx, end := context.WithCancel(ctx)
	sender := r.connect(ctx)
	if sender != nil && len(r.open) > 1 {
		r.sendAll(ctx, sender)
	}
	end()
	r.reading.Wait()
	return r.seen
}

// render makes the messages, and finds by which values they are told from each other.
func (r *room) render() error {
	for i := range r.options.messages {
		m, err := r.Sockets.Message(r.message, uint64(i))
		if err != nil {
			return fmt.Errorf("message %d cannot be made: %w", i+1, err)
		}
		r.messages = append(r.messages, m)
	}
	r.marks = marksOf(r.messages)
	if slices.ContainsFunc(r.marks, func(m [][]byte) bool { return len(m) == 0 }) {
		return errors.New("messages are alike, so which of them a push belongs to is not known: put ${uuid} into what everyone gets")
	}
	return nil
}

// connect opens the sender's connection and those of the receivers, at the scenario's rate.
func (r *room) connect(ctx context.Context) (sender load.Socket) {
	var opening sync.WaitGroup
	begun := r.now()
	for i := range r.receivers + 1 {
		opening.Go(func() {
			if !rest(ctx, begun+r.ramp.Due(int64(i))-r.now()) {
				return
			}
			socket, o := r.Sockets.Open(ctx)
			r.mu.Lock()
			defer r.mu.Unlock()
			switch {
			case o.Err != nil:
				r.seen.unopened = append(r.seen.unopened, o.Err.Error())
				return
			case i == 0:
				sender = socket
			default:
				r.seen.opened++
				r.open[i] = true
			}
			r.reading.Go(func() { r.read(ctx, socket, i) })
		})
	}
	opening.Wait()
	return sender
}

func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// read reads a connection to its end. The sender has the number 0.
func (r *room) read(ctx context.Context, socket load.Socket, number int) {
	defer context.AfterFunc(ctx, socket.Close)()
	for {
		message, at, err := socket.Receive()
		if err != nil {
			r.left(number, ctx.Err() == nil)
			return
		}
		if number == 0 {
			r.toldSender(message)
		} else {
			r.arrived(number, message, at)
		}
	}
}

// toldSender keeps what may say why a message does not arrive.
func (r *room) toldSender(message []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current < 0 || !carries(message, r.marks[r.current]) {
		r.seen.told = string(message[:min(len(message), load.ExcerptBytes)])
	}
}

// arrived counts a push.
func (r *room) arrived(number int, message []byte, at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.current < 0 || !carries(message, r.marks[r.current]):
		if slices.ContainsFunc(r.marks[:len(r.seen.fans)], func(m [][]byte) bool { return carries(message, m) }) {
			r.seen.late++
		} else {
			r.seen.others++
		}
	case r.got[number]:
		r.seen.twice++
	default:
		r.got[number] = true
		r.fan.arrivals = append(r.fan.arrivals, at-r.fan.sent)
		r.complete()
	}
}

// complete ends the wait when no receiver is left to wait for; the lock is held.
func (r *room) complete() {
	if r.current >= 0 && r.fan.missed() == 0 {
		r.current = -1
		close(r.all)
	}
}

// left is when a connection has ended.
func (r *room) left(number int, early bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if early {
		r.seen.ended++
	}
	if !r.open[number] {
		return
	}
	delete(r.open, number)
	if r.current >= 0 && !r.got[number] {
		r.fan.lost++
		r.complete()
	}
}

// sendAll sends one message after the other.
func (r *room) sendAll(ctx context.Context, sender load.Socket) {
	begun, incomplete := r.now(), 0
	for i := range r.messages {
		if !rest(ctx, begun+probe.Seconds(float64(i)/r.rate)-r.now()) {
			return
		}
		f, err := r.sendOne(ctx, sender, i)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.seen.stopped = "the sender's connection ended: " + err.Error()
			return
		}
		r.record(&f)
		if f.missed() > 0 {
			incomplete++
		}
		switch {
		case incomplete > r.mostIncomplete():
			r.seen.stopped = fmt.Sprintf("%d of the first %d messages were not received by all", incomplete, i+1)
			return
		case r.connected() < 2:
			r.seen.stopped = "fewer than two receivers are still connected"
			return
		}
	}
}

func (r *room) connected() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}

// sendOne sends a message and waits until everyone has it, or was waited for.
func (r *room) sendOne(ctx context.Context, sender load.Socket, i int) (fan, error) {
	r.mu.Lock()
	r.current, r.got, r.all = i, map[int]bool{}, make(chan struct{})
	r.fan = fan{sent: r.now(), receivers: len(r.open)}
	all := r.all
	r.mu.Unlock()
	err := sender.Send(r.messages[i])
	timer := time.NewTimer(r.wait)
	defer timer.Stop()
	if err == nil {
		select {
		case <-all:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current = -1
	f := r.fan
	slices.Sort(f.arrivals)
	if err == nil && ctx.Err() == nil {
		r.seen.fans = append(r.seen.fans, f)
	}
	return f, err
}

// record keeps a message as a sample, whose service time is until the last receiver has it.
func (r *room) record(f *fan) {
	s := results.Sample{Due: f.sent, Begun: f.sent, Sent: f.sent, Service: r.wait, Code: 101, Protocol: results.WebSocket, Reused: true}
	if f.missed() > 0 {
		s.Code, s.Err = 0, results.ErrTimeout
	} else if n := len(f.arrivals); n > 0 {
		s.Service, s.FirstByte = f.arrivals[n-1], f.arrivals[0]
	}
	r.Record(&s)
}

func carries(message []byte, marks [][]byte) bool {
	return slices.ContainsFunc(marks, func(m []byte) bool { return bytes.Contains(message, m) })
}
