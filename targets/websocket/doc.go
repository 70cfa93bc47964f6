// Package websocket reads and writes the frames of the WebSocket protocol (RFC 6455), and
// computes the proof of its handshake, for either end: the lab's WebSocket API and the
// load engine that drives one.
//
// One extension is spoken, where both ends agree: permessage-deflate (RFC 7692), each
// message compressed on its own. API Gateway's documentation does not mention it. A
// handshake that was recorded in October 2021 agreed to it, and messages then failed to come
// if server_max_window_bits had been asked for, which Offer does not do (GitHub,
// python-websockets/websockets, issue 1065). Whether compressed or plain sizes are billed is
// not documented. The lab agrees to no extension.
//
// # Why it is our own
//
// A library hides what both ends must see: coder/websocket v1.8.15 joins the frames of a
// message, so that neither the limit of 32 KB of a frame nor bytes on the wire can be
// known, and it keeps two goroutines and 8 KB of buffers for each connection. Tests hold
// this package against golang.org/x/net/websocket, and with the build tag interop against
// ws of npm.
package websocket
