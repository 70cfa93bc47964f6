//go:build probes

package cache

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// An edgeCase is an edge, how it is asked, and what is true of it.
type edgeCase struct {
	name string
	system
	edge func() *simulate.Edge
	none bool // nothing is stored

	ttls []rangeOf // that entries live for, at any of the tiers
	room float64   // entries of all nodes; 0: all
}

type rangeOf struct{ low, high float64 }

func (r rangeOf) meets(low, high float64) bool { return low <= r.high && high >= r.low }

func (c *edgeCase) finding(t testing.TB, seed uint64) results.Finding {
	t.Helper()
	f, _ := simulate.Play(t, simulate.Question(t, Probe(), c.options()), c.edge().Seed(seed).Respond)
	return f
}

// ratio is the share of hits in the long run: a request that waits for another's fetch, or
// is answered by a second tier, may be called either.
func (c *edgeCase) ratio(seed uint64) rangeOf {
	e, draw := c.edge().Seed(seed+1000), zipfKeys(c.keys, c.zipf).draw(seed+7)
	warm := int(60 * c.rate)
	for i := range warm + 20_000 {
		stage := "warm"
		if i >= warm {
			stage = "steady"
		}
		e.Answer(stage, fmt.Sprintf("/?key=%d", draw()), float64(i)/c.rate)
	}
	all := float64(e.All["steady"])
	near := float64(e.Near["steady"]) / all
	return rangeOf{near, near + float64(e.Far["steady"]+e.Waited["steady"])/all}
}

// wrong says what a finding claims that is false, and decided whether it claims anything.
func (c *edgeCase) wrong(f results.Finding, ratio rangeOf) (what string, decided bool) {
	said := f.Conclusion
	_, hits := f.Values["hit_ratio"]
	switch {
	case strings.HasPrefix(said, "Whether there is a cache cannot be told"), strings.Contains(said, "all keys share one entry"):
		return "", false
	case strings.HasPrefix(said, "No cache"):
		if !c.none {
			return "no cache", true
		}
		return "", true
	case c.none:
		return "a cache", true
	case c.edge().IgnoresQuery && !strings.HasPrefix(said, "The cache ignores the key"):
		return "a cache that keeps the keys apart", true
	}
	if v := f.Values["hit_ratio"]; hits && !ratio.meets(*v.Low-0.005, *v.High+0.005) {
		return fmt.Sprintf("a hit ratio of %.3f to %.3f", *v.Low, *v.High), true
	}
	return c.wrongTTL(f), true
}

func (c *edgeCase) wrongTTL(f results.Finding) string {
	low, high := math.Inf(1), 0.0
	met := func(low, high float64) (any bool) {
		for _, r := range c.ttls {
			any = any || r.meets(low, high)
		}
		return any
	}
	for _, r := range c.ttls {
		low, high = min(low, r.low), max(high, r.high)
	}
	for name, v := range f.Values {
		switch {
		case name == "ttl" && !met(*v.Low*0.98, *v.High*1.02):
			return fmt.Sprintf("a TTL of %.3g to %.3g s", *v.Low, *v.High)
		case name == "ttl_at_least" && v.Value > 1.02*high, name == "ttl_at_most" && v.Value < 0.98*low:
			return fmt.Sprintf("%s of %.3g s", name, v.Value)
		case name == "capacity" && (c.room == 0 || *v.High < 0.9*c.room || *v.Low > 1.1*c.room):
			return fmt.Sprintf("a capacity of %.0f to %.0f", *v.Low, *v.High)
		case name == "capacity_at_least" && c.room > 0 && v.Value > 1.1*c.room:
			return fmt.Sprintf("a capacity of %.0f at least", v.Value)
		case name == "parts" && c.edge().Route != "connection" && (float64(c.edge().Nodes) < *v.Low || float64(c.edge().Nodes) > *v.High):
			return fmt.Sprintf("%.0f to %.0f parts", *v.Low, *v.High)
		}
	}
	return ""
}

