package summary

import (
	"hash/maphash"
	"time"
)

// mostSampled bounds the connections that are followed.
const mostSampled = 1 << 15

// connections follows a sample of connections: all of them, until there are too many, then
// every second, fourth and so on, chosen by a hash of their ids (adaptive sampling: Flajolet,
// "On adaptive sampling", 1990). Their number is that of the sample times the factor. The
// hash has a key of its own in every run of the program, and it is not written down.
type connections struct {
	seed  maphash.Seed
	bits  uint // every 2^bits'th is in the sample
	seen  map[uint64]*followed
	named int64 // requests with the id of a connection
}

type followed struct {
	requests    int64
	first, last int64
}

func (c *connections) add(id []byte, at int64) {
	if len(id) == 0 || at == 0 {
		return
	}
	c.named++
	key := maphash.Bytes(c.seed, id)
	if key&(1<<c.bits-1) != 0 {
		return
	}
	f := c.seen[key]
	if f == nil {
		if f = new(followed); c.seen == nil {
			c.seen = map[uint64]*followed{}
		}
		c.seen[key], f.first, f.last = f, at, at
	}
	f.requests++
	f.first, f.last = min(f.first, at), max(f.last, at)
	for len(c.seen) > mostSampled {
		c.bits++
		for key := range c.seen {
			if key&(1<<c.bits-1) != 0 {
				delete(c.seen, key)
			}
		}
	}
}

// number is about how many connections there were, exactly so while all are followed.
func (c *connections) number() float64 { return float64(len(c.seen)) * float64(uint64(1)<<c.bits) }

func (c *connections) sampled() bool { return c.bits > 0 }

// life is the mean time from the first request of a connection to the last.
func (c *connections) life() time.Duration {
	sum := 0.0
	for _, f := range c.seen {
		sum += float64(f.last - f.first)
	}
	return time.Duration(sum / float64(max(len(c.seen), 1)))
}
