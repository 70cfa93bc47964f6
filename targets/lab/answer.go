package lab

import (
	"net/http"
	"strconv"

	"tollgate/targets"
)

// An answer is a response that is ready to be sent: every header value is made
// once and shared by all who send it, so nobody may change it.
type answer struct {
	status      int
	body        []byte
	contentType []string
	length      []string
	errorType   []string // nil: none
	extra       [][2]string
}

func newAnswer(status int, contentType, body string) *answer {
	return &answer{
		status: status, body: []byte(body),
		contentType: []string{contentType}, length: []string{strconv.Itoa(len(body))},
	}
}

// faultAnswers readies what a kind answers.
func faultAnswers(kind *targets.Kind) map[targets.Fault]*answer {
	ready := make(map[targets.Fault]*answer, len(kind.Manners.Faults))
	for fault, said := range kind.Manners.Faults {
		ready[fault] = faultAnswer(said, said.Body)
	}
	return ready
}

// faultAnswer is what a kind answers, with this body.
func faultAnswer(said targets.Answer, body string) *answer {
	a := newAnswer(said.Status, said.Type, body)
	if said.ErrorType != "" {
		a.errorType = []string{said.ErrorType}
	}
	return a
}

// head sets a's headers. Names go out as they are spelt here, which is as AWS
// spells them, and not in Go's canonical form.
func (a *answer) head(h http.Header) {
	h["Content-Type"] = a.contentType
	h["Content-Length"] = a.length
	if a.errorType != nil {
		h["x-amzn-ErrorType"] = a.errorType
	}
	for _, line := range a.extra {
		h[line[0]] = append(h[line[0]], line[1])
	}
}

// send writes a, whose headers are set.
func (a *answer) send(w http.ResponseWriter) {
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // fails when the client is gone, which is not the door's matter
}
