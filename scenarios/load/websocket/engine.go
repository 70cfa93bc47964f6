package websocket

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// An engine sends messages over WebSocket.
type engine struct {
	job       load.Job
	endpoints map[uint16]*endpoint // those that it drives
	counters  *load.Counters
	stats     *load.ProcessStats
	firsts    *load.FirstFailures
	life      context.Context
	end       context.CancelFunc

	mu        sync.Mutex // the goroutines of a turn share what follows
	shard     load.Shard
	allowance load.Allowance
}

// Kind is the engine for messages.
var Kind = load.Kind{
	Name: "websocket", Why: "sends messages over WebSocket", Open: open,
	Lacks: func(n load.Needs) string {
		if !n.Messages {
			return "it sends messages over WebSocket, and no requests"
		}
		return ""
	},
}

func open(job load.Job) (load.Engine, error) {
	ofMessages := job
	ofMessages.Stamps, ofMessages.Own = nil, nil // the handshake proves who sends
	messages, err := load.Compose(ofMessages)
	if err != nil {
		return nil, err
	}
	handshakes, err := composeHandshakes(job)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	e := &engine{
		job: job, endpoints: map[uint16]*endpoint{}, counters: &load.Counters{}, stats: load.NewProcessStats(), firsts: load.NewFirstFailures(),
		life: life, end: end, shard: job.Shard(), allowance: load.Allowance{Budget: job.Budget},
	}
	for i := range job.Targets {
		if job.DrivesTarget(i) {
			e.endpoints[uint16(i)] = newEndpoint(e, i, messages[i], &handshakes[i][0])
		}
	}
	if err := e.prepare(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// composeHandshakes makes the requests that open connections, one for each target.
func composeHandshakes(job load.Job) ([][]load.Message, error) {
	s := job.Options.Sockets
	if s == nil {
		return nil, errors.New("engine websocket: the scenario sends no messages")
	}
	job.Flows, job.Marks, job.Budget = nil, nil, nil
	job.Requests = []scenarios.Request{{Name: "handshake", Method: "GET", Path: s.Path, Header: s.Header, Values: s.Values, Timeout: openTimeout}}
	return load.Compose(job)
}

// openTimeout is how long a connection may take to open: as long as a WebSocket API waits
// for what is behind $connect, and a bit more.
const openTimeout = scenarios.DefaultTimeout

// prepare opens the connections of the open model, at the scenario's rate. It fails if none
// of a target's can be opened.
func (e *engine) prepare() error {
	var problems []error
	for _, p := range e.endpoints {
		p.names.Resolve(e.life)
		if s := e.job.Options.Sockets; s.Lifetime > 0 || s.Ping > 0 {
			p.working.Go(func() { p.keepAll(e.life) })
		}
		if n := e.job.Options.Connections; n > 0 {
			problems = append(problems, p.hold(n))
		}
	}
	return errors.Join(problems...)
}

func (e *engine) now() time.Duration { return time.Since(e.job.Epoch) }

// Run implements load.Engine.
func (e *engine) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	p := e.endpoints[turn.Target]
	if p == nil {
		return fmt.Errorf("there is no target %d to send messages to", turn.Target)
	}
	until, over := e.job.Until(ctx)
	defer over()
	defer context.AfterFunc(ctx, func() { p.abandon(context.Canceled) })()
	r := &running{endpoint: p, turn: turn, start: start, until: until, ctx: ctx}
	if n := e.job.Options.MaxInFlight; n > 0 {
		r.slots = make(chan struct{}, n)
	}
	switch l := turn.Load.(type) {
	case scenarios.Users:
		r.users(l)
	case scenarios.Arrivals:
		r.arrivals()
	}
	r.all.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.allowance.Close()
	if r.spent.Load() {
		return load.ErrSpent
	}
	return nil
}

// pay charges a message; false: the budget is used up.
func (e *engine) pay(target, request uint16) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.allowance.Affords(target) {
		return false
	}
	e.allowance.Pay(target, request)
	return true
}

func (e *engine) record(s *results.Sample) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shard.Record(s)
}

// Health implements load.Engine.
func (e *engine) Health() results.Health { return load.Health(e.stats, e.counters) }

// Sockets implements load.SocketCounter.
func (e *engine) Sockets(target int) (d results.SocketDoc, counted bool) {
	p := e.endpoints[uint16(target)]
	if p == nil {
		return d, false
	}
	return p.seen(), true
}

// Close implements load.Engine.
func (e *engine) Close() error {
	e.end()
	for _, p := range e.endpoints {
		p.close()
	}
	return nil
}
