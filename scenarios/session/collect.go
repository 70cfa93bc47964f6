package session

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// open makes an engine for the question's target, unless there is one that
// sends these very requests: its connections stay open from stage to stage.
func (p *prober) open(requests []scenarios.Request) (err error) {
	if p.engine != nil && len(requests) == len(p.requests) && &requests[0] == &p.requests[0] {
		return nil
	}
	if p.engine != nil {
		if err := p.engine.Close(); err != nil {
			return err
		}
		p.engine = nil
	}
	i := p.question.Index
	job := load.Job{
		Epoch: p.epoch, Targets: p.targets[i : i+1], Requests: requests, Seed: p.session.plan.Seed,
		Pick: func(seq uint64) uint16 { return p.pick(seq) }, Shard: p.shard, Options: p.Scenario.Engine, Marks: &p.question.Marks, Note: p.notes.of(i),
		Secrets: p.Scenario.Secrets,
	}
	if len(p.stamps) > 0 {
		job.Stamps = []targets.Stamp{p.stamps[i]}
	}
	if p.engine, _, err = p.table().Open(job); err != nil {
		return err
	}
	p.requests = requests
	engine := p.engine
	p.recorder.Watch(func() results.Health { return p.health.add(engine.Health()) })
	return nil
}

// shard opens one more shard of the recorder, which keeps what it records.
func (p *prober) shard() load.Shard {
	k := &keeper{Shard: p.recorder.Shard(), probed: true, target: uint16(p.question.Index), probe: p.number, room: &p.shards.room}
	p.shards.add(k)
	return k
}

// renumbered is turn with blocks and requests that go on from the stages before.
func (p *prober) renumbered(turn scenarios.Turn) scenarios.Turn {
	block, seq, blocks := p.block, p.seq, turn.Blocks
	turn.Blocks = func(yield func(scenarios.Block) bool) {
		for b := range blocks {
			b.Number += block
			b.FirstSeq += seq
			if !yield(b) {
				return
			}
		}
	}
	return turn
}

// A keeper records the samples of one event loop, and keeps them.
type keeper struct {
	load.Shard
	probed  bool   // by a probe, whose engine knows one target and whose requests are recorded as one
	target  uint16 // in the run
	probe   uint16 // among the recorded requests
	kept    []results.Sample
	dropped int64
	room    *atomic.Int64 // for further samples of this stage
}

// Record implements load.Shard.
func (k *keeper) Record(s *results.Sample) {
	own := *s
	own.Excerpt = nil
	if k.probed {
		own.Target = k.target
	}
	if k.room.Add(-1) >= 0 {
		k.kept = append(k.kept, own)
	} else {
		k.dropped++
	}
	if k.probed {
		recorded := own
		recorded.Request, recorded.Excerpt = k.probe, s.Excerpt
		s = &recorded
	}
	k.Shard.Record(s)
}

// A collector brings the samples of a stage together.
type collector struct {
	room atomic.Int64

	mu      sync.Mutex
	keepers []*keeper
}

func (c *collector) add(k *keeper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keepers = append(c.keepers, k)
}

// begin makes room for the samples of a stage.
func (c *collector) begin() { c.room.Store(results.MaxStageSamples) }

// take hands out what was kept, in the order of due times. No shard may record
// meanwhile.
func (c *collector) take() (all []results.Sample, dropped int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.keepers {
		all = append(all, k.kept...)
		dropped += k.dropped
		k.kept, k.dropped = nil, 0
	}
	slices.SortFunc(all, func(a, b results.Sample) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Seq, b.Seq)) })
	return all, dropped
}

// A healthLog remembers what an engine said of itself.
type healthLog struct {
	mu  sync.Mutex
	all []results.Health
}

// add notes h and returns it.
func (l *healthLog) add(h results.Health) results.Health {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, h)
	return h
}

func (l *healthLog) take() []results.Health {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.all
	l.all = nil
	return all
}
