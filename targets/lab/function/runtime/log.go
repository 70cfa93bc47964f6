package runtime

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Format is how Lambda writes its own lines into a log.
type Format string

// The log formats.
const (
	Text Format = "text"
	JSON Format = "json"
)

// A Log is the log group of one function. It is bounded: the latest reports and
// the latest output stay. Reports have room of their own, so that a function that
// floods its output loses none.
type Log struct {
	group  string
	format Format

	mu      sync.Mutex
	reports []Report // a ring, once it is full
	added   int
	output  []Line
	bytes   int
}

// A Line is one line of a log, with its line end.
type Line struct {
	Time    time.Time
	Stream  string // the environment that wrote it; empty: a modelled one
	Message string
}

// What a log keeps.
const (
	mostReports  = 64 << 10
	mostOutput   = 1 << 20 // bytes
	longestLine  = 16 << 10
	lineOverhead = 64 // bytes that a line takes besides its text
)

// NewLog makes the log of a function. Its group is the usual one where group is "".
func NewLog(function, group string, format Format) *Log {
	return &Log{group: cmp.Or(group, "/aws/lambda/"+function), format: format}
}

// Group is the name of the log group.
func (l *Log) Group() string { return l.group }

// Add keeps a report. What is billed follows from the rest.
func (l *Log) Add(r Report) {
	r.BilledDuration = Billed(r.InitDuration, r.Duration)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.reports) < mostReports {
		l.reports = append(l.reports, r)
	} else {
		l.reports[l.added%mostReports] = r
	}
	l.added++
}

// Write keeps a line of output.
func (l *Log) Write(line Line) {
	if len(line.Message) > longestLine {
		line.Message = line.Message[:longestLine] + "\n"
	}
	line.Message = strings.ToValidUTF8(line.Message, "\uFFFD")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.output = append(l.output, line)
	l.bytes += len(line.Message) + lineOverhead
	if l.bytes <= mostOutput {
		return
	}
	drop := 0
	for l.bytes > mostOutput/2 { // many at once, so that each costs little
		l.bytes -= len(l.output[drop].Message) + lineOverhead
		drop++
	}
	l.output = slices.Delete(l.output, 0, drop)
}

// Reports returns those that ended from from on and before to, in the order in
// which they were added.
func (l *Log) Reports(from, to time.Time) []Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []Report
	for i := range l.reports {
		if r := l.reports[(l.added+i)%len(l.reports)]; !r.Time.Before(from) && r.Time.Before(to) {
			found = append(found, r)
		}
	}
	return found
}

// Lines returns all that the log holds from from on and before to, in order of
// time: for each report its START and END lines too.
func (l *Log) Lines(from, to time.Time) []Line {
	var lines []Line
	for _, r := range l.Reports(from, to) {
		lines = append(lines, l.lines(r)...)
	}
	l.mu.Lock()
	for _, line := range l.output {
		if !line.Time.Before(from) && line.Time.Before(to) {
			lines = append(lines, line)
		}
	}
	l.mu.Unlock()
	slices.SortStableFunc(lines, func(a, b Line) int { return a.Time.Compare(b.Time) })
	return lines
}

// lines are those that Lambda writes about an invocation. The JSON format has none
// for its end besides the report.
func (l *Log) lines(r Report) []Line {
	begun, version := r.Time.Add(-r.Duration), cmp.Or(r.Version, Latest)
	if l.format == JSON {
		start := map[string]string{"requestId": r.RequestID.String(), "version": version}
		return []Line{{Time: begun, Message: line(begun, "platform.start", start)}, {Time: r.Time, Message: r.JSON()}}
	}
	return []Line{
		{Time: begun, Message: fmt.Sprintf("START RequestId: %s Version: %s\n", r.RequestID, version)},
		{Time: r.Time, Message: fmt.Sprintf("END RequestId: %s\n", r.RequestID)},
		{Time: r.Time, Message: r.Text()},
	}
}
