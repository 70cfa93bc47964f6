package scenarios

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/targets"
)

// AskFromCost is what a run may cost without being confirmed.
var AskFromCost = pricing.Money(pricing.Whole(1))

// The load that public origins may receive without being confirmed. Its cost for the
// owner of such a server is unknown, so the load itself needs confirming.
const (
	AskFromRequests = 100_000
	AskFromRate     = 500 // requests a second
)

// A Guard decides, before any connection, whether a plan may run. It sends nothing; it
// looks up the names of origins if their load is so large that their owner matters.
type Guard struct {
	Book    *pricing.Book
	Yes     bool          // the user has confirmed what the run may cost or do
	MaxCost pricing.Money // that the user has set; zero: none
	Limits  []Limit       // on every run, in addition to the scenario's own
	Lookup  func(name string) ([]netip.Addr, error)
	Runs    int // of the plan at one time, for which the limits hold together; 0: one
}

// A Refusal is a reason not to run a plan, and what to do about it.
type Refusal struct {
	Asks bool // the user may confirm the run all the same
	why  string
}

func (r Refusal) Error() string { return r.why }

// Refusals are all reasons not to run p; none: it may run.
func (g Guard) Refusals(p *Plan) (all []Refusal) {
	for _, l := range append([]Limit{p.Scenario.Limit}, g.Limits...) {
		for _, err := range append(l.refusals(p), l.refuseRuns(p, g.runs())) {
			if err != nil {
				all = append(all, Refusal{why: err.Error()})
			}
		}
	}
	if r := g.cost(p.Estimate(g.Book)); r != nil {
		all = append(all, *r)
	}
	for _, r := range []*Refusal{g.public(p), g.publicHosts(p)} {
		if r != nil {
			all = append(all, *r)
		}
	}
	return all
}

// runs are how many runs there will be at one time.
func (g Guard) runs() int { return max(g.Runs, 1) }

// these are the runs in a text.
func (g Guard) these() string {
	if g.runs() == 1 {
		return "this run"
	}
	return fmt.Sprintf("these %d runs together", g.runs())
}

// cost refuses a run that costs too much, or whose cost is unknown.
func (g Guard) cost(e *Estimate) *Refusal {
	limited := g.MaxCost.Cmp(pricing.Money{}) > 0
	if err := e.Unknown(); err != nil && (limited || !g.Yes) {
		why, way := "the cost of this run is unknown: "+e.Missing(), e.Remedy()
		if limited {
			return &Refusal{why: "--max-cost cannot be enforced, since " + why + ": " + way}
		}
		return &Refusal{Asks: true, why: why + ": " + way + "; or confirm the run with --yes"}
	}
	n := pricing.Whole(int64(g.runs()))
	high, likely := e.Total.High.Times(n), e.Total.Likely.Times(n)
	switch {
	case limited && high.Cmp(g.MaxCost) > 0:
		most, limit := apart(high, g.MaxCost)
		return &Refusal{why: fmt.Sprintf("%s may cost %s (likely %s), more than the %s of --max-cost: raise it, or send less", g.these(), most, Dollars(likely), limit)}
	case !limited && !g.Yes && high.Cmp(AskFromCost) > 0:
		most, from := apart(high, AskFromCost)
		return &Refusal{Asks: true, why: fmt.Sprintf("%s may cost %s (likely %s), more than %s: confirm it with --yes, or set a limit with --max-cost", g.these(), most, Dollars(likely), from)}
	}
	return nil
}

// times is what all runs send of what one does.
func (g Guard) times(requests int64, peak float64) (int64, float64) {
	return requests * int64(g.runs()), peak * float64(g.runs())
}

// public asks before sending much load to origins that others may own.
func (g Guard) public(p *Plan) *Refusal {
	if g.Yes {
		return nil
	}
	origin := func(t targets.Target) bool { return !t.Kind.OnAWS() && t.URL != nil }
	if n, rate := g.times(p.mostAt(origin)); n <= AskFromRequests && rate <= AskFromRate {
		return nil // looks up no name before it matters who owns the origin
	}
	var hosts []string
	requests, peak := g.times(p.mostAt(func(t targets.Target) bool {
		if !origin(t) {
			return false
		}
		public := slices.DeleteFunc(t.ReachedHosts(), func(host string) bool { return !targets.Public(host, g.Lookup) })
		hosts = append(hosts, public...)
		return len(public) > 0
	}))
	if requests <= AskFromRequests && peak <= AskFromRate {
		return nil
	}
	return &Refusal{Asks: true, why: fmt.Sprintf("%s may send %s requests, up to %s a second, to %s on the public internet, more than %s requests or %s a second: confirm with --yes that its owner agrees, or send less",
		g.these(), pricing.Count(requests), rounded(peak), strings.Join(hosts, ", "), pricing.Count(AskFromRequests), pricing.Count(AskFromRate))}
}

// publicHosts asks before sending much load to hosts that steps go to besides the target.
func (g Guard) publicHosts(p *Plan) *Refusal {
	requests, peak := g.times(p.mostElsewhere())
	if g.Yes || requests <= AskFromRequests && peak <= AskFromRate {
		return nil
	}
	public := slices.DeleteFunc(slices.Clone(p.Scenario.Hosts), func(t targets.Target) bool {
		return t.Lab || !slices.ContainsFunc(t.ReachedHosts(), func(host string) bool { return targets.Public(host, g.Lookup) })
	})
	if len(public) == 0 {
		return nil
	}
	return &Refusal{Asks: true, why: fmt.Sprintf("%s may send %s requests, up to %s a second, to hosts besides its targets on the public internet (%s), more than %s requests or %s a second: confirm with --yes that their owners agree, or send less",
		g.these(), pricing.Count(requests), rounded(peak), HostNames(public), pricing.Count(AskFromRequests), pricing.Count(AskFromRate))}
}

// mostElsewhere is how many requests go to other hosts than the targets at most, and at which
// rate.
func (p *Plan) mostElsewhere() (requests int64, peak float64) {
	for i := range p.Populations {
		one := &p.Populations[i]
		for k := range one.Stages {
			stage := &one.Stages[k]
			away := stage.Each.Most - stage.There.Most
			rate := stage.begins() * away
			n := float64(stage.Starts) * away
			if u, closed := stage.Users(); closed {
				rate = u.rate(highGuess, stage.Each.Most, stage.Each.Thinks) * away / stage.Each.Most
				n = rate * stage.Own().Seconds()
			}
			requests, peak = requests+int64(n)*int64(len(one.To)), max(peak, rate)
		}
	}
	return requests, peak
}

// mostAt is how many requests some targets receive together at most, and at which
// rate, since they take turns. It assumes that a closed stage meets a fast server.
func (p *Plan) mostAt(these func(targets.Target) bool) (requests int64, peak float64) {
	chosen := make([]bool, len(p.Scenario.Targets))
	for i, t := range p.Scenario.Targets {
		if chosen[i] = these(t); !chosen[i] {
			continue
		}
		announced := p.announced(t.Name)
		requests += p.guessed(i, highGuess) + announced.Requests
		peak = max(peak, announced.Peak)
	}
	return requests, max(peak, p.PeakAt(func(target int) bool { return chosen[target] }))
}
