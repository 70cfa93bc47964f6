package simulate

import (
	"container/list"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

// An Edge is the edge of a content delivery network, or a row of proxies: nodes that each
// have a cache of their own, and perhaps one regional cache that all of them ask. What it
// does is written from descriptions; see the fields.
type Edge struct {
	Nodes int
	// Route says which node gets a request: "random", "round robin" (as the load balancers
	// of nginx and HAProxy do by default), or "connection": the node that the client's
	// connection ends at, as behind a network load balancer.
	Route string

	Room int  // entries of a node; 0: all
	FIFO bool // the entry that was stored first is evicted, else the one used longest ago
	TTL  float64
	// Spread is the share by which the TTL of each entry differs by chance, so that entries
	// do not expire together.
	Spread float64
	// Stale is for how long an expired entry is still served while it is fetched in the
	// background: RFC 5861, stale-while-revalidate; Varnish calls it grace.
	Stale float64
	// Coalesce lets requests wait for a fetch of their key that is under way: Varnish does,
	// nginx with proxy_cache_lock.
	Coalesce bool
	// MinUses is the request of a key, from one, from which on it is stored.
	MinUses int
	// Early is the factor of probabilistic early expiration. Source: Vattani, Chierichetti
	// and Lowenstein, "Optimal probabilistic cache stampede prevention" (2015).
	Early float64

	IgnoresQuery bool
	NotFound     float64 // share of the keys that do not exist: 404, which is cached as well
	RegionalTTL  float64 // of the cache that nodes ask; 0: there is none
	Header       bool    // X-Cache says what the node did

	Hit, Regional, Miss Speed
	Second              Speed // of the backend, for half of the requests; a Median of 0: none
	Outliers            float64

	chance      *rand.Rand
	seed        uint64
	keys        numbers
	nodes       []*edgeNode
	regional    edgeNode
	turn        int
	connections []float64 // when each is free
	// Counted by stage: answered by a node's entry, by the regional cache, after waiting
	// for another request's fetch, and all.
	Near, Far, Waited, All map[string]int
}

type edgeNode struct {
	entries map[string]*list.Element
	order   *list.List // the next to evict last
	fetches map[string]edgeFetch
	uses    map[string]int
}

type edgeEntry struct {
	key                    string
	stored, expires, fetch float64
}

// An edgeFetch is a request to the backend: when its response is there, and how long it takes.
type edgeFetch struct{ done, took float64 }

// Seed empties the caches.
func (e *Edge) Seed(seed uint64) *Edge {
	e.chance, e.seed, e.keys = rand.New(rand.NewPCG(seed, 43)), seed, numbers{}
	e.nodes, e.regional, e.connections = nil, newEdgeNode(), nil
	for range e.Nodes {
		n := newEdgeNode()
		e.nodes = append(e.nodes, &n)
	}
	e.Near, e.Far, e.Waited, e.All = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	return e
}

func newEdgeNode() edgeNode {
	return edgeNode{entries: map[string]*list.Element{}, order: list.New(), fetches: map[string]edgeFetch{}, uses: map[string]int{}}
}

// Respond answers samples, which are in the order of sending.
func (e *Edge) Respond(stage probe.Stage, samples []results.Sample) {
	for i := range samples {
		s := &samples[i]
		ms, mark, missing := e.Answer(stage.Name, stage.Requests[s.Request].Path, s.Sent.Seconds())
		s.Service = time.Duration(ms * float64(time.Millisecond))
		s.FirstByte = s.Service
		if e.Header {
			s.Mark.Cache = mark
		}
		if missing {
			s.Code = 404
		}
	}
}

// Answer answers a request: how many milliseconds it takes, what a header says of it, and
// whether the key does not exist.
func (e *Edge) Answer(stage, path string, at float64) (ms float64, mark string, missing bool) {
	key := path
	if e.IgnoresQuery {
		key, _, _ = strings.Cut(path, "?")
	}
	e.All[stage]++
	node, connection := e.route(at)
	ms, mark = e.serve(node, stage, key, at)
	if e.chance.Float64() < e.Outliers {
		ms *= 3 * math.Exp(e.chance.Float64()*math.Log(10))
	}
	if connection >= 0 {
		e.connections[connection] = at + ms/1000
	}
	return ms, mark, e.NotFound > 0 && e.keys.chance(path, e.seed).Float64() < e.NotFound
}

// route chooses the node. A client reuses the connection that became free last.
func (e *Edge) route(at float64) (node *edgeNode, connection int) {
	switch e.Route {
	case "round robin":
		e.turn++
		return e.nodes[e.turn%len(e.nodes)], -1
	case "connection":
		best := -1
		for i, free := range e.connections {
			if free <= at && (best < 0 || free > e.connections[best]) {
				best = i
			}
		}
		if best < 0 {
			best, e.connections = len(e.connections), append(e.connections, 0)
		}
		return e.nodes[best*7%len(e.nodes)], best
	}
	return e.nodes[e.chance.IntN(len(e.nodes))], -1
}

func (e *Edge) serve(n *edgeNode, stage, key string, at float64) (ms float64, mark string) {
	e.finish(n, at)
	n.uses[key]++
	if element, there := n.entries[key]; there {
		entry := element.Value.(*edgeEntry)
		early := e.Early > 0 && at-e.Early*entry.fetch*math.Log(1-e.chance.Float64()) > entry.expires
		switch fresh := at < entry.expires; {
		case fresh && !early, !fresh && at < entry.expires+e.Stale:
			if !e.FIFO {
				n.order.MoveToFront(element)
			}
			if _, fetching := n.fetches[key]; !fresh && !fetching {
				e.fetch(n, stage, key, at) // in the background
			}
			e.Near[stage]++
			return e.Hit.draw(e.chance), "HIT"
		}
	}
	if f, fetching := n.fetches[key]; fetching && e.Coalesce {
		e.Waited[stage]++
		return 1000*(f.done-at) + e.Hit.draw(e.chance), "HIT"
	}
	ms, far := e.fetch(n, stage, key, at)
	if far {
		e.Far[stage]++
	}
	return ms, "MISS"
}

// fetch asks the regional cache, if there is one, and the backend. A response that is
// fetched twice at the same time is stored when the first is there.
func (e *Edge) fetch(n *edgeNode, stage, key string, at float64) (ms float64, far bool) {
	ms = e.backend()
	if e.RegionalTTL > 0 {
		e.arrive(&e.regional, at, 0, func(f edgeFetch) float64 { return f.done + e.RegionalTTL }, false)
		if element, there := e.regional.entries[key]; there && at < element.Value.(*edgeEntry).expires {
			ms, far = e.Regional.draw(e.chance), true
		} else if _, fetching := e.regional.fetches[key]; !fetching {
			e.regional.fetches[key] = edgeFetch{at + ms/1000, ms / 1000}
		}
	}
	if _, fetching := n.fetches[key]; !fetching && n.uses[key] >= e.MinUses {
		n.fetches[key] = edgeFetch{at + ms/1000, ms / 1000}
	}
	return ms, far
}

func (e *Edge) backend() float64 {
	if e.Second.Median > 0 && e.chance.Float64() < 0.5 {
		return e.Second.draw(e.chance)
	}
	return e.Miss.draw(e.chance)
}

func (e *Edge) finish(n *edgeNode, at float64) {
	if e.TTL <= 0 {
		clear(n.fetches)
		return
	}
	e.arrive(n, at, e.Room, func(f edgeFetch) float64 {
		return f.done + e.TTL*(1+e.Spread*(2*e.chance.Float64()-1))
	}, e.FIFO)
}

// arrive stores the responses that are there, in the order of their arrival.
func (e *Edge) arrive(n *edgeNode, at float64, room int, expires func(edgeFetch) float64, fifo bool) {
	for {
		first := ""
		for key, f := range n.fetches {
			if best, some := n.fetches[first]; f.done <= at && (!some || f.done < best.done || f.done == best.done && key < first) {
				first = key
			}
		}
		f, some := n.fetches[first]
		if !some {
			return
		}
		delete(n.fetches, first)
		entry := &edgeEntry{first, f.done, expires(f), f.took}
		if element, there := n.entries[first]; there {
			element.Value = entry
			if !fifo {
				n.order.MoveToFront(element)
			}
			continue
		}
		n.entries[first] = n.order.PushFront(entry)
		if room > 0 && n.order.Len() > room {
			oldest := n.order.Back()
			delete(n.entries, oldest.Value.(*edgeEntry).key)
			n.order.Remove(oldest)
		}
	}
}
