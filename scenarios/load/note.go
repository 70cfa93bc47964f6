package load

import (
	"fmt"
	"time"

	"tollgate/scenarios/load/http1"
)

// AddNote passes a note on.
func (j *Job) AddNote(target uint16, words string) {
	if j.Note != nil {
		j.Note(target, words)
	}
}

// NoteDeviations notes in what the responses of a target deviate from HTTP/1.1.
func (j *Job) NoteDeviations(target uint16, d http1.Deviations) {
	for what := range d.Each() {
		j.AddNote(target, "its responses deviate from HTTP/1.1 and were read as browsers read them: "+what)
	}
}

// HeldTolerance is how long a request may be held without a word.
const HeldTolerance = time.Millisecond

// NoteHeld notes that requests waited because a limit of the scenario was reached.
func (j *Job) NoteHeld(target uint16, d time.Duration) {
	if d <= HeldTolerance {
		return
	}
	what := fmt.Sprintf("%d connections", j.Options.MaxConnections)
	if n := j.Options.MaxInFlight; n > 0 && (j.Options.MaxConnections == 0 || n < j.Options.MaxConnections) {
		what = fmt.Sprintf("%d requests in flight", n)
	}
	j.AddNote(target, "the target filled the "+what+" that the scenario allows; response times include the wait for one to be free")
}
