package imports

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/results"
)

// readTable reads a CSV file of samples.
func readTable(in io.Reader, r *Recording, o *Options) error {
	rows := newRows(in)
	head, err := rows.next()
	if errors.Is(err, io.EOF) {
		return problem{1, errors.New("the file is empty")}
	}
	if err != nil {
		return err
	}
	header := slices.Clone(head)
	s, err := shapeOf(header, o.Columns)
	if err != nil {
		return problem{1, err}
	}
	t := tableReader{shape: s, recording: r, options: o, width: len(header)}
	for i := range t.at {
		t.at[i] = -1
	}
	for i, name := range header {
		if c, ok := s.header[name]; ok {
			t.at[c] = i
		}
	}
	r.Program, r.Keeps, r.Lacks, r.relative = s.program, results.KeepsSamples, s.lacks, s.relative || t.at[colTime] < 0
	for _, n := range s.notes {
		r.note(n)
	}
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			t.blank()
			return rows.end(r)
		}
		if err != nil {
			return err
		}
		rows.collect(t.row(row))
	}
}

// A tableReader reads the rows of one file.
type tableReader struct {
	shape
	recording *Recording
	options   *Options
	width     int
	at        [numColumns]int // where a column is; -1: nowhere
	row0      []string
	n         int64
	filled    [numColumns]bool // which have something in some row
}

func (t *tableReader) field(c column) string {
	if t.at[c] < 0 {
		return ""
	}
	return t.row0[t.at[c]]
}

// row takes in a row.
func (t *tableReader) row(row []string) error {
	if len(row) != t.width {
		return fmt.Errorf("%d fields, and the header has %d", len(row), t.width)
	}
	t.row0 = row
	if t.leftOut() {
		t.recording.left++
		return nil
	}
	target, err := t.recording.target(t.options.targetOr(t.field(colTarget)))
	if err != nil {
		return err
	}
	s := sample{target: target, request: t.recording.request(t.named())}
	if s.took, err = t.latencyOf(); err != nil {
		return err
	}
	if s.at, err = t.timeOf(); err != nil {
		return err
	}
	if t.ends {
		s.at -= s.took
	}
	for _, one := range []struct {
		column column
		into   *int64
	}{{colOut, &s.out}, {colIn, &s.in}} {
		if text := t.field(one.column); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fmt.Errorf("%.40q is not a size in bytes", text)
			}
			*one.into = n
		}
	}
	if err := t.outcome(&s); err != nil {
		return err
	}
	t.n++
	for c := range t.filled {
		t.filled[c] = t.filled[c] || t.field(column(c)) != ""
	}
	return t.recording.add(s)
}

// blank notes what a file of Tollgate's has columns for, and leaves empty: the run was
// imported itself.
func (t *tableReader) blank() {
	if t.at[colSent] < 0 {
		return
	}
	r := t.recording
	r.Lacks = slices.Clone(r.Lacks)
	for _, one := range []struct {
		lack   results.Lack
		filled bool
	}{
		{results.LackDue, t.filled[colTime]},
		{results.LackTimes, t.filled[colTime] || t.filled[colSent]},
		{results.LackOutcomes, t.filled[colOutcome]},
		{results.LackSizes, t.filled[colOut] || t.filled[colIn]},
	} {
		if !one.filled {
			r.Lacks = append(r.Lacks, one.lack)
		}
	}
}

// leftOut says whether a row is no request of the load.
func (t *tableReader) leftOut() bool {
	return t.metric != "" && t.field(colMetric) != t.metric || t.skip != nil && t.skip(t.field(colSkip)) ||
		t.field(colProbe) != "" || strings.HasPrefix(t.field(colStage), "warm-up")
}

// named is the name of a request, which may be an address.
func (t *tableReader) named() string {
	name := t.field(colRequest)
	if strings.Contains(name, "://") {
		return requestOf(t.field(colMethod), name)
	}
	return strings.TrimSpace(t.field(colMethod) + " " + name)
}

