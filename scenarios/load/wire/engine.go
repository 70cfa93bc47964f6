//go:build linux

package wire

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire/poll"
)

// wireEngine drives load with event loops of its own, on connections that
// outlive a turn. See the package documentation for how and why.
type wireEngine struct {
	job       load.Job
	endpoints map[uint16]*endpoint // those that it drives
	stats     *load.ProcessStats
	most      int // loops

	mu    sync.Mutex // guards loops and ended, which Run and Close change
	loops []*loop
	ended []*loop // of a closed engine: what they counted last is still asked for
}

// Kind is the engine that takes the least of the machine.
var Kind = load.Kind{
	Name: "wire", Why: "takes the least CPU per request, and this system has what it needs", Open: Open,
	Lacks: func(n load.Needs) string {
		if err := wireServes(); err != nil {
			return err.Error()
		}
		return n.LacksScheme()
	},
}

func Open(job load.Job) (load.Engine, error) {
	messages, err := load.Compose(job)
	if err != nil {
		return nil, err
	}
	e := &wireEngine{job: job, endpoints: map[uint16]*endpoint{}, stats: load.NewProcessStats(), most: runtime.GOMAXPROCS(0)}
	for i, t := range job.Targets {
		if job.DrivesTarget(i) {
			e.endpoints[uint16(i)] = newEndpoint(uint16(i), t, "", &e.job, messages[i], load.NewResolver(t, &e.job, e.now))
		}
	}
	e.openHosts()
	if err := e.prepare(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// readsBodies reports whether the outcome of any request depends on a body.
func (e *wireEngine) readsBodies() bool {
	for _, p := range e.endpoints {
		if slices.ContainsFunc(p.requests, func(r encodedRequest) bool { return r.ReadsBody() || r.Decodes }) {
			return true
		}
	}
	return false
}

func (e *wireEngine) now() time.Duration { return time.Since(e.job.Epoch) }

func (e *wireEngine) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	endpoint := e.endpoints[turn.Target]
	if endpoint == nil {
		return fmt.Errorf("there is no target %d to drive load at", turn.Target)
	}
	for _, p := range e.all() {
		if p.number == turn.Target {
			p.resolve(ctx)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done sync.WaitGroup
	fail := func(err error) {
		if err != nil {
			cancel(err)
		}
	}
	switch l := turn.Load.(type) {
	case scenarios.Users:
		fail(e.runClosed(ctx, &done, endpoint, turn, l, start, fail))
	case scenarios.Arrivals:
		fail(e.runOpen(ctx, &done, endpoint, turn, start, fail))
	}
	done.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// runOpen deals the blocks out to as many loops as the first one needs.
func (e *wireEngine) runOpen(ctx context.Context, done *sync.WaitGroup, p *endpoint, turn scenarios.Turn, start time.Duration, fail func(error)) error {
	until, over := e.job.Until(ctx)
	defer over()
	var loops []*loop
	var deals []*openQueue
	for block := range turn.Blocks {
		if loops == nil {
			var err error
			if loops, err = e.enough(p, loopsForRate(block)); err != nil {
				return err
			}
			for i, l := range loops {
				a := newOpenQueue(start, i, len(loops))
				deals = append(deals, a)
				done.Go(func() { fail(l.run(ctx, p, l.flowing(a, p))) })
			}
		}
		for i, a := range deals {
			select {
			case a.blocks <- block:
				loops[i].poller.Wake()
			case <-until.Done():
			}
		}
		if until.Err() != nil {
			break
		}
	}
	for i, a := range deals {
		close(a.blocks)
		loops[i].poller.Wake()
	}
	return nil
}

func (e *wireEngine) runClosed(ctx context.Context, done *sync.WaitGroup, p *endpoint, turn scenarios.Turn, users scenarios.Users, start time.Duration, fail func(error)) error {
	blocks := slices.Collect(turn.Blocks)
	if len(blocks) == 0 {
		return nil
	}
	loops, err := e.enough(p, min(users.N, 1+users.N/usersPerLoop))
	if err != nil {
		return err
	}
	if p.remember {
		p.jars.Grow(users.N)
	}
	for i, l := range loops {
		u := newClosedQueue(users, blocks, start, e.job.Seed, i, len(loops))
		done.Go(func() { fail(l.run(ctx, p, l.flowing(u, p))) })
	}
	return nil
}

// How much one loop is given before another one shares the work. A loop can do
// several times as much; but two loops that are half busy are more punctual
// than a busy one, and one that is not needed wastes a thread.
const (
	ratePerLoop  = 40_000
	usersPerLoop = 256
)

// loopsForRate is how many loops a block is worth.
func loopsForRate(b scenarios.Block) int {
	if b.For <= 0 {
		return 1
	}
	return 1 + int(float64(len(b.Due))/b.For.Seconds()/ratePerLoop)
}

// enough returns n loops, or as many as there may be: no more than processors,
// and none without a share of the limits on connections and requests.
func (e *wireEngine) enough(p *endpoint, n int) ([]*loop, error) {
	n = min(n, e.most)
	for _, limit := range []int{e.job.Options.MaxConnections, e.job.Options.MaxInFlight} {
		if limit > 0 {
			n = min(n, limit)
		}
	}
	for len(e.loops) < n {
		l, err := newLoop(e)
		if err != nil {
			return nil, err
		}
		addProcessors(1)
		e.mu.Lock()
		e.loops = append(e.loops, l)
		e.mu.Unlock()
	}
	loops := e.loops[:n]
	for i, l := range loops {
		l.maxInFlight, l.sizing.most = share(e.job.Options.MaxInFlight, i, n), share(e.job.Options.MaxConnections, i, n)
	}
	return loops, e.deal(p, loops)
}

// share is the i'th of n parts of a limit; 0 is no limit.
func share(limit, i, n int) int {
	if limit == 0 {
		return 0
	}
	return limit*(i+1)/n - limit*i/n
}

func (e *wireEngine) Health() results.Health {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []*load.Counters
	for _, l := range slices.Concat(e.loops, e.ended) {
		all = append(all, &l.counters)
	}
	return load.Health(e.stats, all...)
}

func (e *wireEngine) Close() error {
	var problems []error
	for _, p := range e.all() {
		p.names.Close()
	}
	for _, l := range e.loops {
		problems = append(problems, l.close())
	}
	addProcessors(-len(e.loops))
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended, e.loops = append(e.ended, e.loops...), nil
	return errors.Join(problems...)
}

// processors makes changes to how many processors Go uses one change at a time.
var processors sync.Mutex

// addProcessors changes how many processors (P) Go uses. A loop keeps one to
// itself, asleep or not, so there is one more for each loop: the rest of the
// program has what it had before, and shares the machine with the loops by the
// kernel's scheduler, which lets a loop that wakes up go first, where Go's
// would let it wait for up to 10 ms.
func addProcessors(n int) {
	processors.Lock()
	defer processors.Unlock()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
}

// wireServes returns why wire cannot run on this system, nil if it can.
func wireServes() error {
	p, err := poll.New()
	if err != nil {
		return err
	}
	return p.Close()
}
