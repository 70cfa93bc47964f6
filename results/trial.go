package results

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Trial is one request that was sent before the load, to see that the answer is
// the expected one. It is in no figure of the run; in what AWS counts it is the
// run's own. A request that was sent again has a Trial for each time.
type Trial struct {
	Target  string    `json:"target" text:"name"`
	Request string    `json:"request" text:"name"`
	Method  string    `json:"method" text:"name"`
	At      time.Time `json:"at"`
	Status  int       `json:"status,omitempty"` // 0: there is no response
	Check   string    `json:"check,omitempty"`  // that the response failed
	Error   string    `json:"error,omitempty"`  // its class, as in errors
	Cache   string    `json:"cache,omitempty"`  // what it says of a cache in front of the target
	Service float64   `json:"service_ms"`
	// BodyBytes are those of the response's body, as they came.
	BodyBytes int64 `json:"body_bytes,omitempty"`
	Expected  bool  `json:"expected"` // the answer is what the scenario wants
	Excerpt
}

// MostTrials bounds what a document may hold of them.
const MostTrials = 100_000

// FailedTrials are those of the requests that did not get the expected answer,
// however often they were tried: the last of each.
func FailedTrials(all []Trial) (failed []Trial) {
	last := map[[2]string]int{}
	for i, t := range all {
		last[[2]string{t.Target, t.Request}] = i
	}
	for i, t := range all {
		if !t.Expected && last[[2]string{t.Target, t.Request}] == i {
			failed = append(failed, t)
		}
	}
	return failed
}

// failedTrials says which requests did not get the expected answer.
func (d *Document) failedTrials() (why []string) {
	for _, t := range FailedTrials(d.Trial) {
		line := fmt.Sprintf("trial of %s at %s: %s", t.Request, t.Target, t.Outcome())
		if start := t.firstWords(); start != "" {
			line += ": " + start
		}
		why = append(why, line)
	}
	return why
}

// mostFirstWords is how much of a body stands in a sentence, in characters.
const mostFirstWords = 120

// firstWords is the start of the body, without line breaks at its end.
func (t *Trial) firstWords() string {
	text := t.Body
	for strings.HasSuffix(text, `\n`) || strings.HasSuffix(text, `\r`) {
		text = text[:len(text)-2]
	}
	if all := []rune(text); len(all) > mostFirstWords {
		return string(all[:mostFirstWords-1]) + "…"
	}
	if t.Truncated {
		return text + "…"
	}
	return text
}

// Shown is what came back, in lines: the names of headers, and the start of the
// body.
func (t *Trial) Shown() (lines []string) {
	if len(t.HeaderNames) > 0 {
		lines = append(lines, "headers: "+strings.Join(t.HeaderNames, ", "))
	}
	if t.Body != "" {
		more := ""
		if t.Truncated {
			more = "…"
		}
		lines = append(lines, "body: "+t.Body+more)
	}
	return lines
}

// BrokeOff says whether a response began and did not come to its end.
func (t *Trial) BrokeOff() bool {
	return t.Status > 0 && t.Error != "" && t.Error != ErrUnexpected.String()
}

// IsMessage says whether it was a message over WebSocket, or a step that waits for one or ends
// the connection.
func (t *Trial) IsMessage() bool {
	return slices.Contains([]string{StepSends, StepReceives, StepCloses}, t.Method)
}

// Outcome says what came of the request: "404 Not Found".
func (t *Trial) Outcome() string {
	status := strings.TrimSpace(fmt.Sprintf("%d %s", t.Status, http.StatusText(t.Status)))
	if t.IsMessage() && t.Status == http.StatusSwitchingProtocols { // of the handshake before
		status = "answered over WebSocket"
	}
	switch {
	case t.Status == 0 && t.Detail != "":
		return "no response: " + t.Detail
	case t.Status == 0:
		return fmt.Sprintf("no response (%s)", t.Error)
	case t.BrokeOff() && t.Detail != "":
		return status + ", but not the whole response: " + t.Detail
	case t.BrokeOff():
		return fmt.Sprintf("%s, but not the whole response (%s)", status, t.Error)
	case t.Expected:
		return status
	case t.Check != "" && t.Detail != "":
		return status + ", " + t.Check + ", " + t.Detail
	case t.Check != "":
		return status + ", " + t.Check
	case t.Status < 400:
		return status + ", which is not what the scenario expects"
	}
	return status
}

// Tried is how often trial requests at a target have invoked its function: the
// month that is billed is made of the load alone. A throttled or forbidden
// request does not come to the function.
func (d *Document) Tried(target string) (n float64) {
	for _, t := range d.Trial {
		if t.Target == target && !slices.Contains(d.Elsewhere, t.Request) && t.Status > 0 && t.Status != http.StatusTooManyRequests && t.Status != http.StatusForbidden {
			n++
		}
	}
	return n
}

// stopped says whether the run ended with its trial, before any load.
func (d *Document) stopped() bool { return d.State == Aborted && d.Aborted == nil }

// checkTrials refuses what no run can have.
func (d *Document) checkTrials() error {
	if len(d.Trial) > MostTrials {
		return fmt.Errorf("%d trials are more than the %d that a run can have", len(d.Trial), MostTrials)
	}
	var errs []error
	for i := range d.Trial {
		t, at := &d.Trial[i], fmt.Sprintf("trial[%d]", i)
		errs = append(errs, t.Excerpt.check(), printableWithin(t.Check, MaxCheck))
		if t.Error != "" {
			errs = append(errs, OneOf(at+".error", t.Error, errNames[:]...))
		}
		if t.Status < 0 || t.Status > 999 || !(t.Service >= 0) {
			errs = append(errs, fmt.Errorf("%s: status %d after %v ms is no answer", at, t.Status, t.Service))
		}
	}
	return errors.Join(errs...)
}

func compareTrials(a, b Trial) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Request, b.Request))
}
