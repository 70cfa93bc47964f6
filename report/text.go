package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"tollgate/pricing/escape"
	"tollgate/results"
)

// A Detail is how much a summary tells.
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
	Color  bool // whoever asks for it has looked at NO_COLOR
	Detail Detail
}

// label is the width of the words at the left of a summary's lines.
const label = "%-12s"

// endless is the width of what is no terminal; widest is how wide prose is set
// on one, since longer lines are hard to read.
const (
	endless = math.MaxInt32
	widest  = 120
)

// Summary writes r for a terminal: the verdict first, then a row for each
// target and request, then a line for each thing to know, which begins with a
// word to grep for. Only terminals have it wrapped.
func Summary(w io.Writer, r *Report, t Terminal) error {
	if t.Detail == None {
		return nil
	}
	if t.Width <= 0 {
		t.Width = endless
	}
	s := &summary{Report: r, Terminal: t}
	s.head()
	if !s.probed() {
		s.targets()
	}
	s.failed()
	s.verdicts()
	s.compared()
	s.findings()
	s.money()
	if t.Detail != Compact {
		s.details()
	}
	s.answer()
	_, err := io.WriteString(w, escape.Block(s.b.String()))
	return err
}

func writeText(w io.Writer, r *Report) error { return Summary(w, r, Terminal{Detail: Full}) }

type summary struct {
	*Report
	Terminal
	b strings.Builder
}

func (s *summary) line(lines ...string) {
	for _, l := range lines {
		s.b.WriteString(l + "\n")
	}
}

func (s *summary) say(name, text string) {
	s.line(s.prose(name, text)...)
}

// prose is a text behind its word, wrapped where that is wanted.
func (s *summary) prose(name, text string) []string {
	width := s.Width
	if width != endless {
		width = min(width, widest)
	}
	return prose(fmt.Sprintf(label, name), text, width)
}

// The colours of a terminal's own palette, which its user has chosen to see.
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

// paintFirst colours the word that a line begins with.
func (s *summary) paintFirst(code string, lines []string) []string {
	if len(lines) > 0 {
		word, rest, _ := strings.Cut(lines[0], " ")
		lines[0] = s.paint(code, word) + " " + rest
	}
	return lines
}

func (s *summary) head() {
	code := red
	if s.Result == results.Pass {
		code = map[results.Verdict]string{results.Valid: green, results.Suspect: yellow, results.Invalid: red}[s.Verdict]
	}
	done := plural(requests(s.Doors), "request")
	if s.probed() {
		done = plural(int64(len(s.Run.Findings)), "probe")
	}
	what := fmt.Sprintf("%s: %s at %s in %s, seed %d", clipped(s.Scenario, 60), done,
		plural(int64(len(s.Doors)), "target"), seconds(s.Document.Seconds), s.Seed)
	s.line(s.paint(code+";"+strong, strings.ToUpper(headline(s.Document))))
	s.say("run", what)
	for _, n := range s.Notices {
		name := map[string]string{"fail": "FAIL", "bad": "problem", "warn": "caution", "note": "note"}[n.Level]
		paint := map[string]string{"fail": red, "bad": red, "warn": yellow, "note": strong}[n.Level]
		if n.Level != "note" && n.Level != "fail" {
			s.line(s.paintFirst(paint, s.prose(name, n.Title))...)
		}
		for _, reason := range n.Reasons {
			s.line(s.paintFirst(paint, s.prose(name, reason))...)
		}
	}
	s.line("")
}

func (s *summary) verdicts() {
	passed, all := s.passed()
	if all > 0 {
		s.say("thresholds", fmt.Sprintf("%d of %d passed", passed, all))
	}
	for _, t := range s.Thresholds {
		if s.Detail == Compact { // those that failed stand at the top
			break
		}
		word, code := "pass", green
		if !t.Passed {
			word, code = "FAIL", red
		}
		text := fmt.Sprintf("%s: %s, measured %s", thresholdOf(t), t.Threshold, measured(t))
		if t.Why != "" {
			text += " (" + t.Why + ")"
		}
		s.line(s.paintFirst(code, s.prose(word, text))...)
	}
	if a := agreement(s.Doors); a != "" {
		s.say("cloudwatch", a)
	}
	for _, d := range s.Doors {
		if text := d.cold(); text != "" {
			s.say("cold starts", normalize(text))
		}
	}
}

// failed says why requests failed, with the first response or error of each cause.
func (s *summary) failed() {
	rows := s.Report.failures()
	shown, length := len(rows), results.MaxExcerptBody
	if s.Detail == Compact {
		shown, length = min(shown, mostFailures), 160
	}
	for _, r := range rows[:shown] {
		s.line(s.paintFirst(red, s.prose("failed", r.sentence(length)))...)
	}
	if n := len(rows) - shown; n > 0 {
		s.say("failed", "for "+plural(int64(n), "more cause")+", see the report")
	}
}

// mostFailures is how many causes a compact summary has.
const mostFailures = 6

// compared tells how targets differ, and how sure that is.
func (s *summary) compared() {
	for i, text := range told(s.Comparison) {
		if i == mostCompared && s.Detail == Compact {
			s.say("compared", "and more, see the report")
			return
		}
		s.say("compared", text)
	}
}

// mostCompared is how many lines of comparison a compact summary has.
const mostCompared = 6

// thresholdOf names what a threshold was held against.
func thresholdOf(t results.ThresholdResult) string {
	if t.Request != "" {
		return t.Target + ", request " + t.Request
	}
	return t.Target
}

func (s *summary) money() {
	for _, d := range s.Doors {
		if d.priced() {
			text := fmt.Sprintf("prices of %s, region %s", d.Bill.Book, d.Bill.Region)
			if s.Month > 0 {
				text = count(s.Month) + " requests a month; " + text
			}
			s.say("bill", text)
			return
		}
	}
}

// details are what the full summary has beyond the compact one.
func (s *summary) details() {
	for _, d := range s.Doors {
		p := d.service()
		if p.P50 != nil {
			s.say("service", fmt.Sprintf("%s: p50 %s ms, p90 %s ms, p99 %s ms from the first byte sent", d.Name, millis(p.P50), millis(p.P90), millis(p.P99)))
		}
	}
	for _, d := range s.Doors {
		if text := statusLine(d.Figures); text != "" {
			s.say("responses", d.Name+": "+text)
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

// outcomeTitle is an outcome in a reader's words.
func outcomeTitle(o results.Outcome) string {
	switch o {
	case results.OK:
		return "good"
	case results.Throttled:
		return "429 throttled"
	case results.ClientError:
		return "other 4xx"
	case results.ServerError:
		return "5xx"
	case results.Unexpected:
		return "unexpected response"
	case results.TimedOut:
		return "timeout"
	case results.Broken:
		return "broken connection"
	}
	return "generator's own fault"
}

func (s *summary) answer() {
	s.line("")
	if !s.probed() { // the conclusions stand above
		s.say("answer", strings.Join(s.Report.Answer, " "))
	}
	if s.Run.Dir != "" {
		s.line(fmt.Sprintf(label, "report") + plain(s.Path())) // never broken: it is there to be copied
	}
}
