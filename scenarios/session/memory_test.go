package session

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
)

// memory answers every request from memory. This file, and its line in a table of
// engines, is all that it takes to add an engine.
var memory = load.Kind{
	Name: "memory", Why: "needs no network", Offline: true,
	Lacks: func(load.Needs) string { return "" },
	Open:  func(j load.Job) (load.Engine, error) { return &inMemory{job: j, shard: j.Shard()}, nil },
}

type inMemory struct {
	job   load.Job
	shard load.Shard
	late  func(turn int) time.Duration // how late the requests of a turn are; nil: not at all
	takes time.Duration                // a response; 0: a millisecond
	turns int
}

func (e *inMemory) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	var late time.Duration
	if e.late != nil {
		late = e.late(e.turns)
	}
	e.turns++
	for block := range turn.Blocks {
		for i, due := range block.Due {
			seq := block.FirstSeq + uint64(i)
			at := start + due + late
			e.shard.Record(&results.Sample{
				Target: turn.Target, Request: e.job.Pick(seq), Block: block.Number, Seq: seq,
				Due: start + due, Begun: at, Sent: at, FirstByte: time.Millisecond, Service: cmp.Or(e.takes, time.Millisecond), Code: 200,
			})
		}
	}
	rest(ctx, time.Until(e.job.Epoch.Add(start+turn.For)))
	return nil
}

func (*inMemory) Health() results.Health { return results.Health{} }
func (*inMemory) Close() error           { return nil }

func TestEachTargetHasItsEngine(t *testing.T) {
	t.Parallel()
	var at0, at1 atomic.Int64
	table := append(slices.Clone(engines.All), memory)
	urls := []string{server(t, &at0).URL, server(t, &at1).URL}
	s := scenario(t, urls, "constant: {rate: 100/s, for: 1s}", "engine: {use: vegeta, targets: {t1: memory}}", table.Names()...)
	c := config(t, s)
	c.Engines = table
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	run, err = results.Open(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	d := run.Document
	if d.Targets[0].Engine != "vegeta" || d.Targets[1].Engine != "memory" || d.Engine.Name != "memory+vegeta" {
		t.Errorf("engines %q and %q, together %q", d.Targets[0].Engine, d.Targets[1].Engine, d.Engine.Name)
	}
	if d.Targets[0].Requests != 100 || d.Targets[1].Requests != 100 || at0.Load() != 100 || at1.Load() != 0 {
		t.Errorf("%d and %d requests recorded, %d and %d served; want 100 of each, and those of one served", d.Targets[0].Requests, d.Targets[1].Requests, at0.Load(), at1.Load())
	}
	if most := d.Targets[1].Latency["response"].Max; most < 0.99 || most > 1.01 {
		t.Errorf("the slowest response from memory took %v ms, want 1", most)
	}
}
