package accesslog

import "time"

// What an entry is about.
type What uint8

// What entries are about.
const (
	Request    What = iota // of HTTP
	Message                // over a WebSocket: an event of a connection
	Connection             // of clients, with its TLS handshake
	Invocation             // of a function
)

// A Cache says what a cache did with a request.
type Cache uint8

// What caches do.
const (
	NoCache Cache = iota // the log does not say, or there is none
	Hit
	Miss
)

// Unknown is a number that the log does not have.
const Unknown = -1

// An Entry is what one line of a log says. Its texts are good until the next line is read;
// empty ones were not logged.
type Entry struct {
	What What

	Arrived    int64         // nanoseconds since 1970 UTC; 0: not known
	Resolution time.Duration // of Arrived
	Took       time.Duration // until the last byte was sent; Unknown
	Backend    time.Duration // of that, the target's, integration's or function's time; Unknown

	Method, Path []byte // the path without its query
	Query        []byte
	Stage        []byte // of an API, that its path began with: Path is what is below it
	Route        []byte // as the API has it: "/users/{id}", "GET /users/{id}"
	Host         []byte
	Client       []byte // its address
	User         []byte // API key, caller or user
	Agent        []byte
	Group        []byte // what served it: load balancer's target group, function, API
	Edge         []byte // CloudFront's location
	Event        []byte // of a WebSocket: CONNECT, MESSAGE, DISCONNECT
	Conn         []byte // the connection's id

	Status        int64 // 0: the client left before one; Unknown
	BackendStatus int64 // 0: no backend answered; Unknown: the log does not say
	In, Out       int64 // bytes; Unknown
	WithHeaders   bool  // In and Out include headers
	Socket        bool  // the request became a WebSocket
	Cache         Cache

	// Of an invocation.
	Init, Billed time.Duration // Unknown: no INIT
	MemoryMB     int64
	UsedMB       int64
	Environment  []byte // the log stream, which each has of its own

	// Of a connection.
	Handshake time.Duration // Unknown
	Opened    int64         // when it was, nanoseconds since 1970

	ended      int64 // when the last byte was sent; 0: not known
	day, ofDay int64 // the same in two fields, to the second; day 0: not known
	text       []byte
}

// clear makes the entry one of which nothing is known. The buffer of decoded texts stays.
func (e *Entry) clear(what What) {
	*e = Entry{
		What: what, Took: Unknown, Backend: Unknown, Status: Unknown, BackendStatus: Unknown, In: Unknown, Out: Unknown,
		Init: Unknown, Billed: Unknown, Handshake: Unknown, text: e.text[:0],
	}
}

// settle finds out when the request arrived, if the log says when it ended.
func (e *Entry) settle() {
	if e.day != 0 {
		e.ends(e.day+e.ofDay, time.Second)
	}
	if e.Arrived != 0 || e.ended == 0 {
		return
	}
	e.Arrived = e.ended
	if e.Took > 0 {
		e.Arrived -= int64(e.Took)
	}
	if e.Init > 0 {
		e.Arrived -= int64(e.Init)
	}
}

// ends notes when the request ended, as exactly as the log knows.
func (e *Entry) ends(at int64, resolution time.Duration) {
	if e.ended == 0 || resolution < e.Resolution {
		e.ended, e.Resolution = at, resolution
	}
}

// arrives notes when it arrived.
func (e *Entry) arrives(at int64, resolution time.Duration) {
	if e.Arrived == 0 || resolution < e.Resolution {
		e.Arrived, e.Resolution = at, resolution
	}
}
