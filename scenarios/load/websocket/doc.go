// Package websocket is the load engine for messages over WebSocket (RFC 6455). It holds
// connections, walks flows over connections of their own, and a sample is one step: a
// message and its reply, a handshake, a message that is waited for, a Close frame, or a request
// to another host.
//
//   - Open model: as many connections are held as the scenario says, and messages take them
//     in turn. Closed model: each user has a connection of his own, opened before his first
//     message. A flow that connects has one for each walk, and stays on it.
//   - Connections that are held are opened at the scenario's rate, and opened again when
//     they end: after a back-off that doubles with each failure, with a random half of it,
//     so that clients that one event has cut off do not all come back at once. Where none
//     can be opened the load goes on, and its messages fail as requests to a dead target do.
//   - Due is the schedule's, as for requests. Sent is when the message was written, and the
//     last byte of its reply is when that was read. A message that waits for a connection
//     waits as a request does: that is part of its response time. If the latest
//     attempt to open one failed, it fails at once, in the same way.
//   - Replies belong to messages by their order on the connection, or by a value that both
//     have. What belongs to no message is a push, and counted. A message without a reply
//     ends when it is written: its times say nothing about the other end.
//   - A step that receives takes the earliest push that is its own, also one that came
//     before the step was due: its service time is then next to nothing. The time from a
//     message to a push is that of the flow, or of a step with reply: none and the one after.
//   - A step of a flow may be a request to another host, over HTTP, as one that fetches the
//     token to connect with. Package nethttp sends it, with its own clocks and connections; the
//     flow goes on where it sits. Rejected: requests to the target itself, which takes none.
//   - A message by which the front door tells a client of a fault (targets.Kind's
//     MessageErrors) is the reply to the message that has waited longest, or ends the step
//     that receives, with the status code that HTTP has for that fault. Any other reply has
//     the status code of the handshake, 101.
//   - The handshake is timed apart (results.SocketDoc) and is part of no sample, but for
//     that of a step that connects.
//   - A connection is closed by a Close frame, and the server is given a second to close its
//     end. Close codes are counted, those of the server's own apart.
//   - Payloads are counted as they are before compression. Bytes on the wire are in samples.
//
// # Cost
//
// Each connection has a goroutine that reads, on a small stack, and never waits for one that
// writes. 10,000 connections with 1,000 messages a second took 127 MB, of which 25 MB are
// the program, and a tenth of a processor, on a virtual machine with two processors of an
// AMD EPYC on 2026-11-30; k6 and Artillery take more of both (cmd/bench). Most of the CPU time
// is system calls and waking up. Rejected: the event loops of engine wire, which would save
// 4 KB of stack for each connection, and would bind messages to Linux; and deadlines for
// each write, whose timers wake the program once more for each message.
//
// Rejected: pushes as replies to the latest message. A push that comes late would be taken
// for the reply to the next one.
package websocket
