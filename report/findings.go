package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"tollgate/results"
)

// findings tells what the probes concluded: in plain words, then what was
// expected beside what was measured, and in the full summary every value.
func (s *summary) findings() {
	for _, f := range s.Run.Findings {
		s.say("probe", fmt.Sprintf("%s at %s: %s", f.Title, f.Target, f.Conclusion))
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
			s.say("value", fmt.Sprintf("%s: %s (%s)", name, valueText(f.Values[name]), f.Values[name].Method))
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

// units are how a value's unit is written behind a number.
var units = map[string]string{"per_s": "/s", "ms": " ms", "s": " s", "bytes": " bytes", "usd": " USD", "requests": " requests"}

// valueText is a value with its interval.
func valueText(v results.Value) string {
	number := func(x float64) string {
		if v.Unit == "share" {
			return strconv.FormatFloat(100*x, 'g', 4, 64)
		}
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	unit := units[v.Unit]
	if v.Unit == "share" {
		unit = " %"
	}
	if v.Low == nil || v.High == nil {
		return number(v.Value) + unit
	}
	return fmt.Sprintf("%s%s, from %s to %s", number(v.Value), unit, number(*v.Low), number(*v.High))
}
