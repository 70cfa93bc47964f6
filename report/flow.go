package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// A flowRow is what came of one flow at one target.
type flowRow struct {
	Name, Target string
	results.FlowFigures
	steps []string // names of its requests, in order
}

// flowRows are the flows, those of one name together.
func (r *Report) flowRows() (rows []flowRow) {
	for _, flow := range r.Flows {
		for _, d := range r.Doors {
			if f, ok := d.TargetDoc.Flows[flow.Name]; ok {
				rows = append(rows, flowRow{flow.Name, d.Name, f, flow.Steps})
			}
		}
	}
	return rows
}

// perFlow is how many requests a walk sent on average.
func (f *flowRow) perFlow() float64 { return float64(f.Requests) / float64(max(1, f.Started)) }

// failure says at which steps walks ended, the most frequent first: "3 at login, 1 at pay".
func (f *flowRow) failure() string {
	steps := slices.SortedFunc(maps.Keys(f.FailedAt), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.FailedAt[b], f.FailedAt[a]), cmp.Compare(slices.Index(f.steps, a), slices.Index(f.steps, b)))
	})
	parts := make([]string, len(steps))
	for i, step := range steps {
		parts[i] = fmt.Sprintf("%s at %s", count(f.FailedAt[step]), strings.TrimPrefix(step, f.Name+"/"))
	}
	return strings.Join(parts, ", ")
}

// flowNote says what the numbers of flows mean.
func (r *Report) flowNote() string {
	if len(r.Elsewhere) == 0 {
		return ofFlows
	}
	goes, is := "go", "are"
	if len(r.Elsewhere) == 1 {
		goes, is = "goes", "is"
	}
	return fmt.Sprintf("%s; %s %s to another host than the target, and %s in no other figure of it and in no bill", ofFlows, strings.Join(r.Elsewhere, ", "), goes, is)
}

// otherHost stands for the kind of a target in rows of requests that went to another host.
const otherHost = "another host"

const ofFlows = "duration of completed flows, from when the first step was due to the end of the last, think times included; a step that fails ends its flow"

// flowTable lays the flows out for a terminal and for Markdown.
func flowTable(rows []flowRow) table {
	t := table{columns: []column{
		{head: "flow"},
		{head: "target"},
		{head: "started", right: true, spare: 2},
		{head: "flows/s", right: true},
		{head: "requests each", right: true, spare: 3},
		{head: "p50 ms", right: true},
		{head: "p90 ms", right: true, spare: 1},
		{head: "p99 ms", right: true},
		{head: "max ms", right: true, spare: 2},
		{head: "completed", right: true},
		{head: "failed", right: true},
		{head: "cut off", right: true},
	}}
	for i := range rows {
		f := &rows[i]
		p := f.Duration
		t.rows = append(t.rows, []string{
			clipped(f.Name, nameWidth), clipped(f.Target, nameWidth), count(f.Started), perSecond(f.Rate), digits(f.perFlow()),
			millis(p.P50), millis(p.P90), millis(p.P99), longest(p), count(f.Completed), count(f.Failed), count(f.CutOff),
		})
	}
	return t
}

// flows shows what came of the flows, and at which steps they failed.
func (s *summary) flows() {
	rows := s.flowRows()
	if len(rows) == 0 {
		return
	}
	shown := rows
	if s.Detail == Compact {
		shown = rows[:min(len(rows), mostRows)]
	}
	s.line("")
	s.line(flowTable(shown).lines(s.Width)...)
	s.line("")
	s.say("flows", s.flowNote())
	for i := range shown {
		if text := shown[i].failure(); text != "" {
			s.say("flows", fmt.Sprintf("%s at %s failed: %s", shown[i].Name, shown[i].Target, text))
		}
	}
	if n := len(rows) - len(shown); n > 0 {
		s.say("flows", "and "+pricing.Counted(int64(n), "more row")+", see the report")
	}
}

func markdownFlows(b *strings.Builder, r *Report) {
	rows := r.flowRows()
	if len(rows) == 0 {
		return
	}
	b.WriteString("**Flows**\n\n")
	flowTable(rows[:min(len(rows), mostRows)]).without(2).markdown(b)
	if n := len(rows) - mostRows; n > 0 {
		fmt.Fprintf(b, "\nand %s, see the full report\n", pricing.Counted(int64(n), "more row"))
	}
	fmt.Fprintf(b, "\n%s.\n\n", md(capital(r.flowNote())))
	for i := range rows {
		if text := rows[i].failure(); text != "" {
			fmt.Fprintf(b, "- %s at %s failed: %s\n", md(rows[i].Name), md(rows[i].Target), md(text))
		}
	}
	b.WriteString("\n")
}

