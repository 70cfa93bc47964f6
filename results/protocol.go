package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/pricing"
)

// A Protocol is the version of HTTP that carried a request: what its response says it is,
// or, without a response, what its connection was opened for.
type Protocol uint8

// The protocols.
const (
	UnknownProtocol Protocol = iota // no connection carried the request, or it was not recorded
	HTTP10                          // a response of HTTP/1.0: requests are sent as HTTP/1.1
	HTTP11
	HTTP2
	WebSocket // a message over it
	NumProtocols
)

var protocolNames = [NumProtocols]string{"unknown", "HTTP/1.0", "HTTP/1.1", "HTTP/2", "WebSocket"}

func (p Protocol) String() string { return protocolNames[p] }

// HeaderBytes are the bytes of header fields and trailers over HTTP/2, which compresses
// them: on the wire (the payload of HEADERS and CONTINUATION frames, which Sample.Out and
// In include), and plain: the lengths of the names and values that they stand for, pseudo
// fields included, as h2load counts them. All are zero over HTTP/1.1.
type HeaderBytes struct {
	Out      int64 `json:"sent"`
	In       int64 `json:"received"`
	PlainOut int64 `json:"sent_uncompressed"`
	PlainIn  int64 `json:"received_uncompressed"`
}

func (h *HeaderBytes) add(o *HeaderBytes) {
	h.Out += o.Out
	h.In += o.In
	h.PlainOut += o.PlainOut
	h.PlainIn += o.PlainIn
}

// protocolCounts count requests by protocol.
type protocolCounts [NumProtocols]int64

func (c *protocolCounts) add(o *protocolCounts) {
	for p, n := range o {
		c[p] += n
	}
}

// byName are the counts of the protocols that are known, nil where none is.
func (c *protocolCounts) byName() (counts map[string]int64) {
	for p, n := range c {
		if n == 0 || Protocol(p) == UnknownProtocol {
			continue
		}
		if counts == nil {
			counts = map[string]int64{}
		}
		counts[Protocol(p).String()] = n
	}
	return counts
}

// list spells the counts as a column of seconds.csv has them.
func (c *protocolCounts) list() string {
	return list(c.byName(), func(name string) string { return name }, strings.Compare)
}

// count adds what list spelt; false: there is no such protocol.
func (c *protocolCounts) count(name string, n int64) bool {
	p := slices.Index(protocolNames[:], name)
	if p <= int(UnknownProtocol) {
		return false
	}
	c[p] += n
	return true
}

// protocols are the requests to a target by protocol, and the bytes of their headers where
// some went over HTTP/2: of the load, or of the probes in a run without load.
func (r *Run) protocols(target uint16) (byName map[string]int64, headers *HeaderBytes) {
	rows := r.Seconds
	if len(r.Document.Stages) == 0 {
		rows = r.ProbeSeconds
	}
	var counts protocolCounts
	var bytes HeaderBytes
	for i := range rows {
		if s := &rows[i]; s.Target == target {
			counts.add(&s.Protocols)
			bytes.add(&s.Headers)
		}
	}
	if counts[HTTP2] > 0 {
		headers = &bytes
	}
	return counts.byName(), headers
}

// Protocol says in words what carried a target's requests: "HTTP/2", or where it varied
// "HTTP/1.1 (3 requests) and HTTP/2 (97 requests)"; "" where it is not known.
func (t *TargetDoc) Protocol() string {
	names := slices.Sorted(maps.Keys(t.Protocols))
	if len(names) == 1 {
		return names[0]
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%s)", name, pricing.Counted(t.Protocols[name], "request"))
	}
	return strings.Join(names, " and ")
}

// Protocols says in words what carried the requests of a run: "HTTP/2", or where the
// targets differ "HTTP/2 at rest; HTTP/1.1 at fn"; "" where it is not known.
func (d *Document) Protocols() string {
	at := map[string][]string{}
	var order []string
	for i := range d.Targets {
		t := &d.Targets[i]
		p := t.Protocol()
		if p == "" {
			continue
		}
		if at[p] == nil {
			order = append(order, p)
		}
		at[p] = append(at[p], t.Name)
	}
	if len(order) == 1 {
		return order[0]
	}
	for i, p := range order {
		order[i] = p + " at " + strings.Join(at[p], ", ")
	}
	return strings.Join(order, "; ")
}
