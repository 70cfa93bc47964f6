package report

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// releaseRows are the figures of each release, where responses say which one they are of.
func (r *Report) releaseRows() (rows []partRow) {
	for _, d := range r.Doors {
		for _, name := range results.ReleaseNames() {
			if f, met := d.Releases[name]; met {
				rows = append(rows, partRow{name, share(float64(f.Requests)/float64(max(1, d.Requests))) + " of the requests", d.Name, f})
			}
		}
	}
	return rows
}

// functionRows are the figures of what each of several functions behind a target got, and of
// what stands there in place of one.
func (r *Report) functionRows() (rows []partRow) {
	for _, d := range r.Doors {
		for _, f := range d.Functions {
			if f.Figures != nil {
				rows = append(rows, partRow{functionName(f), routesOf(f), d.Name, *f.Figures})
			}
		}
		for _, i := range d.Integrations {
			if i.Figures != nil {
				rows = append(rows, partRow{i.Name, strings.Join(i.Routes, ", "), d.Name, *i.Figures})
			}
		}
	}
	return rows
}

func functionName(f results.FunctionDoc) string {
	if f.Name == "" {
		return "the target's function"
	}
	return f.Name
}

func routesOf(f results.FunctionDoc) string {
	if len(f.Routes) == 0 {
		return "all other routes"
	}
	return strings.Join(f.Routes, ", ")
}

// functionTexts say what Lambda counted of each function, and what it costs.
func (r *Report) functionTexts() (texts []string) {
	for _, d := range r.Doors {
		var unused []string
		for _, f := range d.Functions {
			if text := r.functionText(d, f); text != "" {
				texts = append(texts, text)
			} else {
				unused = append(unused, fmt.Sprintf("%s (%s)", functionName(f), routesOf(f)))
			}
		}
		for _, i := range d.Integrations {
			of := fmt.Sprintf("%s (%s)", i.Name, strings.Join(i.Routes, ", "))
			if i.Figures != nil {
				texts = append(texts, fmt.Sprintf("%s: %s: no function", d.Name, of))
			} else {
				unused = append(unused, of)
			}
		}
		if len(unused) > 0 {
			texts = append(texts, fmt.Sprintf("%s: no request led to %s", d.Name, strings.Join(unused, ", ")))
		}
	}
	return texts
}

// alone is by how many invocations for a request a function is surely invoked by others too:
// front doors repeat one now and then.
const alone = 1.02

// sharesFunction says which other targets a function is shared with: CloudWatch counts them
// together.
func (r *Report) sharesFunction(d Door, f results.FunctionDoc) string {
	if f.Name != d.Functions[0].Name {
		return r.sharesRoutes(d, f)
	}
	for _, c := range d.Observed.Checks {
		if c.What == results.CheckInvocations && strings.HasPrefix(c.Note, results.SharedFunction) {
			return c.Note
		}
	}
	return ""
}

// sharesRoutes says so of a function behind single routes. That of another target has none of
// the name unless its routes say so.
func (r *Report) sharesRoutes(d Door, f results.FunctionDoc) string {
	var others []string
	for _, o := range r.Doors {
		if o.Name != d.Name && slices.ContainsFunc(o.Functions, func(of results.FunctionDoc) bool {
			return of.Name == f.Name && (of.Figures != nil || of.Connections > 0)
		}) {
			others = append(others, o.Name)
		}
	}
	if len(others) == 0 {
		return ""
	}
	return results.SharedFunction + " " + strings.Join(others, ", ")
}

// functionText is about one function; "" if no request led to it, and Lambda counted none.
func (r *Report) functionText(d Door, f results.FunctionDoc) string {
	o := d.Observed.ObservedFunction(f.Name)
	if f.Figures == nil {
		if o == nil {
			return ""
		}
		if _, known := o.Invocations(); !known {
			return ""
		}
	}
	parts := []string{"CloudWatch was not read"}
	if o != nil {
		before, shared := r.Run.InvokedBefore(d.Name, f), r.sharesFunction(d, f)
		if shared != "" {
			before = 0 // these are not of this target alone
		}
		n, _ := o.Invocations()
		parts = invoked(o, before)
		switch {
		case shared != "":
			parts = append(parts, shared)
		case f.Figures != nil && d.Sockets == nil && n-before > alone*float64(f.Figures.Requests): // connections invoke it without a request
			parts = append(parts, "more than its "+pricing.Counted(f.Figures.Requests, "request")+" here: others invoke it too")
		}
	}
	if cost, known := d.costOf(f); known {
		parts = append(parts, dollars(cost)+" a month of the bill's Lambda lines")
	}
	return fmt.Sprintf("%s: %s (%s): %s", d.Name, functionName(f), routesOf(f), strings.Join(parts, ", "))
}

