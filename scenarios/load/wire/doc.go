// Package wire is the load engine for Linux: event loops of our own, each on a thread
// that is locked to it. A turn gets as many loops as its rate or its users need, at
// most one for each processor; two half-busy loops are more punctual than a busy one.
//
//   - A loop sleeps in epoll_pwait2 with a timer slack of a nanosecond until a socket
//     is ready or the next request is due. Go's timers and network poller round waits
//     below a millisecond up to one. How it waits at high rates: see "Waiting".
//   - GOMAXPROCS is raised by one for each loop, so that the rest of the program keeps
//     its processors and the kernel decides who runs.
//   - A request is text that was rendered once for each target. One with values or
//     signatures that change is rendered into memory of the connection, while the loop
//     would sleep if it can. Of a request of 1 kB, three values add a tenth to the CPU time
//     (BenchmarkValues: on 64 connections, with no pause to render in, the client's alone).
//   - The clock is looked at once for a request that is sent and once for a response that is
//     read: what is done in between takes less than it resolves. To send a user's next request
//     right behind its response, before the other responses, saved one of the two and gained
//     nothing: the code of receiving and of sending then took turns in the processor's cache.
//   - Responses are parsed in place, in the one buffer of the loop (package http1).
//     Between two reads a response leaves at most an unfinished line.
//   - Deadlines stand in linked lists, one for each timeout, so that nearly all are
//     appended and removed without a search.
//   - A way through a proxy is asked for, and TLS handshakes run, on goroutines, which the loop notifies when the socket is
//     ready; afterwards crypto/tls works over a connection whose Read returns "again"
//     instead of waiting. Sessions are resumed.
//   - Every loop has a shard of the recorder and counters of its own. No channel and no
//     allocation is on the way of a request whose body is not checked. Where a body of
//     1 KiB or more is, a goroutine evaluates and records the response, so that the loop
//     is not late for its other connections.
//
// # Waiting
//
// In the closed model a busy loop finds many sockets ready at a time. In the open model,
// as long as the target keeps up, there is one event at a time, a request that is due or
// a response, with a pause after each: two sleeps for each request. To arm a timer, sleep
// and wake up takes 15 to 25 µs of CPU time on a virtual machine, where each of these
// steps leaves the guest (BenchmarkSleep), against 6 µs for sending a request and reading
// its response; and a sleep of 5 µs takes 36 µs there. So from 50,000 requests a second on,
// a loop that only slept had no time left: it spent 19 µs a request at 50,000/s, 10 at
// 100,000/s, and was late after any disturbance.
//
// So a loop measures what a sleep costs, and in which share of the time it has something
// to do. Instead of a sleep that costs more than the pause is long it polls the sockets,
// which is cheaper and more punctual: until the next request is due, if that is soon, or
// for an event, if most polls lately found one, as they do where the target answers within
// some 20 µs or is behind. A single user of the closed model then measures a service time
// of 29 µs where it was 47 µs with sleeps.
//
// With 16 or more requests under way and nothing due for 10 ms the loop sleeps all the same.
// No timer is armed for it, which makes it cheap: the first deadline of many moves on with each
// response, so one timer of the kernel serves many sleeps (poll.WaitUntil). It takes 1.7 µs of
// CPU time where responses come within a few microseconds. Where the target is what limits the load
// it polled 10 to 20 % of the time before. What is lost are the one or two microseconds in
// which a thread wakes up, of the hundreds that a response takes then; over loopback the
// target pays 1 µs a response for waking it.
//
// In the open model the CPU time that waiting may take is bounded as well, by a credit: it
// may take what is left of 70 % of the time, and in any case a seventh of the time that
// work takes. Without credit the loop sleeps, whatever happens, until it has some
// (interrupt coalescing, as network cards do it): a few tens of microseconds, 200 at the
// most. What has become due or arrived is then dealt with together.
//
// Up to about 20,000 requests a second a loop has credit for all its sleeps, so nothing
// is delayed. At 85 % of the rate that it reaches in the closed model, coalescing adds
// about 50 µs to a response time, and a request costs 1.15 times what it costs in the
// closed model. Where requests wait for a connection nothing is coalesced: there, as in
// the closed model, each delay of a response would delay a request.
//
// To spin through all pauses was rejected: with few processors it takes time that the
// target and the kernel need, and lag improves at the price of the response times, which
// are what is measured.
//
// # HTTP/2
//
// A connection of HTTP/2 (mux, package http2) carries an exchange on each of its streams.
// What a loop has to send on it, requests and answers to the server's frames alike, is
// collected and sent in one call when the loop has done all that is due, or 16 KiB have
// come together. Requests are dealt out evenly over the connections that have room, so
// that connections opened beforehand are all used.
//
// Where a target is known to speak HTTP/2, a connection being opened is waited for by as
// many requests as it will have room for. Before the first connection to a target of
// which ALPN decides, each request opens one of its own, as net/http does it, but no more
// than 16; once one is open and speaks HTTP/2, those that are not needed are given up.
//
// A server that ends a connection after a number of requests (keepalive_requests of nginx)
// does not see those that were sent behind them. So further connections are given no more
// than that, until one takes more: without this, with five requests a connection and 16
// users, each request was sent three times.
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
