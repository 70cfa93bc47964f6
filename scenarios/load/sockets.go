package load

import (
	"context"
	"fmt"
	"time"

	"tollgate/results"
)

// Sockets opens connections of WebSocket to one target for a user who reads and writes
// them himself: a probe asks about connections, and not about a load. All times are on the
// run's clock.
type Sockets interface {
	// Open opens a connection. The Socket is nil unless the Opening's Err is.
	Open(ctx context.Context) (Socket, Opening)
	// Message is the seq'th message of a request of the job.
	Message(request int, seq uint64) ([]byte, error)
	// Close ends all connections.
	Close() error
}

// An Opening is how a connection was opened, or was not.
type Opening struct {
	Begun  time.Duration // dialling
	Asked  time.Duration // the handshake was written; 0: it was not
	Done   time.Duration // it was answered, or failed
	Status int           // of the answer; 0: there is none
	Mark   results.Mark  // of a refusal; which fault it is
	Err    error         // nil: the connection is open
}

// A Socket is an open connection. One goroutine may read it while others write.
type Socket interface {
	Send(message []byte) error
	Ping() error
	// Receive waits for the next message, and answers pings meanwhile. The error is a
	// *SocketEnd. The message is good until the next call.
	Receive() (message []byte, at time.Duration, err error)
	// RoundTrip is the longest that a pong took after its ping; 0: none came yet.
	RoundTrip() time.Duration
	Close()
}

// A SocketEnd is how a connection ended.
type SocketEnd struct {
	At     time.Duration
	Code   int // of the Close frame; 1005: without one; 1006: there was no Close frame
	Reason string
	Own    bool // this end closed it
}

func (e *SocketEnd) Error() string {
	if e.Own {
		return "closed by this end"
	}
	return fmt.Sprintf("closed by the other end with code %d %s", e.Code, e.Reason)
}
