package results

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"tollgate/pricing"
)

// SocketDoc is what became of the connections over which messages were sent to a target,
// and what went over them, as the client counted it.
type SocketDoc struct {
	Opened         int64            `json:"opened"`
	Reopened       int64            `json:"reopened"`                   // of these, after another one had ended
	Failed         int64            `json:"failed"`                     // that could not be opened, refused handshakes included
	Open           int64            `json:"open"`                       // at the end of the load
	Opening        int64            `json:"opening,omitempty"`          // at the end of the load, neither open nor failed
	Compressed     int64            `json:"compressed,omitempty"`       // of those opened, with messages that may be compressed
	Closed         map[string]int64 `json:"closed"`                     // by the status code of the Close frame; 1005: without one; 1006: no Close frame
	ClosedByServer map[string]int64 `json:"closed_by_server,omitempty"` // of these, those that the client did not begin to close
	ConnectedS     float64          `json:"connected_s"`
	InTurnsS       float64          `json:"connected_in_turns_s,omitempty"` // of this, during the target's own turns; 0 in older runs
	Connect        *SocketTimesDoc  `json:"connect_ms,omitempty"`           // from nothing to the end of the handshake

	Sent          int64 `json:"messages_sent"`
	Received      int64 `json:"messages_received"`
	Pushes        int64 `json:"pushes"` // of these, those that are no reply
	UnitsSent     int64 `json:"units_sent"`
	UnitsReceived int64 `json:"units_received"` // of 32 KB, as a WebSocket API bills messages
	BytesSent     int64 `json:"bytes_sent"`     // of the messages alone, before they are compressed
	BytesReceived int64 `json:"bytes_received"`

	BinarySent     int64 `json:"binary_sent,omitempty"` // of the messages, those that are no text
	BinaryReceived int64 `json:"binary_received,omitempty"`
}

// SocketTimesDoc are percentiles in milliseconds.
type SocketTimesDoc struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// SocketTimes are those of a histogram; nil: it is empty.
func SocketTimes(h *Histogram) *SocketTimesDoc {
	if h.Count() == 0 {
		return nil
	}
	at := func(q float64) float64 { return float64(h.Quantile(q).Microseconds()) / 1000 }
	return &SocketTimesDoc{at(0.5), at(0.9), at(0.99), at(1)}
}

// And is the sum with another one of the same target, percentiles left out.
func (d SocketDoc) And(o SocketDoc) SocketDoc {
	return SocketDoc{
		Opened: d.Opened + o.Opened, Reopened: d.Reopened + o.Reopened, Failed: d.Failed + o.Failed, Open: d.Open + o.Open, Opening: d.Opening + o.Opening,
		Compressed: d.Compressed + o.Compressed, Closed: addCodes(d.Closed, o.Closed), ClosedByServer: addCodes(d.ClosedByServer, o.ClosedByServer), ConnectedS: d.ConnectedS + o.ConnectedS, InTurnsS: d.InTurnsS + o.InTurnsS,
		Sent: d.Sent + o.Sent, Received: d.Received + o.Received, Pushes: d.Pushes + o.Pushes,
		UnitsSent: d.UnitsSent + o.UnitsSent, UnitsReceived: d.UnitsReceived + o.UnitsReceived,
		BytesSent: d.BytesSent + o.BytesSent, BytesReceived: d.BytesReceived + o.BytesReceived,
		BinarySent: d.BinarySent + o.BinarySent, BinaryReceived: d.BinaryReceived + o.BinaryReceived,
	}
}

func addCodes(all ...map[string]int64) map[string]int64 {
	sum := map[string]int64{}
	for _, counts := range all {
		for code, n := range counts {
			sum[code] += n
		}
	}
	return sum
}

// mergeSockets adds up what the runs counted at a target; nil: none sent messages.
func mergeSockets(runs []*Run, target int, of func(*TargetDoc) *SocketDoc) (all *SocketDoc) {
	for _, r := range runs {
		if target < len(r.Document.Targets) {
			all = bothSockets(all, of(&r.Document.Targets[target]))
		}
	}
	return all
}

// bothSockets adds up two counts, of which either may be nil.
func bothSockets(a, b *SocketDoc) *SocketDoc {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	sum := a.And(*b)
	return &sum
}

