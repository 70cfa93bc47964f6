package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"tollgate/results"
)

// A histogramLog reads HdrHistogram's interval logs, of formats 1.0 to 1.3: lines of
// "Tag=…,start,length,maximum,histogram", where the tag may be left out. Times of intervals
// are since 1970, or from #[BaseTime:], or, without one, from #[StartTime:] if they are more
// than a year before it. Source: github.com/HdrHistogram/HdrHistogram, class
// HistogramLogReader.
type histogramLog struct {
	r        *Recording
	o        *Options
	decoder  results.ValueDecoder
	values   results.Values
	unit     time.Duration // of values; 0: not known yet
	base     float64       // seconds
	based    bool
	start    float64 // of the log; 0: it does not say
	relative bool
	placed   bool // whether times are relative is known
}

// readHistogramLog reads one.
func readHistogramLog(in io.Reader, r *Recording, o *Options) error {
	r.Program, r.Keeps = "", results.KeepsHistograms
	r.Lacks = []results.Lack{results.LackGenerator, results.LackDue, results.LackOutcomes, results.LackSizes, results.LackConnections, results.LackMachine}
	h := &histogramLog{r: r, o: o, unit: o.Unit}
	lines := newLines(in)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return lines.problem(err)
		}
		err = h.line(string(bytes.TrimSpace(line)))
		if err != nil && lines.cut {
			r.note("the file ends in the middle of a line, which is left out: the recording was cut off")
			continue
		}
		if errors.Is(err, errNotComparable) {
			return problem{lines.number, err}
		}
		if err := lines.collect(err); err != nil {
			return err
		}
	}
}

// errNotComparable ends the reading of a file.
var errNotComparable = errors.New("it cannot be imported")

func (h *histogramLog) line(line string) error {
	switch {
	case line == "" || line[0] == '"':
		return nil
	case line[0] == '#':
		return h.comment(line)
	}
	tag := ""
	if strings.HasPrefix(line, "Tag=") {
		tag, line, _ = strings.Cut(line[len("Tag="):], ",")
	}
	fields := strings.SplitN(line, ",", 4)
	if len(fields) != 4 {
		return fmt.Errorf("%.60q: want Tag=…,start,length,maximum,histogram", line)
	}
	var numbers [3]float64
	for i := range numbers {
		x, err := strconv.ParseFloat(strings.TrimSpace(fields[i]), 64)
		if err != nil || math.IsNaN(x) || x < 0 || x > 1e12 {
			return fmt.Errorf("%.40q is not a number of an interval", fields[i])
		}
		numbers[i] = x
	}
	if strings.Contains(tag, ";clock=") || strings.Contains(tag, ";size=") {
		return fmt.Errorf("%w: it is a log of a run of Tollgate: name the directory of the run", errNotComparable)
	}
	if err := h.decoder.Decode([]byte(fields[3]), &h.values); err != nil {
		return err
	}
	return h.interval(tag, numbers[0], numbers[1], numbers[2])
}

// comment reads the lines that say when the log begins.
func (h *histogramLog) comment(line string) error {
	for name, into := range map[string]*float64{"#[BaseTime:": &h.base, "#[StartTime:": &h.start} {
		rest, ok := strings.CutPrefix(line, name)
		if !ok {
			continue
		}
		text, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || x < 0 || x > 1e11 {
			return fmt.Errorf("%.40q is not a time in seconds since 1970", text)
		}
		*into, h.based = x, h.based || name == "#[BaseTime:"
	}
	return nil
}

const aYear = 365 * 24 * 3600

// interval takes in a histogram.
func (h *histogramLog) interval(tag string, start, length, top float64) error {
	if len(h.values.Spans) == 0 {
		return nil
	}
	if h.unit == 0 {
		if h.unit = unitByMaximum(h.values.Spans[len(h.values.Spans)-1], top); h.unit == 0 {
			return fmt.Errorf("%w: the log does not say the unit of its values (its largest is %g where the maximum of the interval is %g): --unit ns, us, ms or s says it", errNotComparable, h.values.Spans[len(h.values.Spans)-1].High, top)
		}
		h.r.note("the values of the log are taken as nanoseconds, as HdrHistogram's tools do; --unit states another")
	}
	if !h.placed {
		h.placed = true
		if !h.based && h.start > 0 && start < h.start-aYear {
			h.base = h.start
		}
		h.relative = h.base == 0 && start < aYear
	}
	h.r.relative = h.relative
	target, err := h.r.target(h.o.targetOr(tag))
	if err != nil {
		return err
	}
	if len(h.r.intervals) >= maxIntervals {
		return fmt.Errorf("%w: it has more than %d intervals", errNotComparable, maxIntervals)
	}
	h.r.request("")
	if h.values.Digits < 3 {
		h.r.coarse = max(h.r.coarse, 100*math.Pow10(-h.values.Digits))
	}
	v := interval{target: target, from: seconds(h.base + start), to: seconds(h.base + start + length), h: results.New()}
	for _, s := range h.values.Spans {
		ns := s.High * float64(h.unit)
		if s.Low == 0 && s.High == 0 {
			ns = 0
		}
		v.h.RecordN(time.Duration(min(ns, 1e18)), s.N)
	}
	h.r.intervals = append(h.r.intervals, v)
	return nil
}

func seconds(x float64) int64 { return int64(math.Round(min(x, 1<<32) * 1e9)) }

// unitByMaximum finds the unit by the maximum of an interval, which HdrHistogram's writers
// give in milliseconds if values are nanoseconds: a millionth. Other ratios say nothing.
func unitByMaximum(last results.Span, top float64) time.Duration {
	if top <= 0 {
		return 0
	}
	if low, high := last.Low/top, last.High/top; low <= 1.01e6 && high >= 0.99e6 {
		return time.Nanosecond
	}
	return 0
}
