package report

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"tollgate/report/chart"
	"tollgate/results"
	"tollgate/results/compare"
)

// A Report is everything that the formats show, computed once from a run
// directory.
type Report struct {
	results.Document
	Run     *results.Run
	Doors   []Door
	Notices []Notice
	Answer  []string // sentences
	Month   int64    // requests per month that the bills are made for; 0: not known
	Costing *Costing // nil: the bills say nothing of other volumes

	Comparison *compare.Comparison // nil: targets were not compared
	Decides    bool                // the comparison was asked for, and is the result where there is no gate
	Before     *results.Document   // of the run that a comparison of two has as its base
	Gate       *compare.Decision   // nil: the gate was not asked
	Sections   []Section           // findings, by probe
	Moments    []Moment            // percentiles over time
	Trend      *Trend              // nil: without the history of the scenario
	Job        string              // address of the pipeline's job; "": none
	Map        *CostMap            // nil: no two targets to choose between
	Overview   string              // address of the overview of the site that it is a page of; "": none

	Percentiles *chart.Percentiles // each chart is nil without data
	Heat        *chart.Heat
	Timeline    *chart.Timeline
	Waterfall   *chart.Bars
	Bills       *chart.Bars
	Costs       *chart.Costs
	Forest      *chart.Forest
}

// New computes the report of a run. Costing and comparison may be nil.
func New(run *results.Run, costing *Costing, comparison *compare.Comparison) (*Report, error) {
	if run == nil {
		return nil, fmt.Errorf("there is no run to report on")
	}
	normalized := *run
	normalized.Findings = normalizeFindings(run.Findings)
	run = &normalized
	r := &Report{Document: run.Document, Run: run, Costing: costing, Comparison: comparison}
	for i, t := range observedTargets(run) {
		r.Doors = append(r.Doors, Door{t, i})
	}
	if costing != nil {
		r.Month = costing.Month
	}
	r.Notices = notices(r.Document)
	r.Sections, r.Moments = sections(run.Findings), moments(run, r.Doors)
	r.Percentiles, r.Heat, r.Timeline = percentiles(run, r.Doors), heat(run, r.Doors), timeline(run, r.Doors)
	if r.Lacks(results.LackTimes) { // there is no axis of time
		r.Heat, r.Timeline = nil, nil
	}
	r.Waterfall, r.Bills, r.Costs = waterfall(r.Doors), bills(r.Doors), costs(costing, r.Doors)
	r.Map, r.Forest = costMap(costing, r.Doors), forest(comparison)
	r.Answer = answer(r)
	return r, nil
}

// observedTargets are the targets of a run with what CloudWatch saw of them.
func observedTargets(run *results.Run) []results.TargetDoc {
	all := slices.Clone(run.Document.Targets)
	for i := range all {
		if all[i].Observed == nil && run.Observed != nil && i < len(run.Observed.Targets) {
			all[i].Observed = &run.Observed.Targets[i]
		}
	}
	return all
}

// Path is where the report for a browser lies.
func (r *Report) Path() string { return filepath.Join(r.Run.Dir, "report.html") }

func (r *Report) passed() (passed, all int) {
	for _, t := range r.Thresholds {
		if t.Passed {
			passed++
		}
	}
	return passed, len(r.Thresholds)
}

// thin says whether a percentile that reports show is missing for want of requests.
func (r *Report) thin() bool {
	for _, d := range r.Doors {
		if thin(d.response()) {
			return true
		}
	}
	return slices.ContainsFunc(slices.Concat(r.stageRows(), r.populationRows()), func(s partRow) bool { return thin(s.Latency[results.Response.String()]) })
}

// A Format is one way to write a report.
type Format struct {
	Name  string // as --format spells it
	Ext   string // of its file
	Write func(io.Writer, *Report) error

	Verdict string // what it is, of those that show a verdict in short, which check, compare and ab print too
}

// Formats are all there are. A new one is a function and a line here.
var Formats = []Format{
	{Name: "text", Ext: "txt", Write: writeText},
	{Name: "md", Ext: "md", Write: writeMarkdown},
	{Name: "comment", Ext: "md", Write: writeComment, Verdict: "Markdown for a pull request"},
	{Name: "slack", Ext: "json", Write: writeSlack, Verdict: "JSON for the webhook of a chat"},
	{Name: "badge", Ext: "svg", Write: writeBadge, Verdict: "SVG"},
	{Name: "html", Ext: "html", Write: writeHTML},
	{Name: "json", Ext: "json", Write: writeJSON},
	{Name: "csv", Ext: "csv", Write: writeCSV},
	{Name: "junit", Ext: "xml", Write: writeJUnit},
	{Name: "benchfmt", Ext: "txt", Write: writeBenchfmt},
}

// FormatNamed finds a format.
func FormatNamed(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// writeJSON writes the document of run.json, with what was observed and billed, and
// the findings of probes.
func writeJSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	err := e.Encode(struct {
		results.Document
		Findings []results.Finding `json:"findings,omitempty"`
	}{r.Document, r.Run.Findings})
	if err != nil {
		return fmt.Errorf("the run's document cannot be written as JSON: %w", err)
	}
	return nil
}
