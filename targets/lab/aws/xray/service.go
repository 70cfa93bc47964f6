package xray

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"sync"
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
	return protocol.NewREST("Message", map[string]protocol.Operation{"POST /TraceSummaries": s.summaries, "POST /Traces": s.batch})
}

func invalid(message string) protocol.Refusal {
	return protocol.Bad("InvalidRequestException", message)
}

// byFunction is the one filter expression that is understood.
var byFunction = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^service\(id\(name: ?"([A-Za-z0-9._-]{1,140})", ?type: ?"AWS::Lambda::Function"\)\)$`)
})

// summaries lists the traces of a window, the latest first.
func (s *Traces) summaries(f protocol.Form) (protocol.Object, error) {
	from, to := f.NeedTime("StartTime"), f.NeedTime("EndTime")
	function, before := "", 1<<62
	if said := f.Text("FilterExpression"); said != "" {
		parts := byFunction().FindStringSubmatch(said)
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
	out := protocol.Object{"TraceSummaries": found, "ApproximateTime": protocol.Time{Time: s.now()}, "TracesProcessedCount": float64(looked)}
	if next > 0 {
		out["NextToken"] = strconv.Itoa(next)
	}
	return out, nil
}

func (t *Trace) summary() protocol.Object {
	took := t.ended().Sub(t.Received).Seconds()
	return protocol.Object{
		"Id": t.ID, "StartTime": protocol.Time{Time: t.Received}, "Duration": took, "ResponseTime": took,
		"HasFault": t.Failed, "HasError": false, "HasThrottle": false, "IsPartial": false,
	}
}

func (s *Traces) batch(f protocol.Form) (protocol.Object, error) {
	ids := f.Texts("TraceIds", mostAsked)
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

// A segment is a segment document, or a subsegment of one.
type segment struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Start       float64        `json:"start_time"` // seconds since 1970
	End         float64        `json:"end_time"`
	Trace       string         `json:"trace_id,omitempty"`
	Parent      string         `json:"parent_id,omitempty"`
	Origin      string         `json:"origin,omitempty"`
	Resource    string         `json:"resource_arn,omitempty"`
	Fault       bool           `json:"fault,omitempty"`
	AWS         map[string]any `json:"aws,omitempty"`
	Subsegments []segment      `json:"subsegments,omitempty"`
}

// aheadBy is how long before its first request an environment was ready, where
// Lambda started it ahead (assumed; AWS may do so minutes before).
const aheadBy = time.Second

// segments are the documents of a trace: the service received the request at
// the beginning of the first, and the function ran during the second.
func (t *Trace) segments(arn, account string) []segment {
	function := map[string]any{"function_arn": arn}
	begun, initBegun := t.Received.Add(t.Init), t.Received
	if t.Ahead {
		begun, initBegun = t.Received, t.Received.Add(-aheadBy-t.Init)
	}
	service := segment{
		ID: t.part("service"), Name: t.Function, Start: seconds(t.Received), End: seconds(t.ended()), Trace: t.ID,
		Origin: "AWS::Lambda", Resource: arn, Fault: t.Failed, AWS: map[string]any{"request_id": t.Request},
	}
	ran := segment{
		ID: t.part("function"), Name: t.Function, Start: seconds(begun), End: service.End, Trace: t.ID, Parent: service.ID,
		Origin: "AWS::Lambda::Function", Fault: t.Failed,
		AWS: map[string]any{"function_arn": arn, "account_id": account, "resource_names": []string{t.Function}},
	}
	if t.Init > 0 {
		ran.Subsegments = append(ran.Subsegments, segment{
			ID: t.part("init"), Name: "Initialization", Start: seconds(initBegun), End: seconds(initBegun.Add(t.Init)), AWS: function,
		})
	}
	ran.Subsegments = append(ran.Subsegments, segment{ID: t.part("invocation"), Name: "Invocation", Start: ran.Start, End: ran.End, AWS: function})
	return []segment{service, ran}
}

// part makes up the id of a segment: 64 bits, the same whenever it is asked for.
func (t *Trace) part(name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.ID + " " + name)) // a hash takes everything
	return fmt.Sprintf("%016x", h.Sum64())
}

func (s *segment) document() string {
	text, _ := json.Marshal(s) // plain values: it cannot fail
	return string(text)
}

func seconds(at time.Time) float64 { return float64(at.UnixMicro()) / 1e6 }
