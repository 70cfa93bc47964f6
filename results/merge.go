package results

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Merge makes one run of several that executed the same scenario, such as the
// shards of many machines. Nothing is lost: histograms and counts add up
// exactly, and seconds meet by the clock on the wall. It does not matter in
// which order or grouping runs are merged. Runs of different scenarios are
// refused, and so is a run that is named twice.
func Merge(runs ...*Run) (*Run, error) {
	return mergeAligned(aligned(runs))
}

// mergeAligned merges runs whose times count by one clock.
func mergeAligned(runs []*Run) (*Run, error) {
	if len(runs) == 0 {
		return nil, errors.New("nothing to merge: name at least one run")
	}
	if err := mergeable(runs); err != nil {
		return nil, err
	}
	first := slices.MinFunc(runs, func(a, b *Run) int { return a.Document.Started.Compare(b.Document.Started) })
	m := newRun()
	m.Document, m.Scenario = mergeDocuments(runs, first.Document.Started), first.Scenario
	for _, r := range runs {
		m.addSeries(r)
		m.addSeconds(r)
		if r.WarmUp != nil {
			m.addWarmUp(r)
		}
	}
	m.Seconds, m.Health = mergeSeconds(m.Seconds), mergeHealth(m.Health)
	m.ProbeSeconds, m.FlowSeconds = mergeSeconds(m.ProbeSeconds), mergeSeconds(m.FlowSeconds)
	for _, r := range runs {
		m.addPreflights(r)
	}
	m.Failures = firstFailures(m.Failures)
	m.Findings = mergeFindings(runs)
	return m, nil
}

// aligned are runs whose times count by one clock: shards of one run began together.
func aligned(runs []*Run) []*Run {
	var all []*Run
	for _, r := range runs {
		if r.Document.Sharded() {
			moved := *r
			moved.Document.Shards = r.shards() // which say when it began by its own clock
			moved.Document.Started = r.Document.begun()
			r = &moved
		}
		all = append(all, r)
	}
	return all
}

// mergeFindings keeps what the probes of all runs concluded, in an order that does
// not depend on that of the runs.
func mergeFindings(runs []*Run) (all []Finding) {
	texts := map[*Finding]string{}
	var order []*Finding
	for _, r := range runs {
		for i := range r.Findings {
			f := &r.Findings[i]
			text, _ := json.Marshal(f) // it came from JSON
			texts[f], order = string(text), append(order, f)
		}
	}
	slices.SortFunc(order, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.Probe, b.Probe), cmp.Compare(a.Target, b.Target), cmp.Compare(texts[a], texts[b]))
	})
	for _, f := range order {
		all = append(all, *f)
	}
	return all
}

// addSeries adds every latency, lag and size of o.
func (r *Run) addSeries(o *Run) {
	for k, h := range o.Series {
		mergeCopy(r.Series, k, h)
	}
	for k, h := range o.ProbeSeries {
		mergeCopy(r.ProbeSeries, k, h)
	}
	for k, h := range o.FlowSeries {
		mergeCopy(r.FlowSeries, k, h)
	}
	for _, part := range []struct{ to, from map[Group]*Histogram }{
		{r.Lag, o.Lag}, {r.Control, o.Control}, {r.ProbeLag, o.ProbeLag}, {r.ProbeControl, o.ProbeControl},
	} {
		for k, h := range part.from {
			mergeCopy(part.to, k, h)
		}
	}
	for k, s := range o.Sizes {
		if r.Sizes[k] == nil {
			r.Sizes[k] = &Sizes{}
		}
		r.Sizes[k].Merge(s)
	}
}

// addWarmUp adds what the warm-up of o sent.
func (r *Run) addWarmUp(o *Run) {
	if r.WarmUp == nil {
		r.WarmUp = newRun()
		r.WarmUp.Document.Started = r.Document.Started
	}
	warm := *o.WarmUp
	warm.Document.Started = o.Document.Started
	r.WarmUp.addSeries(&warm)
	r.WarmUp.addSeconds(&warm)
	r.WarmUp.addPreflights(&warm)
	r.WarmUp.Seconds, r.WarmUp.FlowSeconds = mergeSeconds(r.WarmUp.Seconds), mergeSeconds(r.WarmUp.FlowSeconds)
}

// addSeconds adds the seconds of o, counted from r's start. They move by whole
// seconds of the wall clock: to round differences would depend on the grouping.
func (r *Run) addSeconds(o *Run) {
	later := int(o.Document.Started.Unix() - r.Document.Started.Unix())
	offset := o.Document.Started.Sub(r.Document.Started)
	move := func(to, rows []Second) []Second {
		for _, s := range rows {
			s.Second += later
			s.FirstDue += offset
			s.LastBegun += offset
			to = append(to, s)
		}
		return to
	}
	r.Seconds, r.ProbeSeconds, r.FlowSeconds = move(r.Seconds, o.Seconds), move(r.ProbeSeconds, o.ProbeSeconds), move(r.FlowSeconds, o.FlowSeconds)
	for _, f := range o.Failures {
		f.At += offset
		r.Failures = append(r.Failures, f)
	}
	for _, h := range o.Health {
		h.Second += later
		r.Health = append(r.Health, h)
	}
}

