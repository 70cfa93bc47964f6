// Package http1 reads HTTP/1.1 responses in place: it is handed bytes as they
// arrive, cut anywhere, and says when the response is complete, what it was
// and whether the connection may serve again. It keeps no byte of a body
// except a prefix that was asked for, allocates nothing, and imports nothing
// of ours.
//
// A Response is fed whatever the socket gave. It eats whole lines of the
// status line and header, and any amount of body. A line that is not complete
// stays with the caller, who feeds it again together with what comes next; it
// is never longer than MaxHead. So a response that arrives in one piece, which
// is nearly every response, is read straight from the receive buffer.
//
// # What is accepted
//
// The yardstick is net/http's ReadResponse, with which a fuzz target compares
// every accepted and refused message. A load generator that called a response
// good where Go's own client calls it broken, or the other way round, would
// measure another thing than users see. The differences, each of them checked:
//
//   - The status line must say HTTP/1.x and a status of 100 to 999. net/http
//     takes any digit for the versions, and "+20" and "000" for statuses.
//   - 101 is refused: we never ask for another protocol, and what follows
//     would not be HTTP.
//   - Head, interim responses included, is limited to 256 KiB; net/http's client
//     allows 10 MB. No front door sends a tenth of that.
//   - Interim (1xx) responses are skipped here; ReadResponse returns them, and
//     net/http's client skips them.
//   - Lines of a trailer section end with CRLF, as all of the chunked framing
//     does. net/http lets bare LF pass there if a CRLF CRLF comes later.
//   - The names in a Trailer field are not looked at. net/http refuses those
//     that would change the framing; we never merge trailers into anything.
//   - A chunk of 2^60 bytes or more is refused at once; net/http starts
//     reading it.
//   - Blanks before a chunk extension are skipped (RFC 9112 section 7.1.1), at
//     which net/http gives up.
//   - A response with both Transfer-Encoding and Content-Length, or with
//     Transfer-Encoding under HTTP/1.0, is read as net/http reads it, but its
//     connection is not used again (RFC 9112 section 6.1).
//   - In a trailer section no name may hold a blank.
//
// # What is tolerated
//
// Servers deviate, and clients put up with it, each in another way. What most of
// curl, the browsers and net/http understand is understood here, and named, so
// that a run can say so (Deviations): bare line feeds and folded fields in a head,
// a missing reason phrase, a blank before a colon (browsers and RFC 9112 section
// 5.1 remove it, curl and net/http do not know the field then), names with
// characters that no name may hold and lines without a colon or a name (browsers
// ignore them, net/http refuses all but blanks), equal lengths in a list (RFC 9110
// section 8.6), statuses of 600 to 999.
//
// Nothing is tolerated where two readers could disagree about where a response
// ends: lengths that differ, a coding with a blank before its colon beside a
// length, control characters anywhere, a blank before the first field, deviations
// in the framing of chunks and in trailers.
//
// A Strict is the same response as net/http understands it. The vegeta engine
// hands that to net/http, and the fuzz target compares both readings.
//
// # Why
//
// A state per byte (as in the parsers of nginx and node) makes every split
// free but costs a nanosecond per byte, and heads are 200 to 1,000 bytes.
// Looking for the end of a line is vectorised, and splits are rare. Looking
// for the blank line first and then parsing the head as a whole would read
// every byte twice, and would need another way for bare LF.
package http1