// invoked says what Lambda counted of a function: of the load, and before it.
func invoked(o *results.ObservedFunction, before float64) (parts []string) {
	n, known := o.Invocations()
	if !known {
		return []string{"CloudWatch has published no invocations of it"}
	}
	count := pricing.Counted(int64(n-min(n, before)), "invocation")
	if before > 0 {
		count += fmt.Sprintf(" (and %s before the load)", pricing.Count(int64(before)))
	}
	parts = append(parts, count)
	if failed, known := o.Errors(); known {
		parts = append(parts, pricing.Counted(int64(failed), "error"))
	}
	if mean, known := o.MeanMS(); known {
		parts = append(parts, digits(mean)+" ms on average")
	}
	return parts
}

// costOf is what one function has of the lines that are billed for several.
func (d Door) costOf(f results.FunctionDoc) (sum pricing.Money, known bool) {
	if d.Bill == nil {
		return sum, false
	}
	for _, line := range d.Bill.Lines {
		if i := slices.IndexFunc(line.Parts, func(p pricing.Part) bool { return p.Of == functionName(f) }); i >= 0 {
			sum, known = sum.Add(line.Parts[i].Cost), true
		}
	}
	return sum, known
}

// releaseTexts say how requests were shared between releases.
func (r *Report) releaseTexts() (texts []string) {
	for _, d := range r.Doors {
		if text := d.ReleaseText(); text != "" {
			texts = append(texts, d.Name+": "+text+d.canaryCounts())
		}
	}
	return texts
}

// canaryCounts are what CloudWatch counted of a canary.
func (d Door) canaryCounts() (text string) {
	if d.Observed == nil {
		return ""
	}
	for _, c := range d.Observed.Checks {
		if strings.HasPrefix(c.What, "canary ") && c.AWS != nil {
			text += fmt.Sprintf("; CloudWatch counts %s %s (%s)", amount(c.AWS, c.Unit), c.What, c.Note)
		}
	}
	return text
}

// deployed shows the figures by release, by function and by route.
func (s *summary) deployed() {
	if texts := s.releaseTexts(); len(texts) > 0 {
		s.parts("release", s.releaseRows())
		s.line("")
		for _, text := range texts {
			s.say("releases", text)
		}
	}
	if texts := s.functionTexts(); len(texts) > 0 {
		s.parts("function", s.functionRows())
		s.line("")
		for _, text := range texts {
			s.say("functions", text)
		}
	}
	if texts := s.routeTexts(); len(texts) > 0 {
		s.parts("route", s.routeRows())
		s.line("")
		for _, text := range texts {
			s.say("routes", text)
		}
	}
}

func markdownDeployed(b *strings.Builder, r *Report) {
	for _, kind := range []struct {
		name  string
		rows  []partRow
		texts []string
	}{{"release", r.releaseRows(), r.releaseTexts()}, {"function", r.functionRows(), r.functionTexts()}, {"route", r.routeRows(), r.routeTexts()}} {
		markdownParts(b, kind.name, kind.rows)
		for _, text := range kind.texts {
			fmt.Fprintf(b, "\n%s.\n", md(capital(text)))
		}
		if len(kind.texts) > 0 {
			b.WriteString("\n")
		}
	}
}

// ReleaseTable and FunctionTable have a row for each release, and for each function, at each
// target; nil where there are none.
func (p *page) ReleaseTable() *htmlTable  { return partFigures("release", p.releaseRows()) }
func (p *page) FunctionTable() *htmlTable { return partFigures("function", p.functionRows()) }

// ReleaseTexts and FunctionTexts stand below them.
func (p *page) ReleaseTexts() []string  { return p.releaseTexts() }
func (p *page) FunctionTexts() []string { return p.functionTexts() }

// releaseCSV has a row for each release at each target.
func (r *Report) releaseCSV() NamedTable {
	t := newTable("releases", append([]string{"target", "release"}, partColumns()...)...)
	for _, row := range r.releaseRows() {
		t.add(append([]any{row.Target, row.Name}, partCells(row.Figures)...)...)
	}
	return t
}

// functionCSV has a row for each of several functions behind a target, and for what stands
// there in place of one.
func (r *Report) functionCSV() NamedTable {
	t := newTable("functions", append([]string{"target", "function", "routes", "invocations", "function_errors", "duration_mean_ms", "month_usd"}, partColumns()...)...)
	for _, d := range r.Doors {
		for _, f := range d.Functions {
			row := []any{d.Name, functionName(f), strings.Join(f.Routes, ", "), nil, nil, nil, nil}
			if o := d.Observed.ObservedFunction(f.Name); o != nil {
				for i, of := range []func() (float64, bool){o.Invocations, o.Errors, o.MeanMS} {
					if x, known := of(); known {
						row[3+i] = x
					}
				}
			}
			if cost, known := d.costOf(f); known {
				row[6] = exact(cost.Text(6))
			}
			var figures results.Figures
			if f.Figures != nil {
				figures = *f.Figures
			}
			t.add(append(row, partCells(figures)...)...)
		}
		for _, i := range d.Integrations {
			if i.Figures != nil {
				t.add(append([]any{d.Name, i.Name, strings.Join(i.Routes, ", "), nil, nil, nil, nil}, partCells(*i.Figures)...)...)
			}
		}
	}
	return t
}
