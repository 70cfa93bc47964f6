package results

import (
	"fmt"

	"tollgate/pricing"
	"tollgate/targets"
)

// Workload turns what a run measured at its target number i into a workload, which can
// be priced at every front door. Behind its own front door it has the bill that
// [Traffic] gives the run; behind another one the same sizes, times, connections and
// outcomes are taken to be found there. What the run cannot tell is noted.
func Workload(run *Run, i int, t targets.Target, m Month, region string) (*pricing.Workload, error) {
	u, untold := usageOfRun(run, i, t), Unbilled(run, i)
	own, duration := usageOf(total(run).part(allOf(i)), t), u.duration()
	switch {
	case u.reached == 0:
		return nil, fmt.Errorf("target %q: %w", t.Name, ErrNoLoad)
	case untold != "":
		return nil, fmt.Errorf("target %q: %s", t.Name, untold)
	case duration.Empty():
		return nil, fmt.Errorf("target %q: no request succeeded, so how long a good one takes is not known", t.Name)
	}
	w := &pricing.Workload{
		Name: run.Document.Scenario + ", as measured at " + t.Name, Region: region, Requests: pricing.Exactly(pricing.Whole(u.month(m))),
		RequestBytes: pricing.ShapeOf(own.requestBytes, 1000), ResponseBytes: pricing.ShapeOf(own.replyBytes, 1000),
	}
	u.asksFirst(w)
	if m.Hours > 0 {
		w.Hours = pricing.Whole(m.Hours)
	}
	w.Function.Duration = pricing.ShapeOf(duration, 1)
	w.WebFunction = t.Web.Use
	u.refusals(w)
	u.connections(w)
	u.configured(w)
	if err := coldStarts(w, m); err != nil {
		return nil, fmt.Errorf("target %q: %w", t.Name, err)
	}
	if w.Given = u.notes(m, duration); u.sockets != nil {
		u.overSocket(w, u.traffic(m))
		w.Given = append(w.Given, u.socketNotes()...)
	}
	return w, nil
}

// ErrNoLoad is why a run of probes alone has no bill.
var ErrNoLoad = fmt.Errorf("the run measured no request of a load, and probes do not stand for a month: run the scenario with load stages")

// Loaded says whether a run measured requests of its load at its target number i.
func Loaded(run *Run, i int) bool {
	return total(run).part(allOf(i)).reached() > 0
}

// month is how many requests the month has.
func (u usage) month(m Month) int64 {
	if m.Requests > 0 {
		return m.Requests
	}
	return u.reached - u.preflights
}

// asksFirst are the preflights of a page's requests.
func (u usage) asksFirst(w *pricing.Workload) {
	if u.preflights == 0 || u.reached == u.preflights {
		return
	}
	w.Preflights = pricing.Exactly(pricing.Ratio(u.preflights, u.reached-u.preflights))
	if !u.target.Kind.OwnPreflights {
		w.PreflightsBy = "application"
	}
}

// refusals are the share of requests that the front door refused. The sizes are those
// of all responses together, of refused ones too.
func (u usage) refusals(w *pricing.Workload) {
	if u.refused == 0 || !u.fronted() {
		return
	}
	w.Refused = pricing.Exactly(pricing.Ratio(u.refused, u.reached))
	w.RefusedBytes = w.ResponseBytes
}

// fronted says whether a front door of AWS stood before the application.
func (u usage) fronted() bool { return len(u.door().Billed) > 0 }

// configured is what the scenario says of the target.
func (u usage) configured(w *pricing.Workload) {
	t := u.target
	if !t.Function.MemoryAssumed {
		w.Function.MemoryMB = t.Function.MemoryMB
	}
	w.Function.Architecture = t.Function.Architecture
	w.Balancer.Rules = t.Rules
	if u.door().HasBalancer() && !t.ZonesAssumed {
		zones := t.Zones
		w.Balancer.Zones = &zones
	}
	if d := t.Distribution; d != nil {
		w.CDN = d.Use
		w.CDN.Hits = pricing.Exactly(pricing.Whole(1).Sub(pricing.Ratio(u.passedOn(), max(1, u.reached))))
	}
	if u.door().Bills(pricing.EndpointHours) {
		w.Private.Zones = t.EndpointZones
	}
	w.WAF = pricing.WAFUse{ACLs: t.WebACL.Billed(), Rules: t.WebACL.Rules}
	if t.CacheGB == "" {
		return
	}
	w.Cache.GB = t.CacheGB
	if _, counted := u.watched[targets.RoleCacheMiss]; counted || u.invocations().Basis == pricing.Reported {
		n := u.invocations()
		if let := u.reached - u.refused; let > 0 {
			w.Cache.Hits = pricing.Exactly(pricing.Whole(1).Sub(n.Quantity.Div(pricing.Whole(let))))
		}
	}
}

func coldStarts(w *pricing.Workload, m Month) error {
	if m.ColdShare == "" {
		return nil
	}
	share, err := pricing.ParseQuantity(m.ColdShare)
	if err != nil {
		return fmt.Errorf("cold_share: %w", err)
	}
	w.Function.ColdShare = pricing.Exactly(share)
	if m.Init > 0 {
		w.Function.Init = pricing.ShapeOf(pricing.Point(m.Init.Microseconds(), pricing.Stated, "the scenario's INIT"), 1)
	}
	return nil
}

// notes say what of the workload is assumed.
func (u usage) notes(m Month, duration pricing.Dist) (notes []string) {
	if m.Requests == 0 {
		notes = append(notes, "no requests a month are stated: the month is taken to have those of the run; state requests_per_month under pricing, or --requests")
	}
	switch {
	case u.unanswered && duration.Basis == pricing.Assumed:
		notes = append(notes, "no message has a reply, so how long the function runs is not known: it is taken to be the time in which a message is written, a lower bound; tollgate observe reads CloudWatch's")
	case duration.Basis == pricing.Assumed:
		notes = append(notes, "the function is taken to run as long as good responses took the client, network and front door included: an upper bound at the same speed")
	}
	notes = append(notes, u.behind.notes()...)
	if !u.fronted() {
		notes = append(notes, "the application is taken to be as fast in a function as it was at the origin, whose processor a function of the assumed memory may not have")
	}
	if m.ColdShare == "" {
		notes = append(notes, "cold starts are not in this bill: the run cannot tell their share and INIT; state cold_share and init under pricing")
	}
	if u.sockets != nil { // these have notes of their own
		return notes
	}
	switch {
	case u.opened == 0:
	case u.target.Client.PerConnection() == 1:
		notes = append(notes, "clients are taken to open a connection for each request, as the load did")
	case u.target.Client.PerConnection() > 1:
		notes = append(notes, fmt.Sprintf("clients are taken to close each connection after %d requests, as the load did", u.target.Client.PerConnection()))
	default:
		notes = append(notes, "clients are taken to use connections as the load did, and to keep each for the whole run")
	}
	if u.refused > 0 && u.fronted() {
		notes = append(notes, "403 and 429 are taken to be the front door's own, and to be as frequent at every other one")
	}
	return notes
}
