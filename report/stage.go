package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// A partRow is a part of the load at one target: a stage, or a population.
type partRow struct {
	Name   string
	Load   string // in words
	Target string
	results.Figures
}

// stageRows are the figures by stage, where there are several stages. The targets of one
// stage stand together, since they had the same load.
func (r *Report) stageRows() []partRow {
	var rows []partRow
	for i, name := range r.StageNames() {
		for _, d := range r.Doors {
			if f, ok := d.ByStage[name]; ok && len(r.Stages) > max(1, len(r.Populations)) {
				stage := r.Stages[i]
				stage.Name = name
				rows = append(rows, partRow{stageName(stage), stage.Load, d.Name, f})
			}
		}
	}
	return rows
}

// stagesSummed says of which stages the other figures of the report are; "" where there
// is only one.
func (r *Report) stagesSummed() string {
	var sum, warm []string
	for i, name := range r.StageNames() {
		if r.Stages[i].WarmUp {
			warm = append(warm, name)
		} else {
			sum = append(sum, name)
		}
	}
	if len(sum)+len(warm) < 2 {
		return ""
	}
	var text string
	switch len(sum) {
	case 0:
		text = "there are no figures without a stage"
	case 1:
		text = "figures without a stage are those of stage " + sum[0]
	default:
		text = fmt.Sprintf("figures without a stage are those of the %d stages %s together", len(sum), listed(sum))
	}
	if len(warm) > 0 {
		text += "; those of " + listed(warm) + " are in no other figure, threshold or bill"
	}
	return text
}

// stageName is a stage's name, marked if it was a warm-up.
func stageName(s results.StageDoc) string {
	name := clipped(s.Name, nameWidth)
	if s.WarmUp && !strings.Contains(s.Name, "warm") {
		name += " (warm-up)"
	}
	return name
}

// detailHead is what the column of words about a part is called.
func detailHead(kind string) string {
	return cmp.Or(map[string]string{"release": "share", "function": "routes", "route": "names"}[kind], "load")
}

// partTable lays the rows of some kind of part out for a terminal and for Markdown.
func partTable(kind string, rows []partRow) table {
	t := table{columns: append([]column{{head: kind}, {head: detailHead(kind), spare: 3}, {head: "target"}}, figureColumns()...)}
	for _, s := range rows {
		t.rows = append(t.rows, append([]string{s.Name, clipped(s.Load, nameWidth), clipped(s.Target, nameWidth)}, figureCells(s.Figures)...))
	}
	return t
}

// stages shows the figures by stage, and of which stages the others are.
func (s *summary) stages() {
	if rows := s.stageRows(); len(rows) > 0 {
		s.parts("stage", rows)
		s.line("")
		s.say("stages", s.stagesSummed())
	}
}

// parts shows the rows of some kind of part.
func (s *summary) parts(kind string, rows []partRow) {
	if len(rows) == 0 {
		return
	}
	shown := rows
	if s.Detail == Compact {
		shown = rows[:min(len(rows), mostRows)]
	}
	s.line("")
	s.line(partTable(kind, shown).lines(s.Width)...)
	if n := len(rows) - len(shown); n > 0 {
		s.say(kind+"s", "and "+pricing.Counted(int64(n), "more row")+", see the report")
	}
}

// partResponses says what came of the requests of each population and stage.
func (s *summary) partResponses() {
	for _, kind := range []struct {
		name string
		rows []partRow
	}{{"population", s.populationRows()}, {"stage", s.stageRows()}} {
		for _, row := range kind.rows {
			if text := statusLine(row.Figures); text != "" {
				s.say("responses", fmt.Sprintf("%s, %s %s: %s", row.Target, kind.name, row.Name, text))
			}
		}
	}
}

func markdownStages(b *strings.Builder, r *Report) {
	if markdownParts(b, "stage", r.stageRows()) {
		fmt.Fprintf(b, "\n%s.\n\n", md(capital(r.stagesSummed())))
	}
}

// markdownParts writes the rows of some kind of part; false if there are none.
func markdownParts(b *strings.Builder, kind string, rows []partRow) bool {
	if len(rows) == 0 {
		return false
	}
	b.WriteString("**By " + kind + "**\n\n")
	partTable(kind, rows[:min(len(rows), mostRows)]).without(2).markdown(b)
	if n := len(rows) - mostRows; n > 0 {
		fmt.Fprintf(b, "\nand %s, see the full report\n", pricing.Counted(int64(n), "more row"))
	}
	return true
}

