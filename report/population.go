package report

import (
	"strings"

	"tollgate/results"
)

// populationRows are the figures by population. The targets of one population stand
// together, since they had the same load.
func (r *Report) populationRows() (rows []partRow) {
	for i := range r.Populations {
		p := &r.Populations[i]
		for _, d := range r.Doors {
			if f, ok := d.ByPopulation[p.Name]; ok {
				rows = append(rows, partRow{p.Name, r.loadOf(p), d.Name, f})
			}
		}
	}
	return rows
}

// loadOf is what a population sent, in words.
func (r *Report) loadOf(p *results.PopulationDoc) string {
	var loads []string
	for _, number := range p.Stages {
		if s := r.Stages[number-1]; !s.WarmUp {
			loads = append(loads, s.Load)
		}
	}
	text := strings.Join(loads, ", ")
	if p.Start > 0 {
		text = "after " + seconds(p.Start) + " " + text
	}
	return text
}

// populations shows the figures by population, and says what came of their requests.
func (s *summary) populations() {
	rows := s.populationRows()
	if len(rows) == 0 {
		return
	}
	s.parts("population", rows)
	s.line("")
	s.say("populations", "sent their load side by side; rates are over the time in which each did")
}

func markdownPopulations(b *strings.Builder, r *Report) {
	if markdownParts(b, "population", r.populationRows()) {
		b.WriteString("\n")
	}
}

// PopulationTable has a row for each population at each target; nil where there are none.
func (p *page) PopulationTable() *htmlTable { return partFigures("population", p.populationRows()) }

// populationCSV has a row for each population at each target.
func (r *Report) populationCSV() NamedTable {
	t := newTable("populations", append([]string{"target", "population", "start_s", "load"}, partColumns()...)...)
	for i := range r.Populations {
		p := &r.Populations[i]
		for _, d := range r.Doors {
			if f, ok := d.ByPopulation[p.Name]; ok {
				t.add(append([]any{d.Name, p.Name, p.Start, r.loadOf(p)}, partCells(f)...)...)
			}
		}
	}
	return t
}
