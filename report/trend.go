package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/report/chart"
	"tollgate/results"
	"tollgate/results/compare"
)

// A Trend is the history of a scenario, metric by metric, and where a level
// changed for good.
type Trend struct {
	Scenario string
	Runs     []compare.RunValues
	Panels   []TrendPanel
	Models   string // which targets were models of the lab, in a sentence; "": none
	Overview string // address of the site's overview; "": it is no part of a site
}

// A TrendPanel is one metric over the runs, at every target.
type TrendPanel struct {
	ID, Name, Unit string // the name as prose has it: "p50", "error share"
	Chart          chart.Lines
	ChangePoints   []compare.ChangePoint
	series         []compare.Series
	pages          map[string]string // by run: the addresses of their reports
}

// trended are the metrics of a trend; the export has the others.
var trended = []compare.Metric{compare.P50, compare.P99, compare.ErrorShare, compare.Goodput, compare.Dollars}

// NewTrend computes the trend of a scenario. A line needs two runs.
func NewTrend(scenario string, runs []compare.RunValues) (*Trend, error) {
	return newTrend(scenario, runs, nil)
}

// newTrend gives the targets their colors, in an order that may be given.
func newTrend(scenario string, runs []compare.RunValues, targets []string) (*Trend, error) {
	tr := &Trend{Scenario: scenario, Runs: runs}
	if len(runs) > 0 { // which targets are models does not change within a history
		tr.Models = capital(results.ModelsText(runs[len(runs)-1].Models))
	}
	all := slices.DeleteFunc(compare.SeriesOf(runs), func(s compare.Series) bool { return len(s.Points) < 2 })
	for _, s := range all {
		if !slices.Contains(targets, s.Target) {
			targets = append(targets, s.Target)
		}
	}
	for _, m := range trended {
		series := slices.DeleteFunc(slices.Clone(all), func(s compare.Series) bool { return s.Metric != m })
		if len(series) > 0 {
			tr.Panels = append(tr.Panels, trendPanel(m, series, targets))
		}
	}
	if len(tr.Panels) == 0 {
		return nil, fmt.Errorf("the history of %s has %s; a trend needs two that count", scenario, pricing.Counted(int64(len(runs)), "run"))
	}
	return tr, nil
}

func trendPanel(m compare.Metric, series []compare.Series, targets []string) TrendPanel {
	p := TrendPanel{ID: "history-" + slug(string(m)), Name: metricTitle(m), Unit: m.Unit(), series: series}
	first := series[0].Points[0].At
	for _, s := range series {
		if s.Points[0].At.Before(first) {
			first = s.Points[0].At
		}
	}
	p.Chart = chart.Lines{
		Title: p.Title(), X: "run, UTC", Since: time.Unix(int64(math.Round(float64(first.UnixNano())/1e9)), 0).UTC(),
		Y: map[string]string{
			"ms": "milliseconds", "share": "percent of requests", "per_s": "good responses per second", "usd_per_million": "US dollars per million requests",
		}[p.Unit],
	}
	p.Chart.Desc = fmt.Sprintf("The %s of each target, run by run since %s; dashed lines mark changes of level. The table below has every value.", p.Name, p.Chart.Since.Format("2 January 2006"))
	for _, s := range series {
		p.ChangePoints = append(p.ChangePoints, compare.ChangePoints(s)...)
		line := chart.Line{Name: s.Target, Series: slices.Index(targets, s.Target)}
		for _, pt := range s.Points {
			v := pt.Value
			if p.Unit == "share" {
				v *= 100
			}
			line.Notes = append(line.Notes, pt.Run)
			line.Points = append(line.Points, [2]float64{p.day(pt.At), v})
		}
		p.Chart.Series = append(p.Chart.Series, line)
	}
	for i, s := range p.ChangePoints {
		p.Chart.Events = append(p.Chart.Events, chart.Event{At: p.day(s.Date), Label: fmt.Sprintf("change %d", i+1)})
	}
	return p
}

func (p TrendPanel) Title() string {
	name := p.Name
	if len(name) > 1 && (name[1] < '0' || name[1] > '9') { // p50 has no capital
		name = capital(name)
	}
	return name + " over time"
}

// day is the position of a moment on the axis of the panel's chart.
func (p TrendPanel) day(at time.Time) float64 { return at.Sub(p.Chart.Since).Hours() / 24 }

// WithHistory shows the run among the runs of its scenario, oldest first. If they
// are too few to draw, the report has no history.
func (r *Report) WithHistory(runs []compare.RunValues) {
	var targets []string // which have the colors that they have elsewhere on the page
	for _, d := range r.Doors {
		targets = append(targets, d.Name)
	}
	tr, err := newTrend(r.Scenario, runs, targets)
	if err != nil {
		return
	}
	for _, n := range tr.Runs {
		for i := range tr.Panels {
			if p := &tr.Panels[i]; n.Run == r.ID {
				p.Chart.Events = append(p.Chart.Events, chart.Event{At: p.day(n.Started), Label: "this run"})
			}
		}
	}
	r.Trend = tr
}

func (tr *Trend) Pictures() (ps []NamedPicture) {
	for _, p := range tr.Panels {
		ps = append(ps, NamedPicture{p.ID, p.Chart.Picture})
	}
	return ps
}

// WriteTrend writes the trend as a page of its own, under the same rules as a
// run's: one file, no script, no requests to the network.
func WriteTrend(w io.Writer, tr *Trend) error {
	p := struct {
		*Trend
		pageFrame
	}{tr, pageFrame{Title: clipped(tr.Scenario, 80) + ": history", Icon: "data:,", Charts: figures(tr.Pictures())}}
	return p.write(w, "trend.gohtml", &p)
}

// ChangeTable has the runs from which on a level was different.
func (p TrendPanel) ChangeTable() *htmlTable {
	s := &htmlTable{
		ID: p.ID + "-changes", Caption: "Changes of level: " + p.Name,
		Columns: heads("no.", "text:since", "text:target", "before", "after", "long:change", "text:first run"),
	}
	for i, c := range p.ChangePoints {
		s.add(countOf(int64(i+1)), moment(c.Date).classed("text"), words(c.Target), valued(c.Before, c.Unit), valued(c.After, c.Unit),
			figureOf(c.Size, changeSize(c)), p.run(c.Run))
	}
	return s.sorted()
}

func (p TrendPanel) RunTable() *htmlTable {
	s := &htmlTable{ID: p.ID + "-runs", Caption: p.Name + ", run by run", Columns: heads("run at", "text:target", "value", "text:run")}
	type row struct {
		compare.Point
		target string
	}
	var rows []row
	for _, series := range p.series {
		for _, pt := range series.Points {
			rows = append(rows, row{pt, series.Target})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.At.Compare(b.At) })
	for _, r := range rows {
		s.add(moment(r.At), words(r.target), valued(r.Value, p.Unit), p.run(r.Run))
	}
	return s.sorted()
}

// run is a run's name, which leads to its report.
func (p TrendPanel) run(id string) htmlCell {
	cell := words(id).classed("id")
	cell.Link = p.pages[id]
	return cell
}

func valued(v float64, unit string) htmlCell { return figureOf(v, inUnit(v, unit)) }

func moment(t time.Time) htmlCell {
	return figureOf(float64(t.Unix()), t.UTC().Format("2006-01-02 15:04"))
}
