// Package timer wakes goroutines at points in time, closer than the runtime's
// own timers do.
//
// # The design
//
//  1. A [Timer] keeps its waiters in a heap by deadline and sets one alarm, to
//     the earliest.
//  2. On Linux the alarm is a timerfd that the runtime's network poller watches:
//     its expiry reaches the scheduler as the arrival of a packet does, so a
//     modelled delay ends as promptly as a real answer would arrive.
//  3. Elsewhere, and in tests with a fake clock, the alarm is a [time.Timer].
//
// # Why
//
//   - Go's timers are late by half a millisecond at the median, since an idle
//     scheduler rounds its wait up to the millisecond: a front door of 1 ms would
//     be measured as one of 1.5 ms.
//   - A locked thread that sleeps in ppoll with a timer slack of 1 ns was tried
//     first. At 1,000 and 4,000 waits a second it was no nearer at the median (87
//     and 90 µs late, against 80 and 76 µs for the timerfd): its goroutines still
//     need a processor, which a thread that returns from a system call has to find
//     first. Spinning for the last 40 µs gains 15 µs and costs a part of a core
//     that the measured program would miss.
//   - One alarm and a heap, not a timerfd per wait: a wait then costs a system
//     call only when it is the new earliest.
//   - The timerfd is not read. Its poller reports each expiry once (it is
//     edge-triggered), so a wake-up takes one system call, which sets the next
//     alarm, and not three.
package timer

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"
)

// A Timer wakes goroutines when their time has come. It must be closed.
type Timer struct {
	epoch time.Time
	alarm alarm
	done  chan struct{}

	mu     sync.Mutex
	queue  queue
	closed bool
	pool   sync.Pool
}

// ErrClosed says that the timer was closed while a goroutine waited.
var ErrClosed = errors.New("the timer is closed")

// New starts a timer with the most precise alarm that the system has.
func New() *Timer {
	if a, err := newAlarm(); err == nil {
		return start(a)
	}
	return Portable()
}

// Portable starts a timer that needs only the runtime's timers. It follows a fake
// clock.
func Portable() *Timer { return start(newRuntimeAlarm()) }

func start(a alarm) *Timer {
	t := &Timer{epoch: time.Now(), alarm: a, done: make(chan struct{})}
	t.pool.New = func() any { return &waiter{ring: make(chan struct{}, 1)} }
	go func() {
		for t.alarm.wait(t.ring) { // rings first, and then waits
		}
	}()
	return t
}

// Wait returns nil once the time has come, or at once if it has passed. It
// returns early with the context's error, or with ErrClosed.
func (t *Timer) Wait(ctx context.Context, until time.Time) error {
	at := until.Sub(t.epoch)
	if at <= time.Since(t.epoch) {
		return nil
	}
	it := t.pool.Get().(*waiter)
	it.at = at
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return ErrClosed
	}
	heap.Push(&t.queue, it)
	if it.index == 0 {
		t.arm()
	}
	t.mu.Unlock()
	select {
	case <-it.ring:
		t.pool.Put(it)
		return nil
	case <-ctx.Done():
		t.forget(it)
		return ctx.Err()
	case <-t.done:
		return ErrClosed
	}
}

func (t *Timer) forget(it *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if it.index >= 0 {
		heap.Remove(&t.queue, it.index)
	} else {
		<-it.ring // it rang in the meantime
	}
	t.pool.Put(it)
}

// ring wakes every waiter whose time has come and sets the alarm to the next.
func (t *Timer) ring() {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Since(t.epoch)
	for len(t.queue) > 0 && t.queue[0].at <= now {
		heap.Pop(&t.queue).(*waiter).ring <- struct{}{}
	}
	if len(t.queue) > 0 && !t.closed { // closed: another file may have the alarm's descriptor by now
		t.arm()
	}
}

func (t *Timer) arm() { t.alarm.set(max(t.queue[0].at-time.Since(t.epoch), 1)) }

// Close ends every wait with ErrClosed.
func (t *Timer) Close() error {
	t.mu.Lock()
	closed := t.closed
	t.closed = true
	t.mu.Unlock()
	if closed {
		return nil
	}
	close(t.done)
	return t.alarm.close() // which waits for ring, and ring for the lock
}

type waiter struct {
	at    time.Duration // since the timer's epoch
	ring  chan struct{} // holds one, so that ringing never blocks
	index int           // in the queue, -1 once it is out
}

type queue []*waiter

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at < q[j].at }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	it := x.(*waiter)
	it.index = len(*q)
	*q = append(*q, it)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	it := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	it.index = -1
	return it
}
