package report

import (
	"cmp"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tollgate/pricing"
	"tollgate/report/chart"
	"tollgate/results"
	"tollgate/results/compare"
)

//go:embed page
var pageFiles embed.FS

// A pageFrame is what every page has: its head, its style and its charts.
type pageFrame struct {
	Title  string
	Icon   template.URL
	Style  template.CSS
	Charts map[string]*figure
}

// A page is what the templates of a run's page see.
type page struct {
	*Report
	pageFrame
	Marks []template.HTML // of the targets, by index
}

// writeHTML writes r as one file that works without scripts and without the network.
func writeHTML(w io.Writer, r *Report) error {
	p := &page{Report: r, pageFrame: pageFrame{
		Title:  strings.ToUpper(r.conclude().word) + ": " + clipped(r.Scenario, 80) + ": Tollgate report",
		Charts: figures(r.Pictures()),
	}}
	color := map[string]string{"good": "0b6b3f", "warn": "b27700", "bad": "b3261e"}[p.Tone()]
	disc := "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='8' fill='#" + color + "'/></svg>"
	p.Icon = template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(disc)))
	for _, d := range p.Doors {
		p.Marks = append(p.Marks, template.HTML(chart.Entry{Color: chart.Series(d.Index), Marker: d.Index}.Swatch()))
	}
	return p.write(w, "page.gohtml", p)
}

// write executes a template with the data of a page that has the frame f.
func (f *pageFrame) write(w io.Writer, name string, data any) error {
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	t, err := template.New(name).Funcs(pageFuncs).ParseFS(pageFiles, "page/*.gohtml")
	if err != nil {
		return err
	}
	f.Style = template.CSS(string(style) + sorting() + hiding(f.Charts))
	if err := t.Execute(w, data); err != nil {
		return fmt.Errorf("the HTML page cannot be written: %w", err)
	}
	return nil
}

// Tone is the color of the result: green only for a run that passed.
func (p *page) Tone() string {
	switch {
	case p.Result == results.Pass && p.State == results.Finished:
		return "good"
	case p.Result == results.Incomplete, p.Result == results.NotEvaluated:
		return "warn"
	}
	return "bad"
}

func toneOf(verdict string) string {
	tone := map[string]string{string(results.Valid): "good", string(results.Suspect): "warn", string(results.Unknown): "warn"}[verdict]
	return cmp.Or(tone, "bad")
}

func trustTone(doc results.Document) string {
	if untested(doc) {
		return "warn"
	}
	return toneOf(string(doc.Verdict))
}

// gateTone is good of a gate alone that looked and found nothing.
func gateTone(d *compare.Decision) string {
	switch d.Outcome {
	case compare.Regression:
		return "bad"
	case compare.Passed:
		if d.State != compare.StateBlind {
			return "good"
		}
	}
	return "warn"
}

// Failures are the notices for the first screen, above the contents.
func (p *page) Failures(only bool) []Notice {
	return slices.DeleteFunc(slices.Clone(p.Notices), func(n Notice) bool { return (n.Level == "fail") != only })
}

// Thin, Agreement and Observed are asked by the templates.
func (p *page) Thin() bool        { return p.thin() }
func (p *page) Agreement() string { return agreement(p.Doors) }
func (p *page) Observed() bool    { return observed(p.Doors) }

// Measured says whether the run has a load: probes have figures of their own.
func (p *page) Measured() bool { return requests(p.Doors) > 0 }

func (p *page) Bounded() bool {
	return slices.ContainsFunc(p.Doors, func(d Door) bool { return d.bounds() != nil })
}

// pageFuncs are the printers of numbers, the same as in every other format.
var pageFuncs = template.FuncMap{
	"bytes":        bytesText,
	"capitalTerm":  func(word string) (template.HTML, error) { return termAs(word, capital(word)) },
	"checkTable":   checkTable,
	"count64":      func(n int) string { return count(int64(n)) },
	"term":         termLink,
	"termAs":       termAs,
	"terms":        Terms,
	"findingTable": findingTable,
	"valueTable":   valueTable,
	"capital":      capital,
	"clip":         clipped,
	"count":        count,
	"digits":       digits,
	"dollars":      dollars,
	"errors":       errorText,
	"headline":     headline,
	"outcome":      resultText,
	"trust":        trust,
	"tone":         toneOf,
	"trustTone":    trustTone,
	"gateTone":     gateTone,
	"gateTitle":    gateTitle,
	"letters":      lettersOf,
	"longest":      longest,
	"millis":       millis,
	"month":        monthText,
	"ordinal":      func(i int) int { return i + 1 },
	"perSecond":    perSecond,
	"plain":        plain,
	"plural":       func(n int, noun string) string { return pricing.Counted(int64(n), noun) },
	"priced":       Door.priced,
	"quantity":     quantity,
	"prose":        unbroken,
	"inMillis":     inMillis,
	"interval":     Door.bounds,
	"some":         someReasons,
	"seconds":      seconds,
}

// someReasons are as many as a notice shows unfolded.
func someReasons(all []string) []string {
	const most = 6
	if len(all) <= most+1 {
		return all
	}
	return all[:most]
}

// inMillis is a latency of a card with its unit, or a dash without one.
func inMillis(text string) template.HTML {
	if text == none {
		return none
	}
	return template.HTML(template.HTMLEscapeString(text) + "<small> ms</small>")
}

// monthText is the bill's sum in a card, with its interval on a line of its own if need be.
func monthText(d Door) template.HTML {
	sum, interval, found := strings.Cut(d.month(), " (")
	text := `<span class="whole">` + template.HTMLEscapeString(sum) + `</span>`
	if found {
		text += ` <span class="whole">(` + template.HTMLEscapeString(interval) + `</span>`
	}
	return template.HTML(text)
}

// capital begins a sentence with s.
func capital(s string) string {
	if s == "" {
		return s
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// lettersOf makes text of any bytes for a page: valid UTF-8, of limited length.
func lettersOf(b []byte) string {
	const most = 200_000
	cut := ""
	if len(b) > most {
		b, cut = b[:most], "\n… (cut; the run directory has the whole file)"
	}
	return strings.ToValidUTF8(string(b), "\uFFFD") + cut
}
