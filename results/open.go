package results

import (
	"fmt"
	"io/fs"
	"time"
)

// Open reads a run directory. One whose process died, or still runs, comes as Torn:
// with all seconds that are complete on disk, and a warning that says where it ends.
// A directory that is otherwise not as a Recorder leaves it is an error.
func Open(dir string) (*Run, error) {
	if !IsRun(dir) {
		return nil, fmt.Errorf("%s is not a run directory: it has no %s; name a folder such as those below results/runs", dir, FileRun)
	}
	files, err := openClosed(dir)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	run, err := openFS(files)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	run.Dir = dir
	return run, nil
}

// openFS reads the files of one run directory.
func openFS(dir fs.FS) (*Run, error) {
	run := newRun()
	o := &opener{dir: dir, run: run, room: wholeRoom}
	for _, step := range []func() error{o.document, o.scenario, o.generator, o.seconds, o.failures, o.latencies, o.sizes, o.observed, o.findings} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	o.torn()
	run.Document.addStages(run)
	run.Document.Result, run.Document.Failures = result(run)
	return run, nil
}

// An opener fills a Run from its directory.
type opener struct {
	dir   fs.FS
	run   *Run
	names names
	dec   decoder
	until time.Duration // up to where the run is complete on disk
	last  int           // its last second
	cut   []string      // files that end in the middle of a line
	room  room
}

func (o *opener) document() error {
	data, err := readFile(o.dir, FileRun)
	if err != nil {
		return err
	}
	doc, err := ParseDocument(data)
	if err != nil {
		return fmt.Errorf("%s: %w", FileRun, err)
	}
	o.run.Document, o.names = *doc, namesOf(doc)
	return nil
}

// scenario reads the bytes that ran, and verifies their digest and the lab's. A
// digest shows that a file was changed or mixed up, and proves nothing else.
func (o *opener) scenario() (err error) {
	d := &o.run.Document
	if o.run.Scenario, err = readFile(o.dir, FileScenario); err != nil {
		return err
	}
	if err := verify(FileScenario, "scenario_sha256", o.run.Scenario, d.Digest); err != nil {
		return err
	}
	if d.Lab == "" {
		return nil
	}
	served, err := readFile(o.dir, FileLab)
	if notThere(err) { // it is written when the lab has started
		return nil
	}
	if err == nil {
		err = verify(FileLab, "lab_sha256", served, d.Lab)
	}
	return err
}

// verify holds a file against the digest that run.json has of it.
func verify(name, key string, data []byte, want string) error {
	if Digest(data) == want || want == "" && len(data) == 0 {
		return nil
	}
	return fmt.Errorf("%s was changed after the run: its SHA-256 is not the %s of %s; put the original file back, or run the scenario again", name, key, FileRun)
}

func (o *opener) observed() error {
	data, err := readFile(o.dir, FileObserved)
	if notThere(err) {
		return nil
	}
	if err == nil {
		err = ParseJSON(data, &o.run.Observed, func() error { return o.run.Observed.check(o.names) })
	}
	if err != nil {
		return fmt.Errorf("%s: %w; observe the run again to replace it", FileObserved, err)
	}
	return nil
}

func (o *opener) generator() error {
	o.last = -1
	return o.read(FileGenerator, func(r *lines) error {
		return readRows(r, [][]string{generatorColumns, generatorColumnsOld}, func(row []string) error {
			g, err := parseGeneratorRow(row)
			if err != nil {
				return err
			}
			if g.second <= o.last {
				return fmt.Errorf("second %d comes after second %d", g.second, o.last)
			}
			o.last, o.until = g.second, g.to
			o.run.Health = append(o.run.Health, g.health)
			return nil
		})
	})
}

func (o *opener) seconds() error {
	return o.read(FileSeconds, func(r *lines) error {
		return readRows(r, [][]string{secondColumns, secondColumnsUncached, secondColumnsWhole, secondColumnsHTTP1, secondColumnsOld}, func(row []string) error {
			s, err := o.names.parseSecondRow(row)
			if err != nil {
				return err
			}
			to := o.run.load(s.Block)
			switch of := o.run.Document.owner(s.Request); {
			case s.Second > o.last:
			case of == ofProbe:
				o.run.ProbeSeconds = append(o.run.ProbeSeconds, s)
			case o.run.Document.apart(s.Request):
				to.FlowSeconds = append(to.FlowSeconds, s)
			case of == ofBrowser:
				to.preflights().Seconds = append(to.preflights().Seconds, s)
			default:
				to.Seconds = append(to.Seconds, s)
			}
			return nil
		})
	})
}

