package xray

import (
	"net/http"
	"regexp"
	"strconv"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// The bounds of questions. Sources: X-Ray API reference, "BatchGetTraces"; how
// long a window may be is from knowledge, and how long a page is assumed.
const (
	mostAsked     = 5
	longestWindow = 6 * time.Hour
	onePage       = 100
)

// Service returns X-Ray's API, as far as reading traces goes.
// Source: X-Ray API reference, "GetTraceSummaries" and "BatchGetTraces".
func (s *Traces) Service() *protocol.REST {
	return protocol.NewREST("Message", map[string]protocol.Route{
		"POST /TraceSummaries": {Do: s.summaries},
		"POST /Traces":         {Do: s.batch},
	})
}

// Claims says whether a path is one of X-Ray's.
func Claims(path string) bool { return path == "/TraceSummaries" || path == "/Traces" }

func invalid(message string) protocol.Refusal {
	return protocol.Refusal{Status: http.StatusBadRequest, Code: "InvalidRequestException", Message: message}
}

// byFunction is the one filter expression that is understood.
var byFunction = regexp.MustCompile(`^service\(id\(name: ?"([A-Za-z0-9._-]{1,140})", ?type: ?"AWS::Lambda::Function"\)\)$`)

// summaries lists the traces of a window, the latest first.
func (s *Traces) summaries(f protocol.Form) (protocol.Object, error) {
	from, to := f.NeedTime("StartTime"), f.NeedTime("EndTime")
	function, before := "", 1<<62
	if said := f.Text("FilterExpression"); said != "" {
		parts := byFunction.FindStringSubmatch(said)
		if parts == nil {
			return nil, invalid(`the lab understands one filter: service(id(name: "FUNCTION", type: "AWS::Lambda::Function"))`)
		}
		function = parts[1]
	}
	if token := f.Text("NextToken"); token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n < 1 {
			return nil, invalid("NextToken is none that this service gave")
		}
		before = n
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if to.Before(from) || to.Sub(from) > longestWindow {
		return nil, invalid("EndTime must not be before StartTime, nor more than 6 hours after it")
	}
	found, looked := []any{}, 0
	next := s.latest(before, func(t *Trace) bool {
		if len(found) == onePage {
			return false
		}
		looked++
		if !t.Received.Before(from) && t.Received.Before(to) && (function == "" || t.Function == function) {
			found = append(found, t.summary())
		}
		return true
	})
	out := protocol.Object{"TraceSummaries": found, "ApproximateTime": s.now(), "TracesProcessedCount": float64(looked)}
	if next > 0 {
		out["NextToken"] = strconv.Itoa(next)
	}
	return out, nil
}

func (t *Trace) summary() protocol.Object {
	took := t.ended().Sub(t.Received).Seconds()
	return protocol.Object{
		"Id": t.ID, "StartTime": t.Received, "Duration": took, "ResponseTime": took,
		"HasFault": t.Failed, "HasError": false, "HasThrottle": false, "IsPartial": false,
	}
}

// batch tells traces whole.
func (s *Traces) batch(f protocol.Form) (protocol.Object, error) {
	ids := protocol.Values(f, "TraceIds", mostAsked, func(f protocol.Form, at string) (string, bool) {
		text := f.NeedText(at)
		return text, text != ""
	})
	if f.Sound() && len(ids) == 0 {
		f.Problem("TraceIds", "is required")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	traces, missing := []any{}, []any{}
	for _, id := range ids {
		t, known := s.find(id)
		if !known {
			missing = append(missing, id)
			continue
		}
		traces = append(traces, t.whole(s.region, s.account))
	}
	return protocol.Object{"Traces": traces, "UnprocessedTraceIds": missing}, nil
}

func (t *Trace) whole(region, account string) protocol.Object {
	segments := []any{}
	for _, one := range t.segments("arn:aws:lambda:"+region+":"+account+":function:"+t.Function, account) {
		segments = append(segments, protocol.Object{"Id": one.ID, "Document": one.document()})
	}
	return protocol.Object{"Id": t.ID, "Duration": t.ended().Sub(t.Received).Seconds(), "LimitExceeded": false, "Segments": segments}
}
