package results

import (
	"fmt"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// lifetime is how long a connection was open in the mean. It is measured where each carried
// one request. Otherwise a connection also rests, which no clock of a request knows.
func (u usage) lifetime() pricing.Amount {
	if u.opened == 0 {
		return pricing.Amount{}
	}
	busy := pricing.Ratio(u.open.Microseconds(), u.opened*1_000_000)
	switch n := u.target.Client.PerConnection(); {
	case n == 1:
		return pricing.Amount{Quantity: busy, Basis: pricing.Measured, Source: "client's clocks: a connection for each request, from connecting to the last byte"}
	case n > 1:
		return pricing.Amount{Quantity: u.replaced(busy), Basis: pricing.Assumed, Source: fmt.Sprintf("connections of %d requests, each taken to have been replaced at once: as many were open as requests were in flight at most", n)}
	}
	return pricing.Amount{
		Quantity: u.wholeRun(), Basis: pricing.Assumed,
		Source: "connections taken to have been kept for the whole run",
	}
}

func (u usage) wholeRun() pricing.Quantity { return pricing.Ratio(int64(u.seconds*1000), 1000) }

// replaced is how long a connection was open that another one replaced: between its requests
// it rested, so that was longer than it was busy, and no longer than the run.
func (u usage) replaced(busy pricing.Quantity) pricing.Quantity {
	life := u.wholeRun().Mul(pricing.Ratio(u.slots, u.opened))
	if life.Cmp(u.wholeRun()) > 0 {
		life = u.wholeRun()
	}
	if life.Cmp(busy) < 0 {
		return busy
	}
	return life
}

// slots is how many requests were in flight at most, in any second.
func (r *Run) slots() (n int64) {
	for i := range r.Health {
		n = max(n, int64(r.Health[i].InFlight))
	}
	return n
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

// reachedWarmingUp counts the requests of the warm-up that came to the door.
func (r *Run) reachedWarmingUp(target uint16) int64 {
	p := newPart()
	if r.WarmUp != nil {
		for i := range r.WarmUp.Seconds {
			if s := &r.WarmUp.Seconds[i]; s.Target == target {
				p.add(s)
			}
		}
	}
	return p.reached()
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