// AllSockets are the connections of the trial, the load and probes together, as CloudWatch
// counts them; nil: there are none.
func (t *TargetDoc) AllSockets() *SocketDoc {
	return bothSockets(t.TrialSockets, bothSockets(t.Sockets, t.ProbeSockets))
}

// AddProbeSockets adds those of one probe.
func (t *TargetDoc) AddProbeSockets(d SocketDoc) { t.ProbeSockets = bothSockets(t.ProbeSockets, &d) }

// traffic fills in the messages of a run, where the target bills them.
func (d *SocketDoc) traffic(t *pricing.Traffic) {
	measured := func(n int64, what string) pricing.Amount {
		return pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Measured, Source: what}
	}
	t.RequestBytes, t.ResponseBytes = pricing.Dist{}, pricing.Point(0, pricing.Measured, "messages have no responses")
	t.Connections, t.ConnectionSeconds = pricing.Amount{}, pricing.Amount{}
	t.Messages = measured(d.Sent+d.Received, "client's count of messages, both directions")
	t.FromClients = measured(d.Sent, "client's count of messages sent")
	t.MessageUnits = measured(d.UnitsSent+d.UnitsReceived, d.unitText())
	if d.Received > 0 {
		t.MessageBytes = pricing.Point(d.BytesReceived/d.Received, pricing.Measured, "client's mean of messages received")
	}
	t.Sockets = measured(d.Opened, "client's count of connections")
	if d.Opened > 0 {
		ms := int64(d.ConnectedS * 1000)
		t.SocketSeconds = pricing.Amount{Quantity: pricing.Ratio(ms, 1000*d.Opened), Basis: pricing.Measured, Source: "client's connection time"}
	}
}

// unitText says how what is billed as messages follows from the run's.
func (d *SocketDoc) unitText() string {
	text := fmt.Sprintf("client's count of each message's size ÷ 32 KiB, rounded up: %s sent and %s received in the run", pricing.Count(d.UnitsSent), pricing.Count(d.UnitsReceived))
	if d.Sent > 0 {
		text += ", " + pricing.Ratio(d.UnitsSent+d.UnitsReceived, d.Sent).Text(3) + " for each message of a client"
	}
	return text
}

// milliseconds are three digits, or all before the point.
func milliseconds(v float64) string {
	if v >= 100 {
		return pricing.Count(int64(math.Round(v)))
	}
	return fmt.Sprintf("%.3g", v)
}

// byServer says how many of the connections with a code the server began to close.
func (d *SocketDoc) byServer(code string) string {
	switch n := d.ClosedByServer[code]; n {
	case 0:
		return ""
	case d.Closed[code]:
		return " (by the server)"
	default:
		return fmt.Sprintf(" (%s by the server)", pricing.Count(n))
	}
}

// Text says it in words.
func (d *SocketDoc) Text() string {
	text := pricing.Counted(d.Opened, "connection") + " opened"
	if c := d.Connect; c != nil {
		text += fmt.Sprintf(" in %s ms at the median and %s ms at p99, handshake included", milliseconds(c.P50), milliseconds(c.P99))
	}
	if d.Reopened > 0 {
		text += fmt.Sprintf(", %s of these again after another one had ended", pricing.Count(d.Reopened))
	}
	if d.Compressed > 0 {
		text += fmt.Sprintf(", %s with compressed messages", pricing.Count(d.Compressed))
	}
	if d.Failed > 0 {
		text += fmt.Sprintf("; %s failed to open one", pricing.Counted(d.Failed, "attempt"))
	}
	if d.Opening > 0 {
		text += fmt.Sprintf("; %s under way when the load ended", pricing.Counted(d.Opening, "attempt"))
	}
	for i, code := range slices.Sorted(maps.Keys(d.Closed)) {
		separator := ", "
		if i == 0 {
			separator = "; ended with code "
		}
		text += fmt.Sprintf("%s%s: %s%s", separator, code, pricing.Count(d.Closed[code]), d.byServer(code))
	}
	text += fmt.Sprintf("; %s sent and %s received", pricing.Counted(d.Sent, "message"), pricing.Count(d.Received))
	if d.Pushes > 0 {
		text += fmt.Sprintf(", %s of them no replies", pricing.Count(d.Pushes))
	}
	return text
}
