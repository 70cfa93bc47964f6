package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tollgate/report/chart"
	"tollgate/results"
)

// probeOrder is the order of the page: what concerns everybody first.
var probeOrder = []string{"cold-start", "coldstart", "usage-plan", "throttling", "cache", "saturation", "limits", "connection-life", "connect-burst", "fan-out"}

// A Section is the findings of one probe, at each target that was asked.
type Section struct {
	ID, Title string
	Findings  []Finding
}

// A Finding is what a probe concluded about one target, with its pictures.
type Finding struct {
	results.Finding
	Charts []NamedPicture
}

// sections groups findings by probe.
func sections(all []results.Finding) (out []Section) {
	at := map[string]int{}
	for _, f := range all {
		i, ok := at[f.Probe]
		if !ok {
			i = len(out)
			at[f.Probe] = i
			out = append(out, Section{ID: "probe-" + fmt.Sprint(i+1) + "-" + slug(f.Probe), Title: titleOf(f)})
		}
		s := &out[i]
		s.Findings = append(s.Findings, Finding{f, pictured(fmt.Sprintf("%s-%d", s.ID, len(s.Findings)+1), f)})
	}
	rank := func(s Section) int {
		if i := slices.Index(probeOrder, s.Findings[0].Probe); i >= 0 {
			return i
		}
		return len(probeOrder)
	}
	slices.SortStableFunc(out, func(a, b Section) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

func titleOf(f results.Finding) string {
	if f.Title != "" {
		return capital(f.Title)
	}
	return capital(strings.ReplaceAll(f.Probe, "-", " "))
}

// inUnit prints a value of a finding or a comparison with its unit.
func inUnit(v float64, unit string) string {
	if math.Abs(v) >= 1e15 {
		return strconv.FormatFloat(v, 'g', 3, 64) + " " + unit
	}
	switch unit {
	case "share":
		return share(v)
	case "per_s":
		return digits(v) + "/s"
	case "usd":
		return inDollars(v)
	case "usd_per_million":
		return inDollars(v) + " per million"
	case "bytes":
		return bytesText(int64(v))
	case "count", "requests":
		if v == math.Trunc(v) {
			return count(int64(v))
		}
		return digits(v)
	}
	return strings.TrimSpace(digits(v) + " " + unit)
}

// inDollars puts the sign before the currency: −$0.12, <$0.001.
func inDollars(v float64) string {
	text := digits(math.Abs(v))
	if rest, tiny := strings.CutPrefix(text, "<"); tiny {
		text = "<$" + rest
	} else if text != none {
		text = "$" + text
	}
	if v < 0 {
		return "−" + text
	}
	return text
}

// valueText is a value with its interval.
func valueText(v results.Value) string {
	text := inUnit(v.Value, v.Unit)
	if v.Low != nil && v.High != nil {
		text += ", from " + inUnit(*v.Low, v.Unit) + " to " + inUnit(*v.High, v.Unit)
	}
	return text
}

// read makes cells of a column of texts: numbers if all of them are, in one unit,
// with their thousands separated, and otherwise words.
func read(texts []string) []htmlCell {
	var asWords, asNumbers []htmlCell
	units := map[string]bool{}
	for _, text := range texts {
		cell := words(text)
		asWords = append(asWords, cell)
		if cell.known {
			v, unit, ok := numeral(cell.Text)
			if units[unit] = true; !ok || len(units) > 1 {
				units = map[string]bool{"": true, "mixed": true}
			}
			cell.number, cell.word = v, ""
			if !strings.Contains(text, ",") {
				cell.Text = chart.Separated(cell.Text)
			}
		}
		asNumbers = append(asNumbers, cell)
	}
	if len(units) > 1 {
		return asWords
	}
	return asNumbers
}

// numeral reads a number with thousands separated, and what follows it.
func numeral(text string) (v float64, unit string, ok bool) {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "−", "-"), "$")
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("+-0123456789.,", r) })
	if end < 0 {
		end = len(text)
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(text[:end], ",", ""), 64)
	return v, strings.TrimSpace(text[end:]), err == nil
}

// checkText is a claim with what was measured of it, at what, and why it is decided
// so.
func checkText(c results.Check) string {
	text := fmt.Sprintf("%s (%s): ", c.Claim, c.Source)
	if c.Holds != results.OfModel {
		text += "measured "
	}
	text += measuredText(c)
	if c.About != "" {
		text += "; " + c.About
	}
	if c.Why != "" {
		text += "; " + c.Why
	}
	return text
}

// measuredText is what was measured of a claim, or what a model was given.
func measuredText(c results.Check) string {
	if c.Holds == results.OfModel {
		return "the model was given " + c.Measured
	}
	return c.Measured
}

// findingTable is a finding's table, nil without rows.
func findingTable(id string, n int, t results.Table) *htmlTable {
	s := &htmlTable{ID: fmt.Sprintf("%s-table-%d", id, n+1), Caption: capital(clipped(t.Title, 100))}
	rows := slices.DeleteFunc(slices.Clone(t.Rows), func(row []string) bool { return len(row) == 0 })
	if len(rows) == 0 || len(t.Columns) == 0 {
		return nil
	}
	cells := make([][]htmlCell, len(rows))
	for c, name := range t.Columns {
		texts := make([]string, len(rows))
		for i, row := range rows {
			if c < len(row) {
				texts[i] = row[c]
			}
		}
		h := htmlColumn{Name: cmp.Or(plain(name), "what")}
		for i, e := range read(texts) {
			cells[i] = append(cells[i], e)
			if e.word != "" {
				h.Class = "text"
			}
		}
		s.Columns = append(s.Columns, h)
	}
	for _, row := range cells {
		s.add(row...)
	}
	return s.sorted()
}
