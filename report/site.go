package report

import (
	"io"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
)

// A Site is the overview of a history: the scenarios, where their levels changed, and
// the newest runs. Each run and each scenario has a page of its own next to it.
type Site struct {
	Scenarios []SiteScenario // that with the newest run first
	Runs      []SiteRun      // newest first
	All       int            // runs of the history, of which Runs are those with pages
}

// A SiteScenario is one scenario of a site.
type SiteScenario struct {
	Name  string
	Page  string // address of its trend, relative to the overview; "": it has none
	Runs  int
	Trend *Trend // nil: too few runs count
}

// A SiteRun is what an overview shows of one run.
type SiteRun struct {
	ID, Scenario string
	Page         string // address of its report, relative to the overview
	began        time.Time
	known        bool // when it began
	result       string
	tone         string
	trust, gate  string
	models       bool
	p50, p99     spread
	month        spread
}

// NewSiteRun keeps of a report what an overview shows.
func NewSiteRun(r *Report, page string) SiteRun {
	c := r.conclude()
	s := SiteRun{ID: r.ID, Scenario: r.Scenario, Page: page, result: c.word, trust: strings.TrimPrefix(trust(r.Document), "measurement "), gate: none, models: len(r.Models()) > 0}
	s.began, s.known = r.began()
	s.tone = map[standing]string{passes: "good", fails: "bad"}[c.standing]
	if r.Gate != nil {
		s.gate = gateTitle(r.Gate)
	}
	for _, d := range r.Doors {
		p := d.response()
		s.p50.include(p.P50)
		s.p99.include(p.P99)
		if d.priced() {
			usd := d.Bill.Month.Float()
			s.month.include(&usd)
		}
	}
	return s
}

// A spread is the least and the largest of the values of a run's targets.
type spread struct {
	low, high float64
	any       bool
}

func (s *spread) include(v *float64) {
	switch {
	case v == nil:
	case !s.any:
		*s = spread{*v, *v, true}
	default:
		s.low, s.high = min(s.low, *v), max(s.high, *v)
	}
}

// cell is sorted by the least value. The text is one number where all print alike.
func (s spread) cell(print func(float64) string) htmlCell {
	if !s.any {
		return htmlCell{Text: none}
	}
	text := print(s.low)
	if high := print(s.high); high != text {
		text += " to " + high
	}
	return figureOf(s.low, text)
}

// Linked gives a trend's runs the addresses of their pages, and the trend that of the
// overview.
func (tr *Trend) Linked(pages map[string]string, overview string) {
	tr.Overview = overview
	for i := range tr.Panels {
		tr.Panels[i].pages = pages
	}
}

// WriteSite writes the overview as a page, under the same rules as a run's: one file, no
// script, no requests to the network.
func WriteSite(w io.Writer, s *Site) error {
	p := struct {
		*Site
		pageFrame
	}{s, pageFrame{Title: "Runs: Tollgate", Icon: "data:,"}}
	return p.write(w, "site.gohtml", &p)
}

// ScenarioTable has a row for each scenario.
func (s *Site) ScenarioTable() *htmlTable {
	t := &htmlTable{ID: "scenarios", Caption: "The link of a scenario shows its metrics over time, that of a run its report.", Columns: heads("scenario", "runs", "long:newest run", "text:result", "text:measurement", "text:last change of level")}
	for _, sc := range s.Scenarios {
		name := words(sc.Name)
		name.Link = sc.Page
		row := []htmlCell{name, countOf(int64(sc.Runs))}
		i := slices.IndexFunc(s.Runs, func(r SiteRun) bool { return r.Scenario == sc.Name })
		if i < 0 {
			row = append(row, words(none), words(none), words(none))
		} else {
			r := s.Runs[i]
			at := r.moment()
			at.Link = r.Page
			row = append(row, at, words(r.result).classed(r.tone), r.trusted())
		}
		t.add(append(row, sc.lastChange())...)
	}
	return t.sorted()
}

// lastChange is the newest change of level of any metric.
func (sc SiteScenario) lastChange() htmlCell {
	if sc.Trend == nil {
		return prosaic("fewer than two runs count")
	}
	all := sc.changes()
	if len(all) == 0 {
		return words("none found")
	}
	c := all[0]
	return prosaic(c.Date.UTC().Format(time.DateOnly) + ": " + metricTitle(c.Metric) + " at " + clipped(c.Target, 40) + " " + changeSize(c))
}

