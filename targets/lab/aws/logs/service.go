package logs

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// A Line is one line of a log.
type Line struct {
	Time    time.Time
	Stream  string
	Message string
}

// Logs finds the lines of a log group from from on and before to, and whether
// there is such a group.
type Logs func(group string, from, to time.Time) (lines []Line, known bool)

// Insights answers queries. It may be used by any number of goroutines.
type Insights struct {
	logs Logs
	now  func() time.Time

	mu      sync.Mutex
	queries []*answered // the oldest first
	started uint64
}

// An answered query waits until its client asks for the results.
type answered struct {
	id               string
	rows             []any
	scanned, matched int
	bytes            int
}

const mostKept = 100

// New returns an Insights over the given logs.
func New(now func() time.Time, logs Logs) *Insights {
	return &Insights{logs: logs, now: now}
}

// Service returns the API of CloudWatch Logs, as far as queries go.
func (s *Insights) Service() *protocol.Service {
	return &protocol.Service{
		Name: "Logs_20140328", Shapes: "com.amazonaws.cloudwatchlogs", JSON: "1.1",
		Operations: map[string]protocol.Operation{"StartQuery": s.start, "GetQueryResults": s.results},
	}
}

// mostResults is how many rows a query may return.
// Source: CloudWatch Logs API reference, "StartQuery".
const mostResults = 10_000

func (s *Insights) start(f protocol.Form) (protocol.Object, error) {
	text := f.NeedText("queryString")
	groups := f.Texts("logGroupNames", 50)
	if one := f.Text("logGroupName"); one != "" {
		groups = append(groups, one)
	}
	if len(groups) == 0 {
		f.Problem("logGroupName", "is required")
	}
	from, to := f.Whole("startTime", 0, 1e13, -1), f.Whole("endTime", 0, 1e13, -1)
	if from < 0 || to < 0 || from > to {
		f.Problem("startTime", "and endTime are required, in seconds, and must be in that order")
	}
	limit := int(f.Whole("limit", 1, mostResults, mostResults))
	if err := f.Err(); err != nil {
		return nil, protocol.Bad("InvalidParameterException", err.Error())
	}
	q, err := parse(text)
	if err != nil {
		return nil, protocol.Bad("MalformedQueryException", err.Error())
	}
	a, err := s.run(q, groups, instant(from), instant(to), limit)
	if err != nil {
		return nil, err
	}
	return protocol.Object{"queryId": s.keep(a)}, nil
}

// instant reads a time in seconds since 1970, or in milliseconds: AWS takes both.
func instant(n int64) time.Time {
	if n > 1e11 {
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// run answers a query over all of its groups. The end of the window is in it.
func (s *Insights) run(q *query, groups []string, from, to time.Time, limit int) (*answered, error) {
	a := &answered{}
	var records []record
	for _, group := range groups {
		lines, known := s.logs(group, from, to.Add(time.Second))
		if !known {
			return nil, protocol.Bad("ResourceNotFoundException", fmt.Sprintf("Log group '%s' does not exist for account ID '123456789012'", group))
		}
		for i, line := range lines {
			records = append(records, newRecord(group, i, line))
			a.bytes += len(line.Message)
		}
	}
	a.scanned = len(records)
	records, a.matched = q.apply(records)
	if len(records) > limit {
		records = records[:limit]
	}
	a.rows = q.rows(records)
	return a, nil
}

func (s *Insights) keep(a *answered) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started++
	a.id = fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(s.now().Unix()), s.started)
	s.queries = append(s.queries[max(0, len(s.queries)+1-mostKept):], a)
	return a.id
}

func (s *Insights) results(f protocol.Form) (protocol.Object, error) {
	id := f.NeedText("queryId")
	if err := f.Err(); err != nil {
		return nil, protocol.Bad("InvalidParameterException", err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.queries, func(a *answered) bool { return a.id == id })
	if i < 0 {
		return nil, protocol.Bad("ResourceNotFoundException", "there is no query of that id, or it is long forgotten")
	}
	a := s.queries[i]
	return protocol.Object{
		"queryLanguage": "CWLI", "results": a.rows, "status": "Complete",
		"statistics": protocol.Object{
			"recordsScanned": float64(a.scanned), "recordsMatched": float64(a.matched), "bytesScanned": float64(a.bytes),
		},
	}, nil
}

// number writes a number as Insights does: whole ones without a point.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

type record struct {
	at     time.Time
	fields map[string]string
}

const stampForm = "2006-01-02 15:04:05.000"

func newRecord(group string, n int, line Line) record {
	r := record{at: line.Time, fields: map[string]string{
		"@timestamp": line.Time.UTC().Format(stampForm), "@ingestionTime": line.Time.UTC().Format(stampForm),
		"@message": line.Message, "@logStream": line.Stream, "@log": "123456789012:" + group,
		"@ptr": base64.RawStdEncoding.EncodeToString(fmt.Appendf(nil, "%s %d %d", group, line.Time.UnixNano(), n)),
	}}
	if strings.HasPrefix(line.Message, "{") {
		r.discoverJSON(line.Message)
	} else {
		r.discoverLambda(line.Message)
	}
	return r
}

// discoverLambda finds what Lambda's own lines say: their type, and the fields
// that follow by name and unit, separated by tabs.
// Source: CloudWatch Logs user guide, "Supported logs and discovered fields".
func (r record) discoverLambda(message string) {
	kind, rest, _ := strings.Cut(strings.TrimRight(message, "\r\n\t"), " ")
	switch kind {
	case "START", "END", "REPORT", "INIT_START":
		r.fields["@type"] = kind
	default:
		return
	}
	for field := range strings.SplitSeq(rest, "\t") {
		name, text, found := strings.Cut(field, ": ")
		if !found {
			continue
		}
		text, _, _ = strings.Cut(text, " Version:")
		switch name {
		case "RequestId":
			r.fields["@requestId"] = text
		case "XRAY TraceId":
			r.fields["@xrayTraceId"] = text
		default:
			r.measure(name, text)
		}
	}
}

// measure takes in a field with a unit, such as "Billed Duration: 4 ms".
func (r record) measure(name, text string) {
	digits, unit, _ := strings.Cut(text, " ")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return
	}
	if unit == "MB" { // in bytes, of 10^6 to the megabyte
		n *= 1e6
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return
	}
	words[0] = strings.ToLower(words[0])
	r.fields["@"+strings.Join(words, "")] = number(n)
}

// Bounds on what a JSON line may bring.
// Source: CloudWatch Logs user guide, "Supported logs and discovered fields":
// at most 200 fields of a JSON line.
const mostFields = 200

func (r record) discoverJSON(message string) {
	var v any
	if json.Unmarshal([]byte(message), &v) == nil {
		r.flatten("", v)
	}
}

func (r record) flatten(name string, v any) {
	if len(r.fields) > mostFields {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if name != "" {
				key = name + "." + key
			}
			r.flatten(key, inner)
		}
	case []any:
		for i, inner := range v {
			r.flatten(name+"."+strconv.Itoa(i), inner)
		}
	case string:
		r.fields[name] = v
	case float64:
		r.fields[name] = number(v)
	case bool:
		r.fields[name] = strconv.FormatBool(v)
	}
}
