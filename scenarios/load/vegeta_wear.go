package load

import "tollgate/scenarios/load/http1"

// A wear sees where the response on a connection ends, for connections that
// are not to be used for ever. The transport lends a connection to the next
// request at the moment that a response is complete, so there is no time to
// end it afterwards without ending that request too. But it never lends one
// whose end it has seen: so the meter lets it see the end together with the
// last bytes of the response.
type wear struct {
	on       bool
	response http1.Response
	rest     []byte // an unfinished line of the response
}

// begin expects the response to a request.
func (w *wear) begin(head bool) {
	w.on, w.rest = true, w.rest[:0]
	w.response.Reset(head, nil, nil)
}

// completes says whether the response ends with b. What is malformed is left
// to the transport, and the connection does not outlive it.
func (w *wear) completes(b []byte) bool {
	if !w.on {
		return false
	}
	if len(w.rest) > 0 {
		w.rest = append(w.rest, b...)
		b = w.rest
	}
	n, err := w.response.Feed(b)
	done := err == nil && w.response.Done()
	w.on = err == nil && !done
	w.rest = append(w.rest[:0], b[n:]...)
	return done
}
