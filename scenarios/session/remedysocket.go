package session

import (
	"slices"

	"tollgate/results"
)

// ofMessage is what helps against what came of a message over WebSocket, where that is
// something else than for a request; "": it is not.
func (w wording) ofMessage(t results.Trial) string {
	noSocket := []string{results.ErrReset.String(), results.ErrMalformed.String(), results.ErrTLS.String()}
	switch {
	case !t.IsMessage() && t.Method != results.StepConnects:
		return ""
	case (t.Status == 0 || t.BrokeOff()) && slices.Contains(noSocket, t.Error) && w.certificate(t.Detail) == "":
		return w.either("see that a server for WebSocket answers at this path, and look into its log; or correct the address", "see that a server for WebSocket answers at this path, and look into its log; or correct url, or path of websocket:")
	case t.Method == results.StepSends && t.Error == results.ErrTimeout.String():
		return w.either("nothing came back: if the API sends no reply (a WebSocket API does by a route response alone), say --reply none; else find out why it takes so long, or raise --timeout",
			"nothing came back: if the API sends no reply (a WebSocket API does by a route response alone), write reply: none; else find out why it takes so long, or raise timeout")
	case t.IsMessage() && t.Status > 0 && checked(t):
		return w.either("correct the message (--data) or how its reply is found (--reply)", "correct send, reply or expect of request "+t.Request)
	}
	return ""
}
