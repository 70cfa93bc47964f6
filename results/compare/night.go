package compare

import (
	"time"

	"tollgate/results"
)

// A Night is one run as the gate's history knows it.
type Night struct {
	Run      string          `json:"run"` // ID
	Dir      string          `json:"dir"`
	Started  time.Time       `json:"started"`
	Scenario string          `json:"scenario"`
	Shape    string          `json:"shape"` // digest of what must agree for two nights to be comparable
	Verdict  results.Verdict `json:"verdict"`
	Reasons  []string        `json:"reasons,omitempty"` // why the verdict is not "valid"
	Values   []Value         `json:"values"`
	From     string          `json:"from,omitempty"` // the machine and engine that measured it

	Alarmed  bool   `json:"alarmed,omitempty"`  // the gate found a regression and nobody has said yet what it was
	Excluded bool   `json:"excluded,omitempty"` // somebody said that it does not count
	Baseline bool   `json:"baseline,omitempty"` // somebody accepted it: history begins anew with it
	RerunOf  string `json:"rerun_of,omitempty"` // it confirmed another night, and is no night of its own
}

// A Value is one metric of one target on one night.
type Value struct {
	Target string  `json:"target"`
	Metric Metric  `json:"metric"`
	Value  float64 `json:"value"`
	N      int64   `json:"n"` // requests that it rests on
}

// Value returns the value of a target's metric.
func (n *Night) Value(target string, m Metric) (Value, bool) {
	for _, v := range n.Values {
		if v.Target == target && v.Metric == m {
			return v, true
		}
	}
	return Value{}, false
}
