package nethttp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// vegetaEngine drives load with vegeta's Attacker: an attack per turn, on
// connections that outlive it.
type vegetaEngine struct {
	job       load.Job
	endpoints map[uint16]*endpoint // those that it drives
	counters  *counters
	stats     *load.ProcessStats
	ends      context.Context // when the engine does
	end       context.CancelFunc
	firsts    *load.FirstFailures

	shared *load.SharedShard
	mu     sync.Mutex // of the endpoints besides the targets
}

// Kind is the engine that every system has.
var Kind = load.Kind{Name: "vegeta", Why: "runs on every system", Open: openVegeta, Lacks: load.Needs.LacksScheme}

func openVegeta(job load.Job) (load.Engine, error) {
	messages, err := load.Compose(job)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	e := &vegetaEngine{job: job, endpoints: map[uint16]*endpoint{}, counters: &counters{}, stats: load.NewProcessStats(), firsts: load.NewFirstFailures(), ends: ctx, end: cancel, shared: load.NewSharedShard(&job)}
	for i, t := range job.Targets {
		if !job.DrivesTarget(i) {
			continue
		}
		e.endpoints[uint16(i)] = e.newEndpoint(uint16(i), t, "", messages[i])
	}
	if err := e.prepare(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// prepare resolves the names of all targets and opens the connections that are
// asked for beforehand.
func (e *vegetaEngine) prepare(ctx context.Context) error {
	var done sync.WaitGroup
	for _, d := range e.endpoints {
		done.Go(func() { d.dialer.names.Resolve(ctx) }) // a name that is unknown is known to be so by its requests
	}
	done.Wait()
	n := e.job.Options.Connections
	if n == 0 {
		return nil
	}
	var problems []error
	for _, d := range e.endpoints {
		within, done := context.WithTimeout(ctx, load.PrepareTimeout)
		keep := func(m *timedConn) error {
			d.dialer.spare(m)
			return nil
		}
		if d.pool != nil {
			keep = d.pool.take
		}
		problems = append(problems, d.dialer.prepare(within, e.job.Targets[d.number], n, d.pool != nil, keep))
		done()
	}
	return errors.Join(problems...)
}

func (e *vegetaEngine) now() time.Duration { return time.Since(e.job.Epoch) }

func (e *vegetaEngine) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	endpoint := e.endpoints[turn.Target]
	if endpoint == nil {
		return fmt.Errorf("there is no target %d to drive load at", turn.Target)
	}
	e.resolve(ctx, turn.Target)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers, most := uint64(vegeta.DefaultWorkers), uint64(math.MaxUint64)
	for _, n := range []int{e.job.Options.MaxInFlight, endpoint.room(ctx, e.job.Options.MaxConnections)} {
		if n > 0 {
			most = min(most, uint64(n))
		}
	}
	until, over := e.job.Until(ctx)
	defer over()
	var source source
	switch l := turn.Load.(type) {
	case scenarios.Users:
		most = min(most, uint64(l.N))
		workers = most
		source = newUsers(until, e, turn, l, start)
		if endpoint.remembers {
			endpoint.jars.Grow(l.N)
		}
	case scenarios.Arrivals:
		arrivals := newArrivals(until, e, turn, start)
		if source = arrivals; len(e.job.Flows) > 0 {
			source = newFlowArrivals(arrivals, turn, start)
		}
	}
	attacker := vegeta.NewAttacker(
		vegeta.Client(&http.Client{Transport: &roundTripper{ctx: ctx, until: until, cancel: cancel, engine: e, endpoint: endpoint, source: source, skip: e.job.Options.Late == "skip", most: most}, CheckRedirect: noRedirect}),
		vegeta.Workers(min(workers, most)), vegeta.MaxWorkers(most))
	defer context.AfterFunc(ctx, func() { attacker.Stop() })()
	for range attacker.Attack(tick, pacer{source}, 0, "") {
		// Vegeta's own results are not used: roundTripper makes the samples.
	}
	cancel(nil)
	source.wait()
	e.shared.Settle()
	if errors.Is(context.Cause(ctx), load.ErrSpent) {
		return load.ErrSpent
	}
	return nil
}

// resolve looks up the names of a target and of other hosts that its flows go to.
func (e *vegetaEngine) resolve(ctx context.Context, target uint16) {
	for _, d := range e.all() {
		if d.number == target {
			d.dialer.names.Resolve(ctx)
		}
	}
}

// render makes the request of an arrival.
func (e *vegetaEngine) render(p *endpoint, f *arrival) {
	if f.walk != nil {
		f.sending = f.walk.SendingAt(&e.job, f.due)
	} else {
		f.sending = e.job.Sending(f.seq, f.due)
		f.sending.User = e.job.Part.User(f.user)
	}
	f.request, f.err = p.messages[f.number].Render(&f.sending)
}

// renew renders a request again that was rendered ahead, and could not be sent with what
// proves its sender.
func (e *vegetaEngine) renew(p *endpoint, f *arrival) {
	if f.err == nil {
		f.request, f.err = p.messages[f.number].Renew(f.request)
	} else {
		e.render(p, f)
	}
}

func (e *vegetaEngine) Health() results.Health { return load.Health(e.stats, &e.counters.Counters) }

func (e *vegetaEngine) Close() error {
	e.end()
	for _, d := range e.all() {
		d.dialer.close()
		d.dialer.names.Close()
		d.transport.CloseIdleConnections()
		if d.pool != nil {
			d.pool.close()
		}
	}
	return nil
}
