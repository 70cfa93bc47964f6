package session

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/websocket"
	"tollgate/targets"
)

// open makes an engine for the question's target, unless there is one for these
// very requests: its connections stay open from stage to stage.
func (p *prober) open(requests []scenarios.Request, handshakes bool) (err error) {
	if p.engine != nil && len(requests) == len(p.requests) && &requests[0] == &p.requests[0] && handshakes == p.handshakes {
		return nil
	}
	if err := p.closeEngine(); err != nil {
		return err
	}
	if handshakes {
		p.engine, err = websocket.Connects(p.jobFor(requests))
	} else {
		p.engine, _, err = p.table().Open(p.jobFor(requests))
	}
	if err != nil {
		return err
	}
	p.requests, p.handshakes = requests, handshakes
	engine := p.engine
	p.recorder.Watch(func() results.Health {
		h := engine.Health()
		p.kept.health(h)
		return h
	})
	return nil
}

// jobFor is what an engine, or a client, for the question's target needs to know.
func (p *prober) jobFor(requests []scenarios.Request) load.Job {
	i := p.question.Index
	job := p.job(p.epoch, p.shard)
	job.Targets, job.Requests, job.Budget = p.targets[i:i+1], requests, nil
	job.Stamps = nil
	if len(p.stamps) > 0 {
		job.Stamps = []targets.Stamp{p.stamps[i]}
	}
	job.Pick = func(seq uint64) uint16 { return p.pick(seq) }
	job.Marks, job.Note = &p.question.Marks, p.warnings.noteFrom(i)
	return job
}

// shard opens one more shard of the recorder, and of the stage's samples.
func (p *prober) shard() load.Shard {
	k := p.kept.keeper(p.recorder.Shard())
	k.probed, k.target, k.probe = true, uint16(p.question.Index), p.number
	return k
}

// A keeper records the samples of one event loop, and keeps them.
type keeper struct {
	load.Shard
	probed  bool   // by a probe, whose engine knows one target and whose requests are recorded as one
	target  uint16 // in the run
	probe   uint16 // among the recorded requests
	flows   uint16 // not 0: the first number of walks through flows, which are not kept
	kept    []results.Sample
	dropped int64
	room    *atomic.Int64 // for further samples of this stage
}

// Record implements load.Shard.
func (k *keeper) Record(s *results.Sample) {
	if k.flows > 0 && s.Request >= k.flows {
		k.Shard.Record(s)
		return
	}
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
		own.Request, own.Excerpt = k.probe, s.Excerpt
		s = &own
	}
	k.Shard.Record(s)
}

// samples collect what a stage, or a turn of the load, measures.
type samples struct {
	room atomic.Int64

	mu       sync.Mutex
	keepers  []*keeper
	reported []results.Health
	control  *results.Histogram // nil: there is no control measurement
}

func (c *samples) keeper(shard load.Shard) *keeper {
	k := &keeper{Shard: shard, room: &c.room}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keepers = append(c.keepers, k)
	return k
}

func (c *samples) health(h results.Health) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reported = append(c.reported, h)
}

func (c *samples) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.room.Store(results.MaxStageSamples)
	c.reported, c.control = nil, nil
}

// controls takes a round trip of the control measurement.
func (c *samples) controls(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.control == nil {
		c.control = results.New()
	}
	c.control.Record(d)
}

// controlled returns the control measurement of the stage; nil if there was none.
func (c *samples) controlled() *results.Histogram {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.control
	c.control = nil
	return h
}

// take returns what was kept, in the order of due times. No shard may record
// meanwhile.
func (c *samples) take() (all []results.Sample, dropped int64, health []results.Health) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.keepers {
		all = append(all, k.kept...)
		dropped += k.dropped
		k.kept, k.dropped = nil, 0
	}
	slices.SortFunc(all, func(a, b results.Sample) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Seq, b.Seq)) })
	health, c.reported = c.reported, nil
	return all, dropped, health
}
