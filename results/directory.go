package results

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// A directory is the Output that writes the growing files of a run directory.
type directory struct {
	dir     string
	started time.Time
	names   names

	latency, sizes *logWriter
	minutes        *logWriter // nil until the first minute is complete
	rows, health   *rowWriter
	failures       *failureWriter
	handles        map[string]*os.File

	minute     *window
	minuteFrom time.Duration
}

const (
	latencyUnit = "latencies in nanoseconds by target, request, block, outcome and clock; times in seconds, maxima in milliseconds"
	sizesUnit   = "sizes in bytes of requests and responses, each counted as its size minus one"
)

func createDirectory(dir string, doc *Document) (*directory, error) {
	n, enc := namesOf(doc), newEncoder()
	f := &directory{
		dir: dir, started: doc.Started, names: n,
		latency: &logWriter{names: n, enc: enc}, sizes: &logWriter{names: n, enc: enc},
		rows: newRowWriter(), health: newRowWriter(), failures: newFailureWriter(n),
		minute: newWindow(), handles: map[string]*os.File{},
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
		return nil, errors.Join(unwritable(dir, err), f.Close(nil))
	}
	return f, nil
}

// open opens every file before the first request, those that may stay empty
// included: later, connections may have used up the open files that are allowed.
func (f *directory) open() error {
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
func (f *directory) append() error {
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
func (f *directory) write(name string, text *bytes.Buffer) error {
	defer text.Reset()
	_, err := f.handles[name].Write(text.Bytes())
	return err
}

// Second implements Output.
func (f *directory) Second(m *Moment) error {
	when := stretch{m.From, m.To}
	f.latency.latencies(m.window, when)
	f.sizes.sizes(m.window, when)
	rows := m.all()
	for i := range rows {
		f.rows.row(secondRow(&rows[i], f.names))
	}
	f.failures.add(m.window.failures)
	f.health.row(generatorRow(m.Number, when, m.ClockStep, m.Health))
	err := f.append()
	f.minute.merge(m.window)
	if err != nil {
		return unwritable(f.dir, err)
	}
	return f.rollup(m.To)
}

// rollup writes the minute that lies in f.minute once it is complete.
func (f *directory) rollup(to time.Duration) error {
	if (to+50*time.Millisecond)/time.Minute == (f.minuteFrom+50*time.Millisecond)/time.Minute {
		return nil
	}
	if f.minutes == nil {
		f.minutes = &logWriter{names: f.names, enc: f.latency.enc}
		f.minutes.header(f.started, latencyUnit)
	}
	f.minutes.latencies(f.minute, stretch{f.minuteFrom, to})
	f.minutes.complete(to)
	f.minute.reset()
	f.minuteFrom = to
	return f.write(FileMinutes, &f.minutes.text)
}

// Close implements Output: it makes sure that the files are on the disk, and
// removes those that nothing was written to. What the run came to is written by
// WriteDocument, after each step.
func (f *directory) Close(*Run) error {
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
