package runtime

import (
	"encoding/json"
	"io"
	"time"
)

// An Invocation is what a function is called with.
type Invocation struct {
	ID    RequestID
	Event []byte
	Trace string // X-Ray's; empty: none

	// Stream, where it is set, is told of an answer that is streamed, and what it
	// returns is written to as the answer comes.
	Stream func(contentType string) io.Writer
}

// An Outcome is what became of an Invocation.
type Outcome struct {
	Ending      Ending
	Begun       time.Time
	Cold        bool // a new environment was started
	Init        time.Duration
	Duration    time.Duration // without Init
	Payload     []byte        // the answer, or the error as JSON; empty for a streamed answer
	ContentType string        // as the function gave it
	Streamed    bool
	Sent        int64 // bytes of a streamed answer
	ErrorType   string
	Environment string // the name of its log stream
}

// An Ending says how an invocation went.
type Ending uint8

// The endings.
const (
	Returned  Ending = iota
	Failed           // the function told an error, crashed, or could not be initialised
	Overtime         // the function's own timeout
	AtLimit          // refused: every environment that may exist is busy
	AtScaling        // refused: environments are not started that fast
	Closed           // refused: the function is closed
)

// Refused says that nothing was invoked.
func (e Ending) Refused() bool { return e >= AtLimit }

// A task is an Invocation on its way through an environment.
type task struct {
	Invocation
	begun    time.Time // when the event was handed over
	from     time.Time // when INIT was tried again as a part of the invocation; zero: it was not
	deadline time.Time
	done     chan result // takes one
}

// stream returns where to an answer is copied as it comes; nil: it is read whole.
func (t *task) stream(contentType, mode string) io.Writer {
	if t.Stream == nil || mode != streaming && contentType != StreamType {
		return nil
	}
	return t.Stream(contentType)
}

// A result is what a function sent.
type result struct {
	at          time.Time
	payload     []byte
	contentType string
	streamed    bool
	sent        int64
	failed      bool
	errorType   string
}

// failed is a result that the lab makes for the function, in the form in which
// Lambda tells errors.
func failed(kind, message string) result {
	return result{failed: true, errorType: kind, payload: errorJSON(kind, message)}
}

func errorJSON(kind, message string) []byte {
	text, err := json.Marshal(struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}{kind, message})
	if err != nil { // never: both are text
		return []byte("{}")
	}
	return text
}
