package imports

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
)

// A column is what a field of a row means.
type column int

// The columns.
const (
	colTime column = iota
	colLatency
	colStatus
	colError
	colOutcome
	colRequest
	colMethod
	colTarget
	colOut
	colIn
	colSuccess
	colMetric
	colProbe
	colStage
	colSkip
	numColumns
)

// A shape is a CSV file with a header, a row for each request.
type shape struct {
	program  string
	header   map[string]column       // by name, those that are read
	needs    []string                // that its header must have, to be this one
	latency  time.Duration           // unit of the latency
	times    time.Duration           // unit of the times; 0: as their numbers are
	ends     bool                    // times are those of the ends
	relative bool                    // times are from the start of the run
	metric   string                  // of the rows that are requests; "": all are
	skip     func(field string) bool // rows that are none, by the column colSkip
	lacks    []results.Lack
	notes    []string
}

// shapes are those of known programs. Sources: Tollgate's samples, results/exportsamples.go;
// JMeter, jmeter.properties (sampleresult.timestamp.start=true) and its manual, "CSV log
// format"; k6's documentation, "CSV" (results output); github.com/rakyll/hey,
// requester/print.go and report.go (requests with an error are not among its rows, nor those
// beyond a million); github.com/hatoo/oha, its test of --output-format csv.
var shapes = []shape{
	{
		program: "Tollgate", needs: []string{"due_s", "response_ms", "outcome"}, latency: time.Millisecond, times: time.Second, relative: true,
		header: map[string]column{
			"target": colTarget, "request": colRequest, "due_s": colTime, "response_ms": colLatency, "status": colStatus, "error": colError, "outcome": colOutcome,
			"out_bytes": colOut, "in_bytes": colIn, "probe": colProbe, "stage": colStage,
		},
		lacks: []results.Lack{results.LackGenerator, results.LackConnections, results.LackMachine},
	},
	{
		program: "JMeter", needs: []string{"timeStamp", "elapsed", "label"}, latency: time.Millisecond, times: time.Millisecond,
		header: map[string]column{
			"timeStamp": colTime, "elapsed": colLatency, "label": colRequest, "responseCode": colStatus, "success": colSuccess, "bytes": colIn, "sentBytes": colOut, "responseMessage": colSkip,
		},
		skip:  func(message string) bool { return strings.HasPrefix(message, "Number of samples in transaction") },
		lacks: []results.Lack{results.LackGenerator, results.LackDue, results.LackConnections, results.LackMachine},
		notes: []string{"JMeter's latencies are whole milliseconds, and have the time to connect in them"},
	},
	{
		program: "k6", needs: []string{"metric_name", "timestamp", "metric_value"}, latency: time.Millisecond, ends: true, metric: "http_req_duration",
		header: map[string]column{
			"metric_name": colMetric, "timestamp": colTime, "metric_value": colLatency, "status": colStatus, "error": colError, "name": colRequest, "method": colMethod, "expected_response": colSuccess,
		},
		lacks: []results.Lack{results.LackGenerator, results.LackDue, results.LackSizes, results.LackConnections, results.LackMachine},
		notes: []string{"k6's http_req_duration leaves out the time to connect"},
	},
	{
		program: "hey", needs: []string{"response-time", "status-code", "offset"}, latency: time.Second, times: time.Second, relative: true,
		header: map[string]column{"response-time": colLatency, "status-code": colStatus, "offset": colTime},
		lacks:  []results.Lack{results.LackGenerator, results.LackDue, results.LackBroken, results.LackSizes, results.LackConnections, results.LackMachine},
		notes:  []string{"hey's latencies are in steps of 0.1 ms, and it leaves out requests beyond a million"},
	},
	{
		program: "oha", needs: []string{"request-start", "request-duration", "status"}, latency: time.Second, times: time.Second, relative: true,
		header: map[string]column{"request-start": colTime, "request-duration": colLatency, "status": colStatus, "bytes": colIn},
		lacks:  []results.Lack{results.LackGenerator, results.LackDue, results.LackBroken, results.LackConnections, results.LackMachine},
	},
}

