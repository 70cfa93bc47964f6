// Package nethttp is the load engine for every system. Vegeta's Attacker runs the
// workers and net/http's Transport keeps the connections; this package stands between
// them, as Pacer, Targeter and http.RoundTripper.
//
//   - The Pacer walks the due times and waits by itself. It uses Go's timers, so
//     requests are taken up about half a millisecond late at the median and one
//     millisecond at the 99th percentile, which is part of the lag.
//   - The Targeter does nothing. The RoundTripper takes the next request that is due
//     and does the rest: every worker passes it once per tick.
//   - Times and sizes are read off the connection itself (timedConn), above TLS. Hooks
//     of net/http/httptrace fire in goroutines of the transport and count no bytes; only
//     GotConn is used. The transport lends a connection out again at the moment a
//     response is complete, so timings belong to the exchange, not to the connection.
//   - Over HTTP/1.1 the parser of the wire engine reads responses before the transport does
//     (incoming), so that a failure has the same class with each engine. The transport
//     sees the end of the connection together with the last bytes of a response after
//     which the connection must not serve again: then it is not lent out again.
//   - Over HTTP/2 the connections are this package's own (pool), and net/http speaks over
//     each (http.ClientConn): its transport speaks HTTP/2 only over a *tls.Conn of its own,
//     on which frames cannot be seen. A framedConn follows the frames above TLS: times and
//     bytes belong to the stream, header blocks are measured by reading them, and frames
//     of the connection itself count with the request that ends next. A request goes to
//     the connection with the fewest under way; a further one is opened when all have as
//     many as the server allows, 100 at most. Requests that wait for the same connection
//     share its failure, but for a timeout.
//   - What net/http (Go 1.26) puts no end to, or does not survive, is kept from it (guard): floods
//     of frames that bring no request further, windows larger than 2^31-1, and a server
//     that reads nothing any more. The connection ends by that, where with the wire engine
//     sometimes the stream alone does.
//   - A failed write is no error by itself: a server may answer before it has read the
//     request, and close.
//   - There is one attack per turn, since an Attacker can be used only once, and one
//     http.Transport per target and protocol for the whole run. In the closed model vegeta's workers
//     are the users, and each thinks in the RoundTripper.
//
// # Why it is not thinner
//
// An adapter over vegeta's own Targeter, Pacer and Result was measured. It cannot keep
// what the engines promise; vegeta_test.go holds vegeta v12.13 to each of these:
//
//   - Result.Latency starts when a worker picks up a tick, not when the request was
//     due: of 60 requests at 100/s to a server that stalls for 300 ms, one shows the
//     stall, though 20 were due more than 100 ms before its end. It contains whatever
//     the Targeter does, signing included: 20 ms of signing are 20 ms of latency.
//   - Result.BytesIn and BytesOut leave out the head of request and response; there is
//     no first byte, no connect time and no TLS time, and errors are texts.
//   - Every request carries a header X-Vegeta-Seq, so the bytes differ from those of the
//     scenario and of the other engine.
//   - The Attacker waits with a sleep that Stop does not end: at 1 request per 300 ms it
//     ends up to 300 ms after it was stopped, and at 1 per minute up to a minute.
//
// About half of the package makes net/http agree with the wire engine, byte for byte
// and class for class, on servers that misbehave. Sending without net/http would be
// shorter, and was rejected: an independent implementation of HTTP is what the
// differential tests compare the wire engine with.
package nethttp
