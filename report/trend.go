package report

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"time"

	"tollgate/report/chart"
	"tollgate/results/compare"
)

// A Trend is what the nights of a scenario came to, metric by metric, and where
// a level changed for good.
type Trend struct {
	Scenario string
	Nights   []compare.Night
	Panels   []TrendPanel
}

// A TrendPanel is one metric over the nights, at every target.
type TrendPanel struct {
	ID, Name, Unit string // the name as prose has it: "p50", "error share"
	Chart          chart.Lines
	Shifts         []compare.Shift
	Rows           []TrendRow
}

// A TrendRow is a night's value at one target.
type TrendRow struct {
	At     time.Time
	Target string
	Value  float64
	Unit   string
	Run    string
}

// trended are the metrics of a trend: the others are in the export.
var trended = []compare.Metric{compare.P50, compare.P99, compare.ErrorShare, compare.Goodput, compare.Dollars}

// NewTrend reads the history of a scenario. It takes two nights to make a line.
func NewTrend(scenario string, nights []compare.Night) (*Trend, error) {
	return newTrend(scenario, nights, nil)
}

// newTrend gives the targets their colours in an order that may be known.
func newTrend(scenario string, nights []compare.Night, targets []string) (*Trend, error) {
	tr := &Trend{Scenario: scenario, Nights: nights}
	all := compare.SeriesOf(nights)
	for _, s := range all {
		if !slices.Contains(targets, s.Target) {
			targets = append(targets, s.Target)
		}
	}
	for _, m := range trended {
		p := TrendPanel{ID: "history-" + slug(string(m)), Name: metricTitle(m), Unit: m.Unit()}
		for _, s := range all {
			if s.Metric == m && len(s.Points) > 1 {
				if err := p.add(s, slices.Index(targets, s.Target)); err != nil {
					return nil, err
				}
			}
		}
		if len(p.Chart.Series) > 0 {
			tr.Panels = append(tr.Panels, p.finished())
		}
	}
	if len(tr.Panels) == 0 {
		return nil, fmt.Errorf("the history of %s has %s; it takes two valid ones to draw a trend", scenario, plural(int64(len(nights)), "night"))
	}
	return tr, nil
}

func (p *TrendPanel) add(s compare.Series, index int) error {
	shifts, err := compare.Shifts(s, compare.ShiftOptions{})
	if err != nil {
		return err
	}
	p.Shifts = append(p.Shifts, shifts...)
	line := chart.Line{Name: s.Target, Series: index}
	for _, pt := range s.Points {
		line.Notes = append(line.Notes, pt.Run)
		p.Rows = append(p.Rows, TrendRow{pt.At, s.Target, pt.Value, p.Unit, pt.Run})
		v := pt.Value
		if p.Unit == "share" {
			v *= 100
		}
		line.Points = append(line.Points, [2]float64{float64(pt.At.Unix()) / 86_400, v})
	}
	p.Chart.Series = append(p.Chart.Series, line)
	return nil
}

// finished counts days from the first night, and marks the shifts.
func (p TrendPanel) finished() TrendPanel {
	first := math.Inf(1)
	for _, s := range p.Chart.Series {
		first = min(first, s.Points[0][0])
	}
	for _, s := range p.Chart.Series {
		for i := range s.Points {
			s.Points[i][0] -= first
		}
	}
	p.Chart.Since = time.Unix(int64(math.Round(first*86_400)), 0).UTC()
	p.Chart.Title = p.Title()
	p.Chart.X, p.Chart.Y = "night, UTC", map[string]string{
		"ms": "milliseconds", "share": "percent of requests", "per_s": "good responses per second", "usd_per_million": "US dollars per million requests",
	}[p.Unit]
	p.Chart.Desc = fmt.Sprintf("The %s of each target, night by night since %s; dashed lines mark where a level changed. The table beneath has every value.", p.Name, p.Chart.Since.Format("2 January 2006"))
	for i, s := range p.Shifts {
		p.Chart.Events = append(p.Chart.Events, chart.Event{At: p.day(s.Date), Label: fmt.Sprintf("change %d", i+1)})
	}
	slices.SortStableFunc(p.Rows, func(a, b TrendRow) int { return a.At.Compare(b.At) })
	return p
}

