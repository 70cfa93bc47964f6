package results

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tollgate/targets"
)

// A Cause names why a request failed: the status code of a response that was
// complete and the check that it failed, or else the class of the error. A step whose
// address leads where the scenario allows no load, and a request with a value that no header
// can carry, are not sent, and are unexpected.
type Cause struct {
	Status int      // 0: there is no complete response
	Err    ErrClass // of a request without a complete response
	Check  string   // of a response: "header content-type: want application/json"; "" where the status says all

	// Fault is which of the front door's own responses a 403 is, "" where that was not looked
	// at; or the type of an error that a front door states of its own responses in a header.
	Fault targets.Fault
}

// Cause names why s failed. It means nothing where s has outcome OK.
func (s *Sample) Cause() Cause {
	if s.Code > 0 && (s.Err == ErrNone || s.Err == ErrUnexpected) {
		return Cause{Status: s.Code, Check: s.Check, Fault: s.refusal()}
	}
	return Cause{Err: s.Err}
}

// refusal is the type of error that the front door states, or what the mark of a 403 says.
func (s *Sample) refusal() targets.Fault {
	if s.ErrorType != "" {
		return targets.Fault(s.ErrorType)
	}
	if s.Code != http.StatusForbidden {
		return ""
	}
	return s.Mark.Fault
}

// String is "404", "timeout", "403!refused+by+AWS+WAF" or "200?body+size%3A+want+…", without
// spaces and colons.
func (c Cause) String() string {
	if c.Status == 0 {
		return c.Err.String()
	}
	text := strconv.Itoa(c.Status)
	if c.Fault != "" {
		text += "!" + url.QueryEscape(string(c.Fault))
	}
	if c.Check != "" {
		text += "?" + url.QueryEscape(c.Check)
	}
	return text
}

// parseCause reads what String wrote.
func parseCause(s string) (c Cause, ok bool) {
	status, check, checked := strings.Cut(s, "?")
	status, fault, refused := strings.Cut(status, "!")
	if code, err := strconv.Atoi(status); err == nil {
		check, err1 := url.QueryUnescape(check)
		fault, err2 := url.QueryUnescape(fault)
		c = Cause{Status: code, Check: check, Fault: targets.Fault(fault)}
		return c, errors.Join(err1, err2) == nil && code > 0 && code < 1000 && checked == (check != "") && refused == (fault != "") && c.checkTexts() == nil
	}
	i := slices.Index(errNames[:], s)
	return Cause{Err: ErrClass(max(i, 0))}, i > 0
}

// checkTexts refuses texts that no recorder writes.
func (c Cause) checkTexts() error {
	return errors.Join(printableWithin(c.Check, MaxCheck), printableWithin(string(c.Fault), maxFault))
}

func compareCauses(a, b Cause) int {
	return cmp.Or(cmp.Compare(a.Err, b.Err), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Fault, b.Fault), cmp.Compare(a.Check, b.Check))
}

// An Excerpt shows one request that failed: what came back, or what went wrong.
// Its maker has masked every secret in it.
type Excerpt struct {
	Detail      string   `json:"detail,omitempty"`       // of an error: "connection refused"; of a failed check, what it saw: "got text/html"
	HeaderNames []string `json:"header_names,omitempty"` // of the response, sorted; values may hold secrets and are never kept
	Body        string   `json:"body,omitempty"`         // its start, printable
	Truncated   bool     `json:"truncated,omitempty"`    // the body was longer
}

// A Failure is the first request that failed for one cause.
type Failure struct {
	Target, Request uint16
	Cause           Cause
	At              time.Duration // when it was begun, from the start of the run
	Excerpt
}

// The bounds of what is kept of failures.
const (
	MaxFailures      = 64  // first failures of one target
	MaxExcerptBody   = 512 // characters of a body, before control characters are escaped
	MaxExcerptDetail = 300 // likewise of an error's text
	MaxCheck         = 200 // characters of a check's text
	MaxHeaderNames   = 40  // of a response
	MaxHeaderName    = 64  // characters of a name

	maxFault = 82 // characters of a fault's name, or of a type of error
)

// failureOf is the failure that s shows.
func failureOf(s *Sample) *Failure {
	return &Failure{Target: s.Target, Request: s.Request, Cause: s.Cause(), At: s.Begun, Excerpt: *s.Excerpt}
}

// A failureKey says which failures are of one kind.
type failureKey struct {
	target, request uint16
	cause           Cause
}

func (f *Failure) key() failureKey { return failureKey{f.Target, f.Request, f.Cause} }

func compareFailures(a, b Failure) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Request, b.Request), compareCauses(a.Cause, b.Cause))
}

// firstFailures keeps the earliest failure of each kind, and no more of one
// target than are ever kept.
func firstFailures(all []Failure) (firsts []Failure) {
	slices.SortStableFunc(all, compareFailures)
	known := knownFailures{}
	for _, f := range all {
		if known.isFirst(&f) {
			firsts = append(firsts, f)
		}
	}
	return firsts
}

// knownFailures are the kinds of failures that were kept, by target.
type knownFailures map[uint16]map[failureKey]bool

