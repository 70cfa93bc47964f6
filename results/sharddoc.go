package results

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// A ShardDoc is what one machine sent of a run that several sent together. The run that a
// machine recorded has one; a merged run has those of all machines.
//
// Times of a shard count from the start that all of them agreed on, by the clock of the
// store where they met: machines whose clocks differ begin together all the same, and their
// seconds meet in the merged run.
type ShardDoc struct {
	Index     int       `json:"index"`                      // from 1
	Count     int       `json:"count"`                      // of the shards of the run
	Fleet     string    `json:"run_id" text:"name"`         // of the run that all of them are
	Run       string    `json:"run" text:"name"`            // ID of the run that the machine recorded
	Host      string    `json:"host,omitempty" text:"name"` // name of the machine
	Start     time.Time `json:"start"`                      // that all agreed on, by the store's clock
	Late      float64   `json:"late_ms"`                    // after which the load of the shard began
	Turns     float64   `json:"turns_late_ms"`              // the most by which a turn began later than the plan has it
	Offset    float64   `json:"clock_offset_ms"`            // the store's clock minus that of the machine
	Tolerance float64   `json:"clock_uncertainty_ms"`       // by which the offset may be wrong
	Due       int64     `json:"requests_due"`               // of the shard at all targets; 0: its load is a closed loop
	Verdict   Verdict   `json:"verdict"`                    // of its load generator; "" until the run is summed up
	Reasons   []string  `json:"reasons"`                    // why the verdict is not "valid"
	Machine   Machine   `json:"machine"`                    // that sent it
	State     State     `json:"state"`                      // how far it came
	Requests  int64     `json:"requests"`                   // that ended, at all targets, the warm-up's among them
	Started   time.Time `json:"started"`                    // by the clock of the machine
	CPUMax    float64   `json:"cpu_cores_max"`              // that the generator used in a second
	Lag       LagMS     `json:"lag_ms"`                     // how late it sent
}

// maxShards bounds those of a run; no platform starts more at once.
const maxShards = 10_000

// Sharded says whether the run was sent by several machines.
func (d *Document) Sharded() bool { return len(d.Shards) > 0 && d.Shards[0].Count > 1 }

// loneShard says whether the document is what one of several machines recorded. Its
// thresholds are about the whole run, so they are judged when all are merged.
func (d *Document) loneShard() bool { return d.Sharded() && len(d.Merged) == 0 }

// MissingShards are the numbers of the shards that the run does not have.
func (d *Document) MissingShards() (missing []int) {
	if !d.Sharded() {
		return nil
	}
	have := map[int]bool{}
	for _, s := range d.Shards {
		have[s.Index] = true
	}
	for i := range d.Shards[0].Count {
		if !have[i+1] {
			missing = append(missing, i+1)
		}
	}
	return missing
}

// checkShards refuses shards that no run has.
func (d *Document) checkShards() error {
	var errs []error
	if len(d.Shards) > maxShards {
		return fmt.Errorf("shards: there are %d, and a run has at most %d", len(d.Shards), maxShards)
	}
	seen := map[int]bool{}
	for i := range d.Shards {
		s, at := &d.Shards[i], fmt.Sprintf("shards[%d]", i)
		if s.Count < 1 || s.Count > maxShards || s.Index < 1 || s.Index > s.Count || s.Count != d.Shards[0].Count || seen[s.Index] {
			errs = append(errs, fmt.Errorf("%s: %d of %d is no shard of the run, or is there twice", at, s.Index, s.Count))
		}
		seen[s.Index] = true
		for _, ms := range []float64{s.Late, s.Turns, s.Offset, s.Tolerance} {
			if math.IsNaN(ms) || math.Abs(ms) > 1000*maxSeconds {
				errs = append(errs, fmt.Errorf("%s: %g is not a number of milliseconds", at, ms))
			}
		}
		errs = append(errs, OneOf(at+".verdict", s.Verdict, Valid, Suspect, Invalid, ""), OneOf(at+".state", s.State, Running, Finished, Interrupted, Aborted, Torn, ""))
	}
	return errors.Join(errs...)
}

// begun is when the times of a run count from, by the clock that it shares with the runs
// that it is merged with.
func (d *Document) begun() time.Time {
	if d.Sharded() {
		return d.Shards[0].Start
	}
	return d.Started
}

// Note says that a run is a part of another. A merged run does not have it.
func (s *ShardDoc) Note() string {
	return fmt.Sprintf("this is shard %d of %d of run %s", s.Index, s.Count, s.Fleet)
}

