package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A sameSecond is what the logs of some shards have of one second: texts of histograms by
// their tags.
type sameSecond struct {
	when  stretch
	texts map[string][][]byte
}

// number is which second of the run the log's next interval is of. Machines write their
// seconds a few milliseconds late, each by its own.
func (l *mergedLog) number() time.Duration { return (l.next.from + l.offset).Round(time.Second) }

// shardSeconds writes one interval for each second and series of shards. As the seconds of
// shards are the same, that loses nothing, and a run in a thousand shards is as large as
// one of one machine. Only one second is in memory.
func (m *merger) shardSeconds(w io.Writer, logs []*mergedLog) error {
	for {
		s, err := nextSecond(logs)
		if err != nil || s == nil {
			return err
		}
		m.until = max(m.until, s.when.to)
		lines, err := s.merged()
		if err != nil {
			return err
		}
		for _, line := range lines {
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
	}
}

// nextSecond reads all intervals of the next second; nil: there are none.
func nextSecond(logs []*mergedLog) (*sameSecond, error) {
	at, any := time.Duration(0), false
	for _, l := range logs {
		if !l.over && (!any || l.number() < at) {
			at, any = l.number(), true
		}
	}
	if !any {
		return nil, nil
	}
	s := &sameSecond{when: stretch{from: at + time.Second}, texts: map[string][][]byte{}}
	for _, l := range logs {
		for !l.over && l.number() == at {
			length, err := l.next.length()
			if err != nil {
				return nil, err
			}
			from := (l.next.from + l.offset).Round(time.Millisecond)
			s.when.from, s.when.to = min(s.when.from, from), max(s.when.to, from+length)
			tag := string(l.next.tag)
			s.texts[tag] = append(s.texts[tag], bytes.Clone(l.next.text))
			if err := l.advance(); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// merged are the lines of the second, in the order of their tags.
func (s *sameSecond) merged() ([][]byte, error) {
	tags := slices.Sorted(maps.Keys(s.texts))
	lines, problems := make([][]byte, len(tags)), make([]error, len(tags))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(tags)) {
		all.Go(func() {
			var d decoder
			var e encoder
			sum := make([]int64, max(latencies.index(latencies.highest), sizes.index(sizes.highest))+1)
			for i := int(next.Add(1)) - 1; i < len(tags); i = int(next.Add(1)) - 1 {
				lines[i], problems[i] = s.line(tags[i], &d, &e, sum)
			}
		})
	}
	all.Wait()
	return lines, errors.Join(problems...)
}

// line is the interval of one series. Sum has all buckets, and is empty before and after.
func (s *sameSecond) line(tag string, d *decoder, e *encoder, sum []int64) ([]byte, error) {
	g := latencies
	if strings.Contains(tag, ";size=") {
		g = sizes
	}
	defer clear(sum)
	for _, text := range s.texts[tag] {
		err := d.expand(g, text)
		if err == nil {
			err = eachCount(g, d.plain, func(i int, n int64) error {
				sum[i] += n
				return nil
			})
		}
		if err != nil {
			return nil, fmt.Errorf("%.100q: %w", tag, err)
		}
	}
	used := func(yield func(int, int64) bool) {
		for i, n := range sum {
			if n > 0 && !yield(i, n) {
				return
			}
		}
	}
	var line bytes.Buffer
	fmt.Fprintf(&line, "Tag=%s,%s,%s,%s,", tag, s.when.begins(), s.when.lasts(), top(g, used))
	line.Write(e.encode(g, used))
	line.WriteByte('\n')
	return line.Bytes(), nil
}

// batch is how many shards are in memory at a time.
const batch = 32

// mergeInBatches opens run directories and merges them. Of shards, only some are in memory at
// a time: merging is associative. What is returned of a part is its document alone then.
func mergeInBatches(dirs []string) (m *Run, parts []*Run, err error) {
	if len(dirs) == 0 {
		return nil, nil, errors.New("nothing to merge: name at least one run")
	}
	for group := range slices.Chunk(dirs, batch) {
		runs, err := openAll(group)
		if err != nil {
			return nil, nil, err
		}
		runs = aligned(runs)
		if !runs[0].Document.Sharded() { // which are few
			rest, err := openAll(dirs[len(parts)+len(runs):])
			if err != nil {
				return nil, nil, err
			}
			parts = append(append(parts, runs...), aligned(rest)...)
			m, err = mergeAligned(parts)
			return m, parts, err
		}
		if m == nil {
			m, err = mergeAligned(runs)
		} else {
			m, err = mergeAligned(append([]*Run{m}, runs...))
		}
		if err != nil {
			return nil, nil, err
		}
		for _, r := range runs {
			parts = append(parts, &Run{Dir: r.Dir, Document: r.Document})
		}
	}
	return m, parts, nil
}

// openAll opens run directories, several at a time.
func openAll(dirs []string) ([]*Run, error) {
	runs, problems := make([]*Run, len(dirs)), make([]error, len(dirs))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(dirs)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(dirs); i = int(next.Add(1)) - 1 {
				runs[i], problems[i] = openToMerge(dirs[i])
			}
		})
	}
	all.Wait()
	return runs, errors.Join(problems...)
}

// openToMerge opens a run directory that is to be merged. The series of a shard that was
// summed up are not read yet: its log is merged with those of the others, second by second.
func openToMerge(dir string) (*Run, error) {
	if !IsRun(dir) {
		return Open(dir) // says why not
	}
	files, err := openClosed(dir)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	o := &opener{dir: files, run: newRun(), room: wholeRoom}
	if err := o.document(); err != nil || !o.run.Document.summedUp() {
		return Open(dir)
	}
	for _, step := range []func() error{o.scenario, o.generator, o.seconds, o.failures, o.findings} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	if len(o.cut) > 0 {
		return Open(dir)
	}
	o.run.Dir, o.run.unread = dir, true
	return o.run, nil
}
