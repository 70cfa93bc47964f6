package probes

import (
	"fmt"
	"strings"
	"time"

	"tollgate/targets"
)

// A limitRow is one thing that is documented of a kind of door, and the request
// that shows it.
type limitRow struct {
	fact      string
	ask       limitAsk
	want      limitWant
	otherwise string // what it means where the answer is another one
}

// A limitAsk is one request as a row needs it. The zero value is what the
// scenario sends.
type limitAsk struct {
	method  string
	path    string // below the target's URL
	outside bool   // path is below the host instead: the stage is left out
	header  [][2]string
	body    []byte
	proof   proof
	wait    time.Duration // for the answer; 0: as long as any door takes
}

// A proof is how a request proves who sends it.
type proof uint8

const (
	rightProof proof = iota
	noProof
	wrongProof
)

// A limitWant is the documented answer. Either a fault of the door is wanted, or
// that what stands behind the door answers.
type limitWant struct {
	fault   *targets.ErrorResponse // that the door answers
	behind  bool                   // the answer comes from behind the door
	or      *targets.ErrorResponse // besides behind: what the door may answer as well, where that is documented too
	status  []int                  // of an answer from behind; none: any below 500
	headers [][2]string            // that must be there; a value of "" is any
	after   time.Duration          // the answer takes so long, give or take; 0: any time
}

// A limitReply is what came.
type limitReply struct {
	status int
	header map[string]string // by lower-case name
	body   string            // its beginning
	bytes  int64             // of the whole body
	took   time.Duration
	err    error

	sent    time.Time // zero: nothing was sent
	out, in int64     // bytes with headers, about
}

// A limitVerdict is how an answer compares with the documented one.
type limitVerdict uint8

const (
	asDocumented limitVerdict = iota
	wordedOtherwise
	notAsDocumented
	notAsked
)

var limitVerdicts = []string{"as documented", "worded otherwise", "NOT as documented", "not asked"}

// judge compares. A text that is known from knowledge only may differ.
func (w limitWant) judge(got limitReply) (limitVerdict, string) {
	if got.err != nil {
		return notAsDocumented, "no answer: " + got.err.Error()
	}
	if why := w.slower(got.took); why != "" {
		return notAsDocumented, why
	}
	for _, h := range w.headers {
		value, sent := got.header[strings.ToLower(h[0])]
		if !sent || h[1] != "" && !strings.EqualFold(value, h[1]) {
			return notAsDocumented, fmt.Sprintf("status %d without the header %s", got.status, strings.TrimSuffix(h[0]+": "+h[1], ": "))
		}
	}
	if w.or != nil && got.status == w.or.Status {
		return judgeFault(*w.or, got)
	}
	if w.behind {
		return w.judgeBehind(got)
	}
	if w.fault == nil {
		return asDocumented, fmt.Sprintf("status %d", got.status)
	}
	return judgeFault(*w.fault, got)
}

// slower says whether a wait was not the documented one. A clock of a busy
// machine may be late by a tenth, and by a second.
func (w limitWant) slower(took time.Duration) string {
	if w.after == 0 || took >= w.after*97/100 && took <= w.after*11/10+time.Second {
		return ""
	}
	return fmt.Sprintf("answered after %.2f s, not after %.2f s", took.Seconds(), w.after.Seconds())
}

func judgeFault(want targets.ErrorResponse, got limitReply) (limitVerdict, string) {
	said := fmt.Sprintf("%d %s", got.status, shorten(got.body))
	errorType := got.header["x-amzn-errortype"]
	switch {
	case got.status != want.Status:
		return notAsDocumented, said
	case got.body == want.Body && errorType == want.ErrorType:
		return asDocumented, said
	case !want.Sourced:
		return asDocumented, said + " (its text is not documented)"
	case errorType != want.ErrorType:
		return wordedOtherwise, fmt.Sprintf("%s, x-amzn-ErrorType %q", said, errorType)
	}
	return wordedOtherwise, said
}

// judgeBehind sees whether the application answered. A door's own errors carry a
// type, where the kind has them.
func (w limitWant) judgeBehind(got limitReply) (limitVerdict, string) {
	said := fmt.Sprintf("%d %s", got.status, shorten(got.body))
	if errorType := got.header["x-amzn-errortype"]; errorType != "" {
		return notAsDocumented, said + " by the door itself, " + errorType
	}
	for _, s := range w.status {
		if got.status == s {
			return asDocumented, said
		}
	}
	if len(w.status) == 0 && got.status < 500 {
		return asDocumented, said
	}
	return notAsDocumented, said
}

// shorten leaves the beginning of a body, on one line.
func shorten(body string) string {
	const most = 80
	body = strings.Join(strings.Fields(body), " ")
	if len(body) > most {
		body = strings.ToValidUTF8(body[:most], "") + "…"
	}
	return body
}