// latencies reads whole minutes where there are any, and seconds for the rest:
// that is what makes a day's run open in moments.
func (o *opener) latencies() error {
	var done time.Duration
	err := o.read(FileMinutes, func(r *lines) (err error) {
		done, err = o.minutes(r)
		return err
	})
	if err != nil && !notThere(err) {
		return err
	}
	return o.read(FileLatency, func(r *lines) error {
		return readLog(r, func(iv *interval) error {
			if iv.from < done {
				return nil
			}
			return o.add(iv)
		})
	})
}

// minutes adds all complete minutes and says how far they go.
func (o *opener) minutes(r *lines) (done time.Duration, err error) {
	var group []*Histogram
	var tags []tag
	err = readLog(r, func(iv *interval) error {
		if iv.complete == 0 {
			t, h, err := iv.histogram(o.names, &o.dec)
			if err == nil {
				err = o.room.decoded(h.packed)
			}
			if len(group) >= o.room.series {
				err = errTooMuch
			}
			group, tags = append(group, h), append(tags, t)
			return err
		}
		if iv.complete > o.until {
			return fmt.Errorf("the minute that ends at %s s is newer than the seconds", seconds(iv.complete))
		}
		for i, h := range group {
			if err := o.merge(tags[i], h); err != nil {
				return err
			}
		}
		group, tags, done = nil, nil, iv.complete
		return nil
	})
	return done, err
}

// add merges one second's interval, unless it was being written when the run died.
func (o *opener) add(iv *interval) error {
	if iv.from >= o.until || iv.complete != 0 {
		return nil
	}
	t, h, err := iv.histogram(o.names, &o.dec)
	if err == nil {
		err = o.room.decoded(h.packed)
	}
	if err != nil {
		return err
	}
	return o.merge(t, h)
}

func (o *opener) merge(t tag, h *Histogram) error {
	to := o.run.load(t.Block)
	series, lag, control := to.Series, to.Lag, to.Control
	switch o.run.Document.owner(t.Request) {
	case ofProbe:
		series, lag, control = o.run.ProbeSeries, o.run.ProbeLag, o.run.ProbeControl
	case ofFlow, ofRelease:
		series = to.FlowSeries
		if t.kind != tagLatency {
			return nil // that of its first step, or of the request, says it
		}
	case ofBrowser:
		if t.kind == tagControl {
			break // what the machine added was added to the load
		}
		series, lag = to.preflights().Series, to.preflights().Lag
	case ofOtherHost:
		series = to.FlowSeries
	}
	switch t.kind {
	case tagLag:
		mergeInto(lag, t.Group, h)
	case tagControl:
		mergeInto(control, t.Group, h)
	default:
		mergeInto(series, Key{t.Target, t.Request, t.Block, t.outcome, t.clock}, h)
	}
	return o.room.held(o.run)
}

func (o *opener) findings() (err error) {
	o.run.Findings, err = readFindings(o.dir)
	return err
}

// mergeInto adds h to the histogram of k, taking h itself if it is the first.
func mergeInto[K comparable](all map[K]*Histogram, k K, h *Histogram) {
	if have, ok := all[k]; ok {
		have.Merge(h)
		return
	}
	all[k] = h
}

func (o *opener) sizes() error {
	return o.read(FileSizes, func(r *lines) error {
		return readLog(r, func(iv *interval) error {
			if iv.from >= o.until || iv.complete != 0 {
				return nil
			}
			k, s, err := iv.sizes(o.names, &o.dec)
			if err == nil {
				err = o.room.decoded(s.packed)
			}
			to := o.run.load(k.Block)
			switch of := o.run.Document.owner(k.Request); {
			case err != nil || of == ofProbe || of == ofFlow || of == ofRelease:
				return err
			case of == ofBrowser:
				to = to.preflights()
			}
			if have, ok := to.Sizes[k]; ok {
				have.Merge(s)
			} else {
				to.Sizes[k] = s
			}
			return o.room.held(o.run)
		})
	})
}

// read opens one of the growing files and puts its name and line before errors.
func (o *opener) read(name string, parse func(*lines) error) error {
	f, err := o.dir.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := newLines(f)
	if err := parse(r); err != nil {
		return advise(fmt.Errorf("%s:%d: %w", name, r.number, err), o.run.Document.Tool)
	}
	if r.torn {
		o.cut = append(o.cut, name)
	}
	return nil
}

// torn says so if the run did not end in order.
func (o *opener) torn() {
	d := &o.run.Document
	if d.State == Running {
		d.State = Torn
	}
	if d.State != Torn && len(o.cut) == 0 {
		return
	}
	d.State = Torn
	d.Seconds = o.until.Seconds()
	d.warn(fmt.Sprintf("the run was cut off (its process died, or is still at work): what it recorded in its first %s is here", o.until))
	for _, name := range o.cut {
		d.warn(name + " ends in the middle of a line, which was left out")
	}
}
