package report

import (
	"fmt"
	"maps"
	"slices"

	"tollgate/results"
)

// findings tells what the probes concluded: in plain words, then what was
// expected beside what was measured, and in the full summary every value.
func (s *summary) findings() {
	for _, f := range s.Run.Findings {
		name := "probe"
		if f.Requests == 0 { // it asked nothing, and was read off the run
			name = "finding"
		}
		s.say(name, fmt.Sprintf("%s at %s: %s", f.Title, f.Target, f.Conclusion))
		for _, c := range f.Checks {
			word := map[string]string{"yes": "holds", "no": "WRONG"}[c.Holds]
			if word == "" {
				word = "unknown"
			}
			text := fmt.Sprintf("%s (%s): measured %s", c.Claim, c.Source, c.Measured)
			if c.Why != "" {
				text += "; " + c.Why
			}
			s.say(word, text)
		}
		if s.Detail == Compact {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(f.Values)) {
			s.say("value", fmt.Sprintf("%s: %s (%s)", name, valueText(f.Values[name]), typeset(f.Values[name].Method)))
		}
		for _, t := range f.Tables {
			s.table(t)
		}
		for _, a := range f.Assumptions {
			s.say("assumed", a)
		}
	}
	if len(s.Run.Findings) > 0 {
		s.line("")
	}
}

// table writes a finding's table.
func (s *summary) table(t results.Table) {
	s.say("table", t.Title)
	var drawn table
	for _, c := range t.Columns {
		drawn.columns = append(drawn.columns, column{head: plain(c)})
	}
	for _, row := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i := range min(len(row), len(cells)) {
			cells[i] = plain(row[i])
		}
		drawn.rows = append(drawn.rows, cells)
	}
	s.line(drawn.lines(s.Width)...)
}

// valueText is a value with its interval.
func valueText(v results.Value) string {
	text := inUnit(v.Value, v.Unit)
	if v.Low != nil && v.High != nil {
		text += ", from " + inUnit(*v.Low, v.Unit) + " to " + inUnit(*v.High, v.Unit)
	}
	return text
}
