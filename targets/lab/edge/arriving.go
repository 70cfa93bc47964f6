package edge

import (
	"io"
	"sync"
	"time"
)

// passing is a response that is passed on while it comes. It is kept once it is whole, where
// it may be kept; land gets what others may share of it, which is nil where they have to ask
// for themselves.
func (c *Cache) passing(key string, r *Response, now time.Time, land func(*entry)) *Response {
	ttl, kept := c.policy.Freshness(r.Status, r.Header, now)
	if !kept {
		c.drop(key)
	}
	if !kept || ttl == 0 {
		land(nil)
	}
	if !kept {
		return r
	}
	passed := *r
	passed.Rest = &arriving{ReadCloser: r.Rest, room: c.room, end: func(body []byte) {
		if body == nil {
			land(nil)
			return
		}
		land(c.keep(key, &Response{Status: r.Status, Header: r.Header, Body: body}, now))
	}}
	return &passed
}

// arriving is a body that is remembered while it is read.
type arriving struct {
	io.ReadCloser
	room int64
	end  func(body []byte) // nil: it did not become whole, or is too large

	mu    sync.Mutex
	got   []byte
	ended bool
}

func (a *arriving) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return n, err
	}
	a.got = append(a.got, p[:n]...)
	switch {
	case int64(len(a.got)) > a.room || err != nil && err != io.EOF:
		a.finish(nil)
	case err == io.EOF:
		a.finish(append([]byte{}, a.got...))
	}
	return n, err
}

// Close ends it, whole or not.
func (a *arriving) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.finish(nil)
	}
	return a.ReadCloser.Close()
}

// finish says what became of it; the lock is held.
func (a *arriving) finish(body []byte) {
	a.ended, a.got = true, nil
	a.end(body)
}
