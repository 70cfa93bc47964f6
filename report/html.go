package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tollgate/report/chart"
	"tollgate/results"
)

//go:embed page
var pageFiles embed.FS

// A page is what the templates see: the report, with its charts drawn.
type page struct {
	*Report
	Style  template.CSS
	Charts map[string]*figure
	Marks  []template.HTML // of the doors, by index
}

// A figure is one chart drawn for a wide page and for a phone.
type figure struct {
	Title, Desc  string
	Wide, Narrow template.HTML
	Legend       []legendEntry
}

// A legendEntry explains one ink. Where Toggle is set, a check box of that
// class hides what the ink has drawn.
type legendEntry struct {
	Name   string
	Mark   template.HTML
	Toggle string
}

// writeHTML writes r as one file that asks the network for nothing and works
// without scripts.
func writeHTML(w io.Writer, r *Report) error {
	t, style, err := templates()
	if err != nil {
		return err
	}
	p := &page{Report: r, Charts: map[string]*figure{}}
	if err := p.draw(); err != nil {
		return err
	}
	p.Style = template.CSS(style + hiding(p.Charts))
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("the report cannot be written as HTML: %w", err)
	}
	return nil
}

// templates reads the templates and the style sheet.
func templates() (*template.Template, string, error) {
	t, err := template.New("page.gohtml").Funcs(pageFuncs).ParseFS(pageFiles, "page/*.gohtml")
	if err != nil {
		return nil, "", err
	}
	style, err := pageFiles.ReadFile("page/style.css")
	return t, string(style), err
}

// Title is the page's, for the browser.
func (p *page) Title() string { return clipped(p.Scenario, 80) + ": Tollgate report" }

// Thin, Agreement and Observed are asked by the templates.
func (p *page) Thin() bool        { return p.thin() }
func (p *page) Agreement() string { return agreement(p.Doors) }
func (p *page) Observed() bool    { return observed(p.Doors) }

// Bounded says whether any bill has an interval.
func (p *page) Bounded() bool {
	return slices.ContainsFunc(p.Doors, func(d Door) bool { return d.priced() && d.Bill.Bounds != nil })
}

// Lab says whether any target is the embedded lab's.
func (p *page) Lab() bool {
	return slices.ContainsFunc(p.Doors, func(d Door) bool { return d.Lab })
}

// draw draws every chart that there is data for.
func (p *page) draw() error {
	for _, d := range p.Doors {
		mark, err := chart.Entry{Ink: chart.Series(d.Index), Marker: d.Index}.Swatch()
		if err != nil {
			return err
		}
		p.Marks = append(p.Marks, template.HTML(mark))
	}
	for _, c := range p.Pictures() {
		f, err := drawn(c.Name, c.Picture)
		if err != nil {
			return fmt.Errorf("the chart %q cannot be drawn: %w", c.Name, err)
		}
		p.Charts[c.Name] = f
	}
	return nil
}

// drawn draws a picture in both layouts. What the chart package writes is
// escaped there, so it goes into the page as it is.
func drawn(name string, picture func(chart.Layout) chart.Picture) (*figure, error) {
	wide := picture(chart.Wide)
	f := &figure{Title: wide.Title, Desc: wide.Desc}
	for _, l := range []chart.Layout{chart.Wide, chart.Narrow} {
		svg, err := picture(l).Inline(name+"-"+l.Name, "chart "+l.Name)
		if err != nil {
			return nil, err
		}
		if l.Name == chart.Wide.Name {
			f.Wide = template.HTML(svg)
		} else {
			f.Narrow = template.HTML(svg)
		}
	}
	for _, e := range wide.Legend {
		mark, err := e.Swatch()
		if err != nil {
			return nil, err
		}
		f.Legend = append(f.Legend, legendEntry{e.Name, template.HTML(mark), ""})
	}
	if len(wide.Legend) > 1 {
		f.toggles(wide)
	}
	return f, nil
}

// toggles gives the entries whose layers have a class of their own a check box.
func (f *figure) toggles(p chart.Picture) {
	classes := map[string]bool{}
	for _, l := range p.Layers {
		if _, own, ok := strings.Cut(l.Class, " "); ok {
			classes[own] = true
		}
	}
	for i, e := range p.Legend {
		for _, class := range []string{fmt.Sprintf("series-%d", e.Marker), "outcome-" + e.Name, fmt.Sprintf("part-%d", i)} {
			if classes[class] {
				f.Legend[i].Toggle = "show-" + class
				break
			}
		}
	}
}