// mergeable refuses runs that are not of one kind.
func mergeable(runs []*Run) error {
	var errs []error
	seen := map[string]bool{}
	head := &runs[0].Document
	for _, r := range runs {
		d := &r.Document
		if d.Imported != nil {
			errs = append(errs, fmt.Errorf("%s is imported: import its files together with the others, as tollgate import run FILE FILE", d.ID))
		} else if d.Digest != head.Digest {
			errs = append(errs, fmt.Errorf("%s ran another scenario than %s: only runs of the same scenario file, byte for byte, can be merged", d.ID, head.ID))
		} else if !slices.Equal(namesOf(d).requests, namesOf(head).requests) || !slices.Equal(namesOf(d).targets, namesOf(head).targets) {
			errs = append(errs, fmt.Errorf("%s has other targets or requests than %s: run both with the same --target", d.ID, head.ID))
		} else if !maps.Equal(d.files(), head.files()) {
			errs = append(errs, fmt.Errorf("%s used other input files than %s: only runs with the same files can be merged", d.ID, head.ID))
		}
		for _, id := range d.parts() {
			if seen[id] {
				errs = append(errs, fmt.Errorf("%s is named twice: its requests would count twice", id))
			}
			seen[id] = true
		}
	}
	return errors.Join(append(append(errs, fleetErrors(runs)...), continued(runs))...)
}

// parts returns the runs that d is made of.
func (d *Document) parts() []string {
	if len(d.Merged) > 0 {
		return d.Merged
	}
	return []string{d.ID}
}

// files are the digests of what d's scenario refers to.
func (d *Document) files() map[string]string {
	digests := map[string]string{}
	for _, in := range d.Inputs {
		if in.Role == InputFile {
			digests[in.Name] = in.Digest
		}
	}
	return digests
}

// mergeDocuments makes the head of a merged run: its parts, its length, and
// what all of them asked for. Figures, thresholds and verdict are Summarise's.
func mergeDocuments(runs []*Run, started time.Time) Document {
	if len(runs) == 1 && !runs[0].Document.loneShard() {
		return runs[0].Document
	}
	head := slices.MinFunc(runs, func(a, b *Run) int { return slices.Compare(a.Document.parts(), b.Document.parts()) })
	d := head.Document
	d.Merged, d.Trial, d.ProbeStages, d.MissingAllowed = nil, nil, nil, false
	d.Shards = mergeShards(runs)
	d.Tags, d.Warnings = mergeTags(runs)
	d.Started, d.Seconds, d.Stopped, d.State = started, 0, 0, Finished
	d.Machine.CPUs = 0
	d.Verdict, d.Reasons, d.Generator = "", nil, Generator{}
	d.Result, d.Failures, d.Aborted = "", nil, nil
	d.Stages = slices.Clone(d.Stages)
	for i := range d.Stages {
		d.Stages[i].Due = 0
	}
	d.Targets = slices.Clone(d.Targets)
	for i := range d.Targets {
		t := &d.Targets[i]
		t.Figures, t.ByRequest, t.ByStage, t.ByPopulation, t.Observed, t.Bill, t.Unbilled = Figures{}, nil, nil, nil, nil, nil, ""
		t.Protocols, t.Headers = nil, nil
		t.Flows, t.FlowCosts = nil, nil
		t.Sockets = mergeSockets(runs, i, func(t *TargetDoc) *SocketDoc { return t.Sockets })
		t.ProbeSockets = mergeSockets(runs, i, func(t *TargetDoc) *SocketDoc { return t.ProbeSockets })
		t.TrialSockets = mergeSockets(runs, i, func(t *TargetDoc) *SocketDoc { return t.TrialSockets })
	}
	for _, r := range runs {
		o := &r.Document
		d.Merged = append(d.Merged, o.parts()...)
		d.Trial = append(d.Trial, o.Trial...)
		d.ProbeStages = append(d.ProbeStages, o.stagesAfter(o.Started.Sub(started))...)
		d.Warnings = append(d.Warnings, o.withoutNote()...)
		end := o.Started.Sub(started) + time.Duration(math.Round(o.Seconds*1e9)) // whole nanoseconds add up in any order
		d.Seconds = max(d.Seconds, end.Seconds())
		d.State = worse(d.State, o.State)
		d.Aborted = earlier(d.Aborted, o.Aborted.after(o.Started.Sub(started)))
		d.Machine.CPUs += o.Machine.CPUs
		d.MissingAllowed = d.MissingAllowed || o.MissingAllowed
		for i := range min(len(d.Stages), len(o.Stages)) {
			d.Stages[i].add(o.Stages[i])
		}
	}
	if d.Decide = lastDecide(runs); d.Decide != nil {
		d.Machine.CPUs = head.Document.Machine.CPUs // one machine, one run after the other
	}
	slices.SortStableFunc(d.Trial, compareTrials)
	slices.SortStableFunc(d.ProbeStages, compareProbeStages)
	slices.Sort(d.Merged)
	slices.Sort(d.Warnings)
	d.Warnings = slices.Compact(d.Warnings)
	sum := sha256.New()
	for _, id := range d.Merged {
		fmt.Fprintln(sum, id)
	}
	d.ID = started.UTC().Format("20060102T150405Z") + "-" + plain(d.Scenario) + "-merged-" + hex.EncodeToString(sum.Sum(nil)[:3])
	return d
}

