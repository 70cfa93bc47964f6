package report

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// A failureRow is one cause for which requests of one name failed at one target.
type failureRow struct {
	Target, Request string
	several         bool   // the target has requests of several names
	Cause           string // "404 Not Found", "200 OK, header x-cache: want Hit", "timeout"
	Count           int64
	Share           float64 // of the requests of that name
	First           *results.FirstDoc
	untimed         bool // when that was is not known
}

// failureRows are the causes at a target, the most frequent first.
func failureRows(d Door) (rows []failureRow) {
	all := d.Failures
	if len(all) == 0 && d.Failed > 0 { // an old run, without causes
		all = failuresOf(d.Figures)
	}
	for _, f := range all {
		of := d.Figures
		if one, ok := d.ByRequest[f.Request]; ok {
			of = one
		}
		cause := errorTitle(f.Error)
		if f.Status != 0 {
			if cause = statusTitle(strconv.Itoa(f.Status)); f.Status == http.StatusSwitchingProtocols {
				cause = "answered over WebSocket"
			}
			if means := d.Means(&f); means != "" {
				cause += " (" + plain(means) + ")"
			}
			if f.Check != "" {
				cause += ", " + plain(f.Check)
			} else if f.Status < 400 {
				cause += ", not as expected"
			}
		}
		among := of.Requests
		if f.Error == results.ErrGenerator.String() {
			among += of.Errors[f.Error] // they were due, but the target never received them
		}
		rows = append(rows, failureRow{d.Name, f.Request, len(d.ByRequest) > 1, cause, f.Count, float64(f.Count) / float64(max(1, among)), f.First, !d.Known(results.LackTimes)})
	}
	return rows
}

// failuresOf derives causes from the counts of all requests.
func failuresOf(f results.Figures) (all []results.FailureDoc) {
	for code, n := range f.Status {
		if status, err := strconv.Atoi(code); err == nil && status >= 400 {
			all = append(all, results.FailureDoc{Status: status, Count: n})
		}
	}
	for class, n := range f.Errors {
		if class != results.ErrCancelled.String() && class != results.ErrUnexpected.String() {
			all = append(all, results.FailureDoc{Error: class, Count: n})
		}
	}
	if n := f.Outcomes[results.Unexpected.String()].Count; n > 0 {
		all = append(all, results.FailureDoc{Error: results.ErrUnexpected.String(), Count: n})
	}
	slices.SortFunc(all, func(a, b results.FailureDoc) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Error, b.Error))
	})
	return all
}

func statusTitle(code string) string {
	n, _ := strconv.Atoi(code)
	return strings.TrimSpace(plain(code) + " " + http.StatusText(n))
}

func errorTitle(class string) string {
	titles := map[string]string{
		"dns": "name not resolved", "refused": "no connection", "tls": "TLS handshake failed", "reset": "connection lost",
		"blocked": "blocked by its preflight", "malformed": "malformed response", "unexpected": "unexpected response", "generator": "error of the load generator",
	}
	return cmp.Or(titles[class], plain(class))
}

// sentence is a cause with its first failure, whose body is cut to a length.
func (r failureRow) sentence(most int) string {
	where := r.Target
	if r.several {
		where += ", request " + r.Request
	}
	s := fmt.Sprintf("%s: %s × %s (%s)", where, count(r.Count), r.Cause, share(r.Share))
	if r.First != nil {
		s += "; first"
		if !r.untimed {
			s += " after " + seconds(r.First.At)
		}
		if text := r.shown(most); text != "" {
			s += ": " + text
		}
	}
	return s
}

func (r failureRow) shown(most int) string {
	if r.First == nil {
		return ""
	}
	text := r.First.Detail
	if text != "" && r.First.Body != "" { // what a check saw, in that body
		text += "; body: "
	}
	cut := clipped(text+r.First.Body, most)
	if r.First.Truncated && !strings.HasSuffix(cut, "…") {
		cut += "…"
	}
	return cut
}

