// Package timer wakes goroutines at points in time, closer than the runtime's
// own timers do.
//
// # The design
//
//  1. A [Wheel] keeps its waiters in a heap by deadline and sets one alarm, to
//     the earliest.
//  2. On Linux the alarm is a timerfd that the runtime's network poller watches:
//     its expiry reaches the scheduler just as the arrival of a packet does, so a
//     modelled delay ends as promptly as a real answer would arrive.
//  3. Elsewhere, and in tests with a fake clock, the alarm is a [time.Timer].
//
// # Why
//
//   - Go's timers are late by half a millisecond at the median, since an idle
//     scheduler rounds its wait up to the millisecond: a front door of 1 ms would
//     be measured as one of 1.5 ms.
//   - A thread of its own, locked and asleep in ppoll with a timer slack of 1 ns,
//     was tried first. At 1,000 and 4,000 waits a second it was no nearer at the
//     median (87 and 90 µs late, against 80 and 76 µs for the timerfd): its
//     goroutines still need a processor, which a thread returning from a system
//     call has to find first. Spinning for the last 40 µs gains 15 µs and costs a
//     part of a core that the measured program would miss.
//   - One alarm and a heap, not a timerfd per wait: a wait then costs a system
//     call only when it is the new earliest.
//   - The timerfd is not read. Its poller tells of each expiry once (it is
//     edge-triggered), so that a wake-up takes one system call, which sets the
//     next alarm, and not three.
package timer

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"
)

// An alarm rings once after it was set; setting it again moves it.
type alarm interface {
	set(time.Duration)
	wait(ready func()) bool // calls ready, which may set it, and blocks until it rings; false once it is closed
	close() error
}

// A Wheel wakes goroutines when their time has come. It must be made by New or
// Portable, and closed.
type Wheel struct {
	epoch time.Time
	alarm alarm
	done  chan struct{}

	mu     sync.Mutex
	queue  queue
	closed bool
	pool   sync.Pool
}

// ErrClosed says that the wheel was closed while someone waited.
var ErrClosed = errors.New("the wheel is closed")

// New starts a wheel with the closest alarm that the system has.
func New() (*Wheel, error) {
	a, err := newAlarm()
	if err != nil {
		return nil, err
	}
	return start(a), nil
}

// Portable starts a wheel that needs nothing but the runtime's timers, which
// also makes it follow a fake clock.
func Portable() *Wheel { return start(newTimer()) }

func start(a alarm) *Wheel {
	w := &Wheel{epoch: time.Now(), alarm: a, done: make(chan struct{})}
	w.pool.New = func() any { return &waiter{ring: make(chan struct{}, 1)} }
	go w.turn()
	return w
}

// Wait returns nil once the time has come, or at once if it has passed. It
// returns early with the context's error, or with ErrClosed.
func (w *Wheel) Wait(ctx context.Context, until time.Time) error {
	at := until.Sub(w.epoch)
	if at <= time.Since(w.epoch) {
		return nil
	}
	it := w.pool.Get().(*waiter)
	it.at = at
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return ErrClosed
	}
	heap.Push(&w.queue, it)
	if it.index == 0 {
		w.arm()
	}
	w.mu.Unlock()
	select {
	case <-it.ring:
		w.pool.Put(it)
		return nil
	case <-ctx.Done():
		w.forget(it)
		return ctx.Err()
	case <-w.done:
		return ErrClosed
	}
}

// forget takes a waiter that gave up out of the queue.
func (w *Wheel) forget(it *waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if it.index >= 0 {
		heap.Remove(&w.queue, it.index)
	} else {
		<-it.ring // it rang in the meantime
	}
	w.pool.Put(it)
}

// turn rings whenever the alarm goes off.
func (w *Wheel) turn() {
	for w.alarm.wait(w.ring) { // rings first, and then waits
	}
}

// ring wakes those whose time has come and sets the alarm to the next.
func (w *Wheel) ring() {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Since(w.epoch)
	for len(w.queue) > 0 && w.queue[0].at <= now {
		heap.Pop(&w.queue).(*waiter).ring <- struct{}{}
	}
	if len(w.queue) > 0 && !w.closed { // closed: the alarm's descriptor may be another's by now
		w.arm()
	}
}

// arm sets the alarm to the earliest waiter.
func (w *Wheel) arm() {
	w.alarm.set(max(w.queue[0].at-time.Since(w.epoch), 1))
}

// Close ends every wait with ErrClosed.
func (w *Wheel) Close() error {
	w.mu.Lock()
	closed := w.closed
	w.closed = true
	w.mu.Unlock()
	if closed {
		return nil
	}
	close(w.done)
	return w.alarm.close() // which waits for ring, and ring for the lock
}
