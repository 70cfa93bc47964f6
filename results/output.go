package results

import (
	"errors"
	"slices"
	"time"
)

// An Output takes a run while it is recorded. The run directory is one, the live
// view of a terminal another.
type Output interface {
	// Second is called once a second, from one goroutine, with what was recorded
	// since the last call. It must not keep m, and should return soon: the outputs
	// after it wait. It is not called again after an error.
	Second(m *Moment) error
	// Close is called once, at the end; run is what the run came to, and nil where
	// nothing was concluded. The run is as good without the output, so that an error
	// becomes a warning of the run.
	Close(run *Run) error
}

// CloseOutputs closes each of some outputs, whatever goes wrong with another.
func CloseOutputs(outputs []Output, run *Run) error {
	var errs []error
	for _, o := range outputs {
		errs = append(errs, o.Close(run))
	}
	return errors.Join(errs...)
}

// A Moment is what was recorded in one second of a run, or a little more or less.
type Moment struct {
	Number    int           // of the second
	From, To  time.Duration // from the start of the run
	ClockStep time.Duration // of the wall clock against the monotonic one
	Health    *Health       // nil: nobody reported
	Run       *Document     // that is recorded, as it was when it began; not to be changed

	window *window
	apart  func(request uint16) bool
	rows   []Second
}

// Rows are the counts of each request at each target in each block, as in
// seconds.csv, but for the rows of flows and of requests to other hosts than the targets.
func (m *Moment) Rows() []Second {
	return slices.DeleteFunc(slices.Clone(m.all()), func(s Second) bool { return m.apart(s.Request) })
}

// all are the rows of seconds.csv.
func (m *Moment) all() []Second {
	if m.rows == nil {
		for _, g := range m.window.keys() {
			if c := m.window.cells[g]; c.requested() {
				m.rows = append(m.rows, c.second(m.Number, g))
			}
		}
	}
	return m.rows
}

// Latencies are the latencies of each series that want selects. The caller may
// keep them.
func (m *Moment) Latencies(want func(Key) bool) map[Key]*Histogram {
	found := map[Key]*Histogram{}
	for g, c := range m.window.cells {
		if m.apart(g.Request) {
			continue
		}
		for o := range c.latency {
			for clock := range c.latency[o] {
				t, k := &c.latency[o][clock], Key{g.Target, g.Request, g.Block, Outcome(o), Clock(clock)}
				if t.empty() || !want(k) {
					continue
				}
				found[k] = t.histogram()
			}
		}
	}
	return found
}
