package load

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/tsenart/vegeta/v12/lib"

	"tollgate/results"
	"tollgate/scenarios"
)

// vegetaEngine drives load with vegeta's Attacker: an attack per turn, on
// connections that outlive it.
type vegetaEngine struct {
	job    Job
	doors  []*door
	tally  *tally
	end    context.CancelFunc
	firsts *firsts

	mu     sync.Mutex // the workers of an attack share what follows
	shard  Shard
	wallet wallet
}

// prepareTimeout bounds how long connections may take that are opened beforehand.
const prepareTimeout = 15 * time.Second

// openVegeta makes the engine; config is nil except in tests.
func openVegeta(job Job, config *tls.Config) (Engine, error) {
	messages, err := compose(job)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	e := &vegetaEngine{job: job, tally: newTally(), firsts: newFirsts(), end: cancel, shard: job.Shard(), wallet: wallet{purse: job.Purse}}
	for i, t := range job.Targets {
		d := &door{number: uint16(i), job: &e.job, messages: messages[i]}
		d.dialer = &dialer{
			clock: e.now, tally: e.tally, ends: ctx, patience: longest(messages[i]),
			note:  func(words string) { e.job.note(d.number, words) },
			names: newResolver(t, &e.job, e.now), limits: &e.job.Options,
		}
		if t.URL.Scheme == "https" {
			d.dialer.tls = newSecurity(config, t)
		}
		d.transport = newTransport(d.dialer, job.Options.MaxConnections)
		e.doors = append(e.doors, d)
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
	for _, d := range e.doors {
		done.Go(func() { d.dialer.names.resolve(ctx) }) // a name that is unknown is known to be so by its requests
	}
	done.Wait()
	n := e.job.Options.Connections
	if n == 0 {
		return nil
	}
	var problems []error
	for i, d := range e.doors {
		within, done := context.WithTimeout(ctx, prepareTimeout)
		problems = append(problems, d.dialer.prepare(within, e.job.Targets[i], n))
		done()
	}
	return errors.Join(problems...)
}

// longest is the longest that any of the messages may take.
func longest(ms []message) (d time.Duration) {
	for i := range ms {
		d = max(d, ms[i].timeout)
	}
	return d
}

// now is the time on the run's clock.
func (e *vegetaEngine) now() time.Duration { return time.Since(e.job.Epoch) }

// Run implements Engine.
func (e *vegetaEngine) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	if int(turn.Target) >= len(e.doors) {
		return fmt.Errorf("there is no target %d to drive load at", turn.Target)
	}
	e.doors[turn.Target].dialer.names.resolve(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers, most := uint64(vegeta.DefaultWorkers), uint64(math.MaxUint64)
	for _, n := range []int{e.job.Options.MaxInFlight, e.job.Options.MaxConnections} {
		if n > 0 { // HTTP/1.1 carries one request at a time on a connection
			most = min(most, uint64(n))
		}
	}
	var source source
	if turn.Users > 0 {
		most = min(most, uint64(turn.Users))
		workers = most
		source = newUsers(ctx, e, turn, start)
	} else {
		source = newArrivals(ctx, e, turn, start)
	}
	attacker := vegeta.NewAttacker(
		vegeta.Client(&http.Client{Transport: &trips{ctx: ctx, cancel: cancel, engine: e, door: e.doors[turn.Target], source: source, skip: e.job.Options.Late == "skip", most: most}, CheckRedirect: noRedirect}),
		vegeta.Workers(min(workers, most)), vegeta.MaxWorkers(most))
	defer context.AfterFunc(ctx, func() { attacker.Stop() })()
	for range attacker.Attack(tick, pacer{source}, 0, "") {
		// Vegeta's own results are not used: trips makes the samples.
	}
	cancel(nil)
	source.wait()
	e.wallet.close()
	if errors.Is(context.Cause(ctx), ErrSpent) {
		return ErrSpent
	}
	return nil
}

// pay pays for a request that is about to be sent; false: it cannot.
func (e *vegetaEngine) pay(target, request uint16) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.wallet.affords(target) {
		return false
	}
	e.wallet.pay(target, request)
	return true
}

// record hands a finished sample to the recorder.
func (e *vegetaEngine) record(s *results.Sample) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shard.Record(s)
}

// Health implements Engine.
func (e *vegetaEngine) Health() results.Health { return e.tally.health() }

// Close implements Engine.
func (e *vegetaEngine) Close() error {
	e.end()
	for _, d := range e.doors {
		d.dialer.close()
		d.dialer.names.close()
		d.transport.CloseIdleConnections()
	}
	return nil
}
