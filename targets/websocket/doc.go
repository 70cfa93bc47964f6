// Package websocket reads and writes the frames of the WebSocket protocol (RFC 6455), and
// computes the proof of its handshake, for either end: the lab's WebSocket API and the
// load engine that drives one.
//
// No extension is spoken: API Gateway offers none (its handshake never returns
// Sec-WebSocket-Extensions), and compression would hide the sizes that are billed.
//
// # Why it is our own
//
// A library hides what both ends must see: coder/websocket v1.8.15 joins the frames of a
// message, so that neither the limit of 32 KB of a frame nor bytes on the wire can be
// known, and it keeps two goroutines and 8 KB of buffers for each connection. Tests hold
// this package against golang.org/x/net/websocket, and with the build tag interop against
// ws of npm.
package websocket