func (t *tableReader) latencyOf() (int64, error) {
	text := t.field(colLatency)
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	ns := x * float64(t.latency)
	if err != nil || math.IsNaN(ns) || ns < 0 || ns > 1e18 {
		return 0, fmt.Errorf("%.40q is not a latency", text)
	}
	return int64(math.Round(ns)), nil
}

// timeOf is when a request was sent or ended; without such a column its place in the file.
func (t *tableReader) timeOf() (int64, error) {
	text, timed := cmp.Or(strings.TrimSpace(t.field(colTime)), strings.TrimSpace(t.field(colSent))), t.filled[colTime] || t.filled[colSent]
	switch {
	case t.at[colTime] < 0, text == "" && t.at[colSent] >= 0 && !timed:
		return t.n, nil
	case t.at[colSent] >= 0 && !timed && t.n > 0:
		return 0, errors.New("the row has a time, and those before it have none")
	}
	return readTime(text, t.times)
}

// readTime reads a time of a unit, or of the one that its size says: a number of seconds
// since 1970 has ten digits in our time, of milliseconds thirteen.
func readTime(text string, unit time.Duration) (int64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && unit == 0 {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil && at.Year() >= 1970 && at.Year() < 2200 {
			return at.UnixNano(), nil
		}
	}
	if err != nil || math.IsNaN(x) || x < 0 {
		return 0, fmt.Errorf("%.40q is not a time", text)
	}
	if unit == 0 {
		unit = unitOf(x)
	}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil && whole <= math.MaxInt64/2/int64(unit) {
		return whole * int64(unit), nil // a float has not enough digits
	}
	ns := x * float64(unit)
	if ns > 1<<62 {
		return 0, fmt.Errorf("%.40q is not a time", text)
	}
	return int64(math.Round(ns)), nil
}

// unitOf is the unit of a time since 1970, which has ten digits of seconds in our time.
func unitOf(x float64) time.Duration {
	switch {
	case x < 1e11:
		return time.Second
	case x < 1e14:
		return time.Millisecond
	case x < 1e17:
		return time.Microsecond
	}
	return time.Nanosecond
}

// outcome finds out what became of a request.
func (t *tableReader) outcome(s *sample) error {
	status, text := strings.TrimSpace(t.field(colStatus)), t.field(colError)
	code, err := strconv.Atoi(status)
	switch {
	case status == "":
		code = 0
	case err != nil && t.field(colSuccess) == "false": // JMeter: "Non HTTP response code: …"
		code, text = 0, status
	case err != nil || code < 0 || code > 999:
		return fmt.Errorf("%.40q is not a status code", status)
	}
	s.code = uint16(code)
	if t.at[colOutcome] >= 0 {
		return t.ours(s, text)
	}
	good, bad := strings.EqualFold(t.field(colSuccess), "true"), strings.EqualFold(t.field(colSuccess), "false")
	switch {
	case code >= 400:
		s.wanted = good
	case code > 0 && text != "" && !good && t.program != "k6": // there was a response: the error is about it, unless it says otherwise
		s.err = classOr(text, results.ErrUnexpected)
		t.recording.failed(s, text)
	case code > 0 && bad:
		s.err = results.ErrUnexpected
	case code > 0, t.at[colStatus] < 0 && text == "" && !bad: // a file without status codes: it went well
	case text == "" && bad && t.at[colStatus] < 0:
		s.err = results.ErrMalformed
	default:
		s.err = classOf(text)
		t.recording.failed(s, text)
	}
	return nil
}

// ours is the outcome of a sample that Tollgate wrote, by its class of errors.
func (t *tableReader) ours(s *sample, class string) error {
	outcome := t.field(colOutcome)
	if class != "" && class != results.ErrNone.String() {
		err, ok := results.ErrClassNamed(class)
		if !ok {
			return fmt.Errorf("%.40q is not a class of errors", class)
		}
		s.err = err
	}
	if s.err == results.ErrNone && outcome == results.OK.String() && s.code >= 400 {
		s.wanted = true
	}
	return nil
}
