// Package http2 is the client's side of HTTP/2 (RFC 9113) without a socket: a Conn is
// handed the bytes that arrive, cut anywhere, and collects those that are to be sent.
// Streams carry requests and responses. Nothing here waits, and in the steady state
// nothing allocates.
//
// # Requests
//
// A request comes as the text of its head in HTTP/1.1 and its body: so it is rendered,
// signed and masked in one way for both protocols. Host becomes :authority, and fields
// about a connection are left out. Fields that are the same at each sending enter the
// table that the server keeps for the connection; from the second sending on, such a
// request is a few bytes, which are remembered for as long as the table stays what it
// is. Nothing that is in the table drops out of it: what would not fit, or changes, or
// authenticates, is written out.
//
// # Responses
//
// Frames are read where they lie; a frame that is not complete stays with the caller,
// but for DATA, of which all that is there is read. Every header is decoded in full,
// whether it is needed or not: the tables depend on it, a malformed one is to be found,
// and the size before compression is counted.
//
// What is kept of a response (http1.Kept) is what is kept over HTTP/1.1. What is
// malformed is that, too: a name with capital letters or a value with control
// characters, a missing or second :status, a content that is not as long as
// Content-Length says or that comes with HEAD, 204 or 304, a second header that does not
// end the stream. Such a stream is reset, and the connection goes on. A breach of the
// framing ends the connection with GOAWAY. Fields about a connection are ignored and
// noted, as browsers and net/http do it.
//
// Frames of streams that have ended are read and dropped: after a reset they may be under
// way. PUSH_PROMISE was not allowed, and is a breach.
//
// # Bounds
//
// A frame has 16 KiB at most. A header may have 256 KiB, compressed as well as not, with
// 32 bytes for each field, as over HTTP/1.1, all interim responses of a stream together.
// 10,000 frames in a row that bring no response further end the connection (PING,
// SETTINGS, empty DATA, frames of ended streams …), and so does 1 MiB of answers to such
// frames that the server does not read. Our windows are as large as those of net/http's
// client, 4 MiB for a stream and 1 GiB for the connection, and are opened again when half
// or a quarter is used up: a response is never held up by them.
//
// # Headers that come again
//
// A header of a response that is the same block as the one before is not decoded again
// (memo), a few hundredths of a microsecond where five fields take half a microsecond, and
// Huffman-coded ones more than one (BenchmarkHeaders): a tenth of what a request takes. What
// the block adds to the dynamic table is added again: nginx adds its fields each time.
//
// # Bytes
//
// A stream's bytes are its frames with their headers of nine bytes, on both ways, those of
// RST_STREAM and WINDOW_UPDATE included. What belongs to the connection (the preface,
// SETTINGS, PING, GOAWAY, the connection's WINDOW_UPDATE) and to streams that have ended
// is counted apart, in OtherIn and OtherOut: so nothing is counted twice or lost.
//
// # Why not golang.org/x/net/http2
//
// Its Framer reads from an io.Reader and cannot go on with a frame that was cut off, so an
// event loop would have to collect each frame first, and its HPACK decoder makes strings
// of each field. Measured in an event loop over TLS against nginx, it took 1.17 times the
// CPU of h2load at 8 connections with 8 streams without half of the features; this package
// takes 1.09 times (cmd/bench), nearly all of it in system calls, and allocates nothing. The
// names of frames, flags and codes are those of package golang.org/x/net/http2, the codes and
// tables of HPACK are read off package hpack, and the tests compare with both.
package http2
