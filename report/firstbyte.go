package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/results"
)

// clockTitles are the clocks as tables name them.
var clockTitles = []string{"response", "service", "first byte", "connect", "TLS handshake", "transfer", "first event", "gap between events", "longest gap"}

const firstByteNote = "from the first byte of the request on the wire: to the first byte of a good response, from there to its last (transfer), and to its last"

// wholeTarget stands for all requests at a target.
const wholeTarget = "all"

// A byteRow is a target, or one request at it, with when its first and last bytes came.
type byteRow struct {
	Target, Request            string
	FirstByte, Transfer, Whole results.Percentiles
}

// byteRows are the rows of first and last bytes: all, or those of responses that took a while
// from the one to the other. A target with one request has one row.
func (r *Report) byteRows(all bool) (rows []byteRow) {
	add := func(target, request string, f results.Figures) {
		if f.Latency[results.Transfer.String()].N > 0 && (all || f.Spread()) {
			rows = append(rows, byteRow{target, request, f.Latency[results.FirstByte.String()], f.Latency[results.Transfer.String()], f.Latency[results.Service.String()]})
		}
	}
	for _, d := range r.Doors {
		add(d.Name, wholeTarget, d.Figures)
		for _, name := range slices.Sorted(maps.Keys(d.ByRequest)) {
			if len(d.ByRequest) > 1 {
				add(d.Name, name, d.ByRequest[name])
			}
		}
	}
	return rows
}

// early says where first bytes come long before last ones.
func early(doors []Door) string {
	var parts []string
	for _, d := range doors {
		first, last := d.Latency[results.FirstByte.String()].P50, d.service().P50
		if d.Spread() && first != nil && last != nil {
			parts = append(parts, fmt.Sprintf("%s (%s ms, and the last after %s ms)", d.Name, digits(*first), digits(*last)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "At the median the first byte of a response comes long before its last at " + listed(parts) + "."
}

// byteTable lays rows of first and last bytes out for a terminal and for Markdown.
func byteTable(rows []byteRow) table {
	t := table{columns: []column{{head: "target"}}}
	several := slices.ContainsFunc(rows, func(r byteRow) bool { return r.Request != wholeTarget })
	if several {
		t.columns = append(t.columns, column{head: "request", spare: 2})
	}
	for _, head := range []string{"first byte p50 ms", "p99 ms", "transfer p50 ms", "p99 ms", "last byte p50 ms", "p99 ms"} {
		t.columns = append(t.columns, column{head: head, right: true})
	}
	for _, r := range rows {
		cells := []string{clipped(r.Target, nameWidth)}
		if several {
			cells = append(cells, clipped(r.Request, nameWidth))
		}
		for _, p := range []results.Percentiles{r.FirstByte, r.Transfer, r.Whole} {
			cells = append(cells, millis(p.P50), millis(p.P99))
		}
		t.rows = append(t.rows, cells)
	}
	return t
}

// firstBytes shows when first and last bytes came; a compact summary where they differ.
func (s *summary) firstBytes() {
	rows := s.byteRows(s.Detail != Compact)
	if len(rows) == 0 {
		return
	}
	s.line("")
	s.line(byteTable(rows[:min(len(rows), mostRows)]).lines(s.Width)...)
	s.line("")
	s.say("first byte", firstByteNote)
}

func markdownFirstBytes(b *strings.Builder, r *Report) {
	rows := r.byteRows(false)
	if len(rows) == 0 {
		return
	}
	b.WriteString("**First byte and last byte**\n\n")
	byteTable(rows[:min(len(rows), mostRows)]).markdown(b)
	b.WriteString("\n" + capital(firstByteNote) + ".\n\n")
}

// FirstByteTable has a row for each target and request whose bytes came over a while.
func (p *page) FirstByteTable() *htmlTable {
	rows := p.byteRows(false)
	if len(rows) == 0 {
		return nil
	}
	s := &htmlTable{ID: "by-byte", Caption: "First byte, transfer and last byte of good responses in milliseconds"}
	several := slices.ContainsFunc(rows, func(r byteRow) bool { return r.Request != wholeTarget })
	s.Columns = requestHeads(several, "first byte p50", "first byte p99", "transfer p50", "transfer p99", "last byte p50", "last byte p99", "responses")
	for _, r := range rows {
		cells := requestCells(several, r.Target, r.Request)
		for _, p := range []results.Percentiles{r.FirstByte, r.Transfer, r.Whole} {
			cells = append(cells, figureOr(p.P50, digits), figureOr(p.P99, digits))
		}
		s.add(append(cells, countOf(r.Transfer.N))...)
	}
	return s.sorted()
}

// requestHeads are the columns of a table whose rows are targets, or their requests if there
// are several.
func requestHeads(several bool, further ...string) []htmlColumn {
	names := []string{"target"}
	if several {
		names = append(names, "text:request")
	}
	return heads(append(names, further...)...)
}

// requestCells are the first cells of a row below them.
func requestCells(several bool, target, request string) []htmlCell {
	cells := []htmlCell{words(target)}
	if several {
		cells = append(cells, words(request))
	}
	return cells
}

// FirstByteNote is asked by the template.
func (p *page) FirstByteNote() string { return firstByteNote }

// clockCSV has a row for each clock of each target, and of each request at it.
func (r *Report) clockCSV() NamedTable {
	t := newTable("clocks", "target", "request", "clock", "samples", "p50_ms", "p90_ms", "p95_ms", "p99_ms", "p99.9_ms", "max_ms", "mean_ms")
	add := func(target, request string, f results.Figures) {
		for clock := range results.NumClocks {
			if p := f.Latency[clock.String()]; p.N > 0 {
				t.add(target, request, clock.String(), p.N, p.P50, p.P90, p.P95, p.P99, p.P999, p.Max, p.Mean)
			}
		}
	}
	for _, d := range r.Doors {
		add(d.Name, "", d.Figures)
		for _, name := range slices.Sorted(maps.Keys(d.ByRequest)) {
			add(d.Name, name, d.ByRequest[name])
		}
	}
	return t
}
