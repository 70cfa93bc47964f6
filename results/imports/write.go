package imports

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tollgate/results"
)

// A Run is what is stated of a recording that is written as a run.
type Run struct {
	Name       string // of the scenario, by which runs of one load find each other
	Digest     string // of the files
	Inputs     []results.Input
	Machine    results.Machine // that sent the requests; the zero value: not known
	Tags       results.Tags
	Thresholds []results.Threshold
	Tool       string // version of the program
}

// Dir is the directory of the run in a folder: files that were imported before have the
// same.
func (r *Recording) Dir(folder string, run Run) string {
	return filepath.Join(folder, results.ImportID(r.started(), run.Name, run.Digest))
}

// nearEpoch is the longest time that is taken to be from the start of a run.
const nearEpoch = int64(1e8 * time.Second)

// started is when the run began. Where times are relative, the file was written at its end.
func (r *Recording) started() time.Time {
	begins, ends := r.begins(), r.ends()
	if !r.relative && ends >= nearEpoch {
		return time.Unix(0, begins).UTC()
	}
	if r.written.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return r.written.Add(-time.Duration(max(0, ends-begins))).UTC().Truncate(time.Second)
}

// Write writes the recording as a run directory, which must not exist.
func (r *Recording) Write(dir string, run Run) (*results.Run, error) {
	begins := r.begins()
	span := time.Duration(r.ends() - begins)
	if span > maxSpan {
		return nil, fmt.Errorf("its requests are %.0f days apart, and a run has at most %.0f: are times wrong, or are these several runs?", span.Hours()/24, maxSpan.Hours()/24)
	}
	cut := r.cut(begins, span)
	doc, err := r.document(run, cut)
	if err != nil {
		return nil, err
	}
	r.sort()
	made, err := r.write(dir, doc, cut, begins)
	if err != nil && !errors.Is(err, errExists) {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return made, err
}

var errExists = errors.New("the directory exists")

func (r *Recording) write(dir string, doc results.Document, cut cuts, begins int64) (*results.Run, error) {
	if _, err := os.Lstat(dir); err == nil {
		return nil, fmt.Errorf("%s: %w", dir, errExists)
	}
	to, err := results.CreateImport(dir, doc)
	if err != nil {
		return nil, err
	}
	for i := range r.samples {
		if err := to.Sample(r.sample(&r.samples[i], cut, begins)); err != nil {
			to.Discard()
			return nil, err
		}
	}
	for _, v := range r.intervals {
		from := time.Duration(v.from - begins)
		g := results.Group{Target: v.target, Block: cut.block(from)}
		if err := to.Histogram(g, from, time.Duration(v.to-begins), v.h); err != nil {
			to.Discard()
			return nil, err
		}
	}
	return to.Close()
}

// sample is one of a run.
func (r *Recording) sample(s *sample, cut cuts, begins int64) *results.Sample {
	at := time.Duration(s.at - begins)
	out := &results.Sample{
		Target: s.target, Request: s.request, Block: cut.block(at), Due: at, Begun: at, Sent: at, Service: time.Duration(s.took),
		Code: int(s.code), Out: s.out, In: s.in, Body: 0, Wanted: s.wanted, Err: s.err, Reused: true,
	}
	if out.Outcome() != results.OK {
		k := cause{s.target, s.request, s.err}
		if text, ok := r.causes[k]; ok && text != "" {
			out.Excerpt = &results.Excerpt{Detail: text}
			delete(r.causes, k)
		}
	}
	return out
}

// cuts are the blocks of a recording: pieces of its time of equal length, as those of a run
// of one target are. How they differ says how a run varies within itself.
type cuts struct {
	n      int
	length time.Duration
}

func (c cuts) block(at time.Duration) uint32 {
	return uint32(max(0, min(int(at/c.length), c.n-1)))
}

// The blocks of an imported run: as many as fit, of a second or more, with enough requests
// for a p99 if that leaves at least ten, from which on a comparison decides.
const (
	mostBlocks     = 20
	fewestBlocks   = 10
	enoughRequests = 400
)

func (r *Recording) cut(begins int64, span time.Duration) cuts {
	if r.block > 0 {
		n := int(span/r.block) + 1
		return cuts{min(n, 1<<14), r.block}
	}
	n := 0
	if !r.lacks(results.LackTimes) {
		n = min(mostBlocks, int(span/time.Second))
	}
	requests := len(r.samples)
	for _, v := range r.intervals {
		requests += int(min(v.h.Count(), 1<<40))
	}
	for n > fewestBlocks && requests/n < enoughRequests {
		n--
	}
	if len(r.intervals) > 0 { // an interval is in one block
		n = min(n, r.whole(begins))
	}
	n = max(n, 1)
	return cuts{n, max(span/time.Duration(n), time.Millisecond)}
}

// whole is how many intervals of time a histogram log has.
func (r *Recording) whole(begins int64) int {
	var starts []int64
	for _, v := range r.intervals {
		starts = append(starts, v.from-begins)
	}
	slices.Sort(starts)
	return len(slices.Compact(starts))
}

// document is run.json as it is before anything is written.
func (r *Recording) document(run Run, cut cuts) (doc results.Document, err error) {
	length := cut.length * time.Duration(cut.n)
	lacks := slices.Clone(r.Lacks)
	if (r.relative || r.ends() < nearEpoch) && !r.lacks(results.LackTimes) {
		lacks = append(lacks, results.LackStart)
	}
	if run.Machine != (results.Machine{}) {
		lacks = slices.DeleteFunc(lacks, func(l results.Lack) bool { return l == results.LackMachine })
	}
	doc = results.Document{
		Scenario: run.Name, Started: r.started(), Tags: run.Tags, Tool: run.Tool, Inputs: run.Inputs, Machine: run.Machine,
		Engine:   results.EngineChoice{Name: r.engine(), Why: "it recorded the run, which was imported"},
		Requests: r.requests.names, Generated: true,
		Stages:   []results.StageDoc{{Name: "recorded", Load: "recorded by " + r.engine(), Seconds: length.Seconds(), Blocks: cut.n, BlockS: cut.length.Seconds()}},
		Imported: &results.ImportDoc{Program: r.Program, Format: r.Format, Keeps: r.Keeps, Lacks: lacks, Left: r.left, Coarse: r.coarse},
		Warnings: slices.Clone(r.Notes),
	}
	if r.left > 0 {
		doc.Warnings = append(doc.Warnings, fmt.Sprintf("rows of the files that are not counted, since they are not requests of the load (other metrics, probes, a warm-up): %d", r.left))
	}
	for i, name := range r.targets.names {
		doc.Targets = append(doc.Targets, results.TargetDoc{Name: name, Title: "front door not stated", URL: r.urls[uint16(i)]})
	}
	doc.Thresholds, err = limits(&doc, run.Thresholds)
	return doc, err
}

// limits are thresholds as a run has them, of each target that they are about.
func limits(doc *results.Document, thresholds []results.Threshold) (all []results.ThresholdResult, err error) {
	var errs []error
	for _, t := range thresholds {
		errs = append(errs, doc.Imported.Unassessed(t))
		if t.Target != "" && !slices.ContainsFunc(doc.Targets, func(d results.TargetDoc) bool { return d.Name == t.Target }) {
			errs = append(errs, fmt.Errorf("threshold %q: there is no target %q: there is %s", t.Text, t.Target, doc.Targets[0].Name))
		}
	}
	for _, t := range results.Pending(thresholds) {
		for _, target := range doc.Targets {
			if t.Target == "" || t.Target == target.Name {
				own := t
				own.Target = target.Name
				all = append(all, own)
			}
		}
	}
	return all, errors.Join(errs...)
}

// Limit holds a run that was imported before against other thresholds.
func Limit(run *results.Run, thresholds []results.Threshold) (err error) {
	if run.Document.Thresholds, err = limits(&run.Document, thresholds); err != nil {
		return err
	}
	run.Document = results.Summarise(run)
	return results.WriteDocument(run.Dir, run.Document)
}

// engine is what stands for the engine of a run: not one of Tollgate's.
func (r *Recording) engine() string {
	if r.Program == "" {
		return "another program"
	}
	if r.Program == "vegeta" {
		return "vegeta itself" // an engine of Tollgate has the name
	}
	return r.Program
}
