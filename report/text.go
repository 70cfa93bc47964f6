package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/results"
)

// A Detail is how much a summary shows.
type Detail string

// The details.
const (
	Compact Detail = "compact"
	Full    Detail = "full"
	None    Detail = "none"
)

// A Terminal is where a summary goes.
type Terminal struct {
	Width  int  // in columns; 0: no terminal, so every fact is on one line
	Color  bool // the caller has checked NO_COLOR
	Detail Detail
}

const (
	label   = "%-12s"       // the words at the left of a summary's lines
	endless = math.MaxInt32 // the width without a terminal
	widest  = 120           // columns of prose: longer lines are hard to read

	mostFailures = 6 // causes in a compact summary
)

// Summary writes r for a terminal: the verdict first, then a row for each
// target and request, then a line for each fact, which begins with a word to grep
// for. Only terminals get it wrapped.
func Summary(w io.Writer, r *Report, t Terminal) error {
	if t.Detail == None {
		return nil
	}
	if t.Width <= 0 {
		t.Width = endless
	}
	s := &summary{Report: r, Terminal: t}
	s.head()
	if r.Gate != nil { // a run may pass by itself and be a regression
		s.say("gate", gateTitle(r.Gate))
	}
	if !s.probed() {
		s.targets()
		s.flows()
		s.populations()
		s.stages()
		s.deployed()
		s.firstBytes()
		s.events()
	}
	s.failed()
	s.thresholds()
	if text := s.Protocols(); text != "" && (t.Detail != Compact || text != results.HTTP11.String()) {
		s.say("protocol", text)
	}
	if text := s.Preflights(); text != "" {
		s.say("preflights", text)
	}
	s.observed()
	s.compared()
	s.findings()
	s.money()
	if t.Detail != Compact {
		s.details()
	}
	if t.Detail != Compact {
		s.line("")
	}
	if !s.probed() { // the conclusions are above
		s.say("summary", strings.Join(r.Answer, " "))
	}
	if s.left {
		s.say("more", "--summary full, or tollgate report --format text, has what this leaves out")
	}
	if r.Run.Dir != "" {
		s.line(fmt.Sprintf(label, "report") + plain(r.Path())) // never broken: it is there to be copied
	}
	_, err := io.WriteString(w, escape.Block(s.b.String()))
	return err
}

func writeText(w io.Writer, r *Report) error { return Summary(w, r, Terminal{Detail: Full}) }

type summary struct {
	*Report
	Terminal
	b    strings.Builder
	gap  bool // the last line is empty
	left bool // a compact summary leaves something out that a full one has
}

func (s *summary) line(lines ...string) {
	for _, l := range lines {
		if l == "" && s.gap {
			continue
		}
		s.gap = l == ""
		s.b.WriteString(l + "\n")
	}
}

func (s *summary) say(name, text string) { s.line(s.prose(name, text)...) }

// prose is a text after its word, wrapped on a terminal.
func (s *summary) prose(name, text string) []string {
	width := s.Width
	if width != endless {
		width = min(width, widest)
	}
	return prose(fmt.Sprintf(label, name), text, width)
}

// The colors of a terminal's own palette, which its user has chosen to see.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
	strong = "1"
)

func (s *summary) paint(code, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s *summary) painted(color, name, text string) {
	lines := s.prose(name, text)
	word, rest, _ := strings.Cut(lines[0], " ")
	lines[0] = s.paint(color, word) + " " + rest
	s.line(lines...)
}

func (s *summary) head() {
	color := red
	switch s.Result {
	case results.NotEvaluated:
		color = yellow
	case results.Pass:
		color = map[results.Verdict]string{results.Valid: green, results.Suspect: yellow, results.Unknown: yellow, results.Invalid: red}[s.Verdict]
	}
	done := pricing.Counted(requests(s.Doors), "request")
	if s.probed() {
		done = pricing.Counted(int64(len(s.Run.Findings)), "probe")
	}
	s.line(s.paint(color+";"+strong, strings.ToUpper(headline(s.Document))))
	s.say("run", fmt.Sprintf("%s: %s at %s%s", clipped(s.Scenario, 60), done, pricing.Counted(int64(len(s.Doors)), "target"), s.extent()))
	if flags := s.overridden(); flags != "" {
		s.say("overridden", flags)
	}
	for _, n := range s.Notices {
		s.notice(n)
	}
	s.line("")
}

// failed says why requests failed, with the first response or error of each cause.
func (s *summary) failed() {
	rows := s.Report.failures()
	shown, length := len(rows), results.MaxExcerptBody
	if s.Detail == Compact {
		shown, length = min(shown, mostFailures), 160
	}
	for _, r := range rows[:shown] {
		s.painted(red, "failed", r.sentence(length))
	}
	if n := len(rows) - shown; n > 0 {
		s.say("failed", "for "+pricing.Counted(int64(n), "more cause")+", see the report")
	}
}

func (s *summary) thresholds() {
	if passed, all := s.passed(); all > 0 {
		s.say("thresholds", fmt.Sprintf("%d of %d passed", passed, all))
	}
	if s.Detail == Compact { // those that failed are at the top
		return
	}
	for _, t := range s.Thresholds {
		word, color := "pass", green
		if !t.Passed {
			word, color = "FAIL", red
		}
		text := fmt.Sprintf("%s: %s, measured %s", s.thresholdOf(t), t.Threshold, measured(t))
		if t.Why != "" {
			text += " (" + t.Why + ")"
		}
		s.painted(color, word, text)
	}
}

