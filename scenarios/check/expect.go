package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tollgate/pricing/document"
	"tollgate/scenarios/coding"
)

// Window is how much of a body checks read.
const Window = 64 << 10

// An Expect is what a good response looks like. Its zero value accepts any status
// below 400.
type Expect struct {
	Status []Statuses // any of these; none: any below 400
	Checks []Check    // in the order in which they are made
}

// A Check is one thing that is expected of a response whose status is good.
type Check struct {
	Text   string // names it in reports: "header content-type: want application/json"
	header string // that it reads, in lower case
	body   bool   // it reads the body
	event  bool   // it reads the data of an event
	rule   rule
}

// A rule is what a check asks for.
type rule interface {
	passes(r *reading) bool
	saw(r *reading) string // in place of what was wanted
}

// A Response is what is evaluated.
type Response struct {
	Status int
	Header func(name string) []string // the values of a field, one for each of its lines
	Body   []byte                     // its beginning as it was received, Window bytes if it has as many
	Size   int64                      // of the whole body
	Events *Events                    // nil: the body was not read as events
}

// A Failure is why a response is not good.
type Failure struct {
	Text    string // of the check; "" where the status says all
	rule    rule
	reading *reading
	saw     string // where it is of no check
}

// Failed is a failure of something besides the checks, named by text, with what it saw.
func Failed(text, saw string) *Failure { return &Failure{Text: text, saw: saw} }

// Saw is what the check saw: "got text/html". It may hold secrets.
func (f *Failure) Saw() string {
	if f.rule == nil {
		return f.saw
	}
	return f.rule.saw(f.reading)
}

// Evaluate says why a response is not good, nil if it is. The failure refers to r.
func (e *Expect) Evaluate(r *Response) *Failure {
	if f := e.RefusesStatus(r.Status); f != nil || len(e.Checks) == 0 {
		return f
	}
	reading := &reading{Response: r}
	for i := range e.Checks {
		if c := &e.Checks[i]; !c.rule.passes(reading) {
			return &Failure{Text: c.Text, rule: c.rule, reading: reading}
		}
	}
	return nil
}

// RefusesStatus says why a status is not good, nil if it is.
func (e *Expect) RefusesStatus(status int) *Failure {
	if e.Accepts(status) {
		return nil
	}
	return &Failure{Text: e.status(status)}
}

// Causes are the texts of the failures that a response of that status may have.
func (e *Expect) Causes(status int) (texts []string) {
	if !e.Accepts(status) {
		return []string{e.status(status)}
	}
	for _, c := range e.Checks {
		texts = append(texts, c.Text)
	}
	return texts
}

// Names reports whether a status is one of those listed.
func (e *Expect) Names(status int) bool {
	return slices.ContainsFunc(e.Status, func(s Statuses) bool { return s.From <= status && status <= s.To })
}

// Accepts reports whether a status is good.
func (e *Expect) Accepts(status int) bool {
	if len(e.Status) == 0 {
		return status < 400
	}
	return e.Names(status)
}

// status says what is wrong with a status that does not say so itself.
func (e *Expect) status(got int) string {
	if len(e.Status) == 0 || got >= 400 && got < 600 {
		return ""
	}
	return statusCheck + e.StatusText()
}

// IsStatus reports whether the text of a check is about the status alone.
func IsStatus(text string) bool { return strings.HasPrefix(text, statusCheck) }

const statusCheck = "want "

// StatusText lists the statuses: "200 or 300-399".
func (e *Expect) StatusText() string {
	var texts []string
	for _, s := range e.Status {
		texts = append(texts, s.String())
	}
	return document.OneOf(texts)
}

// ReadsBody reports whether the beginning of a body is to be kept.
func (e *Expect) ReadsBody() bool {
	return slices.ContainsFunc(e.Checks, func(c Check) bool { return c.body })
}

// Headers are the names of the fields that are read, in lower case, each once.
func (e *Expect) Headers() (names []string) {
	for _, c := range e.Checks {
		if c.header != "" {
			names = append(names, c.header)
		}
		if c.body {
			names = append(names, coding.Header)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// add appends a check under a text of its own, printable and bounded: it is in the
// files of a run.
func (e *Expect) add(c Check) {
	const most = 160 // characters
	c.Text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, c.Text)
	if all := []rune(c.Text); len(all) > most {
		c.Text = string(all[:most-1]) + "…"
	}
	text := c.Text
	for n := 2; slices.ContainsFunc(e.Checks, func(o Check) bool { return o.Text == c.Text }); n++ {
		c.Text = fmt.Sprintf("%s (%d)", text, n)
	}
	e.Checks = append(e.Checks, c)
}

// A reading is a response with what was found out about it.
type reading struct {
	*Response
	plain []byte // the start of the body without its coding
	err   error  // why that is not the whole body
	known bool   // both are
	doc   any    // the body as JSON
	bad   error  // why it is none
	tried bool   // both are known
}

// field is the value of a field, of all its lines. A blank at the end of a line that was
// continued by nothing is no part of it (RFC 9110, section 5.5).
func (r *reading) field(name string) (value string, present bool) {
	lines := r.Header(name)
	for i, line := range lines {
		if i > 0 {
			value += ", "
		}
		value += strings.Trim(line, " \t")
	}
	return value, len(lines) > 0
}

// text is the beginning of the body without its coding, and why it is not all of it.
func (r *reading) text() ([]byte, error) {
	if r.known {
		return r.plain, r.err
	}
	r.known = true
	body := r.Body[:min(len(r.Body), Window)]
	name, _ := r.field(coding.Header)
	r.plain, r.err = coding.Decode(body, name, Window)
	if r.plain != nil && r.Size > int64(len(body)) {
		r.err = coding.ErrMore
	}
	return r.plain, r.err
}

// json is the body as JSON.
func (r *reading) json() (any, error) {
	if r.tried {
		return r.doc, r.bad
	}
	r.tried = true
	text, err := r.text()
	switch {
	case err == coding.ErrMore:
		r.bad = fmt.Errorf("the body is longer than the %s that checks read", windowText)
	case err != nil:
		r.bad = err
	default:
		r.doc, r.bad = decodeJSON(text)
	}
	return r.doc, r.bad
}

const windowText = "64 KiB"
