package websocket

import (
	"context"
	"errors"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// Connects is an engine whose requests are handshakes: each opens a connection, which is
// ended at once. A sample has the handshake's status code, 101 or that of a refusal, and
// its service time is from writing the handshake to its answer. Probes of a limit on new
// connections use it; it is not in the table of engines, since a scenario's requests are no
// handshakes.
func Connects(job load.Job) (load.Engine, error) {
	job.Options.MaxInFlight = 0
	client, err := NewClient(job)
	if err != nil {
		return nil, err
	}
	return &connecting{client: client, job: job, shard: job.Shard()}, nil
}

type connecting struct {
	client *Client
	job    load.Job

	mu    sync.Mutex
	shard load.Shard
}

// Run implements load.Engine. It drives arrivals alone.
func (e *connecting) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	if _, open := turn.Load.(scenarios.Arrivals); !open {
		return errors.New("connections are opened at times that are due, and not by users")
	}
	until, over := e.job.Until(ctx)
	defer over()
	var all sync.WaitGroup
	defer all.Wait()
	for block := range turn.Blocks {
		for i, due := range block.Due {
			at := start + due
			if !sleep(until, at-e.client.engine.now()) {
				return nil
			}
			seq := block.Seq(uint64(i))
			s := results.Sample{Request: e.job.Pick(seq), Block: block.Number, Seq: seq, Due: at, Begun: e.client.engine.now()}
			e.client.engine.counters.Taken(s.Lag())
			all.Go(func() { e.connect(ctx, &s) })
		}
	}
	return nil
}

// connect opens a connection, records that and ends it.
func (e *connecting) connect(ctx context.Context, s *results.Sample) {
	socket, o := e.client.Open(ctx)
	s.Sent, s.Protocol = max(o.Asked, s.Begun), results.HTTP11
	s.Connect = s.Sent - s.Begun
	s.Service = max(o.Done-s.Sent, 0)
	s.FirstByte, s.Code, s.Mark = s.Service, o.Status, o.Mark
	if o.Status == 0 {
		during, why := phaseOf(o.Err)
		if ctx.Err() != nil {
			why = context.Canceled
		}
		s.Err = load.Classify(why, during)
	}
	s.Wanted = s.Code == switched
	e.client.engine.counters.Ended()
	e.mu.Lock()
	e.shard.Record(s)
	e.mu.Unlock()
	if socket != nil {
		leave(socket)
	}
}

// leave ends a connection and lets the server close it first: the end that does keeps the
// port for a minute, and there are many of them.
func leave(s load.Socket) {
	s.Close()
	for {
		if _, _, err := s.Receive(); err != nil {
			return
		}
	}
}

// Health implements load.Engine.
func (e *connecting) Health() results.Health { return e.client.Health() }

// Sockets implements load.SocketCounter.
func (e *connecting) Sockets(int) (results.SocketDoc, bool) { return e.client.Seen(), true }

// Close implements load.Engine.
func (e *connecting) Close() error { return e.client.Close() }
