package load

import "tollgate/scenarios/load/http1"

// note passes a note on.
func (j *Job) note(target uint16, words string) {
	if j.Note != nil {
		j.Note(target, words)
	}
}

// deviates notes in what the responses of a target deviate from HTTP/1.1.
func (j *Job) deviates(target uint16, d http1.Deviations) {
	for what := range d.Each() {
		j.note(target, "its responses deviate from HTTP/1.1 and were read as browsers read them: "+what)
	}
}
