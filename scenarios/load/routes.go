package load

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	// AttemptDelay is how long an attempt to connect is waited for before another
	// address is tried as well (RFC 8305 section 5).
	AttemptDelay = 250 * time.Millisecond
	// deadFor is how long an address to which another one was preferred is not
	// tried first again.
	deadFor = 30 * time.Second
)

// Routes remember which addresses of a target did not answer while another one
// did, so that not every connection waits for them: a name with addresses of
// both families, on a machine where one of them leads nowhere, is common.
type routes struct {
	mu   sync.Mutex
	dead map[netip.AddrPort]time.Duration // until when
}

// Next returns the address to try next, beginning with the turn'th, after those
// tried already; false: there is none left. The other family comes first after
// an attempt, and dead addresses come last, but for now and then one attempt.
func (r *routes) Next(addresses []netip.AddrPort, turn int, now time.Duration, tried []netip.AddrPort) (netip.AddrPort, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	best, choice := 0, netip.AddrPort{}
	for k := range addresses {
		a := addresses[(turn+k)%len(addresses)]
		if slices.Contains(tried, a) {
			continue
		}
		worth := 1
		if until, dead := r.dead[a]; !dead || now >= until {
			worth += 2
		}
		if n := len(tried); n > 0 && tried[n-1].Addr().Is4() != a.Addr().Is4() {
			worth++
		}
		if worth > best {
			best, choice = worth, a
		}
	}
	if until, dead := r.dead[choice]; dead && now >= until {
		r.dead[choice] = now + deadFor // others need not try it as well
	}
	return choice, best > 0
}

// MarkDead notes that an address did not answer while another one did, and says
// whether that was unknown.
func (r *routes) MarkDead(a netip.AddrPort, now time.Duration) (news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead == nil {
		r.dead = map[netip.AddrPort]time.Duration{}
	}
	_, known := r.dead[a]
	r.dead[a] = now + deadFor
	return !known
}

// MarkAlive notes that an address answers.
func (r *routes) MarkAlive(a netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.dead, a)
}

// Unanswered says what became of an address.
func Unanswered(dead, alive netip.AddrPort) string {
	return fmt.Sprintf("%v did not answer within %v and %v did: connections go to the latter, and the former is tried again every %v", dead, AttemptDelay, alive, deadFor)
}
