package scenarios

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"tollgate/pricing"
)

// A Shard is the part of a run that one of several machines sends: of the arrivals of the
// one schedule every Count'th, from the one with number Index on, and of the users every
// Count'th likewise. The zero value is the whole run.
//
// Requests and users keep the numbers that they have in the whole run, so values, rows of
// data files, think times and the choice among requests are those of one machine that
// sends everything, and the shards together send exactly that. Stages, blocks and the
// order of targets do not depend on the shard either. Counts of the scenario that are for
// the whole run are divided: users, connections, requests in flight, and the limit on cost.
//
// Numbers run on from stage to stage and decide, rather than positions in a stage: the
// first shard would otherwise have the odd request of every stage.
//
// Rejected: a stretch of the schedule for each shard, since a target would then receive the
// whole rate from one machine at a time; and rates divided by the number of shards, since
// schedules of a fraction of the rate do not add up to the schedule: shards of a constant
// rate would all send at the same instants.
type Shard struct{ Index, Count int }

// MaxShards is how many shards a run has at most. Source: an AWS Batch array job has up to
// 10,000 children (AWS Batch user guide, "Array jobs").
const MaxShards = 10_000

// ParseShard reads a shard as it is written, from 1: "3/8".
func ParseShard(text string) (Shard, error) {
	const rule = `write which shard of how many, such as 3/8: the third of eight`
	index, count, found := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, errCount := strconv.Atoi(count)
	switch {
	case !found || err != nil || errCount != nil:
		return Shard{}, fmt.Errorf("%q is not a shard: %s", text, rule)
	case n < 1 || n > MaxShards:
		return Shard{}, fmt.Errorf("%q: a run has from 1 to %d shards: %s", text, MaxShards, rule)
	case i < 1 || i > n:
		return Shard{}, fmt.Errorf("%q: shards are counted from 1 to their number: %s", text, rule)
	}
	return Shard{i - 1, n}, nil
}

// String is the shard as it is written; "" for the whole run.
func (s Shard) String() string {
	if s.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index+1, s.Count)
}

// Parts is how many machines send the run.
func (s Shard) Parts() int { return max(1, s.Count) }

// User is the number in the whole run of a user of the shard.
func (s Shard) User(own uint32) uint32 { return own*uint32(s.Parts()) + uint32(s.Index) }

// skipped is how many numbers from first on come before the shard's first.
func (s Shard) skipped(first uint64) uint64 {
	n := uint64(s.Parts())
	return (uint64(s.Index) + n - first%n) % n
}

// share is how many of so many numbers, from first on, are the shard's.
func (s Shard) share(first, count uint64) uint64 {
	n := uint64(s.Parts())
	if skipped := s.skipped(first); skipped < count {
		return (count-skipped-1)/n + 1
	}
	return 0
}

// of is the shard's part of a count that is divided.
func (s Shard) of(count int) int { return int(s.share(0, uint64(count))) }

// Whole is the scenario of all shards together.
func (s *Scenario) Whole() *Scenario {
	whole := *s
	whole.Shard, whole.machines = Shard{}, s.Shard.Parts()
	return &whole
}

// divisible refuses what cannot be divided among shards.
func (s *Scenario) divisible() error {
	n := s.Shard.Parts()
	switch {
	case n == 1:
		return nil
	case len(s.Probes) > 0:
		return errors.New("a run in shards has no probes: each asks its question with the traffic of one machine; leave probes out of this scenario, and ask them in a run without shards")
	case s.Decide.Margin > 0:
		return errors.New("a run in shards has a fixed length: each shard would decide by itself when to end; leave out decide")
	}
	e := s.Engine
	limits := []struct {
		key   string
		count int
	}{{"max_connections", e.MaxConnections}, {"max_in_flight", e.MaxInFlight}}
	if e.Sockets != nil {
		limits = append(limits, struct {
			key   string
			count int
		}{"connections of websocket", e.Sockets.Connections})
	}
	for _, limit := range limits {
		if limit.count > 0 && limit.count < n {
			return fmt.Errorf("%s: %d is less than one for each of the %d shards: it is divided among them; allow %d or more, or use fewer shards", limit.key, limit.count, n, n)
		}
	}
	return nil
}

// divided are the settings of the engine with the shard's part of what is counted for the
// whole run.
func (s Shard) divided(e Engine) Engine {
	if s.Parts() == 1 {
		return e
	}
	e.Connections, e.MaxConnections, e.MaxInFlight = s.of(e.Connections), s.of(e.MaxConnections), s.of(e.MaxInFlight)
	if e.Sockets != nil {
		own := *e.Sockets
		own.Connections = s.of(own.Connections)
		own.Ramp = Rounded(max(1e-6, own.Ramp.PerSecond()/float64(s.Parts())))
		e.Sockets = &own
	}
	return e
}

// Users are the users of the stage that the shard has; false: it is no closed loop.
func (s *PlannedStage) Users() (own Users, closed bool) {
	own, closed = s.Load.(Users)
	own.N = s.shard.of(own.N)
	return own, closed
}

// sent is the load of a turn: an engine drives no loop without users.
func (s *PlannedStage) sent() Load {
	switch u, closed := s.Users(); {
	case !closed:
		return s.Load
	case u.N == 0:
		return Arrivals{Quiet{}}
	default:
		return u
	}
}

// Portion is the part of the whole run's load that the plan sends: of the requests that are
// due, and of those that users are likely to send. The portions of all shards add up to one.
func (p *Plan) Portion() pricing.Quantity {
	if p.whole == nil {
		return pricing.Whole(1)
	}
	own, all := p.weight(), p.whole.weight()
	if all == 0 {
		return pricing.Ratio(1, int64(p.Scenario.Shard.Parts()))
	}
	return pricing.Ratio(own, all)
}

// weight is the load of the plan in thousandths of a request. What one arrival or one user
// counts is rounded, rather than the sum, so that the weights of shards add up exactly.
func (p *Plan) weight() (sum int64) {
	for i := range p.Populations {
		one := &p.Populations[i]
		for k := range one.Stages {
			stage := &one.Stages[k]
			n, each := stage.Starts, max(1, stage.Each.Most)
			if u, closed := stage.Users(); closed {
				single := Users{N: 1, Think: u.Think}
				n, each = int64(u.N), single.rate(highGuess, max(1, stage.Each.Most), stage.Each.Mean)*stage.Own().Seconds()
			}
			sum += n * int64(math.Ceil(1000*each)) * int64(len(one.To))
		}
	}
	return sum
}

// DueOfAll is how many requests, or flows, of a stage all shards together send to one target;
// 0 in the closed model.
func (p *Plan) DueOfAll(stage int) int64 { return p.Stages[stage].all }
