package http2

import (
	"slices"
	"time"

	"tollgate/scenarios/load/http1"
)

// A Stream carries one request and its response. Its memory may be used for one stream
// after another.
type Stream struct {
	http1.Kept
	http1.Deviations

	Code    int           // of the final response; 0: it has not begun
	Interim int           // interim (1xx) responses that came before it
	First   time.Duration // when the response began to arrive, on Conn.Now; 0: it has not
	In, Out int64         // bytes of its frames
	Owner   any           // the caller's

	// The sizes of the headers of request and response: the names and values of their
	// fields, and what they were compressed to.
	HeadOut, HeadIn     int
	PackedOut, PackedIn int
	id                  uint32
	noBody              bool   // the response to HEAD
	length              int64  // Content-Length; -1: unknown
	head                int    // what the response's headers may still have
	body                []byte // to be sent
	rest                Source // behind it; nil: none
	sending             bool   // some of the body is to be sent
	hold                bool   // the body waits for "100 Continue"
	window              int64
	unread              int64 // received, and not yet given back to the server's window
	end                 int64 // of its last byte in Conn.written
}

// Reset expects the next response, for which the first cap(prefix) bytes of the
// content and the fields of a Capture are kept.
func (s *Stream) Reset(prefix []byte, capture *http1.Capture) {
	*s = Stream{Kept: s.Kept, Owner: s.Owner, length: -1, head: http1.MaxHead}
	s.Keep(prefix, capture)
}

// Open reports whether the stream has begun and not ended.
func (s *Stream) Open() bool { return s.id != 0 }

// Sent reports whether the whole request has been handed over.
func (s *Stream) Sent() bool { return s.left() == 0 }

func (s *Stream) left() int64 {
	if s.rest == nil {
		return int64(len(s.body))
	}
	return int64(len(s.body)) + s.rest.Left()
}

// stream returns the open stream with an id, nil if there is none.
func (c *Conn) stream(id uint32) *Stream {
	i, found := slices.BinarySearchFunc(c.streams, id, func(s *Stream, id uint32) int { return int(s.id) - int(id) })
	if !found {
		return nil
	}
	return c.streams[i]
}

// Drop ends a stream without a word to the server.
func (c *Conn) Drop(s *Stream) {
	i, found := slices.BinarySearchFunc(c.streams, s.id, func(o *Stream, id uint32) int { return int(o.id) - int(id) })
	if found {
		c.streams = slices.Delete(c.streams, i, i+1)
	}
	c.stop(s)
	if c.content == s {
		c.content = nil
	}
	s.id = 0
}
