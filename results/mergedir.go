package results

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// MergeDirs merges the runs in dirs into a new run directory in the folder out,
// and returns it opened. See Merge for what is refused, and the package's doc
// for what the directory holds.
func MergeDirs(out string, dirs ...string) (*Run, error) { return MergeShards(out, false, dirs...) }

// MergeShards is MergeDirs of shards, of which some may be missing: unless that is allowed,
// the merged run is invalid.
func MergeShards(out string, allowMissing bool, dirs ...string) (*Run, error) {
	m, runs, err := mergeInBatches(dirs)
	if err != nil {
		return nil, err
	}
	if len(m.Document.MissingShards()) > 0 {
		m.Document.MissingAllowed = m.Document.MissingAllowed || allowMissing
	}
	if gap := firstGap(runs); gap != "" && m.Document.Decide == nil {
		m.Document.warn(gap)
	}
	dir := filepath.Join(out, m.Document.ID)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, unwritable(dir, err)
	}
	if err := os.Mkdir(dir, 0o755); errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is there already: these runs have been merged before", dir)
	} else if err != nil {
		return nil, unwritable(dir, err)
	}
	if err := (&merger{dir: dir, run: m, parts: runs}).write(); err != nil {
		return nil, errors.Join(unwritable(dir, err), os.RemoveAll(dir))
	}
	return Open(dir)
}

// firstGap says that a run began after those before it had ended, "" if none did:
// a rate over the whole time then describes none of them.
func firstGap(runs []*Run) string {
	var last *Run
	var end time.Time
	for _, r := range inOrder(runs) {
		if last != nil && r.Document.Started.After(end) {
			return fmt.Sprintf("%s began after %s had ended: the rates of the merged run include the pause between them", r.Document.ID, last.Document.ID)
		}
		if ends := r.Document.Started.Add(r.length()); ends.After(end) {
			last, end = r, ends
		}
	}
	return ""
}

// A merger writes the directory of a merged run. Logs are merged line by line, so
// that every second of every part is kept; run.json comes last.
type merger struct {
	dir   string
	run   *Run
	parts []*Run
	until time.Duration // up to where intervals reach
}

func (m *merger) write() error {
	d := &m.run.Document
	if err := WriteFile(m.dir, FileScenario, m.run.Scenario); err != nil {
		return err
	}
	for _, step := range []func() error{
		m.lab,
		func() error { return m.log(FileLatency, latencyUnit) },
		func() error { return m.log(FileSizes, sizesUnit) },
		m.rows, m.failures, m.findings, m.samples,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	d.Seconds = max(d.Seconds, m.until.Seconds())
	if !d.Sharded() {
		return WriteDocument(m.dir, Summarise(m.run))
	}
	if err := WriteDocument(m.dir, *d); err != nil { // the series of shards are in the merged log alone
		return err
	}
	whole, err := Open(m.dir)
	if err != nil {
		return err
	}
	return WriteDocument(m.dir, Summarise(whole))
}

// lab keeps what served the targets at the lab, of a part that had the same.
func (m *merger) lab() error {
	for _, part := range m.parts {
		if want := m.run.Document.Lab; want == "" || part.Document.Lab != want {
			continue
		}
		data, err := ReadFile(part.Dir, FileLab)
		if notThere(err) {
			return nil
		}
		return cmp.Or(err, WriteFile(m.dir, FileLab, data))
	}
	return nil
}

// A mergedLog is the log of one part, read interval by interval.
type mergedLog struct {
	lines  *lines
	offset time.Duration // of the part's start
	end    time.Duration // up to where the part is complete
	next   interval
	over   bool // there is no next
}

// advance reads the next interval.
func (l *mergedLog) advance() (err error) {
	for {
		l.next, err = nextInterval(l.lines)
		if errors.Is(err, io.EOF) {
			l.over = true
			return nil
		}
		if err != nil || l.next.complete == 0 && l.next.from < l.end {
			return err
		}
	}
}

// before says whether l's next interval began before o's.
func (l *mergedLog) before(o *mergedLog) bool { return l.next.from+l.offset < o.next.from+o.offset }

// log merges the histogram logs of that name by time.
func (m *merger) log(name, unit string) (err error) {
	var logs []*mergedLog
	for _, part := range m.parts {
		files, err := openClosed(part.Dir)
		if err != nil {
			return err
		}
		f, err := files.Open(name)
		if err = errors.Join(err, files.Close()); err != nil { // of a thousand shards, as few files as possible are open
			return err
		}
		defer f.Close()
		l := &mergedLog{lines: newLines(f), offset: part.Document.Started.Sub(m.run.Document.Started), end: part.length()}
		if err := l.advance(); err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(part.Dir, name), err)
		}
		logs = append(logs, l)
	}
	to, err := os.OpenFile(filepath.Join(m.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Sync(), to.Close()) }()
	w := bufio.NewWriterSize(to, 64<<10)
	var head logWriter
	head.header(m.run.Document.Started, unit)
	_, _ = w.Write(head.text.Bytes()) // an error stays: Flush returns it
	write := m.intervals
	if m.run.Document.Sharded() {
		write = m.shardSeconds
	}
	if err := write(w, logs); err != nil {
		return err
	}
	return w.Flush()
}

