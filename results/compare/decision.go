package compare

// FileGate is where a run directory keeps the decision of the gate.
const FileGate = "gate.json"

// An Outcome is what the gate decides.
type Outcome string

// The outcomes.
const (
	Passed     Outcome = "passed"
	Learning   Outcome = "learning"     // too few nights to judge by
	Regression Outcome = "regression"   // and, where there was a rerun, confirmed by it
	Undecided  Outcome = "inconclusive" // against a base target: blocks vary too much, or are too few
	Refused    Outcome = "refused"      // the run is invalid: nothing can be concluded from it
)

// A Decision is what the gate says of a run: gate.json.
type Decision struct {
	Version int      `json:"version"`
	Run     string   `json:"run"`     // ID
	Against string   `json:"against"` // "history", or the base target of the same run
	Outcome Outcome  `json:"outcome"`
	Nights  int      `json:"nights"`        // of history that counted
	Needed  int      `json:"nights_needed"` // before it judges
	Level   float64  `json:"level"`         // chance of a false alarm a night, over all gates together
	Gates   []Gate   `json:"gates"`
	Rerun   string   `json:"rerun,omitempty"`    // ID of the run that was to confirm it
	RerunOf string   `json:"rerun_of,omitempty"` // ID of the run that this one was to confirm
	Notes   []string `json:"notes"`

	Comparison *Comparison `json:"comparison,omitempty"` // against a base target: its evidence
}

// A Gate is one metric of one target, held against its history or a base.
type Gate struct {
	Target   string   `json:"target"`
	Metric   Metric   `json:"metric"`
	Unit     string   `json:"unit"`
	Value    *float64 `json:"value"`    // null: no samples, which fails
	Expected *float64 `json:"expected"` // median of the nights; null: none
	Low      *float64 `json:"low"`      // the interval in which a night is expected
	High     *float64 `json:"high"`
	Limit    *float64 `json:"limit"`  // what it must not pass, the minimum effect included
	Change   *float64 `json:"change"` // value ÷ expected − 1, or value − expected of a share
	P        *float64 `json:"p"`      // of a night as bad as this
	Adjusted *float64 `json:"p_adjusted"`
	Again    *float64 `json:"again"` // value in the rerun
	Nights   int      `json:"nights"`
	Alarm    bool     `json:"alarm"` // of this metric, confirmed where there was a rerun
	Why      string   `json:"why"`   // in words

	trait      trait
	prediction prediction
}
