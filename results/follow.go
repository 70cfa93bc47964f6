package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A Follower reads a run directory while a Recorder still writes it: each call
// of Next returns what has become complete on disk since the call before. What
// it costs depends on what is new, not on how long the run has lasted.
type Follower struct {
	dir   string
	want  func(Key) bool
	names names
	dec   decoder

	generator, seconds, latency tail
	last                        int           // the last complete second
	until                       time.Duration // and when it ended
}

// A Moment is what became complete between two looks at a run directory.
type Moment struct {
	Until   time.Duration // up to where the run is complete
	Seconds []Second
	Health  []Health
	Series  map[Key]*Histogram // those that the follower was asked to read
}

// Follow begins to follow the run in dir. Of the latencies it decodes those
// that want selects; a display seldom needs all of them.
func Follow(dir string, want func(Key) bool) (*Follower, error) {
	data, err := ReadFile(dir, FileRun)
	if err != nil {
		return nil, err
	}
	doc, err := ParseDocument(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileRun, err)
	}
	return &Follower{
		dir: dir, want: want, names: namesOf(doc), last: -1,
		generator: tail{name: FileGenerator}, seconds: tail{name: FileSeconds}, latency: tail{name: FileLatency},
	}, nil
}

// Next returns what is new; a Moment without health reports if nothing is.
func (f *Follower) Next() (*Moment, error) {
	m := &Moment{Series: map[Key]*Histogram{}}
	err := f.generator.read(f.dir, func(line []byte) (bool, error) { return true, f.generatorRow(line, m) })
	if err != nil {
		return nil, err
	}
	m.Until = f.until
	err = errors.Join(
		f.seconds.read(f.dir, func(line []byte) (bool, error) { return f.secondRow(line, m) }),
		f.latency.read(f.dir, func(line []byte) (bool, error) { return f.interval(line, m) }),
	)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (f *Follower) generatorRow(line []byte, m *Moment) error {
	fields, err := fieldsOf(string(line))
	if err != nil || len(fields) != len(generatorColumns) || fields[0] == generatorColumns[0] {
		return err
	}
	row, err := parseGeneratorRow(fields)
	if err != nil {
		return err
	}
	f.last, f.until = row.second, row.to
	m.Health = append(m.Health, row.health)
	return nil
}

// secondRow says whether the row belongs to a second that is complete.
func (f *Follower) secondRow(line []byte, m *Moment) (bool, error) {
	fields, err := fieldsOf(string(line))
	if err != nil || len(fields) < len(secondColumnsOld) || len(fields) > len(secondColumns) || fields[0] == secondColumns[0] {
		return true, err
	}
	s, err := f.names.parseSecondRow(fields)
	if err != nil || s.Second > f.last {
		return false, err
	}
	m.Seconds = append(m.Seconds, s)
	return true, nil
}

func (f *Follower) interval(line []byte, m *Moment) (bool, error) {
	if len(line) == 0 || line[0] == '#' || line[0] == '"' {
		return true, nil
	}
	iv, err := parseInterval(line)
	if err != nil || iv.from >= f.until {
		return false, err
	}
	t, err := f.names.parseTag(string(iv.tag))
	k := Key{t.Target, t.Request, t.Block, t.outcome, t.clock}
	if err != nil || t.kind != tagLatency || !f.want(k) {
		return true, err
	}
	_, h, err := iv.histogram(f.names, &f.dec)
	if err == nil {
		mergeInto(m.Series, k, h)
	}
	return true, err
}

// A tail is how far one growing file has been read.
type tail struct {
	name string
	at   int64
}

// read hands every whole line that is new to use, until use refuses one: that
// line, and those after it, come again next time.
func (t *tail) read(dir string, use func([]byte) (bool, error)) error {
	files, err := openClosed(dir)
	if err != nil {
		return err
	}
	defer files.Close()
	file, err := files.open(t.name, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer file.Close()
	data, err := io.ReadAll(io.NewSectionReader(file, t.at, 1<<40))
	if err != nil {
		return err
	}
	for {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return nil
		}
		taken, err := use(bytes.TrimSuffix(line, []byte("\r")))
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if !taken {
			return nil
		}
		t.at += int64(len(line)) + 1
		data = rest
	}
}