// StageFigureTable has a row for each stage at each target; nil where there is one stage.
func (p *page) StageFigureTable() *htmlTable { return partFigures("stage", p.stageRows()) }

// partFigures has a row for each part at each target; nil where there are none.
func partFigures(kind string, rows []partRow) *htmlTable {
	if len(rows) == 0 {
		return nil
	}
	s := &htmlTable{
		ID: "by-" + kind + "-figures", Caption: "By " + kind + "; latencies are response times of good responses in milliseconds",
		Columns: heads(kind, "text:"+detailHead(kind), "text:target", "requests", "req/s", "good/s", "p50", "p90", "p99", "max", "errors", "text:responses"),
	}
	for _, st := range rows {
		l := st.Latency[results.Response.String()]
		failed := figureOf(st.ErrorShare, errorText(st.Figures))
		if st.Failed > 0 {
			failed = failed.classed("bad")
		}
		s.add(words(st.Name), words(st.Load), words(st.Target), countOf(st.Requests), figureOf(st.Rate, rateText(st.Figures, st.Rate)), figureOf(st.Goodput, rateText(st.Figures, st.Goodput)),
			figureOr(l.P50, digits), figureOr(l.P90, digits), figureOr(l.P99, digits), figureOf(l.Max, longest(l)), failed, prosaic(statusLine(st.Figures)))
	}
	return s.sorted()
}

// StagesSummed and Flags are asked by the templates.
func (p *page) StagesSummed() string { return p.stagesSummed() }
func (p *page) Flags() string        { return p.overridden() }

// StageTable has the stages of load as they were planned, in the order of the run for good.
func (p *page) StageTable() *htmlTable {
	s := &htmlTable{ID: "by-stage", Caption: "Stages of load", Columns: heads("stage", "text:load", "for each target", "blocks", "requests due")}
	for i, name := range p.StageNames() {
		st := p.Stages[i]
		st.Name = name
		due := htmlCell{Text: none}
		if st.Due > 0 {
			due = countOf(st.Due)
		}
		span, blocks := seconds(st.Seconds), count(int64(st.Blocks))+" of "+seconds(st.BlockS)
		if p.Took() == "" { // an imported run without times
			span, blocks = none, count(int64(st.Blocks))
		}
		s.add(words(stageName(st)), words(st.Load), figureOf(st.Seconds, span), figureOf(float64(st.Blocks), blocks), due)
	}
	return s
}

// partColumns are the columns that the tables of all kinds of parts end with.
func partColumns() []string {
	columns := []string{"requests", "rate_per_s", "goodput_per_s", "failed", "error_share"}
	for _, clock := range []results.Clock{results.Response, results.Service} {
		for _, p := range []string{"p50", "p90", "p95", "p99", "p99.9", "max"} {
			columns = append(columns, clock.String()+"_"+p+"_ms")
		}
	}
	for o := range results.NumOutcomes {
		columns = append(columns, o.String())
	}
	return columns
}

// partCells are their values.
func partCells(f results.Figures) []any {
	cells := slices.Concat([]any{f.Requests}, rateCells(f), latencyCells(f))
	for o := range results.NumOutcomes {
		cells = append(cells, f.Outcomes[o.String()].Count)
	}
	return cells
}

// stageCSV has a row for each stage at each target, with how many requests had which
// outcome. It is there for a single stage too, so that a spreadsheet always finds it.
func (r *Report) stageCSV() NamedTable {
	t := newTable("stages", append([]string{"target", "stage", "warm_up", "load", "for_s"}, partColumns()...)...)
	for i, name := range r.StageNames() {
		for _, d := range r.Doors {
			f, ok := d.ByStage[name]
			if !ok {
				continue
			}
			span := any(r.Stages[i].Seconds)
			if r.Took() == "" { // an imported run without times
				span = nil
			}
			t.add(append([]any{d.Name, name, r.Stages[i].WarmUp, r.Stages[i].Load, span}, partCells(f)...)...)
		}
	}
	return t
}

// latencyCells are the percentiles of the response and the service time.
func latencyCells(f results.Figures) (cells []any) {
	for _, clock := range []results.Clock{results.Response, results.Service} {
		p := f.Latency[clock.String()]
		cells = append(cells, p.P50, p.P90, p.P95, p.P99, p.P999, nil)
		if p.N > 0 {
			cells[len(cells)-1] = p.Max
		}
	}
	return cells
}

// overridden are the flags that replaced values of the scenario's file; "" where none did.
func (r *Report) overridden() string { return strings.Join(r.Overridden, ", ") }
