package report

import (
	"maps"
	"slices"
	"strings"

	"tollgate/results"
)

const eventNote = "first event: from when a request was due; gap: between one event and the next; longest gap: the longest of each good response, which shows a pause that among all gaps is one of many"

// An eventRow is a target, or one request at it, with the events of its responses.
type eventRow struct {
	Target, Request string
	results.Figures
}

func (r eventRow) clock(c results.Clock) results.Percentiles { return r.Latency[c.String()] }

// part says whether the row is about one of several requests.
func (r eventRow) part() bool { return r.Request != wholeTarget }

// perResponse is how many events a complete response had.
func (r eventRow) perResponse() string {
	switch e := r.Events; {
	case e.Cut == e.Streams:
		return none
	case e.Fewest == e.Most:
		return count(e.Most)
	default:
		return count(e.Fewest) + "–" + count(e.Most)
	}
}

// eventRows are those of responses that were read as events. A target with one request has
// one row.
func (r *Report) eventRows() (rows []eventRow) {
	for _, d := range r.Doors {
		if d.Events == nil {
			continue
		}
		if len(d.ByRequest) < 2 {
			rows = append(rows, eventRow{d.Name, wholeTarget, d.Figures})
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(d.ByRequest)) {
			if f := d.ByRequest[name]; f.Events != nil {
				rows = append(rows, eventRow{d.Name, name, f})
			}
		}
	}
	return rows
}

// eventTable lays rows of events out for a terminal and for Markdown.
func eventTable(rows []eventRow) table {
	t := table{columns: []column{{head: "target"}}}
	several := slices.ContainsFunc(rows, eventRow.part)
	if several {
		t.columns = append(t.columns, column{head: "request", spare: 2})
	}
	for _, head := range []string{"responses", "events", "each", "cut", "first event p50 ms", "p99 ms", "gap p50 ms", "p99 ms", "longest gap p50 ms", "p99 ms", "max ms"} {
		t.columns = append(t.columns, column{head: head, right: true})
	}
	for _, r := range rows {
		first, gap, longestGap := r.clock(results.FirstEvent), r.clock(results.Gap), r.clock(results.LongestGap)
		cells := []string{clipped(r.Target, nameWidth)}
		if several {
			cells = append(cells, clipped(r.Request, nameWidth))
		}
		t.rows = append(t.rows, append(cells, count(r.Events.Streams), count(r.Events.Events), r.perResponse(), count(r.Events.Cut),
			millis(first.P50), millis(first.P99), millis(gap.P50), millis(gap.P99), millis(longestGap.P50), millis(longestGap.P99), longest(longestGap)))
	}
	return t
}

// events shows what responses were read as.
func (s *summary) events() {
	rows := s.eventRows()
	if len(rows) == 0 {
		return
	}
	s.line("")
	s.line(eventTable(rows[:min(len(rows), mostRows)]).lines(s.Width)...)
	s.line("")
	s.say("events", eventNote)
	for _, r := range rows {
		if r.Events.Cut > 0 {
			s.say("events", r.Target+", "+r.Request+": "+r.Events.Text())
		}
	}
}

func markdownEvents(b *strings.Builder, r *Report) {
	rows := r.eventRows()
	if len(rows) == 0 {
		return
	}
	b.WriteString("**Events**\n\n")
	eventTable(rows[:min(len(rows), mostRows)]).markdown(b)
	b.WriteString("\n" + capital(eventNote) + ".\n\n")
}

// EventTable has a row for each target and request whose responses were read as events.
func (p *page) EventTable() *htmlTable {
	rows := p.eventRows()
	if len(rows) == 0 {
		return nil
	}
	s := &htmlTable{ID: "by-event", Caption: "Events of responses; times of good responses in milliseconds: to the first event, of gaps, and of the longest gap of each response"}
	several := slices.ContainsFunc(rows, eventRow.part)
	s.Columns = requestHeads(several, "responses", "events", "text:each", "cut off", "first p50", "first p99", "gap p50", "gap p99", "longest p50", "longest p99", "max")
	for _, r := range rows {
		cut := countOf(r.Events.Cut)
		if r.Events.Cut > 0 {
			cut = cut.classed("bad")
		}
		cells := append(requestCells(several, r.Target, r.Request), countOf(r.Events.Streams), countOf(r.Events.Events), words(r.perResponse()), cut)
		for _, c := range []results.Clock{results.FirstEvent, results.Gap, results.LongestGap} {
			cells = append(cells, figureOr(r.clock(c).P50, digits), figureOr(r.clock(c).P99, digits))
		}
		s.add(append(cells, figureOf(r.clock(results.LongestGap).Max, longest(r.clock(results.LongestGap))))...)
	}
	return s.sorted()
}

// EventNote is asked by the template.
func (p *page) EventNote() string { return eventNote }

// eventColumns and eventCells are what a row of the CSV says of events.
var eventColumns = []string{"event_responses", "event_responses_cut", "events", "events_fewest", "events_most"}

func eventCells(e *results.EventCounts) []any {
	if e == nil {
		return make([]any, len(eventColumns))
	}
	return []any{e.Streams, e.Cut, e.Events, e.Fewest, e.Most}
}