// thresholdOf says what a threshold is about.
func (r *Report) thresholdOf(t results.ThresholdResult) string {
	text := t.Target
	switch {
	case t.Request != "" && r.Document.IsRelease(t.Request):
		text += ", release " + t.Request
	case t.Request != "":
		text += ", request " + t.Request
	case t.Population != "":
		text += ", population " + t.Population
	}
	if t.Stage != "" {
		text += ", stage " + t.Stage
	}
	return text
}

func (s *summary) observed() {
	if a := agreement(s.Doors); a != "" {
		s.say("cloudwatch", a)
	}
	if s.Detail == Compact && len(s.Doors) > 2 {
		s.coldStarts()
		return
	}
	for _, d := range s.Doors {
		if text := d.cold(); text != "" {
			s.say("cold starts", normalize(text))
		}
	}
}

func (s *summary) compared() {
	lines := comparisonLines(s.Comparison)
	if s.Detail == Compact && s.Comparison != nil && len(s.Comparison.Pairs) > 1 {
		said := s.Comparison.Conclusion()
		lines, s.left = []string{comparedShort(s.Comparison)}, true
		if said != "" {
			lines = []string{normalize(said), lines[0]}
		}
	}
	for _, text := range lines {
		s.say("compared", text)
	}
}

// findings are the conclusions of the probes with their checks, and in full every value.
func (s *summary) findings() {
	for _, f := range s.Run.Findings {
		name := "probe"
		if f.Requests == 0 { // it sent nothing, and was read from the run
			name = "finding"
		}
		s.say(name, fmt.Sprintf("%s at %s: %s", f.Title, f.Target, f.Conclusion))
		for _, d := range f.Disturbed {
			s.say("disturbed", d)
		}
		s.checks(f.Checks)
		if s.Detail == Compact {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(f.Values)) {
			s.say("value", fmt.Sprintf("%s: %s (%s)", name, valueText(f.Values[name]), normalize(f.Values[name].Method)))
		}
		for _, t := range f.Tables {
			s.findingTable(t)
		}
		for _, a := range f.Assumptions {
			s.say("assumed", a)
		}
	}
	if s.Detail != Compact && len(s.ProbeStages) > 0 {
		s.findingTable(probeStageTable(s.ProbeStages))
	}
	if len(s.Run.Findings) > 0 {
		s.line("")
	}
}

// checkWord is the word of a check to grep for.
func checkWord(c results.Check) string {
	return cmp.Or(map[string]string{"yes": "holds", "no": "WRONG", results.OfModel: "model"}[c.Holds], "unknown")
}

// probeStageTable is how the load generator performed in each stage of the probes.
func probeStageTable(all []results.ProbeStage) results.Table {
	t := results.Table{
		Title:   "the load generator in each stage of the probes; times in ms",
		Columns: []string{"probe", "target", "stage", "requests", "lag p99", "control p50", "control max", "CPU cores", "run queue", "verdict", "use"},
	}
	for _, st := range all {
		g := &st.Generator
		median, most := none, none
		if g.Control != nil {
			median, most = millis(g.Control.P50), digits(g.Control.Max)
		}
		t.Rows = append(t.Rows, []string{
			st.Probe, st.Target, st.Stage, count(st.Requests), digits(g.Lag.P99), median, most, digits(g.CPUMax), digits(g.RunQueueMax), string(st.Verdict), useText(st.Use),
		})
	}
	return t
}

func (s *summary) findingTable(t results.Table) {
	s.say("table", t.Title)
	var out table
	for _, c := range t.Columns {
		out.columns = append(out.columns, column{head: plain(c)})
	}
	for _, row := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i := range min(len(row), len(cells)) {
			cells[i] = plain(row[i])
		}
		out.rows = append(out.rows, cells)
	}
	s.line(out.lines(s.Width)...)
}

func (s *summary) money() {
	for _, d := range s.Doors {
		if d.priced() {
			text := fmt.Sprintf("%s, region %s", d.Bill.Book, d.Bill.Region)
			if s.Month > 0 {
				text = s.month() + "; " + text
			}
			s.say("bill", text)
			lines := s.flowCosts()
			for _, line := range lines {
				s.say("flow cost", line)
			}
			if len(lines) > 0 {
				s.say("flow cost", s.flowCostNote())
			}
			return
		}
	}
}

// details are what only the full summary has.
func (s *summary) details() {
	for _, d := range s.Doors {
		if p := d.service(); p.P50 != nil {
			s.say("service", fmt.Sprintf("%s: p50 %s ms, p90 %s ms, p99 %s ms from the first byte sent", d.Name, millis(p.P50), millis(p.P90), millis(p.P99)))
		}
	}
	for _, d := range s.Doors {
		if text := statusLine(d.Figures); text != "" {
			s.say("responses", d.Name+": "+text)
		}
	}
	s.partResponses()
	for _, d := range s.Doors {
		if text := d.headers(); text != "" {
			s.say("protocol", d.Name+": "+text)
		}
		if text := bodiesText(d.Bodies); text != "" {
			s.say("bodies", d.Name+": "+text)
		}
	}
	for _, d := range s.Doors {
		if d.Bill == nil {
			continue
		}
		for _, l := range d.Bill.Lines {
			s.say("bill line", fmt.Sprintf("%s: %s %s (%s)", d.Name, l.Title, dollars(l.Cost), l.Basis))
		}
		for _, w := range d.Bill.Warnings {
			s.say("bill note", d.Name+": "+w)
		}
	}
	if s.Costing != nil {
		for _, x := range s.Costing.Crossings {
			s.say("break-even", breakEven(x))
		}
	}
}
