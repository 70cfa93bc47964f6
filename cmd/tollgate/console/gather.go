package console

import (
	"sync"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
)

const (
	window   = 10 // seconds that "lately" means for latencies
	sparkled = 60 // seconds of the sparkline
	settling = 2 * time.Second
)

// A Config is what the display needs before the run begins.
type Config struct {
	Plan     *scenarios.Plan
	Estimate *scenarios.Estimate
	Limit    *pricing.Money // that --max-cost sets; nil: none
	CPUs     int
}

// A Gatherer makes snapshots of a session's progress and of what it records.
type Gatherer struct {
	Config
	schedules []*schedule // by population

	mu      sync.Mutex
	now     Snapshot
	second  int                          // the last one in Rates
	recent  [window][]*results.Histogram // by second, then target
	overall []*results.Histogram         // by target
	ended   []count
}

// A count is how many requests had ended at a moment of the load.
type count struct {
	at time.Duration
	n  int64
}

// Gather begins to listen.
func Gather(c Config) *Gatherer {
	g := &Gatherer{Config: c, second: -1}
	for i := range c.Plan.Populations {
		g.schedules = append(g.schedules, newSchedule(&c.Plan.Populations[i], c.Plan.Seed))
	}
	g.now.Scenario, g.now.CPUs = c.Plan.Scenario.Name, c.CPUs
	g.now.Total = c.Plan.Duration()
	for _, t := range c.Plan.Scenario.Targets {
		g.now.Targets = append(g.now.Targets, Target{Name: t.Name, Recent: unknown, Overall: unknown})
		g.overall = append(g.overall, results.New())
	}
	return g
}

// Tell takes in where the session stands.
func (g *Gatherer) Tell(p session.Progress) Snapshot {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.Step != session.Loading {
		g.now.Step, g.now.Asked = p.Step, 0
		if p.Warning != "" {
			g.now.Warning = p.Warning
		}
		return g.copy()
	}
	g.now.Progress, g.now.Asked = p, 0
	for _, u := range p.Under {
		g.now.Asked += g.schedules[u.Index].at(u.Turn, max(0, p.Elapsed-u.Began))
	}
	g.achieved(p)
	g.now.Cost = g.cost()
	return g.copy()
}

// copy is a snapshot of its own, which nothing changes any more.
func (g *Gatherer) copy() Snapshot {
	s := g.now
	s.Rates = append([]float64(nil), g.now.Rates...)
	s.Targets = append([]Target(nil), g.now.Targets...)
	return s
}

// achieved is what ended per second, over the last moments.
func (g *Gatherer) achieved(p session.Progress) {
	g.ended = append(g.ended, count{p.Elapsed, p.Ended})
	for len(g.ended) > 2 && g.ended[1].at <= p.Elapsed-settling {
		g.ended = g.ended[1:]
	}
	first := g.ended[0]
	if d := p.Elapsed - first.at; d > 0 {
		g.now.Achieved = float64(p.Ended-first.n) / d.Seconds()
	}
}

func good(k results.Key) bool { return k.Clock == results.Response && k.Outcome == results.OK }

// Second takes in what was recorded, as results.Output does.
func (g *Gatherer) Second(m *results.Moment) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m.Health != nil {
		g.now.Health = *m.Health
	}
	seconds := m.Number - g.second
	for g.second < m.Number {
		g.second++
		g.now.Rates = append(g.now.Rates, 0)
	}
	if n := len(g.now.Rates); n > sparkled {
		g.now.Rates = g.now.Rates[n-sparkled:]
	}
	for _, row := range m.Rows() {
		t := &g.now.Targets[row.Target]
		for o, n := range row.Ended {
			t.Outcomes[o] += n
			g.now.Rates[len(g.now.Rates)-1] += float64(n)
		}
	}
	g.latencies(m.Latencies(good), seconds)
	return nil
}

// latencies adds what is new to the whole, and to the last seconds.
func (g *Gatherer) latencies(series map[results.Key]*results.Histogram, seconds int) {
	fresh := make([]*results.Histogram, len(g.now.Targets))
	for i := range fresh {
		fresh[i] = results.New()
	}
	for k, h := range series {
		fresh[k.Target].Merge(h)
	}
	for range min(seconds, window) {
		copy(g.recent[1:], g.recent[:])
		g.recent[0] = nil
	}
	g.recent[0] = fresh
	for i := range g.now.Targets {
		g.overall[i].Merge(fresh[i])
		g.now.Targets[i].Overall, g.now.Targets[i].Recent = latenciesOf(g.overall[i]), latenciesOf(g.lately(i))
	}
}

// lately is a target's response times of the last seconds.
func (g *Gatherer) lately(target int) *results.Histogram {
	sum := results.New()
	for _, second := range g.recent {
		if second != nil {
			sum.Merge(second[target])
		}
	}
	return sum
}

// cost says what the run has cost so far, by its estimate.
func (g *Gatherer) cost() string {
	if g.Estimate == nil {
		return ""
	}
	most := g.Estimate.Total.High
	if g.Estimate.Unknown() != nil {
		return "not known: a price is missing"
	}
	if most.Cmp(pricing.Money{}) == 0 {
		return "nothing: this load costs no money"
	}
	passed := pricing.Ratio(int64(g.now.share()*1e6), 1e6)
	s := g.Estimate.Total.Likely.Times(passed).String() + " likely so far, at most " + most.String() + " in the end"
	if g.Limit != nil {
		s += ", limit " + g.Limit.String()
	}
	return s
}