// intervals writes the intervals of all logs in the order of time.
func (m *merger) intervals(w io.Writer, logs []*mergedLog) error {
	for {
		var first *mergedLog
		for _, l := range logs {
			if !l.over && (first == nil || l.before(first)) {
				first = l
			}
		}
		if first == nil {
			return nil
		}
		length, err := first.next.length()
		if err != nil {
			return err
		}
		from := (first.next.from + first.offset).Round(time.Millisecond)
		m.until = max(m.until, from+length)
		if _, err := fmt.Fprintf(w, "Tag=%s,%s,%s\n", first.next.tag, seconds(from), first.next.rest); err != nil {
			return err
		}
		if err := first.advance(); err != nil {
			return err
		}
	}
}

// rows writes the counts and the generator's health by second.
func (m *merger) rows() error {
	n := namesOf(&m.run.Document)
	counts, health := newRowWriter(), newRowWriter()
	counts.row(secondColumns)
	rows := m.run.Sent()
	for _, part := range m.run.parts() {
		rows = append(rows, part.FlowSeconds...) // those of releases and of requests to other hosts among them
	}
	slices.SortStableFunc(rows, compareSeconds) // as a recorder writes them
	for i := range rows {
		counts.row(secondRow(&rows[i], n))
	}
	health.row(generatorColumns)
	for i := range m.run.Health {
		h := &m.run.Health[i]
		when := stretch{time.Duration(h.Second) * time.Second, time.Duration(h.Second+1) * time.Second}
		if i == len(m.run.Health)-1 {
			when.to = max(when.to, m.until)
		}
		health.row(generatorRow(h.Second, when, h.ClockStep, h))
	}
	return errors.Join(WriteFile(m.dir, FileSeconds, counts.text.Bytes()), WriteFile(m.dir, FileGenerator, health.text.Bytes()))
}

func (m *merger) failures() error {
	w := newFailureWriter(namesOf(&m.run.Document))
	for i := range m.run.Failures {
		w.add([]*Failure{&m.run.Failures[i]})
	}
	if w.text.Len() == 0 {
		return nil
	}
	return WriteFile(m.dir, FileFailures, w.text.Bytes())
}

func (m *merger) findings() error {
	if len(m.run.Findings) == 0 {
		return nil
	}
	return WriteFindings(m.dir, m.run.Findings)
}

// samples keeps the samples of all parts.
func (m *merger) samples() (err error) {
	var w *SampleWriter
	defer func() {
		if w != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	for _, part := range m.parts {
		offset := part.Document.Started.Sub(m.run.Document.Started)
		_, err := ReadSamples(part.Dir, func(head SampleStage, samples []Sample) (err error) {
			if w == nil {
				if w, err = CreateSamples(m.dir); err != nil {
					return err
				}
			}
			head.StartedS += offset.Seconds()
			for i := range samples {
				s := &samples[i]
				s.Due, s.Begun, s.Sent = s.Due+offset, s.Begun+offset, s.Sent+offset
			}
			return w.Stage(head, samples)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// length is up to where a run is complete on disk.
func (r *Run) length() time.Duration {
	return time.Duration(r.Document.Seconds * 1e9).Round(time.Millisecond)
}
