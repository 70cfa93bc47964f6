package results

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// A ProbeStage is one stage of a probe, and how the load generator performed in it.
type ProbeStage struct {
	Probe     string    `json:"probe" text:"name"`
	Target    string    `json:"target" text:"name"`
	Stage     string    `json:"stage" text:"name"` // the probe's name for it
	Load      string    `json:"load"`              // in words: "constant 500/s"
	Started   float64   `json:"started_s"`         // from the start of the run
	Seconds   float64   `json:"for_s"`
	Requests  int64     `json:"requests"` // that were sent
	Generator Generator `json:"generator"`
	Verdict   Verdict   `json:"verdict"` // for what the probe concludes from
	Reasons   []string  `json:"reasons"`
	Use       StageUse  `json:"use"`
}

// A StageUse says what became of a stage.
type StageUse string

// The uses of a stage.
const (
	Concluded StageUse = "concluded_from"
	SentAgain StageUse = "sent_again" // the generator was disturbed in it, and a later one took its place
	LeftOut   StageUse = "left_out"   // the generator was disturbed in it
)

// maxProbeStages is more than the probes of any scenario have.
const maxProbeStages = 10_000

func checkProbeStages(all []ProbeStage) error {
	if len(all) > maxProbeStages {
		return fmt.Errorf("probe_stages: %d are more than the %d that a run can have", len(all), maxProbeStages)
	}
	var errs []error
	for i, s := range all {
		at := fmt.Sprintf("probe_stages[%d]", i)
		errs = append(errs, line(at+".load", s.Load, maxAddress), length(at+".started_s", s.Started), length(at+".for_s", s.Seconds),
			OneOf(at+".verdict", s.Verdict, Valid, Suspect, Invalid), OneOf(at+".use", s.Use, Concluded, SentAgain, LeftOut))
		if s.Requests < 0 {
			errs = append(errs, fmt.Errorf("%s.requests: %d is not a number of requests", at, s.Requests))
		}
	}
	return errors.Join(errs...)
}

// stagesAfter are the probes' stages as seen from a run that began earlier by d.
func (d *Document) stagesAfter(by time.Duration) []ProbeStage {
	all := slices.Clone(d.ProbeStages)
	for i := range all {
		all[i].Started = (time.Duration(math.Round(all[i].Started*1e9)) + by).Seconds()
	}
	return all
}

func compareProbeStages(a, b ProbeStage) int {
	return cmp.Or(cmp.Compare(a.Started, b.Started), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Probe, b.Probe), cmp.Compare(a.Stage, b.Stage))
}
