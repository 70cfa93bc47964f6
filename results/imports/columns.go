package imports

import (
	"errors"
	"fmt"
	"slices"
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
	colSent // when it was sent, if it is not known when it was due
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
			"target": colTarget, "request": colRequest, "due_s": colTime, "sent_s": colSent, "response_ms": colLatency, "status": colStatus, "error": colError, "outcome": colOutcome,
			"out_bytes": colOut, "in_bytes": colIn, "probe": colProbe, "stage": colStage,
		},
		lacks: []results.Lack{results.LackGenerator, results.LackConnections, results.LackMachine},
	},
	{
		program: "JMeter", needs: []string{"timeStamp", "elapsed", "label"}, latency: time.Millisecond, times: time.Millisecond,
		header: map[string]column{
			"timeStamp": colTime, "elapsed": colLatency, "label": colRequest, "responseCode": colStatus, "success": colSuccess, "bytes": colIn, "sentBytes": colOut, "responseMessage": colSkip, "failureMessage": colError,
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
