package xray

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/fnv"
	"time"
)

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
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, h.Sum64()))
}

func (s *segment) document() string {
	text, _ := json.Marshal(s) // plain values: it cannot fail
	return string(text)
}

func seconds(at time.Time) float64 { return float64(at.UnixMicro()) / 1e6 }
