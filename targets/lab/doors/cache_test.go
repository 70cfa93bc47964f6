package doors

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A referenceCache is a list, the least recently used first.
type referenceCache struct {
	ttl  time.Duration
	room int64
	list []*cached
}

func (r *referenceCache) find(key string) int {
	return slices.IndexFunc(r.list, func(it *cached) bool { return it.key == key })
}

func (r *referenceCache) get(key string, now time.Time) *response {
	i := r.find(key)
	if i < 0 {
		return nil
	}
	it := r.list[i]
	r.list = slices.Delete(r.list, i, i+1)
	if !now.Before(it.stored.Add(r.ttl)) {
		return nil
	}
	r.list = append(r.list, it)
	return it.response
}

func (r *referenceCache) put(key string, a *response, now time.Time) {
	if i := r.find(key); i >= 0 {
		r.list = slices.Delete(r.list, i, i+1)
	}
	size := int64(len(key)+len(a.body)) + entryBytes
	if size > r.room {
		return
	}
	r.list = append(r.list, &cached{key: key, response: a, stored: now, bytes: size})
	for r.bytes() > r.room {
		r.list = r.list[1:]
	}
}

func (r *referenceCache) bytes() (sum int64) {
	for _, it := range r.list {
		sum += it.bytes
	}
	return sum
}

func TestTheCacheKeepsForItsTTLAndDropsWhatWasUsedLongestAgo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := Cache{
			TTL:   Duration(rapid.Int64Range(1, 100).Draw(t, "ttl")),
			Bytes: rapid.Int64Range(200, 4000).Draw(t, "room"),
		}
		c := newResponseCache(&config)
		model := &referenceCache{ttl: time.Duration(config.TTL), room: config.Bytes}
		now := noon
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 30).Draw(t, "later")))
			key := rapid.SampledFrom([]string{"/a", "/b", "/c", "/d", "/e"}).Draw(t, "key")
			if rapid.Bool().Draw(t, "put") {
				a := newResponse(200, jsonType, strings.Repeat("x", rapid.IntRange(0, 1500).Draw(t, "size")))
				c.put(key, a, now, time.Duration(config.TTL))
				model.put(key, a, now)
			} else if got, want := c.get(key, now), model.get(key, now); got != want {
				t.Fatalf("get %s: %p, want %p", key, got, want)
			}
			if c.used != model.bytes() || len(c.entries) != len(model.list) || c.order.Len() != len(model.list) {
				t.Fatalf("%d bytes in %d entries, want %d in %d", c.used, len(c.entries), model.bytes(), len(model.list))
			}
		}
	})
}

func TestAResponseOverOneMebibyteIsNotKept(t *testing.T) {
	c := newResponseCache(&Cache{TTL: Duration(time.Hour), Bytes: 8 << 20})
	c.put("/large", newResponse(200, jsonType, strings.Repeat("x", largestCached+1)), noon, time.Hour)
	c.put("/just", newResponse(200, jsonType, strings.Repeat("x", largestCached)), noon, time.Hour)
	if c.get("/large", noon) != nil || c.get("/just", noon) == nil {
		t.Error("the limit is not at 1,048,576 bytes")
	}
}