// withoutNote are the warnings of a run without its shard's note.
func (d *Document) withoutNote() []string {
	if !d.loneShard() {
		return d.Warnings
	}
	note := d.Shards[0].Note()
	return slices.DeleteFunc(slices.Clone(d.Warnings), func(w string) bool { return strings.HasPrefix(w, note) })
}

// fleetErrors say why runs are not shards of one run.
func fleetErrors(runs []*Run) (errs []error) {
	first := &runs[0].Document
	have := map[int]string{}
	for _, r := range runs {
		d := &r.Document
		shard, whole := d, first
		if first.Sharded() {
			shard, whole = first, d
		}
		switch {
		case d.Sharded() != first.Sharded():
			errs = append(errs, fmt.Errorf("%s is a shard, and %s is a whole run: merge shards with shards of the same run alone", shard.ID, whole.ID))
			continue
		case !d.Sharded():
			continue
		case d.Shards[0].Fleet != first.Shards[0].Fleet || d.Shards[0].Count != first.Shards[0].Count || !d.Shards[0].Start.Equal(first.Shards[0].Start):
			errs = append(errs, fmt.Errorf("%s is of run %s (%d shards, started %s), and %s of run %s (%d shards, started %s): only shards of one run can be merged",
				d.ID, d.Shards[0].Fleet, d.Shards[0].Count, d.Shards[0].Start.UTC().Format(time.RFC3339), first.ID, first.Shards[0].Fleet, first.Shards[0].Count, first.Shards[0].Start.UTC().Format(time.RFC3339)))
			continue
		}
		for _, s := range d.Shards {
			if other, twice := have[s.Index]; twice && other != s.Run {
				errs = append(errs, fmt.Errorf("%s and %s are both shard %d of %d: one of them was not to be sent, and its requests would count twice", other, s.Run, s.Index, s.Count))
			}
			have[s.Index] = s.Run
		}
	}
	return errs
}

// mergeShards are the shards of some runs, in order.
func mergeShards(runs []*Run) (all []ShardDoc) {
	for _, r := range runs {
		all = append(all, r.Document.Shards...)
	}
	slices.SortFunc(all, func(a, b ShardDoc) int { return cmp.Compare(a.Index, b.Index) })
	return all
}

// shards are those of a run. What is known of a single one follows from what it recorded,
// unless it was summed up by its own machine.
func (r *Run) shards() []ShardDoc {
	switch d := &r.Document; {
	case !d.loneShard():
		return d.Shards
	case r.unread:
		s := d.Shards[0]
		s.Run, s.State, s.Machine, s.Started = d.ID, d.State, d.Machine, d.Started
		return []ShardDoc{s}
	}
	return []ShardDoc{r.shardDoc(total(r))}
}

// summedUp says whether a shard came to its end on its own machine, which judged its load
// generator.
func (d *Document) summedUp() bool {
	return d.loneShard() && (d.State == Finished || d.State == Interrupted || d.State == Aborted) && d.Shards[0].Verdict != ""
}

func (r *Run) shardDoc(all *totals) ShardDoc {
	d := &r.Document
	s := d.Shards[0]
	s.Run, s.State, s.Machine, s.Started = d.ID, d.State, d.Machine, d.Started
	s.Verdict, s.Reasons = r.shardVerdict(all)
	g := generator(r)
	s.CPUMax, s.Lag = g.CPUMax, g.Lag
	s.Requests = 0
	s.Due, _ = d.dueOfAll()
	for i := range r.Seconds {
		s.Requests += r.Seconds[i].requests()
	}
	if r.WarmUp != nil {
		for i := range r.WarmUp.Seconds {
			s.Requests += r.WarmUp.Seconds[i].requests()
		}
	}
	return s
}

// dueOfAll is how many requests were due at all targets, of the shards that there are and of
// all of them. Users have no requests that are due.
func (d *Document) dueOfAll() (due, all int64) {
	for _, p := range d.populations() {
		for _, number := range p.Stages {
			s := &d.Stages[number-1]
			due, all = due+s.Due*int64(len(p.Targets)), all+s.DueAll*int64(len(p.Targets))
		}
	}
	return due, all
}

// asked is how many requests a stage was to send to one target: all of a merged run, unless
// its user allowed that some are missing.
func (d *Document) asked(s *StageDoc) int64 {
	if len(d.Merged) > 0 && !d.MissingAllowed {
		return max(s.Due, s.DueAll)
	}
	return s.Due
}