func (r *Report) failures() (rows []failureRow) {
	for _, d := range r.Doors {
		rows = append(rows, failureRows(d)...)
	}
	return rows
}

// A statusRow counts one status code, or one class of errors.
type statusRow struct {
	Title string
	Count int64
}

func statusRows(f results.Figures) (rows []statusRow) {
	for _, code := range slices.SortedFunc(maps.Keys(f.Status), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }) {
		rows = append(rows, statusRow{statusTitle(code), f.Status[code]})
	}
	for _, class := range slices.Sorted(maps.Keys(f.Errors)) {
		if class != results.ErrUnexpected.String() { // these have a status
			rows = append(rows, statusRow{errorTitle(class), f.Errors[class]})
		}
	}
	return rows
}

// statusLine counts status codes and errors: "7,413 × 200 OK, 87 × 404 Not Found, 3 × timeout".
// A response that breaks off, or cannot be decoded, has both.
func statusLine(f results.Figures) string {
	var parts []string
	var sum int64
	for _, c := range statusRows(f) {
		parts = append(parts, count(c.Count)+" × "+c.Title)
		sum += c.Count
	}
	text := strings.Join(parts, ", ")
	if twice := sum - f.Requests - f.Errors[results.ErrGenerator.String()] - f.Errors[results.ErrCancelled.String()]; twice > 0 {
		text += fmt.Sprintf(" (%s count twice: a status code, and then the error)", count(twice))
	}
	return text
}

// Causes are why requests failed at all targets together, for the first screen.
func (p *page) Causes() string {
	sum := map[string]int64{}
	for _, r := range p.failures() {
		sum[r.Cause] += r.Count
	}
	all := slices.SortedFunc(maps.Keys(sum), func(a, b string) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(a, b)) })
	var parts []string
	for _, cause := range all[:min(len(all), 4)] {
		parts = append(parts, count(sum[cause])+" × "+cause)
	}
	if n := len(all) - len(parts); n > 0 {
		parts = append(parts, pricing.Counted(int64(n), "more cause"))
	}
	return strings.Join(parts, ", ")
}

func (p *page) FailureTable() *htmlTable {
	rows := p.failures()
	if len(rows) == 0 {
		return nil
	}
	s := &htmlTable{ID: "by-failure", Caption: "Why requests failed, with the first response or error of each cause"}
	names := []string{"target", "text:cause", "requests", "share", "text:first"}
	several := slices.ContainsFunc(rows, func(r failureRow) bool { return r.several })
	if several {
		names = slices.Insert(names, 1, "text:request")
	}
	s.Columns = heads(names...)
	for _, r := range rows {
		first := htmlCell{Text: none}
		if r.First != nil {
			note := "after " + seconds(r.First.At)
			if r.untimed {
				note = "first"
			}
			if len(r.First.HeaderNames) > 0 {
				note += "; headers: " + strings.Join(r.First.HeaderNames, ", ")
			}
			first = htmlCell{Text: cmp.Or(r.shown(results.MaxExcerptBody), "no body"), Code: r.shown(1) != ""}.noted(note)
		}
		row := []htmlCell{words(r.Target)}
		if several {
			row = append(row, words(r.Request))
		}
		s.add(append(row, words(r.Cause).classed("bad"), countOf(r.Count), figureOf(r.Share, share(r.Share)), first)...)
	}
	return s.sorted()
}

func (p *page) StatusTable() *htmlTable {
	s := &htmlTable{ID: "by-status", Caption: "Status codes and errors of all requests", Columns: heads("target", "text:status or error", "requests", "share")}
	for _, d := range p.Doors {
		for _, c := range statusRows(d.Figures) {
			part := float64(c.Count) / float64(max(1, d.Requests))
			s.add(words(d.Name), words(c.Title), countOf(c.Count), figureOf(part, share(part)))
		}
	}
	return s.sorted()
}
