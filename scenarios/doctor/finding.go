package doctor

import (
	_ "embed"
	"slices"
)

// A State says how something that was examined is.
type State string

// The states.
const (
	OK      State = "ok"
	Warning State = "warning"    // a run is less than it could be
	Problem State = "problem"    // a run fails, or cannot be checked against AWS
	Unknown State = "unknown"    // it cannot be told
	Skipped State = "not needed" // by this scenario
)

// States are all of them, from the best on.
var States = []State{OK, Skipped, Unknown, Warning, Problem}

// A Finding is what one check found about one thing.
type Finding struct {
	Check    string `json:"check"`           // by its name
	About    string `json:"about,omitempty"` // a target, or what else it is about
	State    State  `json:"state"`
	Found    string `json:"found"`
	Remedy   string `json:"remedy,omitempty"`   // what to do
	Action   string `json:"action,omitempty"`   // the permission that it is about
	Resource string `json:"resource,omitempty"` // likewise

	to Use // of a permission
}

// A Report is what an exam found.
type Report struct {
	Scenario string        `json:"scenario"`
	State    State         `json:"state"` // the worst of all
	Counts   map[State]int `json:"counts"`
	Findings []Finding     `json:"findings"`
}

func (r *Report) sum() {
	r.State, r.Counts = OK, map[State]int{}
	for _, f := range r.Findings {
		r.Counts[f.State]++
		if worse(f.State, r.State) {
			r.State = f.State
		}
	}
}

func worse(a, b State) bool { return slices.Index(States, a) > slices.Index(States, b) }

//go:embed doctor.schema.json
var schema []byte

// Schema is the published JSON Schema of a Report.
func Schema() []byte { return slices.Clone(schema) }