// changes are those of all metrics, newest first.
func (sc SiteScenario) changes() (all []compare.ChangePoint) {
	if sc.Trend == nil {
		return nil
	}
	for _, p := range sc.Trend.Panels {
		all = append(all, p.ChangePoints...)
	}
	slices.SortStableFunc(all, func(a, b compare.ChangePoint) int { return b.Date.Compare(a.Date) })
	return all
}

// changeSize is the size of a change with its interval.
func changeSize(c compare.ChangePoint) string {
	return estimated(compare.Effect{Scale: c.Scale, Estimate: &c.Size, Low: &c.Low, High: &c.High})
}

// mostChanges is how many changes an overview lists; the pages of scenarios have all.
const mostChanges = 50

// ChangeTable has the newest changes of level of all scenarios; nil without any.
func (s *Site) ChangeTable() *htmlTable {
	type row struct {
		compare.ChangePoint
		in SiteScenario
	}
	var rows []row
	for _, sc := range s.Scenarios {
		for _, c := range sc.changes() {
			rows = append(rows, row{c, sc})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortStableFunc(rows, func(a, b row) int { return b.Date.Compare(a.Date) })
	t := &htmlTable{ID: "changes", Caption: "Changes of level, newest first", Columns: heads("long:since", "text:scenario", "text:target", "text:metric", "long:before", "long:after", "long:change", "text:first run")}
	for _, r := range rows[:min(len(rows), mostChanges)] {
		scenario, run := words(r.in.Name), words(shortID(r.Run)).classed("id")
		scenario.Link, run.Link = r.in.Page, s.pageOf(r.Run)
		t.add(moment(r.Date), scenario, words(r.Target), words(metricTitle(r.Metric)), valued(r.Before, r.Unit), valued(r.After, r.Unit), figureOf(r.Size, changeSize(r.ChangePoint)), run)
	}
	return t.sorted()
}

// pageOf is the address of a run's page; "" where it has none.
func (s *Site) pageOf(run string) string {
	if i := slices.IndexFunc(s.Runs, func(r SiteRun) bool { return r.ID == run }); i >= 0 {
		return s.Runs[i].Page
	}
	return ""
}

// RunTable has a row for each run that has a page.
func (s *Site) RunTable() *htmlTable {
	t := &htmlTable{ID: "runs", Caption: "Runs, newest first. Of several targets: the least and the largest value.", Columns: heads("run", "long:started, UTC", "text:scenario", "text:result", "text:measurement", "long:p50, ms", "long:p99, ms", "long:a month")}
	gated := slices.ContainsFunc(s.Runs, func(r SiteRun) bool { return r.gate != none })
	if gated {
		t.Columns = append(t.Columns, heads("text:gate")...)
	}
	for _, r := range s.Runs {
		id := words(shortID(r.ID)).classed("id")
		id.Link = r.Page
		row := []htmlCell{id, r.moment(), words(r.Scenario), words(r.result).classed(r.tone), r.trusted(), r.p50.cell(digits), r.p99.cell(digits), r.month.cell(usd)}
		if gated {
			row = append(row, words(r.gate))
		}
		t.add(row...)
	}
	return t.sorted()
}

// shortID is the end of a run's id, by which the commands find it.
func shortID(id string) string { return clipped(id[strings.LastIndex(id, "-")+1:], 40) }

// moment is when the run began.
func (r SiteRun) moment() htmlCell {
	if !r.known {
		return htmlCell{Text: "not recorded"}
	}
	return moment(r.began)
}

// trusted is the verdict, and whether front doors were models of the lab.
func (r SiteRun) trusted() htmlCell {
	cell := words(r.trust)
	if r.models {
		cell = cell.noted("models, not AWS")
	}
	return cell
}

// Newest is the day of the newest run; "" if no run says it.
func (s *Site) Newest() string {
	if len(s.Runs) == 0 {
		return ""
	}
	newest := slices.MaxFunc(s.Runs, func(a, b SiteRun) int { return a.began.Compare(b.began) })
	if !newest.known {
		return ""
	}
	return newest.began.UTC().Format("2 January 2006")
}

// Models says whether any run of the overview measured models of the lab.
func (s *Site) Models() bool {
	return slices.ContainsFunc(s.Runs, func(r SiteRun) bool { return r.models })
}

// Invalid is how many runs of the overview are invalid.
func (s *Site) Invalid() (n int) {
	for _, r := range s.Runs {
		if r.trust == string(results.Invalid) {
			n++
		}
	}
	return n
}
