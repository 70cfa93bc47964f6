package doors

import (
	"bytes"
	"io"
	"net/http"
	"strconv"

	"tollgate/targets"
)

// A response is ready to be sent: every header value is made once and shared by
// all exchanges that send it, so none may change it.
type response struct {
	status      int
	body        []byte
	padding     int64 // spaces behind the body
	contentType []string
	length      []string
	errorType   []string // nil: none
	extra       [][2]string
	script      *eventScript // whose events body is; nil: none
}

func newResponse(status int, contentType, body string) *response {
	return &response{
		status: status, body: []byte(body),
		contentType: []string{contentType}, length: []string{strconv.Itoa(len(body))},
	}
}

func errorResponses(k *kind) map[targets.Fault]*response {
	ready := make(map[targets.Fault]*response, len(k.responses()))
	for fault, e := range k.responses() {
		r := newResponse(e.Status, e.Type, e.Body)
		switch {
		case e.ErrorType == "":
		case k.ErrorHeader != "":
			r.extra = [][2]string{{k.ErrorHeader, e.ErrorType}}
		default:
			r.errorType = []string{e.ErrorType}
		}
		ready[fault] = r
	}
	return ready
}

// head sets r's headers. Names go out as they are spelt here, which is as AWS
// spells them, and not in Go's canonical form.
func (r *response) head(h http.Header) {
	h["Content-Type"] = r.contentType
	h["Content-Length"] = r.length
	if r.errorType != nil {
		h["x-amzn-ErrorType"] = r.errorType
	}
	for _, line := range r.extra {
		h[line[0]] = append(h[line[0]], line[1])
	}
}

func (r *response) headBytes() (sum int) {
	for _, line := range r.extra {
		sum += len(line[0]) + len(line[1]) + len(": \r\n")
	}
	return sum
}

func (r *response) send(w http.ResponseWriter) {
	w.WriteHeader(r.status)
	r.write(w, 0, r.size())
}

func (r *response) size() int64 { return int64(len(r.body)) + r.padding }

var spaces = bytes.Repeat([]byte(" "), 64<<10)

// write sends the body's bytes from one position up to another. It fails when
// the client is gone, which does not matter to the door.
func (r *response) write(w io.Writer, from, to int64) {
	text := int64(len(r.body))
	if from < text {
		if _, err := w.Write(r.body[from:min(to, text)]); err != nil {
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

// half is the first half of r, of which the rest is never sent.
func (r *response) half() *response {
	cut := *r
	cut.body, cut.padding = r.body[:len(r.body)/2], r.padding/2
	return &cut
}
