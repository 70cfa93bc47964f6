package limits

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios/check"
	"tollgate/targets"
)

// A row is one documented fact about a kind of front door, and the request that
// shows it.
type row struct {
	fact      string
	send      request
	want      expectation
	otherwise string // what a different response means
	proves    string // the scenario's request that passes if this is as documented; "": none
}

// A request is what a row sends. The zero value is what the scenario sends.
type request struct {
	method  string
	path    string // below the target's URL
	outside bool   // path is below the host instead: the stage is left out
	header  [][2]string
	body    []byte
	auth    *targets.Auth // of the scenario's request; nil: that of the target
	proof   proof
	wait    time.Duration // for the response; 0: as long as any front door takes
	base    string        // the scenario's request that this one changes; "": none
}

// A proof is how a request authenticates.
type proof uint8

const (
	rightProof proof = iota
	noProof
	wrongProof
)

// An expectation is the documented response: an error of the front door, or a
// response of what stands behind it.
type expectation struct {
	fault   *targets.ErrorResponse  // of the front door; nil: none
	behind  bool                    // the response comes from behind the front door
	or      []targets.ErrorResponse // besides behind: errors of the front door that are documented too
	status  []int                   // of a response from behind; none: any below 500
	expect  check.Expect            // what the scenario expects of a response from behind
	words   string                  // in place of how String would put it; "": none
	headers [][2]string             // that must be there; a value of "" is any
	after   time.Duration           // until the response, about; 0: any time
}

// String is what is documented.
func (w expectation) String() string {
	text := "any response"
	switch {
	case w.words != "":
		return w.words
	case w.fault != nil:
		text = fmt.Sprintf("%d %s", w.fault.Status, shorten(w.fault.Body))
	case w.behind && len(w.expect.Status) > 0:
		text = "passes: " + w.expect.StatusText()
	case w.behind && len(w.status) == 1:
		text = fmt.Sprintf("passes: %d", w.status[0])
	case w.behind:
		text = "passes"
	}
	for _, h := range w.headers {
		text += ", " + h[0]
	}
	if w.after > 0 {
		text += fmt.Sprintf(", after %v", w.after)
	}
	return text
}

func (w expectation) compare(got reply) (verdict, text string) {
	if got.err != nil {
		return CannotTell, "no response: " + got.err.Error()
	}
	if w.after > 0 {
		if verdict, text := w.compareTime(got); verdict != "" {
			return verdict, text
		}
	}
	for _, h := range w.headers {
		sent := got.header.Values(h[0])
		if sent == nil || h[1] != "" && !strings.EqualFold(strings.Join(sent, ", "), h[1]) {
			return NotAsDocumented, fmt.Sprintf("%v, without the header %s", got, strings.TrimSuffix(h[0]+": "+h[1], ": "))
		}
	}
	for _, or := range w.or {
		if got.status == or.Status && (got.errorType() == or.ErrorType || !or.Sourced) {
			return compareFault(or, got)
		}
	}
	switch {
	case w.behind:
		return w.compareBehind(got)
	case w.fault == nil:
		return AsDocumented, got.String()
	}
	return compareFault(*w.fault, got)
}

// compareTime compares when a response came; "" if it came in time. A clock of a busy
// machine may be late by a tenth, and by a second. What came sooner and is not the
// front door's timeout was ready sooner: then the timeout did not show.
func (w expectation) compareTime(got reply) (verdict, text string) {
	text = fmt.Sprintf("%v, after %.2f s and not after %.2f s", got, got.took.Seconds(), w.after.Seconds())
	timedOut := got.status == w.fault.Status && (got.body == w.fault.Body || !w.fault.Sourced)
	switch {
	case got.took < w.after && !timedOut:
		return CannotTell, text + ": what is behind this path does not take that long"
	case got.took < w.after*97/100 || got.took > w.after*11/10+time.Second:
		return NotAsDocumented, text
	}
	return "", ""
}

// compareFault compares an error. A text without a source may differ.
func compareFault(want targets.ErrorResponse, got reply) (verdict, text string) {
	text = got.String()
	switch {
	case got.status != want.Status:
		return NotAsDocumented, text
	case got.body == want.Body && got.errorType() == want.ErrorType:
		return AsDocumented, text
	case !want.Sourced:
		return AsDocumented, text + " (its text is not documented)"
	case got.errorType() != want.ErrorType:
		return WordedOtherwise, fmt.Sprintf("%s, error type %q", text, got.errorType())
	}
	return WordedOtherwise, text
}

// compareBehind sees whether the application answered. A front door's own errors
// carry a type, where the kind has them.
func (w expectation) compareBehind(got reply) (verdict, text string) {
	text = got.String()
	if errorType := got.errorType(); errorType != "" {
		return NotAsDocumented, text + " by the front door itself, " + errorType
	}
	if w.meets(got) || !w.asks() && got.status < 500 {
		return AsDocumented, text
	}
	return NotAsDocumented, text + w.why(got)
}

// asks reports whether a response from behind has to be a certain one.
func (w expectation) asks() bool {
	return len(w.status)+len(w.expect.Status)+len(w.expect.Checks) > 0
}

// meets reports whether a response is the one that is asked for.
func (w expectation) meets(got reply) bool {
	listed := len(w.status) == 0 || slices.Contains(w.status, got.status)
	return w.asks() && listed && w.failure(got) == nil
}

// failure is the check that a response fails, which is evaluated as in the load.
func (w expectation) failure(got reply) *check.Failure {
	if len(w.expect.Status)+len(w.expect.Checks) == 0 {
		return nil
	}
	return w.expect.Evaluate(&check.Response{Status: got.status, Header: got.header.Values, Body: []byte(got.body), Size: got.bytes})
}

// why says which check a response fails, and what it saw.
func (w expectation) why(got reply) (text string) {
	failure := w.failure(got)
	if failure == nil {
		return ""
	}
	for _, more := range []string{failure.Text, failure.Saw()} {
		if more != "" {
			text += ", " + shorten(more)
		}
	}
	return text
}

func shorten(body string) string {
	const most = 80
	body = strings.Join(strings.Fields(body), " ")
	if len(body) > most {
		body = strings.ToValidUTF8(body[:most], "") + "…"
	}
	return body
}
