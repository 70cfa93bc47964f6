package report

import "time"

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
