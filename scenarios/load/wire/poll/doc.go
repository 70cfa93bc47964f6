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
// No call here tells Go's scheduler that it is made, not even Wait, which
// sleeps: so a thread that waits keeps its processor (P), and whoever uses a
// Poller for long should see to it that the program has one more. The usual
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
