package websocket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/targets"
)

// An engine sends messages over WebSocket.
type engine struct {
	job       load.Job
	endpoints map[uint16]*endpoint // those that it drives
	counters  *load.Counters
	stats     *load.ProcessStats
	firsts    *load.FirstFailures
	shared    *load.SharedShard
	http      *nethttp.Sender // of steps that go to other hosts; nil: there are none
	life      context.Context
	end       context.CancelFunc
}

// Kind is the engine for messages.
var Kind = load.Kind{
	Messages: true,
	Name:     "websocket", Why: "sends messages over WebSocket", Open: open,
	Lacks: func(n load.Needs) string {
		if !n.Messages {
			return "it sends messages over WebSocket, and no requests"
		}
		return ""
	},
}

func open(job load.Job) (load.Engine, error) {
	messages, err := composeMessages(job)
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
		shared: load.NewSharedShard(&job), life: life, end: end,
	}
	for i := range job.Targets {
		if job.DrivesTarget(i) {
			e.endpoints[uint16(i)] = newEndpoint(e, i, messages[i], &handshakes[i][0])
		}
	}
	if slices.ContainsFunc(job.Requests, func(r scenarios.Request) bool { return r.Socket.Does == scenarios.Fetches }) {
		if e.http, err = nethttp.NewSender(job); err != nil {
			end()
			return nil, err
		}
	}
	e.prepare()
	return e, nil
}

// connects says whether a flow opens a connection of its own.
func (e *engine) connects(f *scenarios.PlannedFlow) bool {
	return slices.ContainsFunc(f.Steps, func(s scenarios.Step) bool {
		return e.job.Requests[s.Request].Socket.Does == scenarios.Connects
	})
}

// composeMessages makes what each target is sent. Its handshakes prove who sends, and not
// its messages.
func composeMessages(job load.Job) ([][]load.Message, error) {
	s := job.Options.Sockets
	if s == nil {
		return nil, errors.New("engine websocket: the scenario sends no messages")
	}
	plain, proved := job, job
	plain.Stamps, plain.Own = nil, nil
	proved.Requests = slices.Clone(job.Requests)
	connects := false
	for i := range proved.Requests {
		if r := &proved.Requests[i]; r.Socket.Does == scenarios.Connects {
			connects = true
			r.Path, r.Header = cmp.Or(r.Path, s.Path), withDefaults(r.Header, s.Header)
		}
	}
	messages, err := load.Compose(plain)
	if err != nil || !connects {
		return messages, err
	}
	handshakes, err := load.Compose(proved)
	if err != nil {
		return nil, err
	}
	for target := range messages {
		for i := range messages[target] {
			if job.Requests[i].Socket.Does == scenarios.Connects {
				messages[target][i] = handshakes[target][i]
			}
		}
	}
	return messages, nil
}

// withDefaults is a header with what it lacks of another one.
func withDefaults(h, defaults targets.Header) targets.Header {
	own := h.Clone()
	for name, all := range defaults {
		if !own.Has(name) {
			own[name] = all
		}
	}
	return own
}

// composeHandshakes makes the requests that open connections, one for each target.
func composeHandshakes(job load.Job) ([][]load.Message, error) {
	s := job.Options.Sockets
	job.Flows, job.Budget = nil, nil
	job.Requests = []scenarios.Request{{Name: "handshake", Method: "GET", Path: s.Path, Header: s.Header, Values: s.Values, Timeout: openTimeout(job)}}
	return load.Compose(job)
}

// openTimeout is how long a connection may take to open.
func openTimeout(job load.Job) time.Duration {
	return cmp.Or(job.Options.Sockets.Timeout, scenarios.DefaultTimeout)
}

// prepare opens the connections of the open model, at the scenario's rate. A target to which
// none can be opened is no error: as its messages fail, that is a result.
func (e *engine) prepare() {
	for _, p := range e.endpoints {
		p.names.Resolve(e.life)
		p.working.Go(func() { p.keepAll(e.life) })
		if n := e.job.Options.Connections; n > 0 {
			p.hold(n)
		}
	}
}

func (e *engine) now() time.Duration { return time.Since(e.job.Epoch) }

// Run implements load.Engine.
func (e *engine) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	p := e.endpoints[turn.Target]
	if p == nil {
		return fmt.Errorf("there is no target %d to send messages to", turn.Target)
	}
	if e.http != nil {
		e.http.Resolve(ctx, turn.Target)
		defer e.http.Settle()
	}
	until, over := e.job.Until(ctx)
	defer over()
	defer context.AfterFunc(ctx, func() { p.abandon(context.Canceled) })()
	before := p.connected(max(start, e.now()))
	r := &running{endpoint: p, turn: turn, start: start, until: until, ctx: ctx, limit: start + turn.For + e.job.Grace}
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
	during := p.connected(e.now()) - before
	p.count(func(d *results.SocketDoc) { d.InTurnsS += max(0, during) })
	e.shared.Settle()
	if r.spent.Load() {
		return load.ErrSpent
	}
	return nil
}

// Health implements load.Engine.
func (e *engine) Health() results.Health {
	h := load.Health(e.stats, e.counters)
	if e.http != nil { // its requests are counted as begun and in flight here, too
		h = h.With(e.http.Health())
	}
	return h
}

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
	var err error
	if e.http != nil {
		err = e.http.Close()
	}
	for _, p := range e.endpoints {
		p.close()
	}
	return err
}
