package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/pricing"
)

// sent is what the run sent, over which protocols, and whether that measures the targets.
func (r *Report) sent() string {
	text := pricing.Counted(requests(r.Doors), "request")
	if took := r.Took(); took != "" {
		text += " in " + took
	}
	if p := r.Protocols(); p != "" {
		text += " (" + p + ")"
	}
	return text + ", " + trust(r.Document)
}

// headers say how far HTTP/2 compressed the headers, "" where it was not spoken.
func (d Door) headers() string {
	h := d.Headers
	if h == nil {
		return ""
	}
	return fmt.Sprintf("headers compressed from %s to %s sent, and from %s to %s received", bytesText(h.PlainOut), bytesText(h.Out), bytesText(h.PlainIn), bytesText(h.In))
}

// protocolCells are what a target's row of the CSV says of its protocols: "HTTP/2:980", and
// the bytes of headers on the wire and uncompressed.
func (d Door) protocolCells() []any {
	var counts []string
	for _, name := range slices.Sorted(maps.Keys(d.Protocols)) {
		counts = append(counts, fmt.Sprintf("%s:%d", name, d.Protocols[name]))
	}
	cells := []any{strings.Join(counts, " "), nil, nil, nil, nil}
	if h := d.Headers; h != nil {
		copy(cells[1:], []any{h.In, h.Out, h.PlainIn, h.PlainOut})
	}
	return cells
}
