package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
)

// Chosen says which request each arrival of a replay is, or which flow begins there: a log
// knows, where the weights of a scenario know shares alone.
type Chosen struct {
	Names []string // each once
	Of    []uint16 // of each arrival, in Names
}

// A requestColumn is the column of a file of arrivals that names requests.
type requestColumn struct {
	Chosen
	name    string // "": there is none
	at      int    // behind the first column; -1: the file's first line does not have it
	headed  bool
	numbers map[string]uint16
}

// head finds the column by the file's first line, without its first column.
func (c *requestColumn) head(rest string) {
	c.headed = true
	c.at = slices.IndexFunc(strings.Split(rest, ","), func(name string) bool { return columnText(name) == c.name })
}

func columnText(field string) string { return strings.Trim(strings.TrimSpace(field), `"`) }

// add reads the name of an arrival's request off its line, without the first column.
func (c *requestColumn) add(rest string) error {
	if c.name == "" {
		return nil
	}
	if !c.headed || c.at < 0 {
		return fmt.Errorf("no name of a request: its first line must name the columns, and one of them is %q", c.name)
	}
	for range c.at {
		_, rest, _ = strings.Cut(rest, ",")
	}
	field, _, _ := strings.Cut(rest, ",")
	name := columnText(field)
	if name == "" {
		return fmt.Errorf("no name of a request in column %q", c.name)
	}
	number, known := c.numbers[name]
	if !known {
		if len(c.Names) == maxRequests {
			return fmt.Errorf("one more name of a request in column %q, and %d are possible", c.name, maxRequests)
		}
		if c.numbers == nil {
			c.numbers = map[string]uint16{}
		}
		number = uint16(len(c.Names))
		name = strings.Clone(name) // and not its line
		c.numbers[name], c.Names = number, append(c.Names, name)
	}
	c.Of = append(c.Of, number)
	return nil
}

// inOrderOf sorts arrivals, and the requests with them; those at the same time stay as the
// file has them. Without requests nothing is sorted.
func (c *requestColumn) inOrderOf(all []time.Duration) {
	if len(c.Of) != len(all) || slices.IsSorted(all) {
		return
	}
	type arrival struct {
		at time.Duration
		of uint16
	}
	both := make([]arrival, len(all))
	for i, at := range all {
		both[i] = arrival{at, c.Of[i]}
	}
	slices.SortStableFunc(both, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	for i, one := range both {
		all[i], c.Of[i] = one.at, one.of
	}
}

// chosenAt is where a file of arrivals is named, and the requests that it names.
type chosenAt struct {
	v     document.Value
	names []string
}

// checkChosen reports names that are no requests of the scenario, or no flows of it.
func (in *input) checkChosen(s *Scenario) {
	what, known := "request", requestNames(s.Requests)
	if len(s.Flows) > 0 {
		what, known = "flow", nil
		for _, f := range s.Flows {
			known = append(known, f.Name)
		}
	}
	for _, one := range in.chosen {
		for _, name := range one.names {
			if !slices.Contains(known, name) {
				one.v.Bad("names %q, which is no %s of the scenario%s (it has %s)", name, what, document.DidYouMean(name, known), strings.Join(known, ", "))
				break
			}
		}
	}
}

// choiceFrom is what a replay's file chooses, from the request with a number on.
type choiceFrom struct {
	first uint64
	picks []uint16 // of the population's requests, or of its flows
}

// choose notes what the stage's file chooses.
func (p *PlannedPopulation) choose(s *PlannedStage) error {
	a, open := s.Load.(Arrivals)
	r, is := a.Shape.(Replay)
	if !open || !is || len(r.Of) == 0 {
		return nil
	}
	numbers := make([]uint16, len(r.Names))
	for i, name := range r.Names {
		at := p.numberOf(name)
		if at < 0 {
			return fmt.Errorf("%s: %s has requests %q, which the population does not send: select them, or leave them out of the file", s.Title(), r.File, name)
		}
		numbers[i] = uint16(at)
	}
	picks := make([]uint16, len(r.Of))
	for i, of := range r.Of {
		picks[i] = numbers[of]
	}
	if uint64(len(picks)) < s.seqs() {
		return errors.New("a replay has more requests than its file names")
	}
	p.chosen = append(p.chosen, choiceFrom{s.firstSeq, picks[:s.seqs()]})
	return nil
}

// numberOf is the number of a request or flow of the population; -1: it has none of that name.
func (p *PlannedPopulation) numberOf(name string) int {
	if len(p.Flows) > 0 {
		return slices.IndexFunc(p.Flows, func(f Flow) bool { return f.Name == name })
	}
	return slices.IndexFunc(p.Requests, func(r Request) bool { return strings.TrimPrefix(r.Name, p.Name+"/") == name })
}

// picked is the number of the seq'th request, or flow, of the population.
func (p *PlannedPopulation) picked(seq uint64) uint16 {
	for _, c := range p.chosen {
		if i := seq - c.first; i < uint64(len(c.picks)) { // wraps around below the first
			return c.picks[i]
		}
	}
	return p.picks[seq%uint64(len(p.picks))]
}

// countedFrom counts the requests of a replay that use something.
type countedFrom struct {
	first uint64
	upTo  []uint32 // of the first requests
}

// correct replaces, in a count up to the seq'th request, what is drawn for the replay's by
// what its file chooses.
func (c countedFrom) correct(n, seq uint64, drawn func(uint64) uint64) uint64 {
	if seq <= c.first {
		return n
	}
	own := min(seq-c.first, uint64(len(c.upTo)-1))
	return n - (drawn(c.first+own) - drawn(c.first)) + uint64(c.upTo[own])
}

func (p *PlannedPopulation) countChosen(uses []bool) (all []countedFrom) {
	for _, c := range p.chosen {
		one := countedFrom{c.first, make([]uint32, 1, len(c.picks)+1)}
		for i, pick := range c.picks {
			sum := one.upTo[i]
			if uses[pick] {
				sum++
			}
			one.upTo = append(one.upTo, sum)
		}
		all = append(all, one)
	}
	return all
}
