package doors

import (
	"cmp"
	"container/list"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"tollgate/targets"
)

// A Cache keeps the responses of a REST API's GET requests.
type Cache struct {
	TTL    Duration `json:"ttl,omitempty"`                    // default 5 minutes, at most an hour
	Bytes  int64    `json:"bytes,omitempty" doc:"unit=bytes"` // default 0.5 GB
	Params []string `json:"key_parameters,omitempty"`         // query parameters that make different entries, besides the path
	Heads  []string `json:"key_headers,omitempty"`            // headers that do

	Invalidation *Invalidation `json:"invalidation,omitempty"` // by clients
	Encrypted    bool          `json:"encrypted,omitempty"`    // as the stage's settings say; no request shows it
}

// A MethodCache overrides a stage's cache for one method.
type MethodCache struct {
	Off    bool     `json:"off,omitempty"`
	On     bool     `json:"on,omitempty"` // for methods other than GET, which are not kept by default
	TTL    Duration `json:"ttl,omitempty"`
	Params []string `json:"key_parameters,omitempty"`
	Heads  []string `json:"key_headers,omitempty"`
}

// Invalidation is what becomes of a client's Cache-Control: max-age=0.
// Source: API Gateway developer guide, "Invalidate an API Gateway cache entry";
// the names are those of its API, the text of the warning is from general knowledge.
type Invalidation struct {
	Open         bool   `json:"open,omitempty"`         // anyone may; else only callers whose signature an iam authorizer verified
	Unauthorized string `json:"unauthorized,omitempty"` // default "FAIL_WITH_403"; "SUCCEED_WITH_RESPONSE_HEADER" or "SUCCEED_WITHOUT_RESPONSE_HEADER" ignore the request to invalidate
}

const (
	failWith403  = "FAIL_WITH_403"
	warnOfIt     = "SUCCEED_WITH_RESPONSE_HEADER"
	keepQuiet    = "SUCCEED_WITHOUT_RESPONSE_HEADER"
	staleWarning = "199 Cache-control headers were ignored because the caller was unauthorized"
)

// Sources: API Gateway developer guide, "Amazon API Gateway quotas" (TTL) and
// "Enabling API caching" (the largest response). The smallest cache is 0.5 GB.
const (
	defaultTTL    = 300 * time.Second
	longestTTL    = 3_600 * time.Second
	cacheBytes    = 1 << 29
	largestCached = 1_048_576
	entryBytes    = 256 // that an entry takes besides its key and body (assumed)
)

func (k *Cache) filled() *Cache {
	if k == nil {
		return nil
	}
	filled := *k
	filled.TTL = cmp.Or(k.TTL, Duration(defaultTTL))
	filled.Bytes = cmp.Or(k.Bytes, cacheBytes)
	return &filled
}

func (k *Cache) check(at string, p *problems) {
	if k == nil {
		return
	}
	p.between(at+".ttl", k.TTL, time.Nanosecond, longestTTL)
	if k.Bytes < largestCached {
		p.add("%s.bytes: %d is less than one response may have; give at least %d", at, k.Bytes, largestCached)
	}
	if k.Invalidation != nil {
		p.oneOf(at+".invalidation.unauthorized", k.Invalidation.Unauthorized, failWith403, warnOfIt, keepQuiet)
	}
}

func (k *MethodCache) check(at string, p *problems) {
	if k == nil {
		return
	}
	p.between(at+".ttl", k.TTL, 0, longestTTL)
	if k.On && k.Off {
		p.add("%s: it cannot be on and off", at)
	}
}

// A cachePolicy is what a route keeps of its responses; nil: nothing.
type cachePolicy struct {
	anyMethod     bool // and not only GET
	ttl           time.Duration
	params, heads []string
	invalidation  Invalidation
	signed        bool // clients prove who they are by a signature
}

func (k *Cache) policy(r Route) *cachePolicy {
	own := or(r.Cache, MethodCache{})
	if k == nil || own.Off || r.Method != http.MethodGet && r.Method != anyMethod && !own.On {
		return nil
	}
	p := &cachePolicy{
		anyMethod: r.Method != anyMethod || own.On, ttl: time.Duration(cmp.Or(own.TTL, k.TTL)), params: k.Params, heads: k.Heads,
		invalidation: *or(k.Invalidation, Invalidation{}), signed: r.Authorizer != nil && r.Authorizer.Type == "iam",
	}
	if own.Params != nil || own.Heads != nil {
		p.params, p.heads = own.Params, own.Heads
	}
	return p
}

// look answers from the cache. What it does not hold is stored once it is known,
// unless it is an error.
func (c *responseCache) look(x *exchange) bool {
	p := x.route.cache
	if x.canary && !x.cached || c == nil || p == nil || x.request.Method != http.MethodGet && !p.anyMethod {
		return true
	}
	fresh, allowed := p.asksFresh(x)
	if !allowed {
		return x.refuse(targets.FaultForbidden, byCache)
	}
	key := p.key(x.request, x.path)
	if x.canary { // which runs another deployment
		key = "canary " + key
	}
	if !fresh {
		if x.response = c.get(key, x.ready); x.response != nil {
			x.cache = cacheHit
			return false
		}
	}
	x.cache = cacheMiss
	x.store = func(now time.Time) { c.put(key, x.response, now, p.ttl) }
	return true
}

// asksFresh says whether a client asks for a fresh response, and whether it may.
func (p *cachePolicy) asksFresh(x *exchange) (asks, allowed bool) {
	for _, line := range x.request.Header["Cache-Control"] {
		for directive := range strings.SplitSeq(line, ",") {
			asks = asks || strings.EqualFold(strings.TrimSpace(directive), "max-age=0")
		}
	}
	switch {
	case !asks || p.invalidation.Open || p.signed:
		return asks, true
	case p.invalidation.Unauthorized == warnOfIt:
		x.extra = append(x.extra, [2]string{"Warning", staleWarning})
	case p.invalidation.Unauthorized != keepQuiet:
		return true, false
	}
	return false, true
}

// key is the method and the path with the parameters and headers that make
// different entries. Requests that differ in others share a response, as in API
// Gateway.
func (p *cachePolicy) key(r *http.Request, path string) string {
	key := r.Method + " " + path
	if len(p.params) == 0 && len(p.heads) == 0 {
		return key
	}
	counted, query := url.Values{}, r.URL.Query()
	for _, name := range p.params {
		if values, given := query[name]; given {
			counted["query."+name] = values
		}
	}
	for _, name := range p.heads {
		if values := r.Header.Values(name); len(values) > 0 {
			counted["header."+name] = values
		}
	}
	return key + "?" + counted.Encode()
}

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
	key      string
	response *response
	stored   time.Time
	ttl      time.Duration
	bytes    int64
}

func newResponseCache(c *Cache) *responseCache {
	if c == nil {
		return nil
	}
	return &responseCache{room: c.Bytes, entries: map[string]*list.Element{}, order: list.New()}
}

func (c *responseCache) get(key string, now time.Time) *response {
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
	return it.response
}

func (c *responseCache) put(key string, r *response, now time.Time, ttl time.Duration) {
	if r.size() > largestCached {
		return
	}
	it := &cached{key: key, response: r, stored: now, ttl: ttl, bytes: int64(len(key)) + r.size() + entryBytes}
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
