package results

import (
	"fmt"

	"tollgate/pricing"
	"tollgate/targets"
)

// edge is what the distribution did for so many requests.
func (u usage) edge(requests pricing.Amount) pricing.Edge {
	d := u.target.Distribution
	e := d.Use.At(requests, "the scenario")
	e.Plan, e.Uncut = d.Plan, true
	e.Misses = pricing.Amount{Quantity: pricing.Whole(u.passedOn()), Basis: pricing.Measured, Source: "client's count of X-Cache"}
	if all, _ := u.cached.said(); all == 0 {
		e.Misses.Basis, e.Misses.Source = pricing.Assumed, "every request, since no response had X-Cache"
	}
	return e
}

// passedOn counts the requests that reached what is behind the distribution. Those without a
// response, or without a word of the cache, are taken to have reached it; what AWS WAF blocked
// before has not.
func (u usage) passedOn() int64 {
	all, passed := u.cached.said()
	return passed + max(0, u.reached-all) - u.blocked()
}

// blocked are the requests that AWS WAF blocked in front of the distribution, as CloudWatch
// counts them, without those whose pages said so.
func (u usage) blocked() int64 {
	if u.target.WebACL.Name == "" {
		return 0
	}
	sum := u.watched[targets.RoleWAFBlocked].Total["Sum"]
	return HiddenBlocks(int64(sum), u.cached[targets.CacheRefused], u.cached[targets.CacheError])
}

// answering is the kind that answers what a target's cache does not.
func (u usage) answering() *targets.Kind {
	if d := u.target.Distribution; d != nil {
		return d.Origin.Kind
	}
	return u.target.Kind
}

// EdgeNotes are what the bill of a distribution rests on; none for another target.
func EdgeNotes(run *Run, i int, t targets.Target) (notes []string) {
	d := t.Distribution
	if d == nil {
		return nil
	}
	u := usageOfRun(run, i, t)
	if all, _ := u.cached.said(); all == 0 {
		notes = append(notes, "no response had X-Cache: every request is taken to have reached the origin")
	} else {
		notes = append(notes, fmt.Sprintf("the month is taken to have the run's share of requests that reach the origin, %.1f%%; a longer run, or one with the month's keys, has another", 100*float64(u.passedOn())/float64(max(1, u.reached))))
	}
	if all, _ := u.cached.said(); all > 0 && u.cached[targets.CacheUnknown] > 0 {
		notes = append(notes, pricing.Counted(u.cached[targets.CacheUnknown], "response")+" without a clear X-Cache of CloudFront are taken to be the origin's")
	}
	if n := u.cached[targets.CacheError] - u.blocked(); n > 0 {
		notes = append(notes, pricing.Counted(n, "error")+" are taken to be the origin's, though some may be the distribution's own")
	}
	if d.ViewersAssumed {
		notes = append(notes, fmt.Sprintf("viewers are taken to be in %s: state viewers at the target", d.Use.Viewers))
	}
	if d.OriginAssumed && !t.Lab {
		notes = append(notes, "nothing says what is behind the distribution, so that this is the bill of CloudFront alone: state behind at the target")
	}
	if d.Origin.Door().HasBalancer() {
		notes = append(notes, "CloudFront's connections to the load balancer are taken to carry as many requests as those of clients did")
	}
	return notes
}