// Columns are the names of the columns of a CSV file of any other program, and what each
// holds. The latency is required.
var Columns = []struct {
	Name, What string
	column     column
	unit       time.Duration
}{
	{"latency_ms", "time of the response; also latency_s, latency_us, latency_ns", colLatency, time.Millisecond},
	{"latency_s", "", colLatency, time.Second},
	{"latency_us", "", colLatency, time.Microsecond},
	{"latency_ns", "", colLatency, time.Nanosecond},
	{"time", "when it was sent: RFC 3339, or a number of seconds, ms, µs or ns since 1970", colTime, 0},
	{"status", "HTTP status code; empty or 0: there was no response", colStatus, 0},
	{"error", "text of an error; empty: there was none", colError, 0},
	{"success", "true or false", colSuccess, 0},
	{"request", "name of the request", colRequest, 0},
	{"target", "name of the target", colTarget, 0},
	{"bytes_out", "size of the request", colOut, 0},
	{"bytes_in", "size of the response", colIn, 0},
}

// shapeOf finds the shape of a header; names are those of --column, by column.
func shapeOf(header []string, names map[string]string) (shape, error) {
	for _, s := range shapes {
		if !slices.ContainsFunc(s.needs, func(name string) bool { return !slices.Contains(header, name) }) && len(names) == 0 {
			return s, nil
		}
	}
	return stated(header, names)
}

// stated is the shape of a file whose columns are named as documented, or by --column.
func stated(header []string, names map[string]string) (s shape, err error) {
	s.header = map[string]column{}
	var errs []error
	for _, name := range slices.Sorted(keys(names)) {
		if !slices.ContainsFunc(Columns, func(c struct {
			Name, What string
			column     column
			unit       time.Duration
		},
		) bool {
			return c.Name == name
		}) {
			errs = append(errs, fmt.Errorf("--column %s=…: there is no such column%s", name, document.DidYouMean(name, columnNames())))
		}
	}
	have := map[column]string{}
	for _, c := range Columns {
		name, given := names[c.Name]
		if !given {
			name = c.Name
		}
		switch {
		case !slices.Contains(header, name) && given:
			errs = append(errs, fmt.Errorf("--column %s=%s: the header has no %q%s", c.Name, name, name, document.DidYouMean(name, header)))
		case !slices.Contains(header, name):
		case have[c.column] != "":
			errs = append(errs, fmt.Errorf("the columns %q and %q both say the same: name one by --column", have[c.column], name))
		default:
			s.header[name], have[c.column] = c.column, name
			if c.column == colLatency {
				s.latency = c.unit
			}
		}
	}
	if have[colLatency] == "" && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("no column of the header is a latency (%s): name it, as in --column latency_ms=NAME", strings.Join(header[:min(len(header), 12)], ", ")))
	}
	s.lacks = []results.Lack{results.LackGenerator, results.LackDue}
	for _, l := range []struct {
		column column
		lack   results.Lack
	}{{colTime, results.LackTimes}, {colIn, results.LackSizes}} {
		if have[l.column] == "" {
			s.lacks = append(s.lacks, l.lack)
		}
	}
	if have[colStatus] == "" && have[colError] == "" && have[colSuccess] == "" {
		s.lacks = append(s.lacks, results.LackOutcomes)
	}
	s.lacks = append(s.lacks, results.LackConnections, results.LackMachine)
	return s, errors.Join(errs...)
}

func columnNames() (all []string) {
	for _, c := range Columns {
		all = append(all, c.Name)
	}
	return all
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

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
			return rows.err()
		}
		if err != nil {
			return err
		}
		if err := rows.collect(t.row(row)); err != nil {
			return err
		}
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
	return t.recording.add(s)
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
	if t.at[colTime] < 0 {
		return t.n, nil
	}
	return readTime(strings.TrimSpace(t.field(colTime)), t.times)
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
	case code > 0 && text != "" && t.program != "k6":
		s.err = classOf(text)
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