// add adds what another run sent of the stage: the same blocks, as a shard does, or those
// that come after them.
func (s *StageDoc) add(o StageDoc) {
	s.Due += o.Due
	if s.FirstBlock == o.FirstBlock && s.Blocks == o.Blocks {
		return
	}
	s.FirstBlock, s.Blocks = min(s.FirstBlock, o.FirstBlock), max(s.Blocks, o.Blocks)
	s.Seconds = float64(s.Blocks-s.FirstBlock) * s.BlockS
}

// lastDecide is what the last of some runs went on for, and all looks; nil if none did.
func lastDecide(runs []*Run) *Decide {
	var last *Decide
	var looks []Look
	for _, r := range inOrder(runs) {
		if d := r.Document.Decide; d != nil {
			last, looks = d, append(looks, d.Looks...)
		}
	}
	if last == nil {
		return nil
	}
	joined := *last
	joined.Looks = looks
	return &joined
}

// inOrder are runs by their start.
func inOrder(runs []*Run) []*Run {
	return slices.SortedStableFunc(slices.Values(runs), func(a, b *Run) int {
		return cmp.Or(a.Document.Started.Compare(b.Document.Started), cmp.Compare(a.Document.ID, b.Document.ID))
	})
}

// continued refuses runs that went on until something was decided, unless each goes on
// where the one before it ended: their blocks would be no blocks of one run.
func continued(runs []*Run) error {
	if len(runs) < 2 || lastDecide(runs) == nil {
		return nil
	}
	var errs []error
	ordered := inOrder(runs)
	for i, r := range ordered[1:] {
		before := ordered[i]
		if a, b := before.Document.MeasuredStages(), r.Document.MeasuredStages(); len(a) != 1 || len(b) != 1 || a[0].Blocks != b[0].FirstBlock {
			errs = append(errs, fmt.Errorf("%s does not go on where %s ended, and one of these runs went on until it was decided: merge such a run only with one that tollgate run --continue made of it", r.Document.ID, before.Document.ID))
		}
	}
	return errors.Join(errs...)
}

// after is the abort as seen from a run that began earlier by d.
func (a *Abort) after(d time.Duration) *Abort {
	if a == nil {
		return nil
	}
	later := *a
	later.At = (time.Duration(math.Round(a.At*1e9)) + d).Seconds()
	return &later
}

// earlier returns the first of two aborts, either of which may be nil.
func earlier(a, b *Abort) *Abort {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	if cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Request, b.Request), cmp.Compare(a.Why, b.Why)) > 0 {
		return b
	}
	return a
}

// worse returns the state of a run made of two.
func worse(a, b State) State {
	order := []State{Finished, Running, Aborted, Interrupted, Torn}
	return order[max(slices.Index(order, a), slices.Index(order, b), 0)]
}

// mergeCopy adds h to the histogram of k, which is never h itself.
func mergeCopy[K comparable](all map[K]*Histogram, k K, h *Histogram) {
	if all[k] == nil {
		all[k] = New()
	}
	all[k].Merge(h)
}

// mergeSeconds adds up the rows of the same second and group, and sorts them
// as a recorder does.
func mergeSeconds(rows []Second) []Second {
	slices.SortStableFunc(rows, compareSeconds)
	var out []Second
	for _, s := range rows {
		if n := len(out); n > 0 && compareSeconds(out[n-1], s) == 0 {
			out[n-1] = out[n-1].and(s)
			continue
		}
		s.Status, s.Errors, s.Failures = maps.Clone(s.Status), maps.Clone(s.Errors), maps.Clone(s.Failures)
		out = append(out, s)
	}
	return out
}

func mergeHealth(rows []Health) []Health {
	slices.SortStableFunc(rows, func(a, b Health) int { return a.Second - b.Second })
	var out []Health
	for _, h := range rows {
		if n := len(out); n > 0 && out[n-1].Second == h.Second {
			out[n-1] = out[n-1].plus(h)
			continue
		}
		out = append(out, h)
	}
	return out
}
