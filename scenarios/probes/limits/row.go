package limits

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
)

// A row is one documented fact about a kind of front door, and the request that
// shows it.
type row struct {
	fact      string
	send      request
	want      expectation
	otherwise string // what a different response means
}

// A request is what a row sends. The zero value is what the scenario sends.
type request struct {
	method  string
	path    string // below the target's URL
	outside bool   // path is below the host instead: the stage is left out
	header  [][2]string
	body    []byte
	proof   proof
	wait    time.Duration // for the response; 0: as long as any front door takes
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
	fault   *targets.ErrorResponse // of the front door; nil: none
	behind  bool                   // the response comes from behind the front door
	or      *targets.ErrorResponse // besides behind: an error that is documented too
	status  []int                  // of a response from behind; none: any below 500
	headers [][2]string            // that must be there; a value of "" is any
	after   time.Duration          // until the response, about; 0: any time
}

// String is what is documented.
func (w expectation) String() string {
	text := "any response"
	switch {
	case w.fault != nil:
		text = fmt.Sprintf("%d %s", w.fault.Status, shorten(w.fault.Body))
	case w.behind && len(w.status) == 1:
		text = fmt.Sprintf("passes: %d", w.status[0])
	case w.behind:
		text = "passes"
	}
	if w.or != nil {
		text += fmt.Sprintf(", or %d by Lambda's limit", w.or.Status)
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
		return NotAsDocumented, "no response: " + got.err.Error()
	}
	// A clock of a busy machine may be late by a tenth, and by a second.
	if w.after > 0 && (got.took < w.after*97/100 || got.took > w.after*11/10+time.Second) {
		return NotAsDocumented, fmt.Sprintf("response after %.2f s, not after %.2f s", got.took.Seconds(), w.after.Seconds())
	}
	for _, h := range w.headers {
		sent := got.header.Values(h[0])
		if sent == nil || h[1] != "" && !strings.EqualFold(strings.Join(sent, ", "), h[1]) {
			return NotAsDocumented, fmt.Sprintf("status %d without the header %s", got.status, strings.TrimSuffix(h[0]+": "+h[1], ": "))
		}
	}
	switch {
	case w.or != nil && got.status == w.or.Status:
		return compareFault(*w.or, got)
	case w.behind:
		return w.compareBehind(got)
	case w.fault == nil:
		return AsDocumented, fmt.Sprintf("status %d", got.status)
	}
	return compareFault(*w.fault, got)
}

// compareFault compares an error. A text without a source may differ.
func compareFault(want targets.ErrorResponse, got reply) (verdict, text string) {
	text = got.String()
	errorType := got.header.Get("X-Amzn-Errortype")
	switch {
	case got.status != want.Status:
		return NotAsDocumented, text
	case got.body == want.Body && errorType == want.ErrorType:
		return AsDocumented, text
	case !want.Sourced:
		return AsDocumented, text + " (its text is not documented)"
	case errorType != want.ErrorType:
		return WordedOtherwise, fmt.Sprintf("%s, x-amzn-ErrorType %q", text, errorType)
	}
	return WordedOtherwise, text
}

// compareBehind sees whether the application answered. A front door's own errors
// carry a type, where the kind has them.
func (w expectation) compareBehind(got reply) (verdict, text string) {
	text = got.String()
	if errorType := got.header.Get("X-Amzn-Errortype"); errorType != "" {
		return NotAsDocumented, text + " by the front door itself, " + errorType
	}
	if slices.Contains(w.status, got.status) || len(w.status) == 0 && got.status < 500 {
		return AsDocumented, text
	}
	return NotAsDocumented, text
}

func shorten(body string) string {
	const most = 80
	body = strings.Join(strings.Fields(body), " ")
	if len(body) > most {
		body = strings.ToValidUTF8(body[:most], "") + "…"
	}
	return body
}
