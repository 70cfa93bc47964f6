package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
)

// A logWriter puts intervals into the text of a histogram log, format 1.3 of
// HdrHistogram: https://github.com/HdrHistogram/HdrHistogram, class
// HistogramLogWriter. The text is handed to the file a second at a time.
type logWriter struct {
	names names
	enc   *encoder
	text  bytes.Buffer
	tags  map[tag]string
}

// header begins a log. Times in it are seconds since start.
func (w *logWriter) header(start time.Time, unit string) {
	at := strconv.FormatFloat(float64(start.UnixMilli())/1000, 'f', 3, 64)
	w.text.WriteString("#[Tollgate: " + unit + "]\n" +
		"#[Histogram log format version 1.3]\n" +
		"#[BaseTime: " + at + " (seconds since epoch)]\n" +
		"#[StartTime: " + at + " (seconds since epoch), " + start.UTC().Format(time.RFC3339) + "]\n" +
		"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n")
}

// A stretch is the time that a set of intervals covers, from the start of the
// run, to the millisecond.
type stretch struct{ from, to time.Duration }

func (s stretch) begins() string { return seconds(s.from) }
func (s stretch) lasts() string  { return seconds(s.to - s.from) }

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 3, 64)
}

// latencies writes every latency of s that occurred.
func (w *logWriter) latencies(s *window, when stretch) {
	for _, k := range s.keys() {
		c := s.cells[k]
		for o := range c.latency {
			for clock := range c.latency[o] {
				w.interval(tag{Group: k, outcome: Outcome(o), clock: Clock(clock)}, when, latencies, &c.latency[o][clock])
			}
		}
		w.interval(tag{Group: k, kind: tagLag}, when, latencies, &c.lag)
		w.interval(tag{Group: k, kind: tagControl}, when, latencies, &c.control)
	}
}

// sizes writes every size of s that occurred.
func (w *logWriter) sizes(s *window, when stretch) {
	for _, k := range s.keys() {
		c := s.cells[k]
		w.interval(tag{Group: k, kind: tagRequest}, when, sizes, &c.sent)
		w.interval(tag{Group: k, kind: tagResponse}, when, sizes, &c.got)
	}
}

// interval writes one line, unless t is empty.
func (w *logWriter) interval(id tag, when stretch, g geometry, t *counters) {
	if t.empty() {
		return
	}
	w.text.WriteString("Tag=" + w.tag(id) + "," + when.begins() + "," + when.lasts() + ",")
	w.text.WriteString(top(g, t.buckets()))
	w.text.WriteByte(',')
	w.text.Write(w.enc.encode(g, t.buckets()))
	w.text.WriteByte('\n')
}

// top is the interval's largest value: milliseconds for latencies, as every
// reader of such logs expects, and bytes for sizes.
func top(g geometry, buckets iter.Seq2[int, int64]) string {
	last := 0
	for i := range buckets {
		last = i
	}
	if g == sizes {
		return strconv.FormatInt(g.upper(last)+1, 10)
	}
	return strconv.FormatFloat(float64(g.upper(last))/1e6, 'f', 3, 64)
}

// tag spells id, once: a run has the same tags every second.
func (w *logWriter) tag(id tag) string {
	if s, ok := w.tags[id]; ok {
		return s
	}
	if w.tags == nil || len(w.tags) > 4096 { // blocks come and go
		w.tags = make(map[tag]string)
	}
	s := w.names.tag(id)
	w.tags[id] = s
	return s
}

// complete says that everything before the given moment is in the log.
func (w *logWriter) complete(to time.Duration) {
	fmt.Fprintf(&w.text, "%s%s]\n", completeMark, seconds(to))
}

const completeMark = "#[Complete until: "

// An interval is one line of a histogram log.
type interval struct {
	tag      []byte
	from     time.Duration
	rest     []byte        // of the line, behind from
	text     []byte        // of the rest, the histogram
	complete time.Duration // a mark instead of a histogram: all before this is in the log
}

// readLog calls use for every interval and every mark of completeness.
func readLog(l *lines, use func(*interval) error) error {
	for {
		iv, err := nextInterval(l)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = use(&iv)
		}
		if err != nil {
			return err
		}
	}
}

// nextInterval reads the next interval or mark; io.EOF says that there is none. It
// is valid until the next call.
func nextInterval(l *lines) (iv interval, err error) {
	for {
		line, err := l.next()
		if err != nil {
			return iv, err
		}
		switch {
		case bytes.HasPrefix(line, []byte(completeMark)):
			at, _ := strings.CutPrefix(strings.TrimSuffix(string(line), "]"), completeMark)
			iv.complete, err = parseSeconds(at)
			return iv, err
		case len(line) > 0 && line[0] != '#' && line[0] != '"':
			return parseInterval(line)
		}
	}
}

// parseInterval splits "Tag=tag,from,length,max,histogram".
func parseInterval(line []byte) (iv interval, err error) {
	fields := bytes.SplitN(line, []byte(","), 5)
	id, tagged := bytes.CutPrefix(fields[0], []byte("Tag="))
	if len(fields) != 5 || !tagged {
		return iv, fmt.Errorf("%.60q: want Tag=…,start,length,maximum,histogram", line)
	}
	iv.tag, iv.text = id, fields[4]
	iv.rest = line[len(fields[0])+len(fields[1])+2:]
	iv.from, err = parseSeconds(string(fields[1]))
	return iv, err
}

// length reads how long the interval is.
func (iv *interval) length() (time.Duration, error) {
	text, _, _ := bytes.Cut(iv.rest, []byte(","))
	return parseSeconds(string(text))
}

// histogram decodes a latency.
func (iv *interval) histogram(n names, d *decoder) (tag, *Histogram, error) {
	t, err := n.parseTag(string(iv.tag))
	if err != nil {
		return t, nil, err
	}
	if t.kind == tagRequest || t.kind == tagResponse {
		return t, nil, fmt.Errorf("tag %.100q does not name a latency", iv.tag)
	}
	p, err := d.decode(latencies, iv.text)
	return t, &Histogram{bins: bins{p}}, err
}

// sizes decodes sizes.
func (iv *interval) sizes(n names, d *decoder) (SizeKey, *Sizes, error) {
	t, err := n.parseTag(string(iv.tag))
	if err != nil {
		return SizeKey{}, nil, err
	}
	if t.kind != tagRequest && t.kind != tagResponse {
		return SizeKey{}, nil, fmt.Errorf("tag %.100q does not name a size", iv.tag)
	}
	p, err := d.decode(sizes, iv.text)
	return SizeKey{t.Group, t.kind == tagResponse}, &Sizes{bins{p}}, err
}
