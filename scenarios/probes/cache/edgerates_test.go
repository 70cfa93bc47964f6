//go:build probes

package cache

import (
	"flag"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"tollgate/scenarios/probes/simulate"
)

var (
	edges    = flag.Int("edges", 600, "number of random edges")
	edgeSeed = flag.Int("edgeseed", 0, "number of the first")
)

// Of random edges of all kinds none is said to be what it is not.
func TestNoEdgeIsTakenForAnother(t *testing.T) {
	var lock sync.Mutex
	type tally struct{ all, wrong, decided int }
	counts := map[string]*tally{}
	simulate.Many(*edges, func(i int) {
		i += *edgeSeed
		c := randomEdge(i)
		f := c.finding(t, uint64(i))
		ratio := c.ratio(uint64(i))
		what, decided := c.wrong(f, ratio)
		lock.Lock()
		defer lock.Unlock()
		kind := edgeKinds[i%len(edgeKinds)].name
		if counts[kind] == nil {
			counts[kind] = &tally{}
		}
		n := counts[kind]
		n.all++
		if decided {
			n.decided++
		}
		if what != "" {
			n.wrong++
			t.Logf("WRONG, %s: %s, hits %.3f to %.3f, TTLs %v: %s", what, c.name, ratio.low, ratio.high, c.ttls, f.Conclusion)
		} else if !decided && rand.IntN(10) == 0 {
			t.Logf("not told: %s: %s", c.name, f.Conclusion)
		}
	})
	for _, k := range edgeKinds {
		if n := counts[k.name]; n != nil {
			t.Logf("%-34s %4d, decided %4d, wrong %d", strings.TrimSpace(k.name), n.all, n.decided, n.wrong)
		}
	}
}
