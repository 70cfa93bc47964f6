// Package wire is the load engine for Linux: event loops of our own, each on a thread
// that is locked to it. A turn gets as many loops as its rate or its users need, at
// most one for each processor; two half-busy loops are more punctual than a busy one.
//
//   - A loop sleeps in epoll_pwait2 with a timer slack of a nanosecond until a socket
//     is ready or the next request is due. Go's timers and network poller round waits
//     below a millisecond up to one. Nothing spins: on a machine with few processors a
//     spinning thread takes time that the target and the kernel need, and lag improves
//     at the price of the response times, which are what is measured.
//   - GOMAXPROCS is raised by one for each loop, so that the rest of the program keeps
//     its processors and the kernel decides who runs.
//   - A request is text that was rendered once for each target. Values and signatures
//     that change are written into memory of the connection; signatures are made while
//     the loop would sleep.
//   - Responses are parsed in place, in the one buffer of the loop (package http1).
//     Between two reads a response leaves at most an unfinished line.
//   - Deadlines stand in linked lists, one for each timeout, so that nearly all are
//     appended and removed without a search.
//   - TLS handshakes run on goroutines, which the loop notifies when the socket is
//     ready; afterwards crypto/tls works over a connection whose Read returns "again"
//     instead of waiting. Sessions are resumed.
//   - Every loop has a shard of the recorder and counters of its own. No channel and no
//     allocation is on the way of a request whose body is not checked. Where a body of
//     1 KiB or more is, a goroutine evaluates and records the response, so that the loop
//     is not late for its other connections.
//
// # Pool sizing
//
// Without a limit, connections are opened as needed. A loop that is late sees waiting
// requests and no idle connection, opens one, is later for it, and opens more. So a
// connection is opened only after a poll that returned no event: then the others are
// busy because of the target, and not because the loop is behind. A few are opened at
// a time. Where connections become idle all the time, a request first waits a tenth
// of a millisecond for one, and after each opening the loop serves the others for as
// long as that took. Opening costs several times what a request costs, so a load that
// begins at full rate on a slow target is late until there are enough connections;
// "connections" in a scenario opens them beforehand.
package wire
