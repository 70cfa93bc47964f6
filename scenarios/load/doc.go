// Package load drives load at targets and makes one results.Sample of every
// request.
//
// # The boundary
//
// An Engine drives one Turn at a time: the due times of one target's block, or
// a number of users. It knows nothing of scenarios, interleaving, files or
// verdicts; those lie before it (scenarios.Plan), around it (session) and
// behind it (results.Recorder). What a request is (message), which response is
// good (expectation), why a request failed (classify), how the process fares
// (vitals) and the numbers that both engines must agree on (semantics.go) are
// shared, so an engine is only a way of moving bytes punctually. One
// conformance suite (see enginetest_test.go) runs against each engine.
//
// # The clocks of a request
//
//	due ──▶ begun ──▶ sent ──▶ first byte ──▶ last byte
//	  lag      (connect)  └──────── service ────────┘
//	└───────────────── response ────────────────────┘
//
// All times count from the run's epoch on the monotonic clock.
//
//   - Due is the schedule's. In the closed model a request is due when its user
//     takes it up.
//   - Begun is when the engine took the request up; Begun − Due is the lag of
//     the generator, which the verdict on the run is about, but for Held: the time
//     for which a request waited because max_in_flight or max_connections was
//     reached and the target had not answered. That is the scenario's and the
//     target's doing; it is in the response time, and the run says so. A loop of
//     the wire engine that is busy all the time is late, whatever the limit.
//   - Sent is when its first byte went to the connection. Waiting for a
//     connection, or for a new one to be opened, lies between Begun and Sent: it
//     is in the response time and not in the service time. Of a request that
//     was never written, Sent is Begun.
//   - The first and the last byte of the response are taken as they are read,
//     interim responses (1xx) included.
//   - The deadline of a request runs from Begun, connecting included.
//   - Name resolution, TCP and TLS handshake are timed apart, and belong to the
//     first request on a connection. Connections that are opened beforehand cost
//     no request anything and report none.
//   - Signing comes before all of this. Requests that need a proof each are
//     signed up to a second before they are due; a signer that cannot keep up
//     shows as lag. A user of the closed model signs before it takes up.
//
// Late requests are sent at once and measured from their due time. With policy
// "late: skip" those that are taken up more than 10 ms late are counted and
// left out. A cancelled turn sends nothing more; what is under way is abandoned
// and recorded as results.ErrCancelled.
//
// # HTTP
//
// Both engines send the same bytes of HTTP/1.1: Host, User-Agent tollgate,
// Content-Length where there is a body or a method that is expected to have one,
// and the scenario's headers, sorted by name, spelt as the scenario spells them,
// the values of each in its order. The path and the query are sent as they are
// written, "//", "/../", a stray "%" and a "?" at the end included: what a door
// makes of them is the door's business. Host goes without the scheme's own port
// and without the zone of an IPv6 address. An empty User-Agent keeps that header
// off the wire. Names in other scripts become Punycode where the scenario is
// read. No redirect is followed, no proxy is used whatever the environment says,
// compression is not asked for, and bodies are counted as they came and
// forgotten, except for the first 64 KiB where an expectation looks at them: in
// gzip or deflate, at the first 64 KiB of what they stand for.
// Connections are kept from turn to turn and ended after 45 s without use. A
// kept connection that turns out to be dead is no failure of the target: where
// RFC 9110 section 9.2.2 allows, the request is sent again on another one, and
// that is counted.
//
// Where a request has a key space, each sending carries the key that its number
// and the run's seed say, the same at every target: it is put between the parts
// of the text before a signature is made, at the cost of a copy.
//
// A limit on the requests or the age of a connection is looked at when a
// response is complete, so that it never costs a request its connection. The
// name of a target is looked up before the first turn. Where a refresh is asked
// for, and every minute for a load balancer, it is looked up again beside the load, and connections opened from then
// on go to the new addresses; a name that is unknown by then stays where it was.
//
// A name may have addresses that lead nowhere: those of a family for which the
// machine has no route are the usual case. So a connection that is not there 250 ms
// after an attempt tries the next address beside it, of the other family first (RFC
// 8305), and the first to answer wins. An address that was slower than a later
// attempt comes last from then on, but for one connection every 30 s. The time that
// connecting took counts from the first attempt. Addresses are otherwise used in
// turn, and not those of one family first: where both answer, both are measured.
//
// What a run should say of a target beside its numbers (a dead address, responses
// that deviate from HTTP/1.1) goes to Job.Note, once of each matter.
//
// # Failures
//
// Of each cause (a status code, or a class of error), request and target, each
// event loop shows the first failure in Sample.Excerpt: names of header fields
// and the start of the body, or the error in words. The body and the head are
// kept only once the status line says that the response may be such a first
// one, so good responses cost nothing more. Excerpts are printable, bounded, and
// without secrets: the credentials that the request carried, as it was sent, and
// every value of the environment in the scenario are replaced by ***, however
// the server spells them, and so is what looks like a credential of others
// (targets.Mask).
//
// # The wire engine
//
// Wire is the default on Linux: event loops of our own, at least one and at
// most one for each processor, each on a thread that is locked to it. A turn
// gets as many loops as its rate or its users ask for; two loops that are half
// busy are more punctual than a busy one.
//
//   - A loop sleeps in epoll_pwait2 with a timer slack of a nanosecond, until a
//     socket stirs or the next request is due. Go's own timers and network
//     poller round waits below a millisecond up to one. Nothing spins: on a
//     machine with few processors a spinning thread takes the time that the
//     target, the kernel's network stack or the hypervisor needs, and lag gets
//     better at the price of the response times, which are what is measured.
//   - GOMAXPROCS is raised by one for each loop, so that the rest of the program
//     keeps the processors it had, and the kernel decides who runs.
//   - A request is text that was made once for each target. What changes from
//     sending to sending, a key or a signature, is written into memory that
//     belongs to the connection; signatures are made while the loop would sleep.
//   - Responses are parsed in place, in the one buffer of the loop (http1). What
//     a response leaves behind between two reads is at most an unfinished line.
//   - Deadlines stand in linked lists, one for each length of time, so that all
//     but the rarest are appended and removed without a search.
//   - TLS handshakes run on goroutines, which the loop tells when the socket
//     stirs; afterwards crypto/tls works over a connection whose Read says
//     "again" instead of waiting. Sessions are resumed.
//   - Every loop has a shard of the recorder and counters of its own, which it
//     hands over ten times a second. There are no channels on the way of a
//     request, and nothing is allocated for it.
//
// # Growing
//
// Where there is no limit, connections are opened as they are needed. The
// trouble is that a loop that is late sees requests waiting and no connection
// free, opens one, is later for it, and opens more. So a connection is opened
// only after a look at the sockets that brought nothing: then the others are
// busy because the target is, and not because the loop has not come to them. A
// few at a time, so that the sockets never wait long; and where connections
// fall free all the time, a request first waits for one for a tenth of a
// millisecond, and after each opening the loop gives itself to the others for
// as long as that took. Opening costs several times what a request costs, so a
// load that begins at full rate on a slow target is late until there are enough
// connections; "connections" in a scenario opens them beforehand.
//
// # The vegeta engine
//
// Vegeta's Attacker runs the workers; its Pacer, Targeter and http.Client are
// where this package takes over.
//
//   - The Pacer walks the due times. It waits by itself and always tells vegeta
//     to wait no time, because vegeta's own wait is a sleep that nothing ends,
//     and a cancelled run must stop at once. It sleeps on Go's timers, so that
//     requests are taken up about half a millisecond late at the median and one
//     millisecond at the 99th percentile. That is honest and in the lag.
//   - The Targeter does nothing. It runs inside vegeta's latency clock, and a
//     Targeter that fails stops the attack and leaves a result that never was.
//   - The http.RoundTripper takes the next request that is due and does all the
//     rest: it is the place that every worker passes once per tick. Ticks are
//     anonymous, so the n'th tick and the n'th due time meet in a queue instead
//     of by vegeta's sequence number, which would have to travel in a header.
//   - Times and sizes are read off the connection itself (meter), above TLS.
//     Hooks of net/http/httptrace fire in goroutines of the transport, and they
//     do not count bytes; only GotConn is used, to learn which connection a
//     request got. The transport lends a connection to the next request at the
//     moment a response is complete, before the one who waits for it has run:
//     what was read off therefore belongs to the exchange, not to the connection.
//   - Responses are read by the parser of the wire engine before the transport
//     sees them (incoming): a failure has the class that it would have there, and
//     the transport is never given what it would refuse. It is shown the end of the
//     connection together with the last bytes of a response after which the
//     connection must not serve again: then it is not lent out again.
//   - A write that fails is no error by itself, here as in the wire engine: a server
//     may answer before it has read the request, and end the connection.
//   - There is one attack per turn, because an Attacker can be used only once,
//     and one http.Transport per target for the whole run.
//   - In the closed model vegeta's workers are the users: as many as users, no
//     more, and each thinks in the RoundTripper before its worker is free.
//
// # Why
//
// Vegeta's own Result is not used. Its latency starts when a worker picks up a
// tick and not when the request was due, which hides a stalled target as soon
// as workers are capped; it contains whatever the Targeter does, such as
// signing; a limit on the body makes its BytesIn zero, no limit keeps whole
// bodies in memory; it has no headers in its sizes, no connection set-up, no
// first byte, and redirects in its sums. A Result of vegeta also takes 2 kB.
//
// net/http's own dials could be timed by httptrace alone. They are not: a dial
// that was started for one request may serve another, and the hooks then report
// it to the one that does not use it.
//
// The closed model could have a loop of its own in thirty lines. It would be a
// second way of sending, with its own errors, for no gain: a tick that waits for
// a user costs nothing.
//
// HTTP/2 is not offered, even where it would be spoken, because the two engines
// must mean the same by a connection, a request's bytes and its first byte.
package load