// hiding is the style by which check boxes hide series: the page needs no
// script for it.
func hiding(charts map[string]*figure) string {
	var b strings.Builder
	done := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(charts)) {
		for _, e := range charts[name].Legend {
			if class, ok := strings.CutPrefix(e.Toggle, "show-"); ok && !done[class] {
				done[class] = true
				fmt.Fprintf(&b, "figure:has(.show-%s:not(:checked)) .%s { display: none; }\n", class, class)
			}
		}
	}
	return b.String()
}

// pageFuncs are the printers of numbers, the same as in every other format.
var pageFuncs = template.FuncMap{
	"bytes":       bytesText,
	"capitalTerm": func(word string) (template.HTML, error) { return termAs(word, capital(word)) },
	"checks":      func(f Finding) []results.Check { return f.Checks },
	"column": func(t results.Table, i int) string {
		if i < len(t.Columns) {
			return plain(t.Columns[i])
		}
		return ""
	},
	"count64":   func(n int) string { return count(int64(n)) },
	"either":    either,
	"estimated": estimated,
	"metric":    metricTitle,
	"term":      termLink,
	"termAs":    termAs,
	"terms":     func() []Term { return terms },
	"tableRows": tableRows,
	"values":    valueRows,
	"capital":   capital,
	"clip":      clipped,
	"clocks":    clockRows,
	"count":     count,
	"digits":    digits,
	"dollars":   dollars,
	"errors":    errorText,
	"headline":  headline,
	"letters":   lettersOf,
	"longest":   longest,
	"measured":  measured,
	"amount":    amount,
	"inUnit":    inUnit,
	"signed":    signed,
	"millis":    millis,
	"month":     monthText,
	"ordinal":   func(i int) int { return i + 1 },
	"outcomes":  outcomeRows,
	"perSecond": perSecond,
	"plain":     plain,
	"plural":    func(n int, noun string) string { return plural(int64(n), noun) },
	"priced":    Door.priced,
	"quantity":  quantity,
	"shifted":   shifted,
	"seconds":   seconds,
	"share":     share,
	"day":       func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") },
	"of":        thresholdOf,
	"whole":     whole,
}

// monthText is the bill's sum in a card: the interval goes to a line of its own
// where both have no room.
func monthText(d Door) template.HTML {
	sum, interval, found := strings.Cut(d.month(), " (")
	text := `<span class="whole">` + template.HTMLEscapeString(sum) + `</span>`
	if found {
		text += ` <span class="whole">(` + template.HTMLEscapeString(interval) + `</span>`
	}
	return template.HTML(text)
}

// A clockRow is one clock's percentiles at one door.
type clockRow struct {
	Clock string
	results.Percentiles
}

// clockRows are the clocks of a door that measured anything.
func clockRows(d Door) []clockRow {
	titles := map[results.Clock]string{
		results.Response: "response", results.Service: "service", results.FirstByte: "first byte",
		results.Connect: "connect", results.TLS: "TLS handshake",
	}
	var rows []clockRow
	for c := range results.NumClocks {
		if p, ok := d.Latency[c.String()]; ok && p.N > 0 {
			rows = append(rows, clockRow{titles[c], p})
		}
	}
	return rows
}

// An outcomeRow is one outcome's count at one door, with its own latencies.
type outcomeRow struct {
	Title    string
	Count    int64
	Share    float64
	Response results.Percentiles
}

func outcomeRows(d Door) []outcomeRow {
	var rows []outcomeRow
	for o := range results.NumOutcomes {
		if out := d.Outcomes[o.String()]; out.Count > 0 {
			rows = append(rows, outcomeRow{
				outcomeTitle(o), out.Count, float64(out.Count) / float64(max(1, d.Requests)), out.Latency[results.Response.String()],
			})
		}
	}
	return rows
}

// capital begins a sentence with s.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// lettersOf makes text of any bytes for a page: replaced where it is not UTF-8
// and cut where it is endless.
func lettersOf(b []byte) string {
	const most = 200_000
	cut := ""
	if len(b) > most {
		b, cut = b[:most], "\n… (cut; the run directory has the whole file)"
	}
	return strings.ToValidUTF8(string(b), "\uFFFD") + cut
}