// FlowTable has a row for each flow at each target; nil where there are none.
func (p *page) FlowTable() *htmlTable {
	rows := p.flowRows()
	if len(rows) == 0 {
		return nil
	}
	s := &htmlTable{
		ID: "by-flow", Caption: "Flows; durations in milliseconds, of completed flows",
		Columns: heads("flow", "text:target", "started", "flows/s", "requests each", "p50", "p90", "p99", "max", "completed", "failed", "cut off", "text:failed at"),
	}
	for i := range rows {
		f := &rows[i]
		l := f.Duration
		failed := countOf(f.Failed)
		if f.Failed > 0 {
			failed = failed.classed("bad")
		}
		s.add(words(f.Name), words(f.Target), countOf(f.Started), figureOf(f.Rate, perSecond(f.Rate)), figureOf(f.perFlow(), digits(f.perFlow())),
			figureOr(l.P50, digits), figureOr(l.P90, digits), figureOr(l.P99, digits), figureOf(l.Max, longest(l)), countOf(f.Completed), failed, countOf(f.CutOff), prosaic(f.failure()))
	}
	return s.sorted()
}

// FlowNote is asked by the templates.
func (p *page) FlowNote() string { return capital(p.flowNote()) }

// flowCSV has a row for each flow at each target.
func (r *Report) flowCSV() NamedTable {
	t := newTable("flows", "target", "flow", "started", "started_per_s", "completed", "failed", "cut_off", "requests", "preflights",
		"duration_p50_ms", "duration_p90_ms", "duration_p95_ms", "duration_p99_ms", "duration_p99.9_ms", "duration_max_ms", "failed_at")
	for _, f := range r.flowRows() {
		p := f.Duration
		t.add(f.Target, f.Name, f.Started, f.Rate, f.Completed, f.Failed, f.CutOff, f.Requests, f.Preflights, p.P50, p.P90, p.P95, p.P99, p.P999, p.Max, f.failure())
	}
	return t
}

// flowCosts say what flows cost, and which of their steps most: "rest: a checkout costs
// $0.0000123, $12.30 a month: 60% login, 40% pay".
func (r *Report) flowCosts() (lines []string) {
	for _, flow := range r.Flows {
		for _, d := range r.Doors {
			c, ok := d.FlowCosts[flow.Name]
			if !ok {
				continue
			}
			steps := slices.SortedStableFunc(slices.Values(append(slices.Clone(flow.Steps), flow.Preflight(), flow.Pushes())), func(a, b string) int { return cmp.Compare(c.Steps[b], c.Steps[a]) })
			steps = slices.DeleteFunc(steps, func(step string) bool { return c.Steps[step] <= 0 })
			shares := make([]float64, len(steps))
			for i, step := range steps {
				shares[i] = c.Steps[step]
			}
			parts := portions(shares)
			for i, step := range steps {
				parts[i] += " " + costing(d, flow.Name, step)
			}
			lines = append(lines, fmt.Sprintf("%s: one %s costs $%s, %s a month for %s: %s", d.Name, flow.Name, small(c.Each), dollars(c.Month),
				pricing.Counted(int64(c.Flows), "flow"), strings.Join(parts, ", ")))
		}
	}
	return lines
}

// month is what the bills are made for, in words.
func (r *Report) month() string {
	if n := r.Document.MonthFlows; n > 0 {
		return pricing.Counted(n, "flow") + " a month, or " + pricing.Counted(r.Month, "request")
	}
	return count(r.Month) + " requests a month"
}

// small prints a sum that may be far below a cent, to three significant digits.
func small(m pricing.Money) string {
	v := m.Float()
	if v <= 0 {
		return "0"
	}
	return m.Text(max(2, 2-int(math.Floor(math.Log10(v)))))
}

// FlowCosts is asked by the templates.
func (p *page) FlowCosts() []string { return p.flowCosts() }

// flowCostNote says what is in the cost of a flow.
func (r *Report) flowCostNote() string {
	var requests, messages bool
	for i := range r.Doors {
		if d := &r.Doors[i].TargetDoc; len(d.FlowCosts) > 0 {
			requests, messages = requests || d.Sockets == nil, messages || d.Sockets != nil
		}
	}
	note := "without what is paid whether or not there is traffic"
	if requests {
		note += "; the function's time is the client's view of each step"
	}
	if messages {
		note += "; over WebSocket, a step that connects costs the connection (minutes and two invocations), one that sends costs the message, its invocation and the reply, and receiving and closing are free; every invocation is taken to last as long as their mean; pushes are no step's, since which message a push came from cannot be told, and flows share them by the messages that they send"
	}
	return note
}

// FlowCostNote is asked by the templates.
func (p *page) FlowCostNote() string { return capital(p.flowCostNote()) }
