// Package load is what all load engines share: what a request is, when it counts as
// failed and why, and how an engine reports. Engines turn it into traffic.
//
// # The boundary
//
// An [Engine] drives one turn at a time: the due times of one target's block, or a
// number of users. It knows nothing of scenarios, interleaving, files or verdicts;
// scenarios.Plan, package session and results.Recorder do. An engine only has to
// move bytes punctually: [Message] renders requests, Message.Evaluate evaluates
// responses (package check), [Classify] names failures, [Resolver] looks up names, [Counters] and
// [ProcessStats] describe the generator.
//
// The engines are scenarios/load/wire (Linux) and scenarios/load/nethttp (everywhere) for
// requests, and scenarios/load/websocket for messages.
// Package engines has their table, chooses one for each target, and holds the
// conformance tests that every engine passes.
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
//     sends it.
//   - Begun is when the engine took the request up. Begun − Due is the lag of the
//     generator, which decides whether a run is valid, except for Held: the time that
//     a request waited because max_in_flight or max_connections was reached. The
//     scenario and the target cause that wait; it is part of the response time. An
//     event loop that is busy all the time is late, whatever the limit.
//   - Sent is when the first byte went to the connection. Waiting for a connection is
//     part of the response time and not of the service time. Sent is Begun where
//     nothing was written.
//   - The first and last byte of the response are taken as they are read, interim
//     (1xx) responses included.
//   - The deadline of a request runs from Begun, connecting included.
//   - Name resolution, TCP and TLS handshake are timed apart and belong to the first
//     request on a connection. Connections opened beforehand report none.
//   - Rendering and signing come before all of this. Requests that differ are rendered up
//     to a second before they are due, where there is a pause; a signer that cannot keep up
//     shows as lag. What proves the sender may expire meanwhile, or while the request waits
//     for its connection ([targets.Request.Until]): then it is made anew as the request is
//     sent, or without a new proof the request fails as the generator's own fault.
//
// Late requests are sent at once and measured from their due time. With "late: skip"
// those taken up more than 10 ms late are counted and left out. A turn that is
// stopped (Job.Stop) sends nothing more and waits for what is in flight; a cancelled one
// records that as results.ErrCancelled. A turn that ends as planned waits for every
// response until its timeout: to cut off the slowest would make the others look better.
//
// # Flows
//
// Where a job has flows, its turns begin walks ([Walk]) in place of requests. A walk holds
// what its user has extracted and which step comes next; engines only ask it, so both send
// the same. Extraction belongs to the evaluation of a response: the wire engine does it
// outside its loops where bodies are large, and what that takes is lag of the next step, which
// was due before.
// A user who thinks is no request in flight and holds no connection. Of "late: skip" only
// beginnings are left out: without one of its steps a flow would be another.
//
// A step that goes to another host is known to do so when it is rendered: to which, when its
// values are there. Each host has an endpoint of its own at each target, with connections,
// names, TLS and HTTP/2 as the scenario says of that host; limits on connections hold for
// each. Rejected: to look up such a host, or to connect to it, before it is known to be among
// those that the scenario names.
//
// Steps are rendered and signed while their users think, a second ahead at most ([SignAhead]),
// so that neither takes time when a step is due, unless no pause is before it.
//
// A walk is recorded as a sample of its own (results.FlowDoc). When Job.Stop is done, walks
// that wait are cut off, and those with a request in flight when that has ended.
//
// # Messages
//
// Targets of one run may take requests and messages over WebSocket (targets.Target.Messages).
// A request has a message that takes its place there (scenarios.Request.Message), under its
// number, so that both are picked, recorded and compared as one. Package engines gives each
// target its engine, and those of messages the job as [Job.OfMessages] has it: no engine
// knows that there are others. Connections of messages stay open while other targets have
// their turns, as those of requests do.
//
// # HTTP
//
// All engines send the same bytes of HTTP/1.1: Host, User-Agent tollgate,
// Content-Length where there is a body or a method that is expected to have one, and
// the scenario's headers, sorted by name, in the scenario's spelling. Path and query
// go out as written, "//", "/../", a stray "%" and a trailing "?" included. No
// redirect is followed, and bodies are counted as they came and dropped, except for the first 64 KiB where a check reads them.
//
// Over TLS HTTP/2 and HTTP/1.1 are offered by ALPN and the server chooses, unless the
// scenario asks for one of them; without TLS HTTP/2 is spoken only where it is asked for,
// with prior knowledge. Over HTTP/2 a request is a stream. It is sent when the first byte of
// its header is, its first byte is that of the response's header, and its bytes are
// those of its frames. Frames of the connection itself (preface, SETTINGS, PING, GOAWAY,
// the connection's WINDOW_UPDATE) count with the request that ends next on it, so that sums
// are what the server counts. Sample.Headers says how far headers were compressed. A
// deadline ends a stream and not its connection (wire gives one up, too, on which nothing
// comes any more, not even the answer to a PING). A request that the server has not seen, as
// it says by REFUSED_STREAM or GOAWAY, is sent again whatever its method: until its timeout
// if the server took others on that connection before it ended it, and otherwise six times,
// with pauses from the second time on. So servers that end connections after a number of
// requests cost none, and those that refuse requests are shown to do so. Requests on one
// connection share max_connections, not max_in_flight. A connection carries up to
// engine.streams requests at a time, by default as many as the server allows up to 100; a
// further one is opened when all are full.
//
// A body that is a large file (targets.Upload) is read in parts while it is sent. A file
// that is not what it was when the scenario was read fails its requests as the
// generator's fault.
//
// Where a target has cookies: true, each user has a jar (package cookies): in the closed
// model each user, from turn to turn; in the open model each flow or, without flows, each
// connection, since arrivals are of nobody in particular. Cookies are added to the
// scenario's own when the connection is known, and no signature covers them.
//
// Where a page sends the requests of a target (origin and preflight: browser), its browser asks
// first, by the Fetch standard (package cors), and its user remembers what was allowed: a user
// is who has a jar, see above. The preflight is a request of its own, recorded under the number
// that Job.Asked gives it. Its request keeps when it was due, and begins when the preflight
// did: its user waits for both, so its response time has the preflight in it, and
// its service time has not. It goes out when the preflight has ended, on any connection, and
// its timeout is for both. A request whose preflight has no good response is not sent; it is
// recorded as results.ErrBlocked, and ends its flow. In the open model without flows the engine
// vegeta guesses which connection net/http will use, and asks once too often or too seldom
// where it uses another one. A step at another host is sent without a preflight; the plan warns
// of that.
//
// Compression is requested where accept_encoding says so. Bodies in a content coding are
// then kept until they are complete, decoded outside of all clocks, and measured: what was
// on the wire is In and Body, and Decoded is what it stands for. A body that is not what
// its coding says makes the response malformed. Bodies of more than 16 MiB (less where
// many requests are in flight: all together keep 256 MiB), of more than 256 MiB decoded,
// or in a coding that was not asked for are counted as not decoded.
//
// Responses to a request with stream: are read as events (package events) while they come, in
// both engines and over both versions of HTTP. An event arrives when the read returns that
// brought its last byte: the generator's lag and the control measurement say how much later
// than on the wire that may be. A stream is no more than its response: its deadline is that of
// the request, and no client connects again. Of the engines websocket reads no events: messages
// over it are events by themselves.
//
// Path, query, headers and body are templates (package values). The values of a request
// depend on its number, when it is due and the run's seed alone, so every target receives
// the same requests. They are rendered before a signature is made, and before Begun where
// the event loop had time for it.
//
// Connections are kept from turn to turn and closed after 45 s without use, or when a
// limit on their requests or age is reached as a response completes. A kept
// connection that turns out to be dead is no failure of the target: where RFC 9110
// section 9.2.2 allows, the request is sent again on another one, and counted.
//
// A target with keepalive: false has a connection for each request, which is closed after
// it, and says "Connection: close". A request with "Expect: 100-continue" sends its body
// when the server has said so, or nothing for a second; a server that answers instead is
// not sent the body, and the connection ends, as with curl.
//
// Names are looked up before the first turn. Where a refresh is set, and every minute
// for a load balancer, they are looked up again while the load goes on, and new
// connections use the new addresses. If an address has not connected after 250 ms,
// the next one is tried as well, of the other family first (RFC 8305), and the first
// to connect wins. An address that lost to a later attempt comes last for 30 s. Apart
// from that addresses are used in turn, so both families are measured.
//
// # Connections
//
// A target may say how connections to it are made (targets.Connection). Both engines,
// the check before the load and the probes that send requests of their own open them
// alike:
//
//   - connect_to replaces the host and port that are looked up and connected to, as
//     curl's --connect-to does. The URL keeps its part in the Host header, in TLS and in
//     signatures; host replaces it in the Host header and in TLS, and tls: server_name in
//     TLS alone.
//   - tls: ca replaces the authorities that this machine trusts, as curl's --cacert does.
//     Those are the system's, or on Linux and the BSDs the files that SSL_CERT_FILE and
//     SSL_CERT_DIR name (package crypto/x509). tls: insecure marks the run in every report.
//     An https proxy is verified by those of the machine, or of proxy_tls: ca: tls is about
//     the target alone, as curl has --proxy-cacert besides --cacert.
//   - A client certificate is presented to a server that asks for one.
//   - A proxy is asked for a way to https targets (CONNECT, or SOCKS 5), and sent requests
//     to http targets in absolute form, as curl does. What it answers to these cannot be
//     distinguished from the target's own responses. With proxy_tunnel it leads to http targets as
//     well; so it does with host or connect_to, which a request in absolute form cannot
//     express. The time to connect contains the proxy's part, DNS is the lookup of the
//     proxy, and TLS is that with the target. A proxy that refuses is a connection that was
//     refused, and the excerpt names it, with its status code. HTTP/1.1 is spoken to it,
//     and of authentication only Basic. The environment is not asked unless the target
//     says "proxy: environment": a variable that somebody else has set must not change
//     what is measured.
//   - source_address binds connections to an address, without choosing a port: a port
//     then serves for each target once, and not for one of them alone.
//   - ip leaves addresses of the other version out. A unix socket has no address at all,
//     and refuses connections while its backlog is full, where TCP tries again.
//
// # Failures
//
// Of each cause (a status code and the check that failed, or a class of error), request
// and target, each event loop shows the first failure in Sample.Excerpt: what the check
// saw, header names and the start of the body, or the error. Excerpts are printable, bounded and free of secrets: the
// credentials of the request, secret columns of its data, and every environment value in
// the scenario are replaced by ***, and so is what looks like a credential (targets.Mask). What a run should say
// about a target besides its numbers, such as a dead address, goes to Job.Note once.
package load
