package doors

import (
	"bytes"
	"io"
	"net/http"
	"strconv"

	"tollgate/targets"
)

// An answer is a response that is ready to be sent: every header value is made
// once and shared by all who send it, so nobody may change it.
type answer struct {
	status      int
	body        []byte
	padding     int64 // spaces behind the body
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
	ready := make(map[targets.Fault]*answer, len(kind.Errors))
	for fault, said := range kind.Errors {
		ready[fault] = faultAnswer(said, said.Body)
	}
	return ready
}

// faultAnswer is what a kind answers, with this body.
func faultAnswer(said targets.ErrorResponse, body string) *answer {
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
	a.write(w, 0, a.size())
}

// size is how many bytes the body has.
func (a *answer) size() int64 { return int64(len(a.body)) + a.padding }

// spaces is what padding is made of.
var spaces = bytes.Repeat([]byte(" "), 64<<10)

// write sends the body's bytes from one position up to another. It fails when
// the client is gone, which is not the door's matter.
func (a *answer) write(w io.Writer, from, to int64) {
	text := int64(len(a.body))
	if from < text {
		if _, err := w.Write(a.body[from:min(to, text)]); err != nil {
			return
		}
		from = min(to, text)
	}
	for from < to {
		n, err := w.Write(spaces[:min(to-from, int64(len(spaces)))])
		if err != nil {
			return
		}
		from += int64(n)
	}
}
