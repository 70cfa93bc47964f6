package results

import (
	"errors"
	"fmt"
	"time"
)

// An Importer writes the directory of a run that another program recorded, as a [Recorder]
// writes that of a run of ours. It is given everything in the order in which it ended.
type Importer struct {
	dir    string
	doc    Document
	files  *directory
	now    *window
	second int           // under way
	from   time.Duration // up to where the run is written
	last   time.Duration // when the last request ended

	kept    *SampleWriter // nil: there are no samples
	pending [][]Sample    // by target
	stages  int
}

// keptAtOnce is how many samples of a target are held before they are written.
const keptAtOnce = 1 << 14

// CreateImport makes the run directory dir. The times of what is added are from
// doc.Started on.
func CreateImport(dir string, doc Document) (*Importer, error) {
	if doc.Imported == nil || doc.Started.IsZero() {
		return nil, errors.New("an imported run says what it is made of, and when it began")
	}
	files, err := begin(dir, &doc, nil)
	if err != nil {
		return nil, err
	}
	i := &Importer{dir: dir, doc: doc, files: files, now: newWindow(), pending: make([][]Sample, len(doc.Targets))}
	if doc.Imported.Keeps == KeepsSamples {
		if i.kept, err = CreateSamples(dir); err != nil {
			return nil, errors.Join(err, files.Close(nil))
		}
	}
	return i, nil
}

// Sample adds a request. It keeps no reference to it.
func (i *Importer) Sample(s *Sample) error {
	end := s.Sent + s.Service
	if err := i.until(end); err != nil {
		return err
	}
	c := i.now.cell(Group{s.Target, s.Request, s.Block})
	c.record(s, &i.now.pages)
	if s.Excerpt != nil {
		i.now.failures = append(i.now.failures, failureOf(s))
	}
	if i.kept == nil {
		return nil
	}
	of := &i.pending[s.Target]
	if *of = append(*of, *s); len(*of) < keptAtOnce {
		return nil
	}
	return i.keep(int(s.Target))
}

// Histogram adds good responses of which only their latencies are known. They were sent
// from due on, and ended by end.
func (i *Importer) Histogram(g Group, due, end time.Duration, h *Histogram) error {
	if h.Count() > maxAtOnce {
		return fmt.Errorf("an interval of %d latencies is more than one can have", h.Count())
	}
	if err := i.until(end); err != nil {
		return err
	}
	c := i.now.cell(g)
	for d, n := range h.Buckets() {
		c.latency[OK][Response].addN(latencies.index(int64(d)), n, &i.now.pages)
	}
	c.ended[OK] += h.Count()
	c.clamped += h.Clamped()
	c.span(due, due)
	return nil
}

// maxAtOnce is the most that a bucket of one second can count.
const maxAtOnce = 1 << 30

// until writes the seconds before the one in which a request ended.
func (i *Importer) until(end time.Duration) error {
	second := int(max(end, 0) / time.Second)
	if second < i.second {
		return fmt.Errorf("a request that ended in second %d comes after one of second %d", second, i.second)
	}
	i.last = max(i.last, end)
	if second == i.second {
		return nil
	}
	err := i.flush()
	i.second = second
	return err
}

// flush writes the second under way.
func (i *Importer) flush() error {
	if len(i.now.cells) == 0 {
		return nil
	}
	for _, c := range i.now.cells {
		i.unknown(c)
	}
	from, to := max(i.from, time.Duration(i.second)*time.Second), time.Duration(i.second+1)*time.Second
	err := i.files.Second(&Moment{Number: i.second, From: from, To: to, window: i.now})
	i.from = to
	i.now.reset()
	return err
}

// unknown takes out of a cell what follows from a sample and was not recorded of it.
func (i *Importer) unknown(c *cell) {
	c.lag.reset(&i.now.pages)
	for o := range c.latency {
		c.latency[o][Service].reset(&i.now.pages)
	}
	if i.doc.Lacks(LackConnections) {
		c.opened = 0
	}
}

// keep writes the samples of a target that are held.
func (i *Importer) keep(target int) error {
	all := i.pending[target]
	if len(all) == 0 {
		return nil
	}
	head := SampleStage{
		Target: i.doc.Targets[target].Name, Number: i.stages, Load: i.doc.Stages[0].Load, Requests: i.doc.Requests,
		StartedS: all[0].Due.Seconds(), Seconds: max(0, (all[len(all)-1].Due - all[0].Due).Seconds()),
	}
	i.stages++
	i.pending[target] = all[:0]
	return i.kept.Stage(head, all)
}

// Close ends the run and sums it up.
func (i *Importer) Close() (*Run, error) {
	err := i.flush()
	if i.kept != nil {
		for target := range i.pending {
			err = errors.Join(err, i.keep(target))
		}
		err = errors.Join(err, i.kept.Close())
	}
	if err = errors.Join(err, i.files.Close(nil)); err != nil {
		return nil, err
	}
	i.doc.State, i.doc.Seconds = Finished, max(i.last, time.Millisecond).Round(time.Millisecond).Seconds()
	if err := WriteDocument(i.dir, i.doc); err != nil {
		return nil, err
	}
	run, err := Open(i.dir)
	if err != nil {
		return nil, fmt.Errorf("the run that was made cannot be read: %w", err)
	}
	run.Document = Summarise(run)
	return run, WriteDocument(i.dir, run.Document)
}

// Discard ends an import that failed. What it wrote is for the caller to remove.
func (i *Importer) Discard() {
	if i.kept != nil {
		_ = i.kept.Close()
	}
	_ = i.files.Close(nil)
}
