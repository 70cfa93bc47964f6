package doors

import (
	"container/list"
	"sync"
	"time"
)

// largestCached is the largest response that a REST API's cache keeps.
// Source: API Gateway developer guide, "Enabling API caching".
const largestCached = 1_048_576

// entryBytes is what an entry takes beside its key and body (assumed).
const entryBytes = 256

// A responseCache keeps responses until they are too old or there is no room.
// AWS does not say what makes room; this one drops what was used longest ago.
type responseCache struct {
	room int64

	mu      sync.Mutex
	entries map[string]*list.Element
	order   *list.List // of cached; most recently used first
	used    int64
}

type cached struct {
	key    string
	answer *answer
	stored time.Time
	ttl    time.Duration
	bytes  int64
}

func newResponseCache(c Cache) *responseCache {
	return &responseCache{
		room: c.Bytes, entries: map[string]*list.Element{}, order: list.New(),
	}
}

// get returns what was stored under key less than its TTL ago, or nil.
func (c *responseCache) get(key string, now time.Time) *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return nil
	}
	it := e.Value.(*cached)
	if now.Sub(it.stored) >= it.ttl {
		c.drop(e)
		return nil
	}
	c.order.MoveToFront(e)
	return it.answer
}

// put stores a under key for ttl, in place of what was there.
func (c *responseCache) put(key string, a *answer, now time.Time, ttl time.Duration) {
	if a.size() > largestCached {
		return
	}
	it := &cached{key: key, answer: a, stored: now, ttl: ttl, bytes: int64(len(key)) + a.size() + entryBytes}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.entries[key]; old != nil {
		c.drop(old)
	}
	if it.bytes > c.room {
		return
	}
	for c.used+it.bytes > c.room {
		c.drop(c.order.Back())
	}
	c.entries[key] = c.order.PushFront(it)
	c.used += it.bytes
}

// flush forgets everything.
func (c *responseCache) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
	c.order.Init()
	c.used = 0
}

func (c *responseCache) drop(e *list.Element) {
	it := c.order.Remove(e).(*cached)
	delete(c.entries, it.key)
	c.used -= it.bytes
}
