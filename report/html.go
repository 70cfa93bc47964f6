package report

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
	"strings"
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
	p.Style = template.CSS(style + sorting() + hiding(p.Charts))
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
func (p *page) Title() string {
	return strings.ToUpper(resultText(p.Document)) + ": " + clipped(p.Scenario, 80) + ": Tollgate report"
}

// Tone is the colour of the result: green only for a run that passed.
func (p *page) Tone() string {
	switch {
	case p.Result == results.Pass && p.State == results.Finished:
		return "good"
	case p.Result == results.Incomplete:
		return "warn"
	}
	return "bad"
}

// toneOf is the colour of a verdict.
func toneOf(verdict string) string {
	tone := map[string]string{string(results.Valid): "good", string(results.Suspect): "warn"}[verdict]
	return cmp.Or(tone, "bad")
}

// trustTone is the tone of what trust says.
func trustTone(doc results.Document) string {
	if untested(doc) {
		return "warn"
	}
	return toneOf(string(doc.Verdict))
}

// Icon shows the result in the browser's tab.
func (p *page) Icon() template.URL {
	return icon(map[string]color.NRGBA{"good": {0x0b, 0x6b, 0x3f, 255}, "warn": {0xb2, 0x77, 0, 255}, "bad": {0xb3, 0x26, 0x1e, 255}}[p.Tone()])
}

// icon is a disc of a colour.
func icon(c color.NRGBA) template.URL {
	const size = 16
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for x := range size {
		for y := range size {
			if dx, dy := 2*x-size+1, 2*y-size+1; dx*dx+dy*dy < size*size {
				img.Set(x, y, c)
			}
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // into memory
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
}

// Worst are the notices for the first screen, above the contents; Others follow.
func (p *page) Worst() []Notice {
	return slices.DeleteFunc(slices.Clone(p.Notices), func(n Notice) bool { return n.Level != "fail" })
}

func (p *page) Others() []Notice {
	return slices.DeleteFunc(slices.Clone(p.Notices), func(n Notice) bool { return n.Level == "fail" })
}

// Thin, Agreement and Observed are asked by the templates.
func (p *page) Thin() bool        { return p.thin() }
func (p *page) Agreement() string { return agreement(p.Doors) }
func (p *page) Observed() bool    { return observed(p.Doors) }

// Measured says whether any request of the load ended: probes have figures of
// their own.
func (p *page) Measured() bool { return requests(p.Doors) > 0 }

// Bounded says whether any bill has an interval.
func (p *page) Bounded() bool {
	return slices.ContainsFunc(p.Doors, func(d Door) bool { return d.bounds() != nil })
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

// pageFuncs are the printers of numbers, the same as in every other format.
var pageFuncs = template.FuncMap{
	"bytes":       bytesText,
	"capitalTerm": func(word string) (template.HTML, error) { return termAs(word, capital(word)) },
	"checkSheet":  checkSheet,
	"count64":     func(n int) string { return count(int64(n)) },
	"term":        termLink,
	"termAs":      termAs,
	"terms":       func() []Term { return terms },
	"tableSheet":  tableSheet,
	"valueSheet":  valueSheet,
	"capital":     capital,
	"clip":        clipped,
	"count":       count,
	"digits":      digits,
	"dollars":     dollars,
	"errors":      errorText,
	"headline":    headline,
	"outcome":     resultText,
	"trust":       trust,
	"tone":        toneOf,
	"trustTone":   trustTone,
	"letters":     lettersOf,
	"longest":     longest,
	"millis":      millis,
	"month":       monthText,
	"ordinal":     func(i int) int { return i + 1 },
	"perSecond":   perSecond,
	"plain":       plain,
	"plural":      func(n int, noun string) string { return plural(int64(n), noun) },
	"priced":      Door.priced,
	"quantity":    quantity,
	"prose":       unbroken,
	"inMillis":    inMillis,
	"interval":    Door.bounds,
	"some":        someReasons,
	"seconds":     seconds,
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

// capital begins a sentence with s.
func capital(s string) string {
	if s == "" {
		return s
	}
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
