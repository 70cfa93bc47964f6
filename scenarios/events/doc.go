// Package events reads the body of a response as events while it comes, and notes when each
// arrived.
//
//   - [Server] reads an event stream as browsers do: HTML Living Standard, section 9.2,
//     "Server-sent events" (parsing an event stream, interpreting an event stream). Lines end
//     with CR, LF or both, also where the two come apart; a byte order mark, comments and
//     unknown fields are skipped; an event is its data, and one without data, or without the
//     blank line behind it, is none. The fields id and retry are for clients that connect
//     again, which a load generator must not do of its own accord: a response is one sample.
//     Where a stream was cut off behind an id, it says that such a client would.
//   - [Lines] takes each line that is not blank for an event, as JSON Lines (NDJSON), and
//     JSON text sequences (RFC 7464) if each text is on one line. The last line needs no
//     line break.
//
// An event arrives with its last byte: the end of its blank line, or of its line. Where a
// stream has an end marker ("[DONE]"), that is no event, and nothing counts after it.
//
// Streams that never end are read up to a number of events ([Options.StopAfter]); the client then
// closes the connection, or resets the stream of HTTP/2, and the response counts as complete.
//
// Data is kept only where something asks for it: to find the end marker, and for checks of the
// first and the last event. Of one event, and of one line, [Window] bytes are kept; longer ones
// count all the same.
//
// Rejected: to take chunks of HTTP/1.1 for events, since proxies join and divide them as they
// like, and HTTP/2 has none; to parse the data of every event as JSON, which costs the
// generator the time that it needs to read the next one punctually.
package events
