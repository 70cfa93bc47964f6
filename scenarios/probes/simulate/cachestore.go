package simulate

import (
	"container/heap"
	"container/list"
	"math"
)

// A CacheStore keeps entries as Varnish and nginx do without grace and without locking:
// an entry is stored when the response is there, lives for the TTL from then on, whether
// it is used or not, and concurrent misses all go to the backend and store theirs. With
// Room, what was used longest ago is evicted. Times are in seconds.
// Sources: Varnish documentation, "Object lifetime" (ttl, grace, keep); nginx,
// ngx_http_proxy_module (proxy_cache_valid, proxy_cache_lock off) and
// ngx_http_file_cache (the queue of entries by their last use).
type CacheStore struct {
	TTL  float64 // 0: nothing is stored
	Room int     // entries; 0: all
	// Clock is the resolution of the cache's clock. With 1, as in nginx, an entry that
	// was stored at second s is fresh while the time in whole seconds is at most s + TTL.
	Clock float64
	Phase float64 // seconds by which the clock's steps are shifted
	// MinUses is the request of a key, counted from one, from which on it is stored:
	// nginx, proxy_cache_min_uses. Requests count as long as the key is known, also after
	// its entry has expired.
	MinUses int

	entries map[string]*list.Element
	recent  *list.List // the latest used first
	pending fetches
	uses    map[string]int
}

type cacheEntry struct {
	key    string
	stored float64
}

// Hit looks a key up.
func (c *CacheStore) Hit(key string, at float64) bool {
	c.arrive(at)
	c.uses[key]++
	e, there := c.entries[key]
	if !there {
		return false
	}
	c.recent.MoveToFront(e)
	return c.fresh(e.Value.(*cacheEntry).stored, at)
}

func (c *CacheStore) fresh(stored, at float64) bool {
	if c.Clock == 0 {
		return at-stored < c.TTL
	}
	whole := func(t float64) float64 { return math.Floor((t + c.Phase) / c.Clock) }
	return whole(at)*c.Clock <= whole(stored)*c.Clock+c.TTL
}

// Store puts a response into the cache when it has arrived.
func (c *CacheStore) Store(key string, at float64) {
	if c.TTL > 0 && c.uses[key] >= c.MinUses {
		heap.Push(&c.pending, fetch{at, key})
	}
}

// forget drops the entry of a key, as API Gateway does when a client renews it, or all: of a
// flush. What is under way is stored when it arrives.
func (c *CacheStore) forget(which func(key string) bool, at float64) {
	c.arrive(at)
	for key, e := range c.entries {
		if which(key) {
			c.recent.Remove(e)
			delete(c.entries, key)
		}
	}
}

// arrive stores the responses that have arrived by now.
func (c *CacheStore) arrive(now float64) {
	if c.entries == nil {
		c.entries, c.recent, c.uses = map[string]*list.Element{}, list.New(), map[string]int{}
	}
	for len(c.pending) > 0 && c.pending[0].at <= now {
		f := heap.Pop(&c.pending).(fetch)
		if e, there := c.entries[f.key]; there {
			e.Value.(*cacheEntry).stored = f.at
			c.recent.MoveToFront(e)
			continue
		}
		c.entries[f.key] = c.recent.PushFront(&cacheEntry{f.key, f.at})
		if c.Room > 0 && c.recent.Len() > c.Room {
			oldest := c.recent.Back()
			delete(c.entries, oldest.Value.(*cacheEntry).key)
			c.recent.Remove(oldest)
		}
	}
}

type fetch struct {
	at  float64
	key string
}

// fetches are the responses under way, the first to arrive first.
type fetches []fetch

func (f fetches) Len() int           { return len(f) }
func (f fetches) Less(i, j int) bool { return f[i].at < f[j].at }
func (f fetches) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }

// Push implements heap.Interface.
func (f *fetches) Push(x any) { *f = append(*f, x.(fetch)) }

// Pop implements heap.Interface.
func (f *fetches) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}