// Title heads the panel.
func (p TrendPanel) Title() string {
	name := p.Name
	if len(name) > 1 && (name[1] < '0' || name[1] > '9') { // p50 has no capital
		name = capital(name)
	}
	return name + " over the nights"
}

// day is where a moment stands on the axis of the panel's chart.
func (p TrendPanel) day(at time.Time) float64 { return at.Sub(p.Chart.Since).Hours() / 24 }

// mark draws a line at the night of a run.
func (tr *Trend) mark(run string) {
	for _, n := range tr.Nights {
		if n.Run != run {
			continue
		}
		for i := range tr.Panels {
			p := &tr.Panels[i]
			p.Chart.Events = append(p.Chart.Events, chart.Event{At: p.day(n.Started), Label: "this run"})
		}
	}
}

// shifted says how far a level changed, with its interval.
func shifted(s compare.Shift) string {
	return estimated(compare.Effect{Scale: s.Scale, Estimate: &s.Size, Low: &s.Low, High: &s.High})
}

// A trendPage is what the template of the page of trends sees.
type trendPage struct {
	*Trend
	Title  string
	Icon   template.URL
	Style  template.CSS
	Charts map[string]*figure
}

// figures draws the charts by name.
func (tr *Trend) figures() (map[string]*figure, error) {
	charts := map[string]*figure{}
	for _, p := range tr.Panels {
		f, err := drawn(p.ID, p.Chart.Picture)
		if err != nil {
			return nil, fmt.Errorf("the chart %q cannot be drawn: %w", p.ID, err)
		}
		charts[p.ID] = f
	}
	return charts, nil
}

// Pictures are the trend's charts.
func (tr *Trend) Pictures() (ps []NamedPicture) {
	for _, p := range tr.Panels {
		ps = append(ps, NamedPicture{p.ID, p.Chart.Picture})
	}
	return ps
}

// WriteTrend writes the trend as a page of its own, under the same rules as a
// run's: one file, no script, nothing asked of the network.
func WriteTrend(w io.Writer, tr *Trend) error {
	t, style, err := templates()
	if err != nil {
		return err
	}
	p := &trendPage{Trend: tr, Title: clipped(tr.Scenario, 80) + ": history", Icon: "data:,"}
	if p.Charts, err = tr.figures(); err != nil {
		return err
	}
	p.Style = template.CSS(style + sorting() + hiding(p.Charts))
	if err := t.ExecuteTemplate(w, "trend.gohtml", p); err != nil {
		return fmt.Errorf("the history cannot be written as HTML: %w", err)
	}
	return nil
}

// ShiftSheet has the nights from which on a level was another.
func (p TrendPanel) ShiftSheet() *sheet {
	s := &sheet{
		ID: p.ID + "-shifts", Caption: "Changes of level: " + p.Name,
		Columns: heads("no.", "text:since", "text:target", "before", "after", "long:change", "text:first run"),
	}
	for i, shift := range p.Shifts {
		s.add(countOf(int64(i+1)), night(shift.Date).classed("text"), words(shift.Target), valued(shift.Before, shift.Unit), valued(shift.After, shift.Unit),
			figureOf(shift.Size, shifted(shift)), words(shift.Run).classed("id"))
	}
	return s.sorted()
}

// NightSheet has every value.
func (p TrendPanel) NightSheet() *sheet {
	s := &sheet{ID: p.ID + "-nights", Caption: p.Name + ", night by night", Columns: heads("night", "text:target", "value", "text:run")}
	for _, row := range p.Rows {
		s.add(night(row.At), words(row.Target), valued(row.Value, row.Unit), words(row.Run).classed("id"))
	}
	return s.sorted()
}

func valued(v float64, unit string) entry { return figureOf(v, inUnit(v, unit)) }

func night(t time.Time) entry {
	return figureOf(float64(t.Unix()), t.UTC().Format("2006-01-02 15:04"))
}
