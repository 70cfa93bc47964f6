package results

import (
	"fmt"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// lifetime is how long a connection was open in the mean. It is measured where each
// carried one request, and nearly so where the client closed each after some. Otherwise
// nothing says when a connection was last needed.
func (u usage) lifetime() pricing.Amount {
	if u.opened == 0 {
		return pricing.Amount{}
	}
	busy := pricing.Ratio(u.open.Microseconds(), u.opened*1_000_000)
	switch n := u.target.Client.PerConnection(); {
	case n == 1:
		return pricing.Amount{Quantity: busy, Basis: pricing.Measured, Source: "client's clocks: a connection for each request, from connecting to the last byte"}
	case n > 1:
		return pricing.Amount{Quantity: busy, Basis: pricing.Assumed, Source: fmt.Sprintf("client's clocks: connections of %d requests, taken to have carried one after the other without a pause", n)}
	}
	return pricing.Amount{
		Quantity: pricing.Ratio(int64(u.seconds*1000), 1000), Basis: pricing.Assumed,
		Source: "connections taken to have been kept for the whole run",
	}
}

// openedWarmingUp counts the connections that the warm-up opened to a target and the load
// used. Which those are is not known, so all are counted, unless each carried one request.
func (r *Run) openedWarmingUp(target uint16, t targets.Target) (n int64) {
	if r.WarmUp == nil || t.Client.PerConnection() == 1 {
		return 0
	}
	for _, part := range r.WarmUp.parts() {
		for i := range part.Seconds {
			if s := &part.Seconds[i]; s.Target == target {
				n += s.Opened
			}
		}
	}
	return n
}

// open adds up how long connections were open that never rested.
func (p *part) open() (sum time.Duration) {
	for _, of := range p.latency {
		for _, c := range []Clock{Connect, TLS, Service} {
			sum += of[c].Mean() * time.Duration(of[c].Count())
		}
	}
	return sum
}

// connections are those of the workload.
func (u usage) connections(w *pricing.Workload) {
	if u.opened == 0 {
		return
	}
	life := u.lifetime()
	w.Connections.Requests = pricing.Exactly(pricing.Ratio(u.reached, u.opened))
	w.Connections.Seconds = pricing.Exactly(life.Quantity)
	w.Connections.Life = life
}
