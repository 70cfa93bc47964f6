//go:build linux

// Package poll is as much of Linux as an event loop needs: an epoll instance
// that waits with the precision of the kernel's timers and can be woken, and
// non-blocking TCP sockets. On other systems it is empty.
//
// # Why not package net
//
// Go's network poller parks a goroutine per connection and wakes it through
// the scheduler, which costs as much as the system calls themselves, and it
// rounds waits below a millisecond up to one. Here one thread waits for all of
// its sockets and for the next due time in one call.
//
// # Raw system calls
//
// No call here informs Go's scheduler, not even Wait, which sleeps. So a thread
// that waits keeps its processor (P), and a user of a Poller should raise
// GOMAXPROCS by one. The usual
// way (Syscall) was measured first. A thread that has had its P for 10 ms, as
// one that only waits and works always has, then loses it in its next call;
// getting it back takes a trip through the scheduler, during which anybody may
// hold it for 10 ms; and for each such theft Go's monitor thread wakes up
// fifty times in the following millisecond. At 1,000 requests a second that
// monitor took a third of all CPU time.
//
// What wants to stop the world is not kept waiting: it sends a signal to each
// running thread, which ends Wait early, and repeats it until the thread stops.
package poll

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Poller waits for sockets. One goroutine uses it, except for Wake.
type Poller struct {
	epoll, bell, alarm int
	rings              time.Duration // when the alarm does, on the caller's clock; 0: it is not set
	events             [128]unix.EpollEvent
}

// An Event says what a socket is ready for.
type Event struct {
	Key   uint64 // as given to Add
	Flags uint32
}

// The flags of events.
const (
	Readable = unix.EPOLLIN
	Writable = unix.EPOLLOUT
	HungUp   = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR // the peer will send no more
)

// The keys of the poller's own descriptors.
const (
	bellKey  = ^uint64(0)
	alarmKey = bellKey - 1
)

// New opens a poller. It fails where the kernel lacks epoll_pwait2 (Linux
// 5.11), without which no wait would be shorter than a millisecond.
func New() (*Poller, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("eventfd: %w", err), unix.Close(epoll))
	}
	alarm, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("timerfd: %w", err), unix.Close(bell), unix.Close(epoll))
	}
	p := &Poller{epoll: epoll, bell: bell, alarm: alarm}
	err = errors.Join(p.Add(bell, bellKey), p.Add(alarm, alarmKey))
	if err == nil {
		_, err = p.Wait(nil, 0)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close gives the poller's descriptors back. Sockets stay open.
func (p *Poller) Close() error {
	return errors.Join(unix.Close(p.epoll), unix.Close(p.bell), unix.Close(p.alarm))
}

// Add watches a socket for everything and reports each change once (edge
// triggered): after an event, a socket must be read until it would block.
func (p *Poller) Add(fd int, key uint64) error {
	e := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET, Fd: int32(key), Pad: int32(key >> 32)}
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &e); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// Remove watches a socket no more. Closing a socket does the same.
func (p *Poller) Remove(fd int) error {
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, fd, nil); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// Wake makes the Wait under way, or the next one, return. Any goroutine may
// call it.
func (p *Poller) Wake() {
	one := [8]byte{7: 1}
	_, _ = unix.Write(p.bell, one[:]) // it fails only when the bell is ringing already
}

// Wait appends events to into, which should have room for some, and returns
// it. It waits for the first one for at most d: zero does not wait, below zero
// waits for ever. It may return early without any.
func (p *Poller) Wait(into []Event, d time.Duration) ([]Event, error) {
	n, errno := p.wait(d)
	if errno != 0 && errno != unix.EINTR {
		return into, fmt.Errorf("epoll_pwait2: %w", errno)
	}
	for i := range p.events[:n] {
		e := &p.events[i]
		key := uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32
		switch key {
		case bellKey:
			quieten(p.bell)
			continue
		case alarmKey:
			quieten(p.alarm)
			p.rings = 0
			continue
		}
		into = append(into, Event{Key: key, Flags: e.Events})
	}
	return into, nil
}

func (p *Poller) wait(d time.Duration) (int, unix.Errno) {
	var until *unix.Timespec
	span := unix.NsecToTimespec(int64(d))
	if d >= 0 {
		until = &span
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT2, uintptr(p.epoll), uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), uintptr(unsafe.Pointer(until)), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// WaitUntil is Wait until a time, where it is now another one. Where that is later each time,
// as the first of many deadlines is, it costs less: one timer serves many waits, and may end
// one of them early.
func (p *Poller) WaitUntil(into []Event, now, until time.Duration) ([]Event, error) {
	if p.rings == 0 || until < p.rings {
		span := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(until-now, 1)))} // zero would be never
		if err := unix.TimerfdSettime(p.alarm, 0, &span, nil); err != nil {
			return into, fmt.Errorf("timerfd: %w", err)
		}
		p.rings = until
	}
	return p.Wait(into, -1)
}

// quieten reads what made a descriptor of ours readable.
func quieten(fd int) {
	var times [8]byte
	_, _ = unix.Read(fd, times[:])
}

// Punctual makes the kernel wake the calling thread when its timers expire
// rather than up to 50 µs later. The goroutine must be locked to its thread.
func Punctual() error {
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("timer slack: %w", err)
	}
	return nil
}

// Sleep sleeps for d, whatever happens to the sockets. Like Wait, it may return early.
func Sleep(d time.Duration) {
	span := unix.NsecToTimespec(int64(d))
	_, _, _ = unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, 0, uintptr(unsafe.Pointer(&span)), 0, 0, 0)
}

// Spent is the CPU time of the calling thread so far.
func Spent() time.Duration {
	var t unix.Timespec
	_, _, _ = unix.RawSyscall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_THREAD_CPUTIME_ID, uintptr(unsafe.Pointer(&t)), 0)
	return time.Duration(t.Nano())
}