// The kinds of edges: each draws its parameters.
var edgeKinds = []struct {
	name string
	set  func(c *rand.Rand, e *simulate.Edge)
}{
	{"many nodes, round robin", func(c *rand.Rand, e *simulate.Edge) { e.Nodes, e.Route = 5+c.IntN(36), "round robin" }},
	{"many nodes at random", func(c *rand.Rand, e *simulate.Edge) { e.Nodes, e.Route = 5+c.IntN(36), "random" }},
	{"many nodes by connection", func(c *rand.Rand, e *simulate.Edge) { e.Nodes, e.Route = 5+c.IntN(36), "connection" }},
	{"few entries, LRU", func(c *rand.Rand, e *simulate.Edge) { e.Room = 1 + c.IntN(10) }},
	{"few entries, FIFO", func(c *rand.Rand, e *simulate.Edge) { e.Room, e.FIFO = 1+c.IntN(10), true }},
	{"stale while revalidating", func(c *rand.Rand, e *simulate.Edge) { e.Stale = logUniform(c, 0.5, 20) }},
	{"coalescing", func(_ *rand.Rand, e *simulate.Edge) { e.Coalesce = true }},
	{"missing keys", func(c *rand.Rand, e *simulate.Edge) { e.NotFound = c.Float64() }},
	{"stored late", func(c *rand.Rand, e *simulate.Edge) { e.MinUses = 2 + c.IntN(2) }},
	{"TTLs that differ", func(c *rand.Rand, e *simulate.Edge) { e.Spread = 0.2 * c.Float64() }},
	{"early refresh", func(c *rand.Rand, e *simulate.Edge) { e.Early = logUniform(c, 0.5, 10) }},
	{"ignores the query", func(_ *rand.Rand, e *simulate.Edge) { e.IgnoresQuery = true }},
	{"two tiers", func(c *rand.Rand, e *simulate.Edge) {
		e.RegionalTTL, e.Nodes = e.TTL*logUniform(c, 1.5, 20), 1+c.IntN(4)
	}},
	{"varies by each request", func(_ *rand.Rand, e *simulate.Edge) { e.TTL = 0 }},
	{"stale, coalescing, several nodes", func(c *rand.Rand, e *simulate.Edge) {
		e.Nodes, e.Stale, e.Coalesce, e.Spread = 2+c.IntN(6), 5*c.Float64(), true, 0.1
	}},
}

// randomEdge is one of a kind, with speeds, keys and rate of its own.
func randomEdge(i int) *edgeCase {
	c := rand.New(rand.NewPCG(uint64(i), 2029))
	kind := edgeKinds[i%len(edgeKinds)]
	hit, sd, apart := logUniform(c, 1, 20), logUniform(c, 0.05, 0.35), logUniform(c, 4, 10)
	e := simulate.Edge{Nodes: 1, TTL: logUniform(c, 1.5, 30), Outliers: []float64{0, 0.005, 0.02}[c.IntN(3)], Header: c.IntN(5) == 0}
	miss := hit * math.Exp(apart*sd) * 1.2
	e.Hit, e.Miss = simulate.Speed{Median: hit, SD: sd}, simulate.Speed{Median: miss, SD: sd}
	e.Regional = simulate.Speed{Median: math.Sqrt(hit * miss), SD: sd}
	if c.IntN(3) == 0 {
		e.Second = simulate.Speed{Median: 3 * miss, SD: sd}
	}
	kind.set(c, &e)
	row := &edgeCase{name: fmt.Sprintf("%d: %s: %s", i, kind.name, setOf(e)), none: e.TTL == 0, room: float64(e.Room * e.Nodes)}
	row.edge = func() *simulate.Edge { fresh := e; return &fresh }
	row.keys, row.zipf, row.rate, row.seconds = int(logUniform(c, 30, 600)), float64(c.IntN(2)), math.Round(logUniform(c, 40, 300)), 10+c.IntN(15)
	if c.IntN(2) == 0 {
		row.more = ages1to9
	}
	if c.IntN(4) == 0 {
		row.more += ", capacity: {keys: 100}"
	}
	row.ttls = []rangeOf{{e.TTL * (1 - e.Spread), e.TTL*(1+e.Spread) + e.Stale}}
	if e.Early > 0 { // an entry may be fetched anew before it expires
		row.ttls[0].low = 0
	}
	if e.RegionalTTL > 0 {
		row.ttls = append(row.ttls, rangeOf{e.RegionalTTL, e.RegionalTTL + e.TTL})
	}
	return row
}

// logUniform is between low and high, uniform in the logarithm.
func logUniform(c *rand.Rand, low, high float64) float64 {
	return low * math.Exp(c.Float64()*math.Log(high/low))
}

// setOf is what is set of an edge.
func setOf(e simulate.Edge) string {
	speed := func(s simulate.Speed) string { return fmt.Sprintf("%.3g ms ± %.2f", s.Median, s.SD) }
	text := fmt.Sprintf("%d nodes %s, room %d, TTL %.3g s, hit %s, miss %s, outliers %g", e.Nodes, e.Route, e.Room, e.TTL, speed(e.Hit), speed(e.Miss), e.Outliers)
	for name, v := range map[string]float64{"second": e.Second.Median, "spread": e.Spread, "stale": e.Stale, "uses": float64(e.MinUses), "early": e.Early, "missing": e.NotFound, "regional": e.RegionalTTL} {
		if v != 0 {
			text += fmt.Sprintf(", %s %.3g", name, v)
		}
	}
	if e.Header {
		text += ", header"
	}
	return text
}
