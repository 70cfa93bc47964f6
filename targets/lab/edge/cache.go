package edge

import (
	"container/list"
	"context"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"
)

// A Response is what an origin sent. None of it changes once it is kept, which it is whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Rest   io.ReadCloser // what is still to come, in place of Body: the one who gets it reads and closes it; nil: it is whole
}

// A Result is what a cache made of a request, as X-Cache calls it.
type Result string

// The results.
const (
	Hit        Result = "Hit"
	RefreshHit Result = "RefreshHit" // the origin said that what is kept is the latest
	Miss       Result = "Miss"
	Error      Result = "Error" // a response of 4xx or 5xx, kept or not
)

// An Answer is a response with where it comes from.
type Answer struct {
	*Response
	Result Result
	Kept   bool          // it comes from the cache: then it has an age
	Age    time.Duration // since the origin sent it, or confirmed it
	Asked  bool          // the request asked the origin
	Waited bool          // it waited for what another request asked for
}

// A Fetch asks the origin, with further headers. It fails where there is no response.
type Fetch func(conditions http.Header) (*Response, error)

// A Cache is that of one edge location. It may be used by any number of goroutines.
type Cache struct {
	policy *Policy
	now    func() time.Time
	room   int64 // bytes

	mu      sync.Mutex
	entries map[string]*list.Element
	order   *list.List // of *entry; most recently used first
	used    int64
	flights map[string]*flight
}

type entry struct {
	key      string
	response *Response
	born     time.Time     // when the origin sent it, or confirmed it
	expires  time.Time     // until then it is fresh
	again    time.Time     // until then it is served; later than expires where the origin failed since
	age      time.Duration // that it had then, as the origin says
}

// A flight is a request to the origin that others wait for.
type flight struct {
	done   chan struct{}
	shared *entry // nil: it may not be shared, or there is none
}

// entryBytes is what an entry takes besides its key and body (assumed).
const entryBytes = 512

// New returns an empty cache with room for so many bytes.
func New(p *Policy, now func() time.Time, room int64) *Cache {
	return &Cache{policy: p, now: now, room: room, entries: map[string]*list.Element{}, order: list.New(), flights: map[string]*flight{}}
}

// Serve answers a request from the cache, or asks the origin. It fails where the origin
// does, and where ctx ends while it waits for another request.
func (c *Cache) Serve(ctx context.Context, key string, fetch Fetch) (Answer, error) {
	c.mu.Lock()
	e := c.find(key)
	if e != nil && c.now().Before(e.again) {
		defer c.mu.Unlock()
		return c.kept(e, Hit), nil
	}
	f := c.flights[key]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		c.flights[key] = f
		c.mu.Unlock()
		return c.lead(key, e, f, fetch)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		return Answer{Waited: true}, ctx.Err()
	}
	if f.shared != nil {
		a := c.kept(f.shared, Hit)
		a.Waited = true
		return a, nil
	}
	a, err := c.ask(key, e, fetch, func(*entry) {})
	a.Waited = true
	return a, err
}

// lead asks the origin for all that wait. They wait until the response is whole, or until it
// is known that it may not be shared.
func (c *Cache) lead(key string, e *entry, f *flight, fetch Fetch) (Answer, error) {
	var once sync.Once
	land := func(shared *entry) {
		once.Do(func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			f.shared = shared
			delete(c.flights, key)
			close(f.done)
		})
	}
	returned := false
	defer func() {
		if !returned { // fetch has panicked
			land(nil)
		}
	}()
	a, err := c.ask(key, e, fetch, land)
	returned = true
	return a, err
}

// ask asks the origin, and keeps what may be kept. Land gets what may be given to others who
// asked meanwhile; nil: nothing.
func (c *Cache) ask(key string, e *entry, fetch Fetch, land func(*entry)) (a Answer, err error) {
	var conditional http.Header
	if e != nil {
		conditional = conditions(e.response.Header)
	}
	r, err := fetch(conditional)
	now := c.now()
	switch {
	case e != nil && (err != nil || r.Status >= 500) && mayBeStale(e.response.Header, now.Sub(e.expires)):
		if err == nil && r.Rest != nil {
			r.Rest.Close()
		}
		stale := *e
		stale.again = now.Add(c.policy.ErrorTTL)
		c.put(&stale)
		land(&stale)
		a = c.kept(&stale, Hit)
		a.Asked = true
		return a, nil
	case err != nil:
		land(nil)
		return Answer{Asked: true}, err
	case r.Status == http.StatusNotModified && conditional != nil:
		land(c.keep(key, confirmed(e.response, r.Header), now))
		a = c.kept(&entry{response: confirmed(e.response, r.Header), born: now, age: originAge(r.Header)}, RefreshHit)
		a.Asked = true
		return a, nil
	case r.Rest != nil:
		r = c.passing(key, r, now, land)
	default:
		land(c.keep(key, r, now))
	}
	return Answer{Response: r, Result: resultOf(r.Status, Miss), Asked: true}, nil
}

// keep keeps a response for as long as the policy says. It returns nil where it may not be
// shared.
func (c *Cache) keep(key string, r *Response, now time.Time) *entry {
	ttl, kept := c.policy.Freshness(r.Status, r.Header, now)
	if !kept {
		c.drop(key)
		return nil
	}
	e := &entry{key: key, response: r, born: now, expires: now.Add(ttl), again: now.Add(ttl), age: originAge(r.Header)}
	c.put(e)
	if ttl == 0 {
		return nil
	}
	return e
}

func (c *Cache) kept(e *entry, result Result) Answer {
	return Answer{Response: e.response, Result: resultOf(e.response.Status, result), Kept: true, Age: c.now().Sub(e.born) + e.age}
}

func resultOf(status int, otherwise Result) Result {
	if status >= 400 {
		return Error
	}
	return otherwise
}

func originAge(h http.Header) time.Duration {
	if text := h.Get("Age"); text != "" {
		return *deltaSeconds(text)
	}
	return 0
}

// confirmed is a kept response with the headers by which the origin confirmed it.
// Source: RFC 9111, section 3.2.
func confirmed(r *Response, by http.Header) *Response {
	h := r.Header.Clone()
	maps.Copy(h, by)
	if length := r.Header.Get("Content-Length"); length != "" {
		h.Set("Content-Length", length)
	} else {
		h.Del("Content-Length")
	}
	return &Response{Status: r.Status, Header: h, Body: r.Body}
}

// find returns what is kept, fresh or not; the lock is held.
func (c *Cache) find(key string) *entry {
	at := c.entries[key]
	if at == nil {
		return nil
	}
	c.order.MoveToFront(at)
	return at.Value.(*entry)
}

func (c *Cache) put(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(e.key)
	if e.bytes() > c.room {
		return
	}
	for c.used+e.bytes() > c.room {
		c.remove(c.order.Back().Value.(*entry).key)
	}
	c.entries[e.key] = c.order.PushFront(e)
	c.used += e.bytes()
}

func (c *Cache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(key)
}

// remove takes an entry out; the lock is held.
func (c *Cache) remove(key string) {
	at := c.entries[key]
	if at == nil {
		return
	}
	c.used -= c.order.Remove(at).(*entry).bytes()
	delete(c.entries, key)
}

func (e *entry) bytes() int64 { return int64(len(e.key)+len(e.response.Body)) + entryBytes }

// Flush invalidates everything.
func (c *Cache) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
	c.order.Init()
	c.used = 0
}
