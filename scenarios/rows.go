package scenarios

import (
	"cmp"
	"fmt"
	"slices"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/scenarios/values"
)

// Rows numbers the uses of data files by the load of a population, the same at every
// target. The first use of a stage takes the row behind the last use of the stage before;
// a block of the closed model, whose uses cannot be counted beforehand, begins at a row of
// its own and has as many as every other.
func (p *Plan) Rows(population int) Rows {
	return func(d *values.Data) values.Numbering { return p.dealt(d)[population].number }
}

// A deal is which rows of a data file go to the load of one population.
type deal struct {
	counted   counted
	stretches []stretch // by first
}

// A stretch of iterations takes consecutive rows.
type stretch struct {
	first, count uint64 // iterations
	row, rows    uint64
}

// number implements values.Numbering. Iterations that the plan does not know, such as those
// of trial requests, have no row of their own.
func (d deal) number(iteration uint64) (n uint64, own bool) {
	i, found := slices.BinarySearchFunc(d.stretches, iteration, func(s stretch, at uint64) int { return cmp.Compare(s.first, at) })
	if !found {
		i--
	}
	if i < 0 || iteration-d.stretches[i].first >= d.stretches[i].count {
		return iteration, false
	}
	s := d.stretches[i]
	n = d.counted.before(iteration) - d.counted.before(s.first)
	return s.row + n, n < s.rows
}

// counted counts the requests of a population that use something.
type counted struct {
	upTo   []uint32      // in the table of picks
	chosen []countedFrom // in the replays whose files name requests
}

// before is how many of the requests before the seq'th use it.
func (c counted) before(seq uint64) uint64 {
	n := c.drawn(seq)
	for _, one := range c.chosen {
		n = one.correct(n, seq, c.drawn)
	}
	return n
}

// drawn is the same if all of them are as the weights say.
func (c counted) drawn(seq uint64) uint64 {
	n := uint64(len(c.upTo) - 1)
	return seq/n*uint64(c.upTo[n]) + uint64(c.upTo[seq%n])
}

// using counts the requests of the population that use a data file.
func (p *PlannedPopulation) using(d *values.Data) counted {
	var uses []bool // of each request, or of each flow: all of its steps have one row
	for i := range p.Requests {
		uses = append(uses, p.Requests[i].uses(d))
	}
	if len(p.Flows) > 0 {
		uses = p.flowsUsing(uses)
	}
	c := counted{make([]uint32, 1, len(p.picks)+1), p.countChosen(uses)}
	for i, request := range p.picks {
		sum := c.upTo[i]
		if uses[request] {
			sum++
		}
		c.upTo = append(c.upTo, sum)
	}
	return c
}

// dealt deals the rows of a data file to the populations.
func (p *Plan) dealt(d *values.Data) []deal {
	all := make([]deal, len(p.Populations))
	var taken, closed uint64
	for i := range p.Populations {
		one := &p.Populations[i]
		all[i].counted = one.using(d)
		for j := range one.Stages {
			s := &one.Stages[j]
			if _, users := s.Load.(Users); users && one.takes(d) {
				closed += uint64(s.Blocks)
			} else if !users {
				taken += all[i].counted.before(s.firstSeq+s.seqs()) - all[i].counted.before(s.firstSeq)
			}
		}
	}
	share := (max(uint64(d.Rows), taken) - taken) / max(closed, 1)
	row := uint64(0)
	for i := range p.Populations {
		for j := range p.Populations[i].Stages {
			row = all[i].add(&p.Populations[i].Stages[j], row, share)
		}
	}
	return all
}

// add deals rows to a stage, from the given one on, and returns the next.
func (d *deal) add(s *PlannedStage, row, share uint64) uint64 {
	if _, closed := s.Load.(Users); !closed {
		n := d.counted.before(s.firstSeq+s.seqs()) - d.counted.before(s.firstSeq)
		d.stretches = append(d.stretches, stretch{s.firstSeq, s.seqs(), row, n})
		return row + n
	}
	for i := range uint64(s.Blocks) {
		d.stretches = append(d.stretches, stretch{s.firstSeq + i*closedBlockSeqs, closedBlockSeqs, row, share})
		if d.counted.used() {
			row += share
		}
	}
	return row
}

// used reports whether any request uses it.
func (c counted) used() bool {
	return c.upTo[len(c.upTo)-1] > 0 || slices.ContainsFunc(c.chosen, func(one countedFrom) bool { return one.upTo[len(one.upTo)-1] > 0 })
}

// takes reports whether any request of the population uses a data file.
func (p *PlannedPopulation) takes(d *values.Data) bool {
	return slices.ContainsFunc(p.Requests, func(r Request) bool { return r.uses(d) })
}

// uses reports whether a request has a place for a column of d.
func (r *Request) uses(d *values.Data) bool {
	return slices.ContainsFunc(r.places(), func(name string) bool { return dataOf(name) == d.Name })
}

// Data are the data files of the scenario's requests.
func (s *Scenario) Data() []*values.Data {
	for _, r := range s.Requests {
		if r.Values != nil {
			return r.Values.Data
		}
	}
	return nil
}

// once reports whether each sending of a request takes a row that no other has.
func (r *Request) once() bool {
	return r.Values != nil && slices.ContainsFunc(r.Values.Data, func(d *values.Data) bool { return d.Pick == values.Unique && r.uses(d) })
}

// onceAndProbes reports requests that probes cannot send: with unique data, of which they
// would use rows twice, and with values of users, whom they do not have.
func onceAndProbes(v document.Value, s *Scenario) {
	for _, r := range s.Requests {
		switch name := r.ofUser(); {
		case v.Node == nil:
		case r.once():
			v.Problem("request %s takes unique data, and probes send it again: use another pick, or remove the probes", r.Name)
		case name != "":
			v.Problem("request %s has a value of its user, ${%s}, and probes have no users: use another value, or remove the probes", r.Name, name)
		}
	}
}

// dataWarnings are what cannot come out as asked of the data files.
func (p *Plan) dataWarnings() (all []error) {
	for _, d := range p.Scenario.Data() {
		if d.Pick != values.Unique {
			continue
		}
		var due, each uint64
		for _, one := range p.dealt(d) {
			for _, s := range one.stretches {
				switch {
				case !one.counted.used():
				case s.count == closedBlockSeqs:
					each = s.rows
				default:
					due += s.rows
				}
			}
		}
		switch {
		case due > uint64(d.Rows):
			all = append(all, fmt.Errorf("data %s: the load takes %s, and %s has %s (pick: unique): the load ends when they are used up", d.Name, pricing.Counted(int64(due), "row"), d.File, pricing.Count(d.Rows)))
		case each > 0:
			all = append(all, fmt.Errorf("data %s: each block of a closed loop has %s of %s to use (pick: unique): the load ends in the block that needs more", d.Name, pricing.Counted(int64(each), "row"), d.File))
		}
	}
	return all
}
