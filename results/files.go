package results

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// files are the growing files of a run directory. They are one goroutine's.
type files struct {
	dir     string
	started time.Time
	names   names

	latency, sizes *logWriter
	minutes        *logWriter // nil until the first minute is complete
	rows, health   *rowWriter
	failures       *failureWriter
	handles        map[string]*os.File

	second, minute *sheet
	number         int           // of the last second that was written
	from           time.Duration // up to where the run is written
	minuteFrom     time.Duration
}

const (
	latencyUnit = "latencies in nanoseconds by target, request, block, outcome and clock; times in seconds, maxima in milliseconds"
	sizesUnit   = "sizes in bytes of requests and responses, each counted as its size minus one"
)

func createFiles(dir string, doc *Document) (*files, error) {
	n := namesOf(doc)
	f := &files{
		dir: dir, started: doc.Started, names: n, number: -1,
		latency: &logWriter{names: n}, sizes: &logWriter{names: n},
		rows: newRowWriter(), health: newRowWriter(), failures: newFailureWriter(n),
		second: newSheet(), minute: newSheet(), handles: map[string]*os.File{},
	}
	f.latency.header(f.started, latencyUnit)
	f.sizes.header(f.started, sizesUnit)
	f.rows.row(secondColumns)
	f.health.row(generatorColumns)
	err := f.open()
	if err == nil {
		err = f.append()
	}
	if err != nil {
		return nil, errors.Join(unwritable(dir, err), f.close())
	}
	return f, nil
}

// open opens every file before the first request, those that may stay empty
// included: later, connections may have used up the open files that are allowed.
func (f *files) open() error {
	for _, name := range []string{FileLatency, FileSizes, FileSeconds, FileGenerator, FileFailures, FileMinutes} {
		h, err := os.OpenFile(filepath.Join(f.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			return err
		}
		f.handles[name] = h
	}
	return nil
}

// append hands the text of this second to the files. The generator's row goes
// last: it commits the second.
func (f *files) append() error {
	for _, w := range []struct {
		name string
		text *bytes.Buffer
	}{
		{FileLatency, &f.latency.text},
		{FileSizes, &f.sizes.text},
		{FileSeconds, &f.rows.text},
		{FileFailures, &f.failures.text},
		{FileGenerator, &f.health.text},
	} {
		if w.text.Len() == 0 {
			continue
		}
		if err := f.write(w.name, w.text); err != nil {
			return err
		}
	}
	return nil
}

// write appends text to the file of that name, in one call.
func (f *files) write(name string, text *bytes.Buffer) error {
	defer text.Reset()
	_, err := f.handles[name].Write(text.Bytes())
	return err
}

// flush writes the second that lies in f.second and ends at now.
func (f *files) flush(now, step time.Duration, health *Health) error {
	when := stretch{f.from.Round(time.Millisecond), now.Round(time.Millisecond)}
	if when.to == when.from {
		if len(f.second.cells) == 0 && health == nil {
			return nil
		}
		when.to += time.Millisecond // no interval is empty: readers tell complete ones by their end
		now = max(now, when.to)
	}
	number := max(f.number+1, int(f.from.Round(time.Second)/time.Second))
	f.latency.latencies(f.second, when)
	f.sizes.sizes(f.second, when)
	for _, g := range f.second.keys() {
		s := f.second.cells[g].second(number, g)
		f.rows.row(secondRow(&s, f.names))
	}
	f.failures.add(f.second.failures)
	f.health.row(generatorRow(number, when, step, health))
	err := f.append()
	f.minute.merge(f.second)
	f.second.reset()
	if err != nil {
		return err
	}
	f.number, f.from = number, now
	return f.rollup(when.to)
}

// rollup writes the minute that lies in f.minute once it is complete.
func (f *files) rollup(to time.Duration) error {
	if (to+50*time.Millisecond)/time.Minute == (f.minuteFrom+50*time.Millisecond)/time.Minute {
		return nil
	}
	if f.minutes == nil {
		f.minutes = &logWriter{names: f.names}
		f.minutes.header(f.started, latencyUnit)
	}
	f.minutes.latencies(f.minute, stretch{f.minuteFrom, to})
	f.minutes.complete(to)
	f.minute.reset()
	f.minuteFrom = to
	return f.write(FileMinutes, &f.minutes.text)
}

// close makes sure that the files are on the disk, and removes those that
// nothing was written to.
func (f *files) close() error {
	var errs []error
	for _, h := range f.handles {
		info, err := h.Stat()
		errs = append(errs, err, h.Sync(), h.Close())
		if err == nil && info.Size() == 0 {
			errs = append(errs, os.Remove(h.Name()))
		}
	}
	clear(f.handles)
	return errors.Join(errs...)
}
