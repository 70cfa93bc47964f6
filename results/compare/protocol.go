package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// A run of a version that did not record the protocol went over HTTP/1.1: such versions
// spoke no other.
const unrecorded = "HTTP/1.1"

func overHTTP2(t *results.TargetDoc) bool { return t.Protocols[results.HTTP2.String()] > 0 }

// overHTTP2At are the targets of a run to which requests went over HTTP/2.
func overHTTP2At(d *results.Document) (names []string) {
	for i := range d.Targets {
		if t := &d.Targets[i]; overHTTP2(t) {
			names = append(names, t.Name)
		}
	}
	return names
}

// targetProtocols caution that requests to other targets went over another protocol than
// those to the base.
func targetProtocols(d *results.Document, base int) (notes []string) {
	b := &d.Targets[base]
	for i := range d.Targets {
		if t := &d.Targets[i]; overHTTP2(t) != overHTTP2(b) {
			notes = append(notes, fmt.Sprintf("requests to %s went over %s and those to %s over %s: their difference is also one of protocols (engine: {http: 1.1} sends all over HTTP/1.1)",
				b.Name, cmp.Or(b.Protocol(), unrecorded), t.Name, cmp.Or(t.Protocol(), unrecorded)))
		}
	}
	return notes
}

// runProtocols caution that requests to a target went over another protocol in each of two
// runs.
func runProtocols(base, head *results.TargetDoc) []string {
	if overHTTP2(base) == overHTTP2(head) {
		return nil
	}
	return []string{fmt.Sprintf("requests to %s went over %s and then over %s: the protocol may cause a difference (engine: {http: 1.1} sends all over HTTP/1.1)",
		base.Name, cmp.Or(base.Protocol(), unrecorded), cmp.Or(head.Protocol(), unrecorded))}
}

// baselineProtocols caution that requests of baseline runs went over other protocols than
// those of a run.
func baselineProtocols(run *RunValues, baseline []RunValues) []string {
	other := 0
	var last []string
	for _, n := range baseline {
		if !slices.Equal(n.HTTP2, run.HTTP2) {
			other, last = other+1, n.HTTP2
		}
	}
	if other == 0 {
		return nil
	}
	at := func(names []string) string { return cmp.Or(strings.Join(names, ", "), "none") }
	return []string{fmt.Sprintf("requests of this run went over HTTP/2 at these targets: %s; those of %s at others, the latest at: %s; the protocol may cause a difference",
		at(run.HTTP2), pricing.Counted(other, "baseline run"), at(last))}
}
