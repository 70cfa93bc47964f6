package doors

import (
	"sync"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
)

// A workforce counts invocations that are under way at once.
type workforce struct {
	mu      sync.Mutex
	ends    times // of those whose end is known beforehand
	running int   // of the others
}

// begin counts one more, and returns how many there are. An end that is zero is
// not known yet: end tells.
func (w *workforce) begin(at, end time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ends.dropUntil(at)
	if end.IsZero() {
		w.running++
	} else {
		w.ends.push(end)
	}
	return len(w.ends) + w.running
}

func (w *workforce) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
}

// A staff publishes the concurrency of a function and of its account with every
// invocation that begins: read their Maximum.
//
// No function of the lab reserves concurrency, so what the account claims is
// what runs, or is provisioned and idle.
// Source: Lambda developer guide, "Monitoring concurrency".
type staff struct {
	own, provisioned workforce
	allocated        int // provisioned environments
	ledger           *ledger

	concurrent, busy, utilization *cloudwatch.Series
	all, unreserved, claimed      *cloudwatch.Series // of the account
}

func newStaff(d *door, l *ledger) *staff {
	s := &staff{ledger: l, allocated: d.config.Function.Provisioned}
	series := func(name string) *cloudwatch.Series {
		x := l.store.Series(functionSpace, name, cloudwatch.Count, functionDimensions(d)[0])
		l.store.Sum(functionSpace, name, cloudwatch.Count, functionDimensions(d)[1], x)
		return x
	}
	s.concurrent = series("ConcurrentExecutions")
	if s.allocated > 0 {
		s.busy, s.utilization = series("ProvisionedConcurrentExecutions"), series("ProvisionedConcurrencyUtilization")
		l.provisioned += s.allocated
	}
	s.all = l.store.Series(functionSpace, "ConcurrentExecutions", cloudwatch.Count, nil)
	s.unreserved = l.store.Series(functionSpace, "UnreservedConcurrentExecutions", cloudwatch.Count, nil)
	s.claimed = l.store.Series(functionSpace, "ClaimedAccountConcurrency", cloudwatch.Count, nil)
	return s
}

// modelled publishes an invocation whose end is known.
func (s *staff) modelled(in *invocation) {
	if s == nil || in.ending.refused() {
		return
	}
	end := in.at.Add(in.took())
	s.publish(in.at, s.own.begin(in.at, end), s.ledger.account.begin(in.at, end))
	if in.where == placedProvisioned && s.allocated > 0 {
		n := float64(s.provisioned.begin(in.at, end))
		s.busy.Put(in.at, n)
		s.utilization.Put(in.at, n/float64(s.allocated))
	}
}

// real publishes an invocation whose end the returned function tells.
func (s *staff) real(at time.Time) (end func()) {
	s.publish(at, s.own.begin(at, time.Time{}), s.ledger.account.begin(at, time.Time{}))
	return func() {
		s.own.end()
		s.ledger.account.end()
	}
}

func (s *staff) publish(at time.Time, own, all int) {
	s.concurrent.Put(at, float64(own))
	s.all.Put(at, float64(all))
	s.unreserved.Put(at, float64(all))
	s.claimed.Put(at, float64(max(all, s.ledger.provisioned)))
}