// isFirst says whether to keep a failure: the first of its kind, and no more of one
// target than are ever kept.
func (k knownFailures) isFirst(f *Failure) bool {
	if k[f.Target] == nil {
		k[f.Target] = map[failureKey]bool{}
	}
	if k[f.Target][f.key()] || len(k[f.Target]) >= MaxFailures {
		return false
	}
	k[f.Target][f.key()] = true
	return true
}

// FileFailures holds the first failure of each cause, request and target, in a
// run directory. It is there only where something failed. A line is a JSON
// object, appended within the second in which the failure was seen.
const FileFailures = "failures.jsonl"

// A failureLine is a line of that file.
type failureLine struct {
	At      float64 `json:"at_s"`
	Target  string  `json:"target"`
	Request string  `json:"request"`
	Status  int     `json:"status,omitempty"`
	Fault   string  `json:"fault,omitempty"` // of a 403, which of the front door's own responses it is; or the type of error that it states
	Check   string  `json:"check,omitempty"` // that the response failed
	Error   string  `json:"error,omitempty"` // its class
	Excerpt
}

// A failureWriter makes the text of the file: one line for the first failure of
// each kind.
type failureWriter struct {
	names names
	text  bytes.Buffer
	known knownFailures
}

func newFailureWriter(n names) *failureWriter {
	return &failureWriter{names: n, known: knownFailures{}}
}

// add writes those of all that are the first of their kind.
func (w *failureWriter) add(all []*Failure) {
	slices.SortFunc(all, func(a, b *Failure) int { return compareFailures(*a, *b) })
	for _, f := range all {
		if !w.known.isFirst(f) {
			continue
		}
		line := failureLine{
			At: f.At.Seconds(), Target: w.names.target(f.Target), Request: w.names.request(f.Request),
			Status: f.Cause.Status, Fault: string(f.Cause.Fault), Check: f.Cause.Check, Excerpt: f.Excerpt,
		}
		if f.Cause.Status == 0 {
			line.Error = f.Cause.String()
		}
		text, _ := json.Marshal(line) // texts and numbers: nothing can fail
		w.text.Write(append(text, '\n'))
	}
}

// failures reads the file, if there is one.
func (o *opener) failures() error {
	err := o.read(FileFailures, func(r *lines) error {
		for {
			line, err := r.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			f, err := o.names.parseFailure(line)
			if err != nil {
				return err
			}
			if o.run.Failures = append(o.run.Failures, f); len(o.run.Failures) > MaxFailures*len(o.names.targets) {
				return fmt.Errorf("more failures than the %d of a target that are ever kept", MaxFailures)
			}
		}
	})
	if notThere(err) {
		return nil
	}
	o.run.Failures = firstFailures(o.run.Failures)
	return err
}

// parseFailure reads one line.
func (n names) parseFailure(data []byte) (f Failure, err error) {
	var line failureLine
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&line); err != nil {
		return f, fmt.Errorf("not a failure: %w", err)
	}
	if f.Target, err = index(n.targets, line.Target); err != nil {
		return f, fmt.Errorf("target %w", err)
	}
	if f.Request, err = index(n.requests, line.Request); err != nil {
		return f, fmt.Errorf("request %w", err)
	}
	cause := line.Error
	if line.Status != 0 {
		cause = Cause{Status: line.Status, Fault: targets.Fault(line.Fault), Check: line.Check}.String()
	}
	var ok bool
	if f.Cause, ok = parseCause(cause); !ok || line.Status != 0 && line.Error != "" || f.Cause.Check != line.Check || string(f.Cause.Fault) != line.Fault {
		return f, fmt.Errorf("status %d with error %.40q: want a status code, or the class of an error", line.Status, line.Error)
	}
	if !(line.At >= 0 && line.At < 1e9) {
		return f, fmt.Errorf("at_s: %v is not a time of a run", line.At)
	}
	f.At = time.Duration(math.Round(line.At * 1e9))
	f.Excerpt = line.Excerpt
	return f, line.check()
}

// check refuses what no recorder writes: unbounded texts, and characters that
// do more than show.
func (e *Excerpt) check() error {
	if len(e.HeaderNames) > MaxHeaderNames {
		return fmt.Errorf("%d names of headers, and %d are kept", len(e.HeaderNames), MaxHeaderNames)
	}
	err := errors.Join(printableWithin(e.Detail, escapedMost(MaxExcerptDetail)), printableWithin(e.Body, escapedMost(MaxExcerptBody)))
	for _, name := range e.HeaderNames {
		err = errors.Join(err, printableWithin(name, escapedMost(MaxHeaderName)))
	}
	return err
}

// printableWithin refuses a text of more characters than are ever kept, or with any
// that do more than show.
func printableWithin(text string, most int) error {
	if n := utf8.RuneCountInString(text); n > most {
		return fmt.Errorf("a text of %d characters, and at most %d are kept", n, most)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return errors.New("a text with characters that cannot be printed")
	}
	return nil
}

// escapedMost is the most that n characters become when each is escaped.
func escapedMost(n int) int { return n * len(`\U0010ffff`) }
