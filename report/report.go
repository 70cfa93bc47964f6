package report

import (
	"fmt"
	"path/filepath"

	"tollgate/report/chart"
	"tollgate/results"
	"tollgate/results/compare"
)

// A Report is everything that the formats tell, computed once from a run
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
	Gate       *compare.Decision   // nil: the gate was not asked
	Sections   []Section           // findings, by probe
	Moments    []Moment            // percentiles over time
	Trend      *Trend              // nil: nobody asked for the history of the scenario
	Map        *CostMap            // nil: no two targets to choose between

	Percentiles *chart.Percentiles // each chart is nil without data
	Heat        *chart.Heat
	Timeline    *chart.Timeline
	Waterfall   *chart.Bars
	Bills       *chart.Bars
	Costs       *chart.Costs
	Forest      *chart.Forest
}

// New computes the report of a run. The costing may be nil, for bills that say
// nothing of other volumes, and so may the comparison of the run's targets.
func New(run *results.Run, costing *Costing, comparison *compare.Comparison) (*Report, error) {
	if run == nil {
		return nil, fmt.Errorf("there is no run to report on")
	}
	told := *run
	told.Findings = normalizeFindings(run.Findings)
	run = &told
	r := &Report{Document: run.Document, Run: run, Costing: costing, Comparison: comparison}
	for i, t := range run.Document.Targets {
		if t.Observed == nil && run.Observed != nil && i < len(run.Observed.Targets) {
			t.Observed = &run.Observed.Targets[i]
		}
		r.Doors = append(r.Doors, Door{t, i})
	}
	if costing != nil {
		r.Month = costing.Month
	}
	r.Notices = notices(r.Document)
	r.Sections, r.Moments = sections(run.Findings), moments(run, r.Doors)
	r.charts()
	r.Answer = answer(r)
	return r, nil
}

func (r *Report) charts() {
	if ch, ok := percentiles(r.Run, r.Doors); ok {
		r.Percentiles = &ch
	}
	if ch, ok := heat(r.Run, r.Doors); ok {
		r.Heat = &ch
	}
	if ch, ok := timeline(r.Run, r.Doors); ok {
		r.Timeline = &ch
	}
	if ch, ok := waterfall(r.Doors); ok {
		r.Waterfall = &ch
	}
	if ch, ok := bills(r.Doors); ok {
		r.Bills = &ch
	}
	if ch, ok := costs(r.Costing, r.Doors); ok {
		r.Costs = &ch
	}
	r.Map = costMap(r.Costing, r.Doors)
	if ch, ok := forest(r.Comparison); ok {
		r.Forest = &ch
	}
}

// Path is where the report for a browser lies.
func (r *Report) Path() string { return filepath.Join(r.Run.Dir, "report.html") }

// passed counts thresholds.
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
	return false
}
