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
// Send and Recv never block, so they do without telling Go's scheduler
// (RawSyscall), which saves a tenth of each call. Wait does tell it whenever
// it may sleep: a thread that sleeps in a raw call keeps its processor from
// everybody else, and makes a stop of the world wait for it.
package poll
